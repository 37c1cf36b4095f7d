#include "api/graphql_ws_protocol.h"

#include <utility>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "api/chat_request.h"
#include "api/errors.h"
#include "base/json_string.h"

namespace parley::api {

namespace json = boost::json;

namespace {

constexpr std::size_t kMaxIdBytes = 256;

std::string message(std::string_view type, std::string_view id, std::string_view payload) {
  std::string text = R"({"id":)";
  text.append(base::json_string(id)).append(R"(,"type":")").append(type).append("\"");
  if (!payload.empty()) text.append(R"(,"payload":)").append(payload);
  return text.append("}");
}

std::string errors_of(const base::Error& error) {
  return json::serialize(
      json::array{json::object{{"message", error.message}, {"extensions", error_extensions(error)}}});
}

}  // namespace

GraphqlWsProtocol::Actions GraphqlWsProtocol::close(std::uint16_t code, std::string reason) {
  state_ = State::kClosed;
  operations_.clear();
  return {Close{.code = code, .reason = std::move(reason)}};
}

GraphqlWsProtocol::Actions GraphqlWsProtocol::received(std::string_view text) {
  if (state_ == State::kClosed) return {};
  auto parsed = parse_json_object(text);
  if (!parsed) return close(kBadMessage, "Invalid message received");
  const json::value* type = parsed->if_contains("type");
  if (type == nullptr || !type->is_string()) return close(kBadMessage, "Invalid message received");
  json::value* payload = parsed->if_contains("payload");
  if (*type == "connection_init" || *type == "ping" || *type == "pong") {
    if (payload != nullptr && !payload->is_object() && !payload->is_null()) {
      return close(kBadMessage, "Invalid message received");
    }
  }
  if (*type == "connection_init") {
    if (state_ != State::kNew) return close(kTooManyInits, "Too many initialisation requests");
    state_ = State::kAuthenticating;
    Authenticate check;
    if (payload != nullptr && payload->is_object()) check.payload = std::move(payload->get_object());
    return {std::move(check)};
  }
  if (*type == "ping") return {Send{R"({"type":"pong"})"}};
  if (*type == "pong") return {};
  const json::value* id = parsed->if_contains("id");
  if (id == nullptr || !id->is_string() || id->get_string().empty() ||
      id->get_string().size() > kMaxIdBytes) {
    return close(kBadMessage, "Invalid message received");
  }
  std::string name(id->get_string());
  if (*type == "subscribe") return subscribe(std::move(name), std::move(*parsed));
  if (*type == "complete") {
    // The client may not know yet that it ended by itself.
    if (operations_.erase(name) == 0) return {};
    return {Stop{std::move(name)}};
  }
  return close(kBadMessage, "Invalid message received");
}

GraphqlWsProtocol::Actions GraphqlWsProtocol::subscribe(std::string id, json::object message_object) {
  if (state_ != State::kReady) return close(kUnauthorized, "Unauthorized");
  json::value* payload = message_object.if_contains("payload");
  if (payload == nullptr || !payload->is_object()) return close(kBadMessage, "Invalid message received");
  if (operations_.contains(id)) return close(kIdTaken, "Subscriber for " + id + " already exists");
  auto request = parse_graphql_request(std::move(payload->get_object()));
  if (!request) return close(kBadMessage, "Invalid message received");
  if (operations_.size() >= max_operations_) {
    const base::Error error{
        .code = base::ErrorCode::kOverloaded,
        .message = fmt::format("this connection has {} operations open; end one first", max_operations_)};
    return {Send{message("error", id, errors_of(error))}};
  }
  operations_.insert(id);
  return {Start{.id = std::move(id), .request = std::move(*request)}};
}

GraphqlWsProtocol::Actions GraphqlWsProtocol::accepted() {
  if (state_ != State::kAuthenticating) return {};
  state_ = State::kReady;
  return {Send{R"({"type":"connection_ack"})"}};
}

GraphqlWsProtocol::Actions GraphqlWsProtocol::init_timed_out() {
  if (state_ != State::kNew) return {};
  return close(kInitTimeout, "Connection initialisation timeout");
}

GraphqlWsProtocol::Actions GraphqlWsProtocol::next(std::string_view id, std::string_view response) {
  if (!operations_.contains(id)) return {};
  return {Send{message("next", id, response)}};
}

GraphqlWsProtocol::Actions GraphqlWsProtocol::failed(std::string_view id, std::string_view errors) {
  const auto found = operations_.find(id);
  if (found == operations_.end()) return {};
  operations_.erase(found);
  return {Send{message("error", id, errors)}};
}

GraphqlWsProtocol::Actions GraphqlWsProtocol::completed(std::string_view id) {
  const auto found = operations_.find(id);
  if (found == operations_.end()) return {};
  operations_.erase(found);
  return {Send{message("complete", id, {})}};
}

}  // namespace parley::api
