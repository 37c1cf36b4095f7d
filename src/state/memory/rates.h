// Rates in this process's memory: one theoretical arrival time a key. Any thread.
//
// 24 bytes an entry, 30 at the fullest that a table gets. A key whose time has passed is as new, and goes
// (table.h).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/clock.h"
#include "state/memory/fingerprint.h"
#include "state/memory/shards.h"
#include "state/state.h"

namespace parley::state::memory {

class Rates {
 public:
  // `clock` outlives it.
  Rates(std::size_t max_keys, const base::Clock& clock, KeyMetrics metrics)
      : shards_(max_keys), clock_(clock), metrics_(metrics) {}

  // SharedState::take, of claims that are valid. `keys`: the claims', in their order; each another.
  std::vector<RateStanding> take(std::span<const RateClaim> claims, std::span<const Fingerprint> keys);

 private:
  struct Nothing {};
  // The theoretical arrival time is when the entry stops to matter.
  struct Part {
    Table<Nothing> table{1};
  };

  std::vector<RateStanding> decide(std::span<const RateClaim> claims, std::span<const Fingerprint> keys,
                                   std::span<Part* const> parts);
  void keep(Part& part, const Fingerprint& key, std::int64_t now, std::int64_t arrival);

  Shards<Part> shards_;
  const base::Clock& clock_;
  KeyMetrics metrics_;
};

}  // namespace parley::state::memory
