#include "state/gcra.h"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace parley::state {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kNow = 1'769'851'800'000'000;
constexpr Rate kTenASecond{.interval = 100ms, .burst = 3};

// What the promise says, counted out: whether one more request at `now` would leave every span of time with
// at most burst + floor(length / interval) of them. `let_through` is in order.
bool fits(const std::vector<std::int64_t>& let_through, std::int64_t now, const Rate& rate) {
  std::int64_t in_span = 1;
  if (in_span > rate.burst) return false;
  for (auto at = let_through.rbegin(); at != let_through.rend(); ++at) {
    if (++in_span > rate.burst + (now - *at) / rate.interval.count()) return false;
  }
  return true;
}

TEST(Gcra, a_burst_gets_through_at_once_and_then_one_an_interval) {
  std::int64_t arrival = 0;
  for (int i = 0; i < 3; ++i) {
    const GcraVerdict verdict = gcra(arrival, kNow, kTenASecond, 1);
    ASSERT_TRUE(verdict.allowed);
    arrival = verdict.after;
    EXPECT_EQ(standing(arrival, kNow, kTenASecond).remaining, 2 - i);
  }
  const GcraVerdict refused = gcra(arrival, kNow, kTenASecond, 1);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.retry_after, 100ms);
  EXPECT_EQ(refused.after, arrival);
  EXPECT_EQ(standing(arrival, kNow, kTenASecond).full_after, 300ms);

  EXPECT_FALSE(gcra(arrival, kNow + 99'999, kTenASecond, 1).allowed);
  EXPECT_EQ(gcra(arrival, kNow + 99'999, kTenASecond, 1).retry_after, 1us);
  EXPECT_TRUE(gcra(arrival, kNow + 100'000, kTenASecond, 1).allowed);
}

TEST(Gcra, looking_takes_nothing) {
  const std::int64_t arrival = gcra(0, kNow, kTenASecond, 3).after;
  const GcraVerdict look = gcra(arrival, kNow, kTenASecond, 0);
  EXPECT_TRUE(look.allowed);
  EXPECT_EQ(look.after, arrival);
  EXPECT_EQ(standing(look.after, kNow, kTenASecond).remaining, 0);
}

TEST(Gcra, after_long_quiet_there_is_a_burst_and_no_more) {
  const std::int64_t arrival = gcra(0, kNow, kTenASecond, 1).after;
  const std::int64_t later = kNow + std::chrono::microseconds(24h).count();
  EXPECT_EQ(standing(gcra(arrival, later, kTenASecond, 0).after, later, kTenASecond).remaining, 3);
}

TEST(Gcra, what_another_rate_or_clock_left_behind_counts_as_a_burst_used_up) {
  const Rate slow{.interval = 1h, .burst = 100};
  const std::int64_t arrival = gcra(0, kNow, slow, 100).after;
  const GcraVerdict refused = gcra(arrival, kNow, kTenASecond, 1);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.retry_after, 100ms);
}

TEST(Gcra, every_decision_is_the_one_that_the_promise_leaves) {
  std::mt19937_64 random(5);
  const auto below = [&](std::int64_t bound) {
    return std::uniform_int_distribution<std::int64_t>(0, bound - 1)(random);
  };
  for (int round = 0; round < 400; ++round) {
    const Rate rate{.interval = std::chrono::microseconds(1 + below(round % 2 == 0 ? 7 : 1'000)),
                    .burst = 1 + below(6)};
    const std::int64_t pause = 2 * rate.interval.count();
    std::vector<std::int64_t> let_through;
    std::int64_t now = below(1'000);
    std::int64_t arrival = 0;
    for (int i = 0; i < 300; ++i) {
      if (below(3) != 0) now += below(below(10) == 0 ? 20 * pause : pause);
      const GcraVerdict verdict = gcra(arrival, now, rate, 1);
      ASSERT_EQ(verdict.allowed, fits(let_through, now, rate))
          << "round " << round << ", interval " << rate.interval.count() << ", burst " << rate.burst;
      if (!verdict.allowed) {
        // The time that is told is the first at which it fits.
        ASSERT_FALSE(fits(let_through, now + verdict.retry_after.count() - 1, rate));
        ASSERT_TRUE(fits(let_through, now + verdict.retry_after.count(), rate));
        continue;
      }
      arrival = verdict.after;
      let_through.push_back(now);
    }
  }
}

TEST(Gcra, at_the_ends_of_its_ranges_nothing_overflows) {
  const Rate widest{.interval = std::chrono::microseconds(1), .burst = kMaxRateSpan};
  const Rate slowest{.interval = std::chrono::microseconds(kMaxRateSpan), .burst = 1};
  for (const Rate& rate : {widest, slowest}) {
    ASSERT_TRUE(valid(rate, rate.burst));
    for (const std::int64_t now : {std::int64_t{0}, kMaxNow}) {
      const GcraVerdict all = gcra(kMaxNow + kMaxRateSpan, now, rate, 0);
      EXPECT_EQ(standing(all.after, now, rate).remaining, 0);
      const GcraVerdict taken = gcra(0, now, rate, rate.burst);
      EXPECT_TRUE(taken.allowed);
      EXPECT_EQ(standing(taken.after, now, rate).remaining, 0);
      EXPECT_EQ(gcra(taken.after, now, rate, rate.burst).retry_after.count(), kMaxRateSpan);
    }
  }
}

TEST(Gcra, what_cannot_be_counted_exactly_is_not_valid) {
  EXPECT_FALSE(valid({.interval = 0us, .burst = 1}, 1));
  EXPECT_FALSE(valid({.interval = -1us, .burst = 1}, 1));
  EXPECT_FALSE(valid({.interval = 1us, .burst = 0}, 0));
  EXPECT_FALSE(valid({.interval = 1us, .burst = 1}, 2));
  EXPECT_FALSE(valid({.interval = 1us, .burst = 1}, -1));
  EXPECT_FALSE(valid({.interval = 2us, .burst = kMaxRateSpan}, 1));
  EXPECT_TRUE(valid({.interval = 1us, .burst = kMaxRateSpan}, 1));
}

}  // namespace
}  // namespace parley::state
