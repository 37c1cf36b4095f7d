// SharedState in this process's memory, for a Parley of one node. Any thread.
//
// Rates and slots go by the steady clock, bans by the wall clock. Keeps parley_state_keys{kind} and
// parley_state_evicted_total{kind}: what had to make room though it still mattered. Kind: "rates", "slots",
// "bans". Calls are not timed: one takes less than the clock would tell.
#pragma once

#include <cstddef>
#include <memory>

#include "base/clock.h"
#include "base/metrics.h"
#include "state/state.h"

namespace parley::state::memory {

// Beyond these, the key that would be forgotten soonest, of a few, makes room (table.h).
struct MemoryOptions {
  // Keys of rates, and of slots, each. A million of rates are about 30 MB.
  std::size_t max_keys = 1'000'000;
  // Subjects of bans and offences.
  std::size_t max_subjects = 100'000;
};

// `clock` and `metrics` outlive it.
std::unique_ptr<SharedState> open_state(MemoryOptions options, const base::Clock& clock,
                                        base::Metrics& metrics);

}  // namespace parley::state::memory
