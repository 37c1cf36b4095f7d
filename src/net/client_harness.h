// For tests: a client with an event loop that the test itself runs, and servers that say what a script tells
// them, on a thread of their own. Every wait has a time limit, which only a failing test reaches.
#pragma once

#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "base/task_group.h"
#include "net/client.h"
#include "net/server_harness.h"

namespace parley::net {

// An answer, read to its end.
struct Fetched {
  int status = 0;
  Headers headers{};
  std::string body{};
};

// One that is under way, or was.
class Fetching {
 public:
  bool done() const { return result_->has_value(); }
  const base::Result<Fetched>& result() const { return result_->value(); }

 private:
  friend class RunningClient;
  // Shared with the coroutine, which a failing test may leave behind.
  std::shared_ptr<std::optional<base::Result<Fetched>>> result_ =
      std::make_shared<std::optional<base::Result<Fetched>>>();
};

class RunningClient {
 public:
  explicit RunningClient(ClientOptions options = {})
      : client_(std::make_unique<Client>(io_.get_executor(), std::move(options), metrics_)),
        tasks_(io_.get_executor()) {}
  ~RunningClient() {
    tasks_.cancel();
    run_until([this] { return tasks_.size() == 0; });
    client_.reset();
    // What was closed still has its last word.
    io_.restart();
    io_.run_for(std::chrono::seconds(20));
  }
  RunningClient(const RunningClient&) = delete;
  RunningClient& operator=(const RunningClient&) = delete;

  Client& client() { return *client_; }
  base::TaskGroup& tasks() { return tasks_; }
  boost::asio::io_context& io() { return io_; }
  std::int64_t open() { return gauge("open"); }
  std::int64_t idle() { return gauge("idle"); }

  void run_until(const std::function<bool()>& met) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!met()) {
      if (std::chrono::steady_clock::now() > limit) throw std::runtime_error("it never came to be");
      io_.restart();
      io_.run_one_for(std::chrono::milliseconds(1));
    }
  }
  template <class T>
  void run_until(std::future<T>& ready) {
    run_until([&] { return ready.wait_for(std::chrono::seconds(0)) == std::future_status::ready; });
  }

  // Sends the request and reads the answer to its end.
  base::Result<Fetched> fetch(ClientRequest request, base::Call call = {}) {
    const Fetching fetching = start(std::move(request), std::move(call));
    run_until(fetching);
    return fetching.result();
  }
  void run_until(const Fetching& fetching) {
    run_until([&] { return fetching.done(); });
  }
  // The same in the background.
  Fetching start(ClientRequest request, base::Call call = {}) {
    return start_in(tasks_, std::move(request), std::move(call));
  }
  Fetching start_in(base::TaskGroup& tasks, ClientRequest request, base::Call call = {}) {
    Fetching fetching;
    tasks.spawn(fetch_into(*client_, std::move(request), std::move(call), fetching));
    return fetching;
  }

 private:
  static base::Awaitable<void> fetch_into(Client& client, ClientRequest request, base::Call call,
                                          Fetching fetching) {
    *fetching.result_ = co_await fetch_from(client, std::move(request), std::move(call));
  }
  static base::Awaitable<base::Result<Fetched>> fetch_from(Client& client, ClientRequest request,
                                                           base::Call call) {
    auto response = co_await client.send(std::move(call), std::move(request));
    if (!response) co_return base::fail(std::move(response));
    auto body = co_await (*response)->read_all(64UL << 20);
    if (!body) co_return base::fail(std::move(body));
    co_return Fetched{
        .status = (*response)->status(), .headers = (*response)->headers(), .body = std::move(*body)};
  }
  std::int64_t gauge(const char* state) {
    return metrics_
        .gauge("parley_client_connections",
               "Connections to upstream servers: all that are open, and those of them that are idle.",
               {"state"}, {state})
        .value();
  }

  boost::asio::io_context io_{1};
  base::Metrics metrics_;
  std::unique_ptr<Client> client_;
  base::TaskGroup tasks_;
};

// More bytes than the buffers between a client and a ScriptedServer hold: whoever sends so many waits for the
// other to read.
inline constexpr std::size_t kMoreThanFits = 12 << 20;

// A server for broken manners: each connection gets the next script, one after the other, and is closed at
// the script's end. After the last script nobody listens any more.
class ScriptedServer {
 public:
  using Script = std::function<void(RawSocket&)>;

  explicit ScriptedServer(std::vector<Script> scripts) : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    ::sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::socklen_t size = sizeof(at);
    // For the accepted sockets. Left alone, it grows to what the system allows.
    const int receive_buffer = 64 << 10;
    ::setsockopt(listener_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
    if (::bind(listener_, reinterpret_cast<::sockaddr*>(&at), sizeof(at)) != 0 ||
        ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, reinterpret_cast<::sockaddr*>(&at), &size) != 0) {
      throw std::runtime_error("cannot listen");
    }
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this, scripts = std::move(scripts)] { serve(scripts); });
  }
  ~ScriptedServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::uint16_t port() const { return port_; }
  // Connections accepted so far.
  int accepted() const { return accepted_; }

 private:
  void serve(const std::vector<Script>& scripts) {
    for (const Script& script : scripts) {
      const int socket = ::accept(listener_, nullptr, nullptr);
      if (socket < 0) return;
      ++accepted_;
      RawSocket peer(RawSocket::Accepted{socket});
      script(peer);
    }
    ::shutdown(listener_, SHUT_RDWR);
  }

  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_ = 0;
  std::thread thread_;
};

// Listens but never accepts, with its queue full: the next one's packets are swallowed.
class FullListener {
 public:
  explicit FullListener(std::uint32_t address = INADDR_LOOPBACK, std::uint16_t port = 0)
      : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    ::sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(address);
    at.sin_port = htons(port);
    ::socklen_t size = sizeof(at);
    if (::bind(listener_, reinterpret_cast<::sockaddr*>(&at), sizeof(at)) != 0 ||
        ::listen(listener_, 0) != 0 ||
        ::getsockname(listener_, reinterpret_cast<::sockaddr*>(&at), &size) != 0) {
      throw std::runtime_error(std::string("cannot listen: ") + std::strerror(errno));
    }
    port_ = ntohs(at.sin_port);
    for (int i = 0; i < 4; ++i) {
      const int waiting = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
      ::connect(waiting, reinterpret_cast<::sockaddr*>(&at), sizeof(at));
      waiting_.push_back(waiting);
    }
  }
  ~FullListener() {
    for (const int waiting : waiting_) ::close(waiting);
    ::close(listener_);
  }
  FullListener(const FullListener&) = delete;
  FullListener& operator=(const FullListener&) = delete;

  std::uint16_t port() const { return port_; }

 private:
  int listener_;
  std::uint16_t port_ = 0;
  std::vector<int> waiting_;
};

// A script that reads a request without a body and says `answer`.
inline ScriptedServer::Script saying(std::string answer) {
  return [answer = std::move(answer)](RawSocket& peer) {
    peer.receive_until("\r\n\r\n");
    peer.send(answer);
  };
}

inline Url url_of(std::uint16_t port, std::string target = "/") {
  return {.host = "127.0.0.1", .port = port, .target = std::move(target)};
}

inline ClientRequest get(std::uint16_t port, std::string target = "/") {
  return {.url = url_of(port, std::move(target))};
}

inline ClientRequest post(std::uint16_t port, std::string body) {
  return {.method = "POST", .url = url_of(port), .body = std::move(body)};
}

}  // namespace parley::net
