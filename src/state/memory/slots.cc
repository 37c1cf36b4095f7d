#include "state/memory/slots.h"

#include <algorithm>

namespace parley::state::memory {

std::int64_t Slots::now() const {
  return std::chrono::floor<std::chrono::milliseconds>(clock_.steady_now().time_since_epoch()).count();
}

bool Slots::acquire(const SlotPrints& slot, std::int64_t limit, std::chrono::milliseconds lease) {
  return hold(slot, limit, lease);
}

bool Slots::renew(const SlotPrints& slot, std::chrono::milliseconds lease) {
  return hold(slot, kMaxSlots, lease);
}

bool Slots::hold(const SlotPrints& slot, std::int64_t limit, std::chrono::milliseconds lease) {
  if (limit == 0) return false;
  return shards_.with(slot.key, [&](Part& part) {
    const std::int64_t at = now();
    const auto before = static_cast<std::int64_t>(part.table.size());
    // What is put here stays: at the least one holder comes, or there are others.
    auto& entry = part.table.put(slot.key, at, [&](const auto& dropped) {
      if (dropped.forget_at > at) metrics_.evicted.add();
    });
    Holds& holds = entry.payload;
    std::erase_if(holds, [at](const Hold& one) { return one.until <= at; });
    auto own = std::ranges::find(holds, slot.holder, &Hold::holder);
    const bool granted = own != holds.end() || static_cast<std::int64_t>(holds.size()) < limit;
    if (granted) {
      if (own == holds.end()) own = holds.insert(own, Hold{.holder = slot.holder});
      own->until = at + lease.count();
      entry.forget_at = std::max(entry.forget_at, own->until);
    }
    metrics_.keys.add(static_cast<std::int64_t>(part.table.size()) - before);
    return granted;
  });
}

void Slots::release(const SlotPrints& slot) {
  shards_.with(slot.key, [&](Part& part) {
    auto* entry = part.table.find(slot.key);
    if (entry == nullptr) return;
    std::erase_if(entry->payload, [&](const Hold& one) { return one.holder == slot.holder; });
    if (!entry->payload.empty()) return;
    part.table.erase(entry);
    metrics_.keys.add(-1);
  });
}

std::int64_t Slots::held(const Fingerprint& key) {
  return shards_.with(key, [&](Part& part) {
    const auto* entry = part.table.find(key);
    if (entry == nullptr) return std::int64_t{0};
    const std::int64_t at = now();
    return static_cast<std::int64_t>(
        std::ranges::count_if(entry->payload, [at](const Hold& one) { return one.until > at; }));
  });
}

}  // namespace parley::state::memory
