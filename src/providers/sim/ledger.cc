#include "providers/sim/ledger.h"

#include <array>
#include <utility>

#include <openssl/evp.h>

#include "base/json_string.h"
#include "net/websocket_frame.h"

namespace parley::providers {
namespace {

constexpr std::array<std::string_view, 5> kNames{"open", "complete", "cancelled", "faulted", "refused"};
constexpr std::size_t kMaxName = 200;

void append_member(std::string& out, std::string_view name, std::int64_t count) {
  out += '"';
  out += name;
  out += "\":";
  out += std::to_string(count);
}

void append_text_member(std::string& out, std::string_view name, std::string_view text) {
  out += '"';
  out += name;
  out += "\":";
  base::append_json_string(out, text);
}

bool valid_utf8(std::string_view text) {
  net::Utf8Check check;
  return check.feed(text) && check.complete();
}

// A name to count by: bounded, and fit for JSON.
std::string name_of(std::string_view text) {
  text = text.substr(0, kMaxName);
  return valid_utf8(text) ? std::string(text) : "unreadable";
}

// A JSON string holds UTF-8 alone; other bytes are written as they are in base64.
void append_body(std::string& out, const std::string& body) {
  if (valid_utf8(body)) {
    append_text_member(out, "body", body);
    return;
  }
  std::string encoded((body.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                      reinterpret_cast<const unsigned char*>(body.data()), static_cast<int>(body.size()));
  encoded.resize(static_cast<std::size_t>(size));
  append_text_member(out, "body_base64", encoded);
}

}  // namespace

std::string_view name(SimOutcome outcome) {
  return kNames[static_cast<std::size_t>(outcome)];
}

SimLedger::SimLedger(SimLedgerLimits limits, std::function<void(const SimServed&)> on_end)
    : limits_(limits), on_end_(std::move(on_end)) {}

SimLedger::Entry SimLedger::begin(std::string_view path, std::string_view key, std::string_view body) {
  SimServed served{.path = name_of(path), .key = name_of(key), .body_bytes = body.size()};
  SimServed kept = served;
  kept.body = body.substr(0, limits_.body_bytes);
  // What an old entry held is freed after the lock.
  SimServed dropped;
  const std::uint64_t epoch = state_.with([&](State& state) {
    served.number = kept.number = ++state.last;
    ++state.open;
    state.kept.push_back(std::move(kept));
    if (state.kept.size() > limits_.requests) {
      dropped = std::move(state.kept.front());
      state.kept.pop_front();
    }
    return state.epoch;
  });
  return {*this, std::move(served), epoch};
}

void SimLedger::Entry::asked(std::string_view model, bool stream) {
  served_.model = name_of(model);
  served_.stream = stream;
}

void SimLedger::Entry::produced(std::int64_t prompt, std::int64_t cached, std::int64_t completion) {
  served_.prompt_tokens = prompt;
  served_.cached_tokens = cached;
  served_.completion_tokens = completion;
}

void SimLedger::Entry::end(SimOutcome outcome) {
  if (std::exchange(ended_, true)) return;
  served_.outcome = outcome;
  ledger_.enter(served_, epoch_);
}

void SimLedger::enter(const SimServed& served, std::uint64_t epoch) {
  state_.with([&](State& state) {
    --state.open;
    if (epoch != state.epoch) return;
    state.all.add(served);
    ++state.outcomes[served.outcome];
    if (!served.model.empty()) add_to(state.models, served.model, served);
    add_to(state.keys, served.key, served);
    // The kept ones have consecutive numbers.
    if (state.kept.empty() || served.number < state.kept.front().number) return;
    SimServed& kept = state.kept[served.number - state.kept.front().number];
    std::string body = std::move(kept.body);
    kept = served;
    kept.body = std::move(body);
  });
  if (on_end_) on_end_(served);
}

void SimLedger::Totals::add(const SimServed& served) {
  ++requests;
  prompt_tokens += served.prompt_tokens;
  cached_tokens += served.cached_tokens;
  completion_tokens += served.completion_tokens;
}

void SimLedger::add_to(ByName& names, const std::string& name, const SimServed& served) const {
  auto found = names.find(name);
  if (found == names.end()) {
    found = names.try_emplace(names.size() < limits_.names ? name : "other").first;
  }
  found->second.add(served);
}

void SimLedger::append(std::string& out, const Totals& totals) {
  append_member(out, "requests", totals.requests);
  append_member(out += ',', "prompt_tokens", totals.prompt_tokens);
  append_member(out += ',', "cached_tokens", totals.cached_tokens);
  append_member(out += ',', "completion_tokens", totals.completion_tokens);
}

void SimLedger::append(std::string& out, const ByName& names) {
  char before = '{';
  for (const auto& [name, totals] : names) {
    base::append_json_string(out += before, name);
    append(out += ":{", totals);
    out += '}';
    before = ',';
  }
  out += before == '{' ? "{}" : "}";
}

std::string SimLedger::served() const {
  return state_.with([](const State& state) {
    std::string out = "{";
    append(out, state.all);
    append_member(out += ',', "open", state.open);
    for (std::size_t i = 1; i < kNames.size(); ++i) {
      const auto found = state.outcomes.find(static_cast<SimOutcome>(i));
      append_member(out += ',', kNames[i], found == state.outcomes.end() ? 0 : found->second);
    }
    append(out += R"(,"models":)", state.models);
    append(out += R"(,"keys":)", state.keys);
    return out += '}';
  });
}

std::string SimLedger::requests() const {
  const auto kept = state_.with([](const State& state) { return state.kept; });
  std::string out = "[";
  for (const SimServed& served : kept) {
    append_member(out += out.size() > 1 ? ",{" : "{", "number", static_cast<std::int64_t>(served.number));
    append_text_member(out += ',', "path", served.path);
    append_text_member(out += ',', "key", served.key);
    append_text_member(out += ',', "model", served.model);
    out += served.stream ? R"(,"stream":true)" : R"(,"stream":false)";
    append_text_member(out += ',', "outcome", name(served.outcome));
    append_member(out += ',', "prompt_tokens", served.prompt_tokens);
    append_member(out += ',', "cached_tokens", served.cached_tokens);
    append_member(out += ',', "completion_tokens", served.completion_tokens);
    append_member(out += ',', "body_bytes", static_cast<std::int64_t>(served.body_bytes));
    append_body(out += ',', served.body);
    out += '}';
  }
  return out += ']';
}

void SimLedger::reset() {
  state_.with([](State& state) {
    ++state.epoch;
    state.last = 0;
    state.all = {};
    state.outcomes.clear();
    state.models.clear();
    state.keys.clear();
    state.kept.clear();
  });
}

}  // namespace parley::providers
