// How long a wait in line will be, and when one who was refused should come back. A state machine without I/O
// or clock; a gate has one.
#pragma once

#include <chrono>
#include <cstddef>

#include "base/clock.h"

namespace parley::limits {

// Not thread-safe.
class WaitEstimate {
 public:
  using Seconds = std::chrono::duration<double>;
  // How long a request takes before one was measured. Optimistic: it refuses too few rather than too many.
  static constexpr std::chrono::milliseconds kUnmeasured{1000};
  // No retry_after is longer.
  static constexpr std::chrono::milliseconds kLongestRetry{120'000};

  // So many requests are allowed at once, and so many are open.
  struct Room {
    std::size_t limit = 1;
    std::size_t in_use = 0;
  };

  // A request that was not pushed back held its place for that long.
  void served(Seconds time);

  // Until so many turns were given, the own one included.
  Seconds wait(std::size_t turns, Room room) const;

  // For one who would have waited for `wait` and may wait for `allowed`, or for whom the line was full, which
  // is `wait` = `allowed`: when the line is short enough if nobody else comes, and kTurnsApart turns after
  // the one who was refused before.
  std::chrono::milliseconds retry_after(base::SteadyTime now, Seconds wait, Seconds allowed, Room room);
  // For one who has as many in line as a user may, the first of them with so many turns to go: by then, or up
  // to as many times later, some of them were served.
  std::chrono::milliseconds retry_after_own(std::size_t turns, std::size_t max_of_user, Room room);

 private:
  // Between two grants.
  Seconds turn(Room room) const;
  // In (0, 1], each far from the last ones.
  double spread();

  Seconds mean_{};
  double measured_ = 0;
  // When the last one who was refused was told to come back.
  base::SteadyTime promised_{};
  double spread_at_ = 0;
};

// The time in whole milliseconds, rounded up.
std::chrono::milliseconds to_ms(WaitEstimate::Seconds time);

}  // namespace parley::limits
