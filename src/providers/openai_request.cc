#include "providers/openai_request.h"

#include <string_view>

#include "base/json_string.h"
#include "providers/json_text.h"

namespace parley::providers {
namespace {

// Members that a message sets itself.
bool own_message_member(std::string_view name) {
  return name == "role" || name == "content";
}

bool own_member(std::string_view name, const ChatRequest& request) {
  if (name == "model" || name == "messages" || name == "stream" || name == "stream_options" || name == "n") {
    return true;
  }
  if (name == "max_tokens" || name == "max_completion_tokens") return request.max_output_tokens.has_value();
  return name == "temperature" && request.temperature.has_value();
}

void append_member(std::string& out, std::string_view name, const boost::json::value& value) {
  out += ',';
  base::append_json_string(out, name);
  out += ':';
  append_json(out, value);
}

void append_message(std::string& out, const ChatMessage& message) {
  out += R"({"role":)";
  base::append_json_string(out, message.role);
  append_member(out, "content", message.content);
  for (const auto& [name, value] : message.extra) {
    if (!own_message_member(name)) append_member(out, name, value);
  }
  out += '}';
}

}  // namespace

std::string write_chat_body(const ChatRequest& request, const OpenAiDialect& dialect) {
  std::string out = R"({"model":)";
  base::append_json_string(out, request.model);
  out += R"(,"messages":[)";
  for (std::size_t i = 0; i < request.messages.size(); ++i) {
    if (i > 0) out += ',';
    append_message(out, request.messages[i]);
  }
  out += ']';
  append_member(out, "stream", request.stream);
  if (request.stream && dialect.include_usage) out += R"(,"stream_options":{"include_usage":true})";
  if (request.max_output_tokens) {
    append_member(out, dialect.max_completion_tokens ? "max_completion_tokens" : "max_tokens",
                  *request.max_output_tokens);
  }
  if (request.temperature) append_member(out, "temperature", *request.temperature);
  for (const auto& [name, value] : request.extra) {
    if (!own_member(name, request)) append_member(out, name, value);
  }
  out += '}';
  return out;
}

}  // namespace parley::providers
