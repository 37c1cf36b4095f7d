#include "providers/sim/behaviour.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace parley::providers {

using base::Result;
using std::chrono::microseconds;
using std::chrono::milliseconds;

namespace {

constexpr std::int64_t kMostMilliseconds = 600'000;

struct Word {
  std::string_view name;
  // The number it stands for alone; none: it takes no number.
  std::optional<std::int64_t> usual;
  std::int64_t most;
  void (*apply)(SimBehaviour& behaviour, std::int64_t number);
};

template <SimFault fault>
constexpr Word fault_after(std::string_view name) {
  return {name, 3, SimBehaviour::kMostTokens, [](SimBehaviour& b, std::int64_t number) {
            b.fault = fault;
            b.fault_at = number;
          }};
}

template <SimFault fault>
constexpr Word fault_at_once(std::string_view name) {
  return {name, std::nullopt, 0, [](SimBehaviour& b, std::int64_t) { b.fault = fault; }};
}

template <bool SimBehaviour::* member, bool value = true>
constexpr Word flag(std::string_view name) {
  return {name, std::nullopt, 0, [](SimBehaviour& b, std::int64_t) { b.*member = value; }};
}

constexpr std::array kWords{
    Word{"tokens", 16, SimBehaviour::kMostTokens,
         [](SimBehaviour& b, std::int64_t number) {
           b.tokens = number;
           b.length = SimLength::kFixed;
         }},
    Word{"full", std::nullopt, 0, [](SimBehaviour& b, std::int64_t) { b.length = SimLength::kFull; }},
    Word{"vary", std::nullopt, 0, [](SimBehaviour& b, std::int64_t) { b.length = SimLength::kVary; }},
    Word{"first", 200, kMostMilliseconds,
         [](SimBehaviour& b, std::int64_t number) { b.first_token = milliseconds(number); }},
    Word{"gap", 20, kMostMilliseconds,
         [](SimBehaviour& b, std::int64_t number) { b.gap = milliseconds(number); }},
    Word{"rate", 50, 1'000'000,
         [](SimBehaviour& b, std::int64_t number) {
           b.gap = microseconds(1'000'000 / std::max<std::int64_t>(number, 1));
         }},
    Word{"slow", std::nullopt, 0,
         [](SimBehaviour& b, std::int64_t) {
           b.first_token = milliseconds(200);
           b.gap = milliseconds(50);
         }},
    flag<&SimBehaviour::echo>("echo"),
    flag<&SimBehaviour::tools>("tools"),
    flag<&SimBehaviour::chunked>("chunked"),
    flag<&SimBehaviour::usage, false>("nousage"),
    flag<&SimBehaviour::usage_last>("usagelast"),
    flag<&SimBehaviour::done, false>("nodone"),
    Word{"cached", 1'000'000'000, 1'000'000'000,
         [](SimBehaviour& b, std::int64_t number) { b.cached = number; }},
    Word{"retry", 1000, 86'400'000,
         [](SimBehaviour& b, std::int64_t number) { b.retry_after = milliseconds(number); }},
    fault_at_once<SimFault::kContext>("context"),
    fault_at_once<SimFault::kHtml>("html"),
    fault_at_once<SimFault::kDrop>("drop"),
    fault_at_once<SimFault::kSilent>("silent"),
    fault_after<SimFault::kCut>("cut"),
    fault_after<SimFault::kUnfinished>("unfinished"),
    fault_after<SimFault::kStall>("stall"),
    fault_after<SimFault::kMalformed>("malformed"),
    fault_after<SimFault::kError>("error"),
};

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || number < 0) {
    return std::nullopt;
  }
  return number;
}

std::unexpected<base::Error> unknown(std::string_view word) {
  return base::fail(base::ErrorCode::kBadUserInput,
                    "the simulated provider does not know '" + std::string(word.substr(0, 40)) + "'");
}

const Word* find(std::string_view name) {
  const auto* const found = std::ranges::find(kWords, name, &Word::name);
  return found == kWords.end() ? nullptr : found;
}

Result<void> apply(SimBehaviour& behaviour, const Word& word, std::int64_t number) {
  if (number > word.most) return unknown(std::string(word.name) + ' ' + std::to_string(number));
  word.apply(behaviour, number);
  return {};
}

bool apply_status(SimBehaviour& behaviour, std::string_view word) {
  const auto status = parse_number(word);
  if (!status || *status < 400 || *status > 599) return false;
  behaviour.fault = SimFault::kStatus;
  behaviour.fault_at = *status;
  return true;
}

// The part of `text` up to '-', which is taken off with it.
std::string_view take_part(std::string_view& text) {
  const std::size_t size = std::min(text.find('-'), text.size());
  const std::string_view part = text.substr(0, size);
  text.remove_prefix(std::min(size + 1, text.size()));
  return part;
}

}  // namespace

Result<void> apply_words(SimBehaviour& behaviour, std::string_view words) {
  while (!words.empty()) {
    const std::string_view name = take_part(words);
    if (apply_status(behaviour, name)) continue;
    const Word* word = find(name);
    if (word == nullptr) return unknown(name);
    std::int64_t number = word->usual.value_or(0);
    if (word->usual) {
      std::string_view rest = words;
      if (const auto given = parse_number(take_part(rest))) {
        number = *given;
        words = rest;
      }
    }
    if (auto applied = apply(behaviour, *word, number); !applied) return applied;
  }
  return {};
}

Result<void> apply_model(SimBehaviour& behaviour, std::string_view model) {
  constexpr std::string_view kPrefix = "sim-";
  if (!model.starts_with(kPrefix)) return {};
  return apply_words(behaviour, model.substr(kPrefix.size()));
}

Result<void> apply_headers(SimBehaviour& behaviour, const net::Headers& headers) {
  constexpr std::string_view kPrefix = "x-sim-";
  for (const net::Header field : headers) {
    if (!net::iequals(field.name.substr(0, kPrefix.size()), kPrefix)) continue;
    std::string name(field.name.substr(kPrefix.size()));
    std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c | 0x20 : c; });
    if (apply_status(behaviour, name)) continue;
    const Word* word = find(name);
    const auto number = parse_number(field.value);
    if (word == nullptr || (!number && !field.value.empty())) return unknown(field.name);
    if (auto applied = apply(behaviour, *word, number.value_or(word->usual.value_or(0))); !applied) {
      return applied;
    }
  }
  return {};
}

}  // namespace parley::providers
