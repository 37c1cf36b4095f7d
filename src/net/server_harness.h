// For tests: a server on a thread of its own, and plain blocking sockets, so that a test reads as what a
// client sends and gets. Every receive has a time limit, which only a failing test reaches.
#pragma once

#include <array>
#include <cstdlib>
#include <future>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include <arpa/inet.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/task_group.h"
#include "net/server.h"

namespace parley::net {

class RunningServer {
 public:
  explicit RunningServer(Handler handler, ServerOptions options = {})
      : log_(base::Log::none()), tasks_(io_.get_executor()) {
    server_ = std::make_unique<Server>(io_, std::move(options), std::move(handler), log_, metrics_);
    const auto listening = server_->listen();
    if (!listening) throw std::runtime_error(listening.error().message);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~RunningServer() {
    if (!drain_.valid()) drain_within(std::chrono::milliseconds(0));
    drain_.wait();
    thread_.join();
  }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  std::uint16_t port() const { return server_->port(); }
  base::Metrics& metrics() { return metrics_; }

  // Starts to drain; the future is ready when it has ended.
  std::future<void>& drain_within(std::chrono::milliseconds limit) {
    drain_ = drained_.get_future();
    boost::asio::post(io_, [this, limit] { tasks_.spawn(drain(limit)); });
    return drain_;
  }
  // Runs `what` on the server's thread and waits for it.
  void on_worker(std::function<void(Server&)> what) {
    std::promise<void> done;
    boost::asio::post(io_, [&] {
      what(*server_);
      done.set_value();
    });
    done.get_future().wait();
  }

 private:
  base::Awaitable<void> drain(std::chrono::milliseconds limit) {
    co_await server_->drain(base::Deadline::after(limit));
    drained_.set_value();
  }

  boost::asio::io_context io_{1};
  base::Log log_;
  base::Metrics metrics_;
  std::unique_ptr<Server> server_;
  base::TaskGroup tasks_;
  std::promise<void> drained_;
  std::future<void> drain_;
  std::thread thread_;
};

class RawSocket {
 public:
  // `receive_buffer`: bytes the kernel may hold for this client; 0 leaves it alone.
  explicit RawSocket(std::uint16_t port, int receive_buffer = 0)
      : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer > 0) {
      ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
    }
    const ::timeval limit{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    ::sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<::sockaddr*>(&to), sizeof(to)) != 0) {
      throw std::runtime_error("cannot connect");
    }
  }
  // Takes over the other side of a connection.
  struct Accepted {
    int socket;
  };
  explicit RawSocket(Accepted accepted) : socket_(accepted.socket) {
    const ::timeval limit{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  }
  ~RawSocket() { close(); }
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  int socket() const { return socket_; }
  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  // The peer sees a reset.
  void abort() {
    const ::linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close();
  }
  // False where the server has closed already.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // One receive; empty at the end.
  std::string receive_some() {
    std::array<char, 16384> buffer{};
    const auto got = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) throw std::runtime_error("nothing came");
    return got <= 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(got));
  }
  // Up to and including `mark`; less at the end.
  std::string receive_until(std::string_view mark) {
    while (true) {
      const std::size_t at = held_.find(mark);
      if (at != std::string::npos) {
        std::string part = held_.substr(0, at + mark.size());
        held_.erase(0, at + mark.size());
        return part;
      }
      const std::string more = receive_some();
      if (more.empty()) return std::exchange(held_, {});
      held_ += more;
    }
  }
  std::string receive_exactly(std::size_t size) {
    while (held_.size() < size) {
      const std::string more = receive_some();
      if (more.empty()) return std::exchange(held_, {});
      held_ += more;
    }
    std::string part = held_.substr(0, size);
    held_.erase(0, size);
    return part;
  }
  // All until the server closes.
  std::string receive_all() {
    std::string all = std::exchange(held_, {});
    for (std::string more = receive_some(); !more.empty(); more = receive_some()) all += more;
    return all;
  }
  // One response with a Content-Length: its body; `head` gets the rest.
  std::string response(std::string* head = nullptr) {
    const std::string top = receive_until("\r\n\r\n");
    if (head != nullptr) *head = top;
    const std::size_t at = top.find("Content-Length: ");
    if (at == std::string::npos) return "";
    return receive_exactly(std::strtoul(top.c_str() + at + 16, nullptr, 10));
  }

 private:
  int socket_;
  std::string held_;
};

}  // namespace parley::net
