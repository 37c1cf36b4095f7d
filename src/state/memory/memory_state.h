// SharedState in this process's memory, for a Parley of one node. Any thread.
#pragma once

#include <cstddef>
#include <memory>

#include "base/clock.h"
#include "base/metrics.h"
#include "state/state.h"

namespace parley::state::memory {

struct MemoryOptions {
  // Keys of rates, of slots and of bans and offences, each. Beyond, the key that would be forgotten soonest
  // makes room.
  std::size_t max_keys = 1'000'000;
};

// `clock` and `metrics` outlive it.
std::unique_ptr<SharedState> open_state(MemoryOptions options, const base::Clock& clock,
                                        base::Metrics& metrics);

}  // namespace parley::state::memory
