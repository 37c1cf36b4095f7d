#include "limits/wait_estimate.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace parley::limits {
namespace {

using namespace std::chrono_literals;

constexpr base::SteadyTime kNow{std::chrono::hours(1)};

WaitEstimate measured(std::chrono::milliseconds service) {
  WaitEstimate estimate;
  for (int i = 0; i < 10; ++i) estimate.served(service);
  return estimate;
}

TEST(WaitEstimate, is_the_service_time_by_the_limit_for_each_turn) {
  const WaitEstimate estimate = measured(6s);
  EXPECT_EQ(to_ms(estimate.wait(1, {.limit = 3, .in_use = 3})), 2s);
  EXPECT_EQ(to_ms(estimate.wait(5, {.limit = 3, .in_use = 3})), 10s);
}

TEST(WaitEstimate, counts_those_who_are_too_many_since_the_limit_fell) {
  EXPECT_EQ(to_ms(measured(6s).wait(1, {.limit = 3, .in_use = 8})), 12s);
}

TEST(WaitEstimate, is_optimistic_before_anything_was_measured) {
  EXPECT_EQ(to_ms(WaitEstimate().wait(4, {.limit = 2, .in_use = 2})), 2 * WaitEstimate::kUnmeasured);
}

TEST(WaitEstimate, follows_a_service_time_that_changes) {
  WaitEstimate estimate = measured(2s);
  for (int i = 0; i < 500; ++i) estimate.served(10s);
  EXPECT_NEAR(estimate.wait(1, {.limit = 1, .in_use = 1}).count(), 10, 0.2);
}

TEST(WaitEstimate, gives_each_who_is_refused_a_time_of_its_own) {
  WaitEstimate estimate = measured(1s);
  const WaitEstimate::Room room{.limit = 10, .in_use = 10};
  EXPECT_EQ(estimate.retry_after(kNow, 12s, 10s, room), 2200ms);
  EXPECT_EQ(estimate.retry_after(kNow, 12s, 10s, room), 2400ms);
  EXPECT_EQ(estimate.retry_after(kNow + 1s, 12s, 10s, room), 2200ms)
      << "never before the line is short enough";
  EXPECT_EQ(estimate.retry_after(kNow + 1h, 12s, 10s, room), 2200ms) << "what was told is long past";
}

TEST(WaitEstimate, spreads_those_for_whom_there_is_no_time_left) {
  WaitEstimate estimate = measured(20s);
  std::vector<std::chrono::milliseconds> told;
  for (int i = 0; i < 40; ++i) told.push_back(estimate.retry_after(kNow, 1h, 1s, {.limit = 1, .in_use = 1}));
  std::ranges::sort(told);
  EXPECT_GE(told.front(), WaitEstimate::kLongestRetry / 2);
  EXPECT_LE(told.back(), WaitEstimate::kLongestRetry);
  for (std::size_t i = 1; i < told.size(); ++i) EXPECT_GE(told[i] - told[i - 1], 500ms);
}

TEST(WaitEstimate, one_whose_part_of_the_line_is_full_comes_back_when_some_of_it_was_served) {
  WaitEstimate estimate = measured(1s);
  for (int i = 0; i < 100; ++i) {
    const auto told = estimate.retry_after_own(4, 10, {.limit = 2, .in_use = 2});
    EXPECT_GT(told, 2s);
    EXPECT_LE(told, 22s);
  }
}

}  // namespace
}  // namespace parley::limits
