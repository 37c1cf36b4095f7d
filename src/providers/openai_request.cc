#include "providers/openai_request.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/json_string.h"
#include "providers/json_text.h"

namespace parley::providers {
namespace {

// Members that a message sets itself.
bool own_message_member(std::string_view name) {
  return name == "role" || name == "content";
}

// Always its own; so are the names that other servers have for how many answers they write (llama.cpp, vLLM,
// TGI) and for who else is to answer (OpenRouter, LiteLLM).
constexpr std::array<std::string_view, 10> kOwn{"model",  "messages", "stream",  "stream_options",
                                                "n",      "n_cmpl",   "best_of", "num_return_sequences",
                                                "models", "fallbacks"};
// The limit. llama.cpp obeys n_predict where it is given max_tokens too.
constexpr std::array<std::string_view, 5> kLimit{"max_tokens", "max_completion_tokens", "n_predict",
                                                 "max_new_tokens", "max_output_tokens"};

bool own_member(std::string_view name, const ChatRequest& request) {
  if (std::ranges::find(kOwn, name) != kOwn.end()) return true;
  if (std::ranges::find(kLimit, name) != kLimit.end()) return request.max_output_tokens.has_value();
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
