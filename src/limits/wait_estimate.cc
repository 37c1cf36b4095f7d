#include "limits/wait_estimate.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace parley::limits {
namespace {

using std::chrono::milliseconds;

// The mean is that of about so many requests; answers differ so much that fewer would say little.
constexpr double kRemembered = 100;
// Newcomers take the other half.
constexpr double kTurnsApart = 2;

}  // namespace

milliseconds to_ms(WaitEstimate::Seconds time) {
  return milliseconds(static_cast<std::int64_t>(std::ceil(1e3 * time.count() - 1e-6)));
}

void WaitEstimate::served(Seconds time) {
  // Of the first ones the plain mean.
  measured_ = std::min(measured_ + 1, kRemembered);
  mean_ += (time - mean_) / measured_;
}

WaitEstimate::Seconds WaitEstimate::turn(Room room) const {
  const Seconds service = measured_ == 0 ? Seconds(kUnmeasured) : mean_;
  return service / static_cast<double>(room.limit);
}

WaitEstimate::Seconds WaitEstimate::wait(std::size_t turns, Room room) const {
  // After the limit fell, those who are too many have to leave first.
  const std::size_t over = room.in_use - std::min(room.in_use, room.limit);
  return turn(room) * static_cast<double>(turns + over);
}

milliseconds WaitEstimate::retry_after(base::SteadyTime now, Seconds wait, Seconds allowed, Room room) {
  const Seconds after = std::max(wait - allowed, Seconds(promised_ - now)) + kTurnsApart * turn(room);
  if (after > Seconds(kLongestRetry)) return to_ms(Seconds(kLongestRetry) * (0.5 + 0.5 * spread()));
  promised_ = now + std::chrono::ceil<base::SteadyTime::duration>(after);
  return to_ms(after);
}

milliseconds WaitEstimate::retry_after_own(std::size_t turns, std::size_t max_of_user, Room room) {
  const Seconds one = wait(turns, room);
  return std::min(to_ms(one * (1 + spread() * static_cast<double>(max_of_user))), kLongestRetry);
}

double WaitEstimate::spread() {
  // Multiples of the golden ratio are spread evenly, whenever one stops.
  spread_at_ += 0.6180339887498949;
  spread_at_ -= std::floor(spread_at_);
  return 1 - spread_at_;
}

}  // namespace parley::limits
