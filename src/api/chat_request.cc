#include "api/chat_request.h"

#include <utility>

#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace parley::api {

namespace json = boost::json;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::size_t kMaxDepth = 64;

std::unexpected<base::Error> bad(std::string message) {
  return base::fail(ErrorCode::kBadUserInput, std::move(message));
}

Result<bool> boolean(std::string_view what, const json::value& value) {
  if (value.is_null()) return false;
  if (!value.is_bool()) return bad(fmt::format("{} is not a boolean", what));
  return value.get_bool();
}

Result<std::optional<std::int64_t>> count(std::string_view what, const json::value& value) {
  if (value.is_null()) return std::optional<std::int64_t>{};
  if (!value.is_int64()) return bad(fmt::format("{} is not a whole number", what));
  return std::optional(value.get_int64());
}

Result<providers::ChatMessage> message(std::size_t index, json::value& value) {
  if (!value.is_object()) return bad(fmt::format("messages[{}] is not an object", index));
  providers::ChatMessage read;
  for (auto& member : value.get_object()) {
    if (member.key() == "role") {
      if (!member.value().is_string()) return bad(fmt::format("messages[{}].role is not a string", index));
      read.role = std::string(member.value().get_string());
    } else if (member.key() == "content") {
      read.content = std::move(member.value());
    } else {
      read.extra[member.key()] = std::move(member.value());
    }
  }
  if (read.role.empty()) return bad(fmt::format("messages[{}].role is missing", index));
  if (!read.content.is_string() && !read.content.is_array() && !read.content.is_null()) {
    return bad(fmt::format("messages[{}].content is neither a string nor an array of parts", index));
  }
  return read;
}

Result<void> take_messages(ChatCompletionRequest& request, json::value& value) {
  if (!value.is_array() || value.get_array().empty())
    return bad("messages is not an array with at least one message");
  json::array& messages = value.get_array();
  request.turn.messages.reserve(messages.size());
  for (std::size_t i = 0; i < messages.size(); ++i) {
    auto read = message(i, messages[i]);
    if (!read) return base::fail(std::move(read));
    request.turn.messages.push_back(std::move(*read));
  }
  return {};
}

// The members that are Parley's to understand; false for one that is passed on.
Result<bool> take(ChatCompletionRequest& request, std::string_view key, json::value& value) {
  if (key == "messages") {
    if (auto ok = take_messages(request, value); !ok) return base::fail(std::move(ok));
  } else if (key == "model") {
    if (!value.is_string()) return bad("model is not a string");
    request.turn.model = std::string(value.get_string());
  } else if (key == "stream") {
    auto stream = boolean(key, value);
    if (!stream) return base::fail(std::move(stream));
    request.turn.stream = *stream;
  } else if (key == "stream_options") {
    if (value.is_null()) return true;
    if (!value.is_object()) return bad("stream_options is not an object");
    if (const auto* asked = value.get_object().if_contains("include_usage")) {
      auto include = boolean("stream_options.include_usage", *asked);
      if (!include) return base::fail(std::move(include));
      request.include_usage = *include;
    }
  } else if (key == "max_tokens" || key == "max_completion_tokens") {
    auto tokens = count(key, value);
    if (!tokens) return base::fail(std::move(tokens));
    // The newer name wins where both are given.
    if (*tokens && (key == "max_completion_tokens" || !request.turn.max_output_tokens)) {
      request.turn.max_output_tokens = *tokens;
    }
  } else if (key == "temperature") {
    if (value.is_null()) return true;
    if (!value.is_number()) return bad("temperature is not a number");
    request.turn.temperature = value.to_number<double>();
  } else if (key == "n") {
    if (!value.is_null() && value != 1) return bad("n is not 1: one answer is given to a question");
  } else if (key == "service_tier") {
    // Passed on, but for those that cost more than the model's price.
    if (value.is_null() || value == "auto" || value == "default" || value == "flex") return false;
    return bad("service_tier is none of auto, default and flex");
  } else {
    return false;
  }
  return true;
}

// A user's text: a string, or parts that are all text.
std::optional<std::string> text_of(const json::value& content) {
  if (const auto* text = content.if_string()) return std::string(*text);
  const auto* parts = content.if_array();
  if (parts == nullptr) return std::nullopt;
  std::string joined;
  for (const json::value& part : *parts) {
    const auto* object = part.if_object();
    const auto* type = object == nullptr ? nullptr : object->if_contains("type");
    const auto* text = object == nullptr ? nullptr : object->if_contains("text");
    if (type == nullptr || *type != "text" || text == nullptr || !text->is_string()) return std::nullopt;
    joined += std::string_view(text->get_string());
  }
  return joined;
}

}  // namespace

Result<json::object> parse_json_object(std::string_view body) {
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = kMaxDepth;
  json::value value = json::parse(json::string_view(body.data(), body.size()), error, {}, options);
  if (error) return bad(fmt::format("the body is not JSON: {}", error.message()));
  if (!value.is_object()) return bad("the body is not a JSON object");
  return std::move(value.get_object());
}

Result<ChatCompletionRequest> parse_chat_request(std::string_view body) {
  auto object = parse_json_object(body);
  if (!object) return base::fail(std::move(object));
  ChatCompletionRequest request;
  request.turn.stateless = true;
  request.turn.stream = false;
  for (auto& member : *object) {
    auto taken = take(request, member.key(), member.value());
    if (!taken) return base::fail(std::move(taken));
    if (!*taken) request.turn.extra[member.key()] = std::move(member.value());
  }
  if (request.turn.messages.empty()) return bad("messages is missing");
  return request;
}

Result<void> continue_conversation(ChatCompletionRequest& request, std::string_view conversation) {
  chat::TurnInput& turn = request.turn;
  if (conversation != "new") {
    const auto id = model::ConversationId::parse(conversation);
    if (!id) return bad("Parley-Conversation-Id is neither a conversation's id nor \"new\"");
    turn.conversation = *id;
  }
  const providers::ChatMessage& last = turn.messages.back();
  auto text = last.role == "user" ? text_of(last.content) : std::nullopt;
  if (!text) return bad("the last message is not a user's text, which is what a conversation takes");
  turn.content = std::move(*text);
  turn.messages.clear();
  turn.stateless = false;
  return {};
}

}  // namespace parley::api
