#include "providers/sim/question.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

#include "providers/json_text.h"
#include "tokens/chat.h"
#include "tokens/tokenizer.h"

namespace parley::providers {

using base::Result;
namespace json = boost::json;

namespace {

constexpr auto kEncoding = tokens::Encoding::kO200k;
// A part that is no text: a small image.
constexpr std::int64_t kPartTokens = 85;

std::unexpected<base::Error> bad(std::string message) {
  return base::fail(base::ErrorCode::kBadUserInput, std::move(message));
}

std::uint64_t mix(std::uint64_t value) {
  // The finalizer of splitmix64.
  value ^= value >> 30U;
  value *= 0xbf58476d1ce4e5b9U;
  value ^= value >> 27U;
  value *= 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

Result<void> read_limit(SimQuestion& question, const json::value* limit) {
  if (limit == nullptr || limit->is_null()) return {};
  boost::system::error_code error;
  const auto tokens = limit->to_number<std::int64_t>(error);
  if (error || tokens < 1) return bad("the limit of tokens must be a positive integer");
  question.max_tokens = std::min(tokens, question.max_tokens.value_or(tokens));
  return {};
}

std::int64_t json_tokens(const json::value& value) {
  std::string text;
  append_json(text, value);
  return sim_tokens(text);
}

std::int64_t part_tokens(const json::value& part) {
  const json::object* members = part.if_object();
  const json::value* text = members == nullptr ? nullptr : members->if_contains("text");
  return text != nullptr && text->is_string() ? sim_tokens(text->get_string()) : kPartTokens;
}

std::int64_t content_tokens(const json::value& content) {
  if (content.is_null()) return 0;
  if (content.is_string()) return sim_tokens(content.get_string());
  if (!content.is_array()) return json_tokens(content);
  std::int64_t tokens = 0;
  for (const json::value& part : content.get_array()) tokens += part_tokens(part);
  return tokens;
}

std::int64_t message_tokens(const json::object& message) {
  std::int64_t tokens = tokens::chat_overhead(kEncoding, 1) - tokens::chat_overhead(kEncoding, 0);
  for (const json::key_value_pair& member : message) {
    if (member.key() == "role") continue;
    if (member.key() == "content") {
      tokens += content_tokens(member.value());
    } else if (member.key() == "name" && member.value().is_string()) {
      tokens += tokens::name_overhead(kEncoding) + sim_tokens(member.value().get_string());
    } else {
      tokens += json_tokens(member.value());
    }
  }
  return tokens;
}

Result<void> read_messages(SimQuestion& question, const json::array& messages, std::uint64_t seed) {
  SimQuestion::Prefix prefix{.hash = sim_hash(seed, question.model), .tokens = 0};
  question.prefixes.reserve(messages.size());
  for (const json::value& value : messages) {
    const json::object* message = value.if_object();
    const json::value* role = message == nullptr ? nullptr : message->if_contains("role");
    if (role == nullptr || !role->is_string()) return bad("every message needs a role");
    const json::value* content = message->if_contains("content");
    std::string other;
    std::string_view text;
    if (content != nullptr && content->is_string()) {
      text = content->get_string();
    } else if (content != nullptr && !content->is_null()) {
      append_json(other, *content);
      text = other;
    }
    prefix.hash = sim_hash(sim_hash(prefix.hash, role->get_string()), text);
    prefix.tokens += message_tokens(*message);
    question.prefixes.push_back(prefix);
    if (role->get_string() == "user") question.last_user = text;
    question.tool_answered = role->get_string() == "tool";
  }
  return {};
}

std::string first_tool(const json::value& request) {
  boost::system::error_code none;
  const json::value* name = request.find_pointer("/tools/0/function/name", none);
  return name != nullptr && name->is_string() ? std::string(name->get_string()) : std::string();
}

}  // namespace

std::uint64_t sim_hash(std::uint64_t seed, std::string_view bytes) {
  std::uint64_t hash = mix(seed + 0x9e3779b97f4a7c15U + bytes.size());
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    const std::size_t size = std::min(bytes.size(), sizeof(word));
    std::memcpy(&word, bytes.data(), size);
    hash = mix(hash ^ word) + 0x9e3779b97f4a7c15U;
    bytes.remove_prefix(size);
  }
  return mix(hash);
}

std::int64_t sim_tokens(std::string_view text) {
  return tokens::count(kEncoding, text);
}

Result<SimQuestion> read_question(std::string_view body, std::uint64_t seed) {
  std::array<unsigned char, 4096> first;
  json::monotonic_resource memory(first.data(), first.size());
  boost::system::error_code malformed;
  const json::value request = json::parse(body, malformed, &memory);
  if (malformed || !request.is_object()) return bad("the body is no JSON object");
  const json::object& object = request.get_object();
  SimQuestion question;
  const json::value* model = object.if_contains("model");
  if (model == nullptr || !model->is_string()) return bad("`model` is missing");
  question.model = model->get_string();
  const json::value* messages = object.if_contains("messages");
  if (messages == nullptr || !messages->is_array() || messages->get_array().empty()) {
    return bad("`messages` must be a list that is not empty");
  }
  if (auto read = read_messages(question, messages->get_array(), seed); !read) {
    return base::fail(std::move(read));
  }
  for (const std::string_view name : {"max_tokens", "max_completion_tokens"}) {
    if (auto read = read_limit(question, object.if_contains(name)); !read) return base::fail(std::move(read));
  }
  const json::value* stream = object.if_contains("stream");
  question.stream = stream != nullptr && *stream == true;
  boost::system::error_code none;
  const json::value* usage = request.find_pointer("/stream_options/include_usage", none);
  question.include_usage = !question.stream || (usage != nullptr && *usage == true);
  question.tool = first_tool(request);
  question.other_tokens = tokens::chat_overhead(kEncoding, 0);
  if (const json::value* tools = object.if_contains("tools")) question.other_tokens += json_tokens(*tools);
  return question;
}

}  // namespace parley::providers
