// The generic cell rate algorithm, in its virtual scheduling form (ITU-T I.371, A.1.2), as pure functions.
//
// All that is kept for a key is the theoretical arrival time: when the next request would be due if requests
// came one an interval. Each request moves it on by an interval, from now at the earliest; a request gets
// through where that leaves it at most burst * interval ahead of now. From this follow both halves of the
// promise (state.h): n requests of a span that begins at a and ends at b leave it at least at
// a + n * interval, and it is at most b + burst * interval, so n <= burst + (b - a) / interval; and where it
// stands at a + k * interval after k requests without a gap since a, the next is refused only when
// k + 1 > burst + (b - a) / interval.
//
// Times are whole microseconds on any scale that starts at 0 or later, and every step is exact: up to kMaxNow
// in int64, and, until the year 2200, in the doubles that a script on a server may have to calculate with
// (below 2^53). Any thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "state/state.h"

namespace parley::state {

// The most that burst * interval may be: 10^15 us, about 31 years.
inline constexpr std::int64_t kMaxRateSpan = 1'000'000'000'000'000;
inline constexpr std::int64_t kMaxNow = std::int64_t{1} << 62;

// An interval and a burst from 1, within kMaxRateSpan, and a cost from 0 to the burst.
constexpr bool valid(const Rate& rate, std::int64_t cost) {
  const std::int64_t interval = rate.interval.count();
  return interval >= 1 && rate.burst >= 1 && rate.burst <= kMaxRateSpan / interval && cost >= 0 &&
         cost <= rate.burst;
}

struct GcraVerdict {
  bool allowed = true;
  // The theoretical arrival time to go on with where it is let through, and where it is not.
  std::int64_t after = 0;
  std::int64_t before = 0;
  // Until it would be let through; 0 where it is.
  std::chrono::microseconds retry_after{};
};

// Whether a request that is worth `cost` of them gets through. `arrival`: as kept for the key, 0 where
// nothing is; one that lies further ahead than the rate can have put it, because the rate was another then or
// the clock went back, counts as the furthest. `now` from 0 to kMaxNow; valid(rate, cost).
constexpr GcraVerdict gcra(std::int64_t arrival, std::int64_t now, const Rate& rate, std::int64_t cost) {
  const std::int64_t interval = rate.interval.count();
  const std::int64_t furthest = now + rate.burst * interval;
  const std::int64_t due = std::clamp(arrival, now, furthest);
  const std::int64_t after = due + cost * interval;
  if (after > furthest) {
    return {.allowed = false,
            .after = due,
            .before = due,
            .retry_after = std::chrono::microseconds(after - furthest)};
  }
  return {.after = after, .before = due};
}

// Where a key stands whose arrival time is `arrival`, as gcra() gives it.
constexpr RateStanding standing(std::int64_t arrival, std::int64_t now, const Rate& rate) {
  const std::int64_t interval = rate.interval.count();
  return {.remaining = (now + rate.burst * interval - arrival) / interval,
          .full_after = std::chrono::microseconds(arrival - now)};
}

}  // namespace parley::state
