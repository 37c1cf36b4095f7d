// A simulated AI provider for tests, demonstrations and benchmarks: it speaks OpenAI's API over a
// net::Server, says the same to the same question, takes as long and fails as it is told to, and keeps
// account.
//
//   POST /v1/chat/completions   streamed and whole; behaviour.h says how it can be told what to do
//   POST /v1/embeddings         embeddings.h
//   GET  /v1/models             "sim" and what SimOptions names
//   GET  /sim/served            {"requests", "prompt_tokens", "cached_tokens", "completion_tokens", "open",
//                               "complete", "cancelled", "faulted", "refused", "models": {name: {the first
//                               four}}, "keys": the same, "most_at_once", "over_capacity"}. What is still
//                               open is counted in "open" alone. The last two: chat answers that were under
//                               way at once, and those that were refused or slowed down for being too many.
//   GET  /sim/requests          the last requests, oldest first: [{"number", "path", "key", "model",
//   "stream",
//                               "outcome", "prompt_tokens", "cached_tokens", "completion_tokens",
//                               "body_bytes", "body" (the exact bytes; "body_base64" where they are not
//                               UTF-8)}]
//   POST /sim/reset             all counts, and what is known of prompts, are as at the start
//
// One SimProvider serves all workers; each worker's net::Server is given handler().
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/async.h"
#include "net/server.h"
#include "providers/sim/behaviour.h"
#include "providers/sim/capacity.h"
#include "providers/sim/ledger.h"
#include "providers/sim/prefix_cache.h"

namespace parley::providers {

// A part of the requests that behaves differently.
struct SimShare {
  // As behaviour.h has it, such as "429" or "cut-5".
  std::string words;
  // Of all requests, from 0 to 1.
  double share = 0;
};

// "429=0.05,cut-3=0.01" as shares. BAD_USER_INPUT, naming what is wrong: words that are not known, a share
// that is no number from 0 to 1, shares above 1 in all.
[[nodiscard]] base::Result<std::vector<SimShare>> parse_sim_mix(std::string_view text);

struct SimOptions {
  // Answers, vectors and the choice of who gets which share of the mix follow from it.
  std::uint64_t seed = 1;
  // Of every request, before the mix, the model's name and the headers have their say, in this order.
  SimBehaviour behaviour{};
  std::vector<SimShare> mix{};
  // Bearer tokens that are accepted; none: all are, and none is needed.
  std::vector<std::string> keys{};
  // Beside "sim" in /v1/models. A model of any name is served.
  std::vector<std::string> models{};
  // A longer prompt is refused with context_length_exceeded.
  std::int64_t context_window = 1'000'000;
  // Report as cached what of a prompt was sent before with the same key.
  bool prefix_cache = false;
  std::size_t dimensions = 64;
  // Chat answers at once; 0: as many as come. More are refused with 429 and Retry-After, or, where it slows
  // down, take longer, all of them in proportion.
  std::int64_t capacity = 0;
  bool slows = false;
  SimLedgerLimits ledger{};
  // Called on the worker after a request has been entered in the account: how a test waits for it.
  std::function<void(const SimServed&)> on_end{};
};

class SimProvider {
 public:
  // BAD_USER_INPUT for a mix that parse_sim_mix() would not take, or dimensions outside 1 to 4096.
  [[nodiscard]] static base::Result<std::unique_ptr<SimProvider>> make(SimOptions options);

  // For a worker's server. The provider outlives the servers.
  net::Handler handler();

  const SimLedger& ledger() const { return ledger_; }
  // As POST /sim/reset.
  void reset();

 private:
  struct Share {
    // Shares up to and including this one.
    double upto;
    std::string words;
  };
  struct Handle;

  explicit SimProvider(SimOptions options);
  base::Awaitable<void> serve(net::Exchange& exchange);
  base::Awaitable<void> chat(net::Exchange& exchange);
  void embed(net::Exchange& exchange);
  base::Result<SimBehaviour> behaviour_for(std::string_view model, const net::Headers& headers,
                                           std::uint64_t number) const;
  bool knows(std::string_view key) const;
  std::string models() const;
  std::string served() const;

  const SimOptions options_;
  std::vector<Share> mix_;
  SimLedger ledger_;
  SimPrefixCache prefixes_;
  SimCapacity capacity_;
};

}  // namespace parley::providers
