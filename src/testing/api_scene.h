// For tests: the API behind a server on a scene's loop, and clients as they are outside. A client blocks, so
// it runs on a thread of its own while the test runs the loop; time stands still unless a test moves it.
#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <boost/asio/execution/context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "api/api.h"
#include "api/graphql_schema.h"
#include "auth/issue.h"
#include "net/server_harness.h"
#include "net/websocket_frame.h"
#include "testing/scene.h"

namespace parley::testing {

inline constexpr std::string_view kSecret = "a secret that is known to this test only";

struct Answer {
  int status = 0;
  std::string head;
  std::string body;

  static Answer read(const std::string& bytes) {
    const std::size_t end = std::min(bytes.find("\r\n\r\n"), bytes.size());
    Answer answer{.head = bytes.substr(0, end) + "\r\n",
                  .body = bytes.substr(std::min(end + 4, bytes.size()))};
    if (bytes.starts_with("HTTP/1.1 ")) answer.status = std::stoi(bytes.substr(9, 3));
    return answer;
  }
  // Empty where there is none.
  std::string header(const std::string& name) const {
    const std::size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const std::size_t from = at + name.size() + 4;
    return head.substr(from, head.find("\r\n", from) - from);
  }
  boost::json::value json() const { return boost::json::parse(body); }
};

// What a client sends over a WebSocket.
inline std::string text_frame(std::string payload) {
  std::string out = net::frame_header(net::FrameKind::kText, payload.size(), false);
  out[1] = static_cast<char>(out[1] | 0x80);
  // A mask of zeros changes nothing.
  return out.append(4, '\0') + payload;
}

class WsClient : public net::RawSocket {
 public:
  WsClient(std::uint16_t port, const std::string& token) : RawSocket(port) {
    send(
        "GET /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n");
    head = receive_until("\r\n\r\n");
    say(R"({"type":"connection_init","payload":{"authorization":"Bearer )" + token + R"("}})");
    first = next();
  }
  void say(const std::string& message) { send(text_frame(message)); }
  void subscribe(const std::string& id, const std::string& query) {
    say(R"({"id":")" + id + R"(","type":"subscribe","payload":{"query":")" + query + R"("}})");
  }
  // The next message, or what a close frame says.
  std::string next() {
    const std::string top = receive_exactly(2);
    if (top.size() < 2) return "end";
    std::size_t size = static_cast<std::uint8_t>(top[1]);
    if (size == 126) {
      const std::string length = receive_exactly(2);
      size = static_cast<std::uint8_t>(length[0]) * 256U + static_cast<std::uint8_t>(length[1]);
    }
    return receive_exactly(size);
  }
  std::string head;
  // The answer to connection_init.
  std::string first;
};

class ApiScene : public Scene {
 public:
  explicit ApiScene(limits::Policy policy = {}, api::ApiOptions options = {},
                    chat::EngineOptions engine_options = patient())
      : Scene(std::move(engine_options)) {
    limiter.reload(std::make_shared<const limits::Policy>(std::move(policy)));
    api_.emplace(api::Services{.engine = engine,
                               .conversations = conversations,
                               .streams = streams,
                               .authenticator = authenticator_,
                               .limiter = limiter,
                               .clock = clock,
                               .metrics = metrics,
                               .log = log,
                               .ids = ids_,
                               .options = std::move(options)},
                 schema_, resolvers_, api::ApiSettings{});
    server_ = std::make_unique<net::Server>(
        io(), net::ServerOptions{}, [this](net::Exchange& exchange) { return serve(exchange); }, log,
        metrics);
    good(server_->listen());
  }
  ~ApiScene() {
    loop.wait(server_->drain(base::Deadline::after(std::chrono::milliseconds(0))));
    loop.wait(authenticator_.shutdown());
  }

  api::Api& api() { return *api_; }
  std::uint16_t port() const { return server_->port(); }

  std::string token(const std::string& user = "ada", std::vector<std::string> scopes = {},
                    std::chrono::seconds lasts = std::chrono::hours(1)) {
    return good(auth::issue_token(key_, {.user = user,
                                         .tenant = "acme",
                                         .scopes = std::move(scopes),
                                         .issued_at = clock.wall_now(),
                                         .expires_at = clock.wall_now() + lasts}));
  }

  // What a client does, on a thread of its own.
  template <class T>
  class Client {
   public:
    template <class Fn>
    Client(ApiScene& scene, Fn fn) : scene_(scene), task_(std::move(fn)), result_(task_.get_future()) {
      thread_ = std::jthread([this] {
        task_();
        done_ = true;
        boost::asio::post(scene_.loop.executor(), [] {});
      });
    }
    // Runs the loop until it is done.
    T wait() {
      scene_.loop.until([this] { return done_.load(); });
      return result_.get();
    }

   private:
    ApiScene& scene_;
    std::packaged_task<T()> task_;
    std::future<T> result_;
    std::atomic<bool> done_ = false;
    std::jthread thread_;
  };
  template <class Fn>
  auto begin(Fn fn) {
    return std::make_unique<Client<decltype(fn())>>(*this, std::move(fn));
  }
  template <class Fn>
  auto client(Fn fn) {
    return begin(std::move(fn))->wait();
  }
  std::size_t connections() const { return server_->connections(); }

  Answer send(const std::string& bytes) {
    return Answer::read(client([&] {
      net::RawSocket socket(port());
      socket.send(bytes);
      return socket.receive_all();
    }));
  }
  // `fields`: further lines of the header, each with its end.
  std::string request(const std::string& method, const std::string& path, const std::string& body = {},
                      const std::string& fields = {}) {
    return method + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + fields +
           "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
  }
  std::string as(const std::string& user) { return "Authorization: Bearer " + token(user) + "\r\n"; }

  Answer get(const std::string& path, const std::string& fields) {
    return send(request("GET", path, {}, fields));
  }
  Answer post(const std::string& path, const std::string& body, const std::string& fields) {
    return send(request("POST", path, body, fields));
  }
  Answer graphql(const std::string& query, const std::string& fields) {
    return post("/graphql", R"({"query":")" + query + R"("})", fields);
  }

 private:
  // "/beside" is served as operators' paths are.
  base::Awaitable<void> serve(net::Exchange& exchange) {
    if (exchange.request().path != "/beside") co_return co_await api_->handle(exchange);
    auto caller = co_await api_->let_in(exchange);
    if (caller) exchange.reply(net::Response::text(200, caller->owner.user));
  }
  boost::asio::io_context& io() {
    return static_cast<boost::asio::io_context&>(
        boost::asio::query(loop.executor(), boost::asio::execution::context));
  }

  auth::SigningKey key_ = good(auth::SigningKey::from_secret(kSecret));
  model::IdGenerator ids_{clock, base::Random(24)};
  auth::Authenticator authenticator_{
      loop.executor(),
      {},
      std::make_shared<const auth::KeySet>(good(auth::KeySet::from_secret(kSecret))),
      {},
      clock,
      log,
      metrics};
  graphql::SchemaPtr schema_ = api::chat_schema();
  graphql::Resolvers resolvers_ = api::chat_resolvers(*schema_);
  std::optional<api::Api> api_;
  std::unique_ptr<net::Server> server_;
};

}  // namespace parley::testing
