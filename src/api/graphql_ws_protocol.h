// The server's side of graphql-transport-ws (github.com/enisdenjo/graphql-ws, PROTOCOL.md) without I/O: what
// the client sends goes in, what is to be done comes out.
//
// Owned by one connection, used on its worker.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/json/object.hpp>

#include "api/graphql_request.h"

namespace parley::api {

class GraphqlWsProtocol {
 public:
  static constexpr std::string_view kSubprotocol = "graphql-transport-ws";
  enum Code : std::uint16_t {
    kBadMessage = 4400,
    kUnauthorized = 4401,
    kForbidden = 4403,
    kInitTimeout = 4408,
    kIdTaken = 4409,
    kTooManyInits = 4429,
    kInternalError = 4500,
  };

  // What the driver has to do, in order.
  struct Send {
    std::string text;
  };
  struct Close {
    std::uint16_t code;
    std::string reason;
  };
  // Checks the token and calls accepted() or the connection's close.
  struct Authenticate {
    boost::json::object payload;
  };
  struct Start {
    std::string id;
    GraphqlRequest request;
  };
  struct Stop {
    std::string id;
  };
  using Action = std::variant<Send, Close, Authenticate, Start, Stop>;
  using Actions = std::vector<Action>;

  // `max_operations` at once; one more is answered with an error of its own.
  explicit GraphqlWsProtocol(std::size_t max_operations) : max_operations_(max_operations) {}

  // A text message came.
  Actions received(std::string_view message);
  // The token of connection_init is good: `connection_ack`.
  Actions accepted();
  // The time for connection_init is up; nothing where it has come.
  Actions init_timed_out();

  // An operation's results; nothing once the client has ended it. `response` is a whole response as JSON.
  Actions next(std::string_view id, std::string_view response);
  // It ended before it began; `errors` is a JSON array.
  Actions failed(std::string_view id, std::string_view errors);
  // It ended.
  Actions completed(std::string_view id);

  std::size_t operations() const { return operations_.size(); }

 private:
  enum class State : std::uint8_t { kNew, kAuthenticating, kReady, kClosed };

  Actions close(std::uint16_t code, std::string reason);
  Actions subscribe(std::string id, boost::json::object message);

  std::size_t max_operations_;
  State state_ = State::kNew;
  std::set<std::string, std::less<>> operations_;
};

}  // namespace parley::api
