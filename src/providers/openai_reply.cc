#include "providers/openai_reply.h"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

#include "base/json_string.h"
#include "providers/json_text.h"
#include "providers/openai_error.h"

namespace parley::providers {

using base::Result;
namespace json = boost::json;

namespace {

// No request uses more; a larger count is a mistake that must not reach a budget.
constexpr std::int64_t kMostTokens = 1'000'000'000;

std::unexpected<base::Error> broken(std::string cause) {
  return std::unexpected(broken_answer(std::move(cause)));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) + 1 - first);
}

const json::object* object_in(const json::object& in, std::string_view name) {
  const json::value* value = in.if_contains(name);
  return value == nullptr ? nullptr : value->if_object();
}

std::optional<model::Tokens> count_in(const json::object& in, std::string_view name) {
  const json::value* value = in.if_contains(name);
  if (value == nullptr) return std::nullopt;
  boost::system::error_code not_whole;
  const auto count = value->to_number<std::int64_t>(not_whole);
  if (not_whole || count < 0 || count > kMostTokens) return std::nullopt;
  return model::Tokens(count);
}

std::optional<model::Tokens> cached_in(const json::object& usage) {
  if (const auto* details = object_in(usage, "prompt_tokens_details")) {
    if (const auto count = count_in(*details, "cached_tokens")) return count;
  }
  // DeepSeek, then Moonshot.
  if (const auto count = count_in(usage, "prompt_cache_hit_tokens")) return count;
  return count_in(usage, "cached_tokens");
}

// A member of a delta that says nothing.
bool silent(const json::value& value) {
  if (const auto* text = value.if_string()) return text->empty();
  if (const auto* list = value.if_array()) return list->empty();
  return value.is_null();
}

}  // namespace

OpenAiReply::OpenAiReply(Form form, OpenAiReplyLimits limits, std::string_view api_key)
    : form_(form), limits_(limits), api_key_(api_key), events_(limits.event_bytes) {}

Result<void> OpenAiReply::feed(std::string_view bytes) {
  if (bytes.size() > limits_.body_bytes - bytes_) {
    return broken("the answer is longer than " + std::to_string(limits_.body_bytes) + " bytes");
  }
  bytes_ += bytes.size();
  if (form_ == Form::kWhole) {
    body_ += bytes;
    return {};
  }
  const Result<void> fed = events_.feed(bytes);
  while (!complete_) {
    const auto event = events_.next();
    if (!event) break;
    if (auto read = read_event(event->data); !read) return read;
  }
  if (!fed && !complete_) {
    return broken("an event is longer than " + std::to_string(limits_.event_bytes) + " bytes");
  }
  return {};
}

Result<void> OpenAiReply::end() {
  if (complete_) return {};
  if (form_ == Form::kStream) {
    // A last event without its empty line counts, if it can be read or is not needed any more.
    if (events_.unfinished()) {
      auto last = feed("\n\n");
      if (complete_) return {};
      if (!last && finish_reason_.empty()) return last;
    }
    return conclude();
  }
  boost::system::error_code malformed;
  const json::value reply = json::parse(body_, malformed);
  if (malformed) return broken("the answer is not JSON: " + malformed.message());
  if (auto read = read_reply(reply); !read) return read;
  return conclude();
}

std::optional<ProviderEvent> OpenAiReply::next() {
  if (ready_.empty()) return std::nullopt;
  ProviderEvent event = std::move(ready_.front());
  ready_.pop_front();
  return event;
}

Result<void> OpenAiReply::read_event(std::string_view data) {
  data = trimmed(data);
  if (data == "[DONE]") return conclude();
  std::array<unsigned char, 4096> first;
  json::monotonic_resource memory(first.data(), first.size());
  boost::system::error_code malformed;
  const json::value reply = json::parse(data, malformed, &memory);
  if (malformed) return broken("an event is not JSON: " + malformed.message());
  return read_reply(reply);
}

Result<void> OpenAiReply::read_reply(const json::value& reply) {
  const json::object* object = reply.if_object();
  if (object == nullptr) return broken("the answer is no JSON object");
  if (is_fault(reply)) return std::unexpected(fault_error(read_fault(reply), api_key_));
  read_usage(object->if_contains("usage"));
  const json::value* choices = object->if_contains("choices");
  if (choices == nullptr || choices->is_null()) return {};
  const json::array* list = choices->if_array();
  if (list == nullptr) return broken("`choices` is no array");
  for (const json::value& choice : *list) {
    if (!choice.is_object()) return broken("a choice is no object");
    const json::value* index = choice.get_object().if_contains("index");
    if (index != nullptr && *index != 0) continue;
    if (auto read = read_choice(choice.get_object()); !read) return read;
  }
  return {};
}

Result<void> OpenAiReply::read_choice(const json::object& choice) {
  const json::value* said = choice.if_contains(form_ == Form::kStream ? "delta" : "message");
  if (said != nullptr && !said->is_null()) {
    if (!said->is_object()) return broken("a choice holds no delta");
    if (auto read = read_delta(said->get_object()); !read) return read;
  }
  // Moonshot's place for it.
  read_usage(choice.if_contains("usage"));
  const json::value* reason = choice.if_contains("finish_reason");
  if (reason == nullptr || reason->is_null()) return {};
  if (!reason->is_string()) return broken("`finish_reason` is no string");
  if (reason->get_string() == "error") return broken("`finish_reason` is \"error\"");
  if (!reason->get_string().empty()) finish_reason_ = reason->get_string();
  return {};
}

Result<void> OpenAiReply::read_delta(const json::object& delta) {
  std::string extra;
  for (const auto& [name, value] : delta) {
    if (silent(value) || name == "role") continue;
    if (name == "content") {
      if (!value.is_string()) return broken("`content` is no string");
      ready_.emplace_back(TextDelta{std::string(value.get_string())});
      continue;
    }
    extra += extra.empty() ? '{' : ',';
    base::append_json_string(extra, name);
    extra += ':';
    append_json(extra, value);
  }
  if (extra.empty()) return {};
  extra += '}';
  ready_.emplace_back(ExtraDelta{std::move(extra)});
  return {};
}

void OpenAiReply::read_usage(const json::value* usage) {
  const json::object* object = usage == nullptr ? nullptr : usage->if_object();
  if (object == nullptr) return;
  const auto input = count_in(*object, "prompt_tokens");
  const auto output = count_in(*object, "completion_tokens");
  if (!input || !output) return;
  const model::Tokens cached = std::min(cached_in(*object).value_or(model::Tokens()), *input);
  usage_ = model::Usage{.input = *input, .cached_input = cached, .output = *output};
}

Result<void> OpenAiReply::conclude() {
  if (finish_reason_.empty()) return broken("the answer ended without a finish_reason");
  complete_ = true;
  if (usage_) ready_.emplace_back(UsageReport{*usage_});
  ready_.emplace_back(Finish{std::move(finish_reason_)});
  return {};
}

}  // namespace parley::providers
