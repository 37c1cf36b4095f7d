// A clock that stands still until a test moves it.
//
// Both times move together. Any thread may read and move it.
#pragma once

#include <atomic>
#include <chrono>

#include "base/clock.h"

namespace parley::testing {

class ManualClock final : public base::Clock {
 public:
  // Starts at 2026-01-31T09:30:00.000Z unless told otherwise.
  explicit ManualClock(base::WallTime start = base::WallTime(std::chrono::milliseconds(1769851800000)))
      : start_(start) {}

  base::WallTime wall_now() const override {
    return start_ + std::chrono::milliseconds(moved_ms_.load() + stepped_ms_.load());
  }
  base::SteadyTime steady_now() const override {
    return base::SteadyTime(std::chrono::hours(1) + std::chrono::milliseconds(moved_ms_.load()));
  }

  // Lets time pass; not negative.
  void advance(std::chrono::milliseconds by) { moved_ms_.fetch_add(by.count()); }
  // Sets the wall clock forward or back, as an administrator would; steady time does not notice.
  void step_wall(std::chrono::milliseconds by) { stepped_ms_.fetch_add(by.count()); }

 private:
  base::WallTime start_;
  std::atomic<std::int64_t> moved_ms_{0};
  std::atomic<std::int64_t> stepped_ms_{0};
};

}  // namespace parley::testing
