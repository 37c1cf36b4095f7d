// Slots in this process's memory: who holds one, by key, and until when. Any thread.
//
// 48 bytes a key and 24 a holder. A key goes with its last slot (table.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/clock.h"
#include "state/memory/fingerprint.h"
#include "state/memory/shards.h"
#include "state/state.h"

namespace parley::state::memory {

// A slot's key and holder.
struct SlotPrints {
  Fingerprint key;
  Fingerprint holder;
};

class Slots {
 public:
  // `clock` outlives it.
  Slots(std::size_t max_keys, const base::Clock& clock, KeyMetrics metrics)
      : shards_(max_keys), clock_(clock), metrics_(metrics) {}

  // As SharedState's; arguments are in range.
  bool acquire(const SlotPrints& slot, std::int64_t limit, std::chrono::milliseconds lease);
  // False where the key has kMaxSlots already.
  bool renew(const SlotPrints& slot, std::chrono::milliseconds lease);
  void release(const SlotPrints& slot);
  std::int64_t held(const Fingerprint& key);

 private:
  struct Hold {
    Fingerprint holder;
    std::int64_t until = 0;
  };
  using Holds = std::vector<Hold>;
  struct Part {
    Table<Holds> table{1};
  };

  std::int64_t now() const;
  bool hold(const SlotPrints& slot, std::int64_t limit, std::chrono::milliseconds lease);

  Shards<Part> shards_;
  const base::Clock& clock_;
  KeyMetrics metrics_;
};

}  // namespace parley::state::memory
