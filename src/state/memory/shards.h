// A table in parts, each under a lock of its own, so that workers seldom wait for one another.
//
// Locks rather than messages to an owning worker: an answer takes well under a microsecond, and posting to
// another worker and back takes several. Any thread.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include "base/guarded.h"
#include "base/metrics.h"
#include "state/memory/fingerprint.h"
#include "state/memory/table.h"

namespace parley::state::memory {

// The gauge and the counter of one kind of keys.
struct KeyMetrics {
  base::Gauge& keys;
  base::Counter& evicted;
};

template <class Part>
class Shards {
 public:
  // At least so many keys make another part worth it; at most so many parts.
  static constexpr std::size_t kKeysEach = 1024;
  static constexpr std::size_t kMostParts = 256;

  // Each part gets an equal share of `max_keys`, rounded down: as keys never spread quite evenly, a part may
  // be full some percent before all are.
  explicit Shards(std::size_t max_keys)
      : count_(std::clamp<std::size_t>(std::bit_floor(max_keys / kKeysEach), 1, kMostParts)),
        parts_(std::make_unique<Line[]>(count_)) {
    for (std::size_t i = 0; i < count_; ++i) {
      parts_[i].guarded.with([&](Part& part) { part.table = decltype(part.table)(max_keys / count_); });
    }
  }

  std::size_t count() const { return count_; }
  std::size_t index_of(const Fingerprint& key) const { return key.high & (count_ - 1); }

  template <class Fn>
  decltype(auto) with(std::size_t index, Fn&& fn) {
    return parts_[index].guarded.with(std::forward<Fn>(fn));
  }
  template <class Fn>
  decltype(auto) with(const Fingerprint& key, Fn&& fn) {
    return with(index_of(key), std::forward<Fn>(fn));
  }

  // Calls `fn` with all of them locked. `indexes` ascend, so that no two callers wait for each other.
  template <class Fn>
  void with_all(std::span<const std::size_t> indexes, std::span<Part*> parts, Fn&& fn) {
    if (indexes.empty()) {
      fn();
      return;
    }
    with(indexes.front(), [&](Part& part) {
      parts.front() = &part;
      with_all(indexes.subspan(1), parts.subspan(1), fn);
    });
  }

 private:
  // One to a cache line, or they would be waited for together.
  struct alignas(64) Line {
    base::Guarded<Part> guarded{};
  };

  std::size_t count_;
  std::unique_ptr<Line[]> parts_;
};

}  // namespace parley::state::memory
