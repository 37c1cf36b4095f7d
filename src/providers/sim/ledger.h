// What the simulated provider has served, so that a test can compare it with what others say they used.
//
// Shared by all workers. What an answer produced counts when the answer has ended, also when its reader left
// in the middle: what had been produced by then.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/guarded.h"

namespace parley::providers {

enum class SimOutcome : std::uint8_t {
  kOpen,
  kComplete,
  // The reader left, or the server stopped.
  kCancelled,
  // Failed on purpose, after it had begun to answer or without an answer.
  kFaulted,
  // Answered with a status of failure.
  kRefused
};
std::string_view name(SimOutcome outcome);

struct SimServed {
  // From 1, in the order in which the requests came.
  std::uint64_t number = 0;
  std::string path;
  // The bearer token, as it was sent: keys that are given to a simulated provider are no secrets.
  std::string key;
  std::string model{};
  bool stream = false;
  SimOutcome outcome = SimOutcome::kOpen;
  std::int64_t prompt_tokens = 0;
  std::int64_t cached_tokens = 0;
  std::int64_t completion_tokens = 0;
  // The exact bytes that came, up to the bound, and how many there were.
  std::string body{};
  std::size_t body_bytes = 0;
};

struct SimLedgerLimits {
  // The last requests that are kept whole.
  std::size_t requests = 100;
  std::size_t body_bytes = std::size_t{64} << 10;
  // Different models and keys that are counted apart; what comes beyond counts as "other".
  std::size_t names = 1000;
};

class SimLedger {
 public:
  // `on_end`, where set, is called on the worker that served, after each request has been entered.
  SimLedger(SimLedgerLimits limits, std::function<void(const SimServed&)> on_end);

  // One request under way. Ends as cancelled where nobody ended it.
  class Entry {
   public:
    Entry(SimLedger& ledger, SimServed served, std::uint64_t epoch)
        : ledger_(ledger), served_(std::move(served)), epoch_(epoch) {}
    ~Entry() { end(SimOutcome::kCancelled); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    std::uint64_t number() const { return served_.number; }
    // What is entered of the request when it ends.
    void asked(std::string_view model, bool stream);
    void produced(std::int64_t prompt, std::int64_t cached, std::int64_t completion);
    // A second call does nothing.
    void end(SimOutcome outcome);

   private:
    SimLedger& ledger_;
    SimServed served_;
    const std::uint64_t epoch_;
    bool ended_ = false;
  };

  // `body` is copied up to the bound.
  Entry begin(std::string_view path, std::string_view key, std::string_view body);

  // The counts, and the last requests, as JSON (docs of GET /sim/served and /sim/requests in sim.h).
  std::string served() const;
  std::string requests() const;
  // All counts are zero again, and the next request is number 1. Requests under way stay open and are not
  // entered when they end.
  void reset();

 private:
  struct Totals {
    std::int64_t requests = 0;
    std::int64_t prompt_tokens = 0;
    std::int64_t cached_tokens = 0;
    std::int64_t completion_tokens = 0;
    void add(const SimServed& served);
  };
  using ByName = std::map<std::string, Totals, std::less<>>;
  struct State {
    std::uint64_t epoch = 0;
    std::uint64_t last = 0;
    std::int64_t open = 0;
    Totals all;
    std::map<SimOutcome, std::int64_t> outcomes;
    ByName models;
    ByName keys;
    std::deque<SimServed> kept;
  };

  void enter(const SimServed& served, std::uint64_t epoch);
  void add_to(ByName& names, const std::string& name, const SimServed& served) const;
  static void append(std::string& out, const Totals& totals);
  static void append(std::string& out, const ByName& names);

  const SimLedgerLimits limits_;
  const std::function<void(const SimServed&)> on_end_;
  // Guarded rather than posted: tests read one count over all workers, between requests that are a few
  // additions each.
  base::Guarded<State> state_;
};

}  // namespace parley::providers
