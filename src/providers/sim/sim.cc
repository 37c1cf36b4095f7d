#include "providers/sim/sim.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/json_string.h"
#include "providers/sim/answer.h"
#include "providers/sim/embeddings.h"
#include "providers/sim/question.h"
#include "providers/sim/stream.h"

namespace parley::providers {

using base::Awaitable;
using base::Result;

namespace {

constexpr std::size_t kKnownPrefixes = 100'000;

std::unexpected<base::Error> bad(std::string message) {
  return base::fail(base::ErrorCode::kBadUserInput, std::move(message));
}

std::string_view bearer(const net::Request& request) {
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view header = request.header("Authorization").value_or("");
  if (!net::iequals(header.substr(0, kScheme.size()), kScheme)) return {};
  return header.substr(kScheme.size());
}

// From 0 to 1, the same for the same request of the same seed.
double chance(std::uint64_t seed, std::uint64_t number) {
  return static_cast<double>(sim_hash(seed + (number << 20U), "mix") >> 11U) * 0x1p-53;
}

bool refuses(SimFault fault) {
  return fault == SimFault::kStatus || fault == SimFault::kContext || fault == SimFault::kHtml ||
         fault == SimFault::kDrop || fault == SimFault::kSilent;
}

net::Response too_long(std::int64_t window, std::int64_t tokens) {
  return refusal(400,
                 "This model's maximum context length is " + std::to_string(window) +
                     " tokens. However, your messages resulted in " + std::to_string(tokens) + " tokens.",
                 "context_length_exceeded");
}

// The faults that come instead of an answer.
Awaitable<SimOutcome> refuse(net::Exchange& exchange, SimBehaviour behaviour, std::int64_t prompt_tokens) {
  switch (behaviour.fault) {
    case SimFault::kContext:
      exchange.reply(too_long(prompt_tokens - 1, prompt_tokens));
      co_return SimOutcome::kRefused;
    case SimFault::kHtml:
      exchange.reply({.headers = {{"Content-Type", "text/html"}}, .body = "<html>Please sign in</html>"});
      co_return SimOutcome::kFaulted;
    case SimFault::kSilent: {
      exchange.watch();
      const SimOutcome outcome = co_await hold();
      exchange.abort();
      co_return outcome;
    }
    case SimFault::kDrop:
      exchange.abort();
      co_return SimOutcome::kFaulted;
    default:
      break;
  }
  const int status = static_cast<int>(behaviour.fault_at);
  const bool again = status == 408 || status == 409 || status == 429 || status >= 500;
  exchange.reply(refusal(status, "The simulated provider refuses.",
                         status == 429 ? "rate_limit_exceeded" : "",
                         again ? behaviour.retry_after : std::chrono::milliseconds(0)));
  co_return SimOutcome::kRefused;
}

Result<SimShare> parse_share(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos)
    return bad("'" + std::string(text) + "' is not of the form WORDS=SHARE");
  SimShare share{.words = std::string(text.substr(0, equals))};
  text.remove_prefix(equals + 1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), share.share);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return bad("'" + std::string(text) + "' is no number");
  }
  return share;
}

Result<void> check_mix(const std::vector<SimShare>& mix) {
  double all = 0;
  for (const SimShare& share : mix) {
    SimBehaviour tried;
    if (auto applied = apply_words(tried, share.words); !applied) return applied;
    if (!(share.share >= 0 && share.share <= 1)) return bad("a share must be from 0 to 1");
    all += share.share;
  }
  // Shares that add up to 1 in decimal may miss it in binary.
  if (all > 1 + 1e-9) return bad("the shares are above 1 in all");
  return {};
}

}  // namespace

Result<std::vector<SimShare>> parse_sim_mix(std::string_view text) {
  std::vector<SimShare> mix;
  while (!text.empty()) {
    const std::size_t size = std::min(text.find(','), text.size());
    auto share = parse_share(text.substr(0, size));
    if (!share) return base::fail(std::move(share));
    mix.push_back(std::move(*share));
    text.remove_prefix(std::min(size + 1, text.size()));
  }
  if (auto checked = check_mix(mix); !checked) return base::fail(std::move(checked));
  return mix;
}

Result<std::unique_ptr<SimProvider>> SimProvider::make(SimOptions options) {
  if (auto checked = check_mix(options.mix); !checked) return base::fail(std::move(checked));
  if (options.dimensions < 1 || options.dimensions > 4096) return bad("dimensions must be from 1 to 4096");
  if (options.capacity < 0) return bad("the capacity cannot be below 0");
  return std::unique_ptr<SimProvider>(new SimProvider(std::move(options)));
}

SimProvider::SimProvider(SimOptions options)
    : options_(std::move(options)),
      ledger_(options_.ledger, options_.on_end),
      prefixes_(kKnownPrefixes),
      capacity_(options_.capacity, options_.slows) {
  double upto = 0;
  for (const SimShare& share : options_.mix)
    mix_.push_back({.upto = upto += share.share, .words = share.words});
}

struct SimProvider::Handle {
  SimProvider* provider;
  Awaitable<void> operator()(net::Exchange& exchange) const { return provider->serve(exchange); }
};

net::Handler SimProvider::handler() {
  return Handle{this};
}

void SimProvider::reset() {
  ledger_.reset();
  prefixes_.clear();
  capacity_.reset();
}

Awaitable<void> SimProvider::serve(net::Exchange& exchange) {
  const net::Request& request = exchange.request();
  const bool get = request.method == "GET";
  const bool post = request.method == "POST";
  if (post && request.path == "/v1/chat/completions") {
    co_await chat(exchange);
  } else if (post && request.path == "/v1/embeddings") {
    embed(exchange);
  } else if (get && request.path == "/v1/models") {
    exchange.reply(net::Response::json(200, models()));
  } else if (get && request.path == "/sim/served") {
    exchange.reply(net::Response::json(200, served()));
  } else if (get && request.path == "/sim/requests") {
    exchange.reply(net::Response::json(200, ledger_.requests()));
  } else if (post && request.path == "/sim/reset") {
    reset();
    exchange.reply({.status = 204});
  } else {
    exchange.reply(refusal(404, "There is nothing here.", ""));
  }
}

std::string SimProvider::served() const {
  std::string out = ledger_.served();
  out.back() = ',';
  return out += R"("most_at_once":)" + std::to_string(capacity_.most_at_once()) + R"(,"over_capacity":)" +
                std::to_string(capacity_.over()) + '}';
}

bool SimProvider::knows(std::string_view key) const {
  return options_.keys.empty() || std::ranges::find(options_.keys, key) != options_.keys.end();
}

Result<SimBehaviour> SimProvider::behaviour_for(std::string_view model, const net::Headers& headers,
                                                std::uint64_t number) const {
  SimBehaviour behaviour = options_.behaviour;
  if (!mix_.empty()) {
    const double at = chance(options_.seed, number);
    const auto share = std::ranges::find_if(mix_, [&](const Share& s) { return at < s.upto; });
    if (share != mix_.end()) (void)apply_words(behaviour, share->words);
  }
  if (auto applied = apply_model(behaviour, model); !applied) return base::fail(std::move(applied));
  if (auto applied = apply_headers(behaviour, headers); !applied) return base::fail(std::move(applied));
  return behaviour;
}

Awaitable<void> SimProvider::chat(net::Exchange& exchange) {
  const net::Request& request = exchange.request();
  const std::string_view key = bearer(request);
  SimLedger::Entry entry = ledger_.begin(request.path, key, request.body);
  // Entered before the answer can be read, so that whoever has read it finds it in the account.
  const auto refused = [&](net::Response response) {
    entry.end(SimOutcome::kRefused);
    exchange.reply(std::move(response));
  };
  if (!knows(key)) co_return refused(refusal(401, "Incorrect API key provided.", "invalid_api_key"));
  auto question = read_question(request.body, options_.seed);
  if (!question) co_return refused(refusal(400, question.error().message, ""));
  entry.asked(question->model, question->stream);
  const auto behaviour = behaviour_for(question->model, request.headers, entry.number());
  if (!behaviour) co_return refused(refusal(404, behaviour.error().message, "model_not_found"));
  if (question->prompt_tokens() > options_.context_window) {
    co_return refused(too_long(options_.context_window, question->prompt_tokens()));
  }
  if (refuses(behaviour->fault)) {
    // One that is silent works all the same.
    if (behaviour->fault == SimFault::kSilent) entry.produced(question->prompt_tokens(), 0, 0);
    entry.end(co_await refuse(exchange, *behaviour, question->prompt_tokens()));
    co_return;
  }
  SimCapacity::Seat seat = capacity_.enter();
  if (seat.refused()) {
    co_return refused(refusal(429, "The simulated provider has too much to do.", "rate_limit_exceeded",
                              behaviour->retry_after));
  }
  const SimAnswer answer(*question, *behaviour, options_.prefix_cache ? prefixes_.ask(*question, key) : 0,
                         entry.number());
  SimSending sending{
      .exchange = exchange, .answer = answer, .behaviour = *behaviour, .capacity = capacity_, .seat = seat};
  const SimOutcome outcome = question->stream ? co_await send_stream(sending) : co_await send_whole(sending);
  entry.produced(question->prompt_tokens(), answer.cached(), sending.produced);
  entry.end(outcome);
}

void SimProvider::embed(net::Exchange& exchange) {
  const net::Request& request = exchange.request();
  const std::string_view key = bearer(request);
  SimLedger::Entry entry = ledger_.begin(request.path, key, request.body);
  const auto refused = [&](net::Response response) {
    entry.end(SimOutcome::kRefused);
    exchange.reply(std::move(response));
  };
  if (!knows(key)) return refused(refusal(401, "Incorrect API key provided.", "invalid_api_key"));
  auto answer = answer_embeddings(request.body, options_.dimensions, options_.seed);
  if (!answer) return refused(refusal(400, answer.error().message, ""));
  const auto behaviour = behaviour_for(answer->model, request.headers, entry.number());
  if (!behaviour) return refused(refusal(404, behaviour.error().message, "model_not_found"));
  entry.asked(answer->model, false);
  if (behaviour->fault == SimFault::kStatus) {
    return refused(refusal(static_cast<int>(behaviour->fault_at), "The simulated provider refuses.", "",
                           behaviour->retry_after));
  }
  entry.produced(answer->prompt_tokens, 0, 0);
  entry.end(SimOutcome::kComplete);
  exchange.reply(net::Response::json(200, std::move(answer->reply)));
}

std::string SimProvider::models() const {
  std::string out = R"({"object":"list","data":[)";
  const auto add = [&](std::string_view id) {
    if (out.back() == '}') out += ',';
    base::append_json_string(out += R"({"id":)", id);
    out += R"(,"object":"model","created":1700000000,"owned_by":"parley-sim"})";
  };
  add("sim");
  for (const std::string& id : options_.models) add(id);
  return out += "]}";
}

}  // namespace parley::providers
