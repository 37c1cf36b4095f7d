#include "model/price.h"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"

namespace parley::model {
namespace {

constexpr auto kMost = std::numeric_limits<std::int64_t>::max();

Price price(std::int64_t input, std::int64_t cached, std::int64_t output) {
  return {.input = MicroUsd(input), .cached_input = MicroUsd(cached), .output = MicroUsd(output)};
}
Usage usage(std::int64_t input, std::int64_t cached, std::int64_t output) {
  return {.input = Tokens(input), .cached_input = Tokens(cached), .output = Tokens(output)};
}

TEST(Price, a_cost_is_rounded_up_once_for_the_sum) {
  EXPECT_EQ(cost_of(usage(1, 0, 1), price(1, 0, 1)), MicroUsd(1)) << "two millionths";
  EXPECT_EQ(cost_of(usage(1'000'000, 0, 0), price(2'500'000, 0, 0)), MicroUsd(2'500'000));
  EXPECT_EQ(cost_of(usage(1'000, 400, 10), price(3'000'000, 300'000, 15'000'000)),
            MicroUsd(1'800 + 120 + 150));
  EXPECT_EQ(cost_of(usage(0, 0, 0), price(kMost, kMost, kMost)), MicroUsd(0));
}

TEST(Price, what_no_provider_can_mean_costs_nothing_or_all_that_can_be_counted) {
  EXPECT_EQ(cost_of(usage(-5, 0, -7), price(1'000'000, 0, 1'000'000)), MicroUsd(0));
  EXPECT_EQ(cost_of(usage(10, 99, 0), price(1'000'000, 2'000'000, 0)), MicroUsd(20))
      << "more cached than input";
  EXPECT_EQ(cost_of(usage(10, 0, 0), price(-1, -1, -1)), MicroUsd(0));
  EXPECT_EQ(cost_of(usage(kMost, kMost, kMost), price(kMost, kMost, kMost)), MicroUsd(kMost));
}

TEST(MostOutput, is_what_is_left_after_the_input) {
  EXPECT_EQ(most_output(Tokens(100), price(1'000'000, 0, 2'000'000), MicroUsd(120)), Tokens(10));
  EXPECT_EQ(most_output(Tokens(100), price(1'000'000, 0, 2'000'000), MicroUsd(100)), Tokens(0));
  EXPECT_EQ(most_output(Tokens(100), price(1'000'000, 0, 2'000'000), MicroUsd(99)), std::nullopt);
  EXPECT_EQ(most_output(Tokens(0), price(1'000'000, 0, 0), MicroUsd(0)), Tokens(kMost)) << "free of charge";
  EXPECT_EQ(most_output(Tokens(1), price(1, 0, 1), MicroUsd(-1)), std::nullopt);
  EXPECT_EQ(most_output(Tokens(0), price(1, 0, 1), MicroUsd(-1)), Tokens(0));
}

// A number of any size: each number of bits is as likely as another.
std::int64_t any(base::Random& random) {
  return static_cast<std::int64_t>(random.next() >> (1 + random.below(63)));
}

TEST(MostOutput, costs_no_more_than_that_and_one_more_would) {
  base::Random random(2026);
  int bounded = 0;
  for (int i = 0; i < 200'000; ++i) {
    const Tokens input(any(random));
    const Price at = price(any(random), 0, any(random));
    const MicroUsd left(random.below(4) == 0 ? cost_of(usage(input.count(), 0, any(random)), at).count()
                                             : any(random));
    const auto cost = [&](Tokens output) { return cost_of(usage(input.count(), 0, output.count()), at); };
    const auto most = most_output(input, at, left);
    SCOPED_TRACE(testing::Message() << input.count() << " at " << at.input.count() << ", "
                                    << at.output.count() << " for " << left.count());
    // Costs saturate at the largest that can be counted, which would let everything in.
    if (left.count() == kMost) continue;
    if (!most) {
      ASSERT_GT(cost(Tokens(0)), left);
      continue;
    }
    ASSERT_LE(cost(*most), left);
    if (most->count() == kMost) continue;
    ASSERT_GT(cost(*most + Tokens(1)), left);
    ++bounded;
  }
  EXPECT_GT(bounded, 20'000);
}

TEST(MostOutput, holds_at_the_ends_of_what_can_be_counted) {
  const std::vector<std::int64_t> ends{
      std::numeric_limits<std::int64_t>::min(), -1, 0, 1, 999'999, 1'000'000, kMost - 1, kMost};
  for (const auto input : ends) {
    for (const auto each_in : ends) {
      for (const auto each_out : ends) {
        for (const auto left : ends) {
          const Price at = price(each_in, 0, each_out);
          const auto most = most_output(Tokens(input), at, MicroUsd(left));
          const auto cost = [&](Tokens output) { return cost_of(usage(input, 0, output.count()), at); };
          const MicroUsd purse(std::max<std::int64_t>(left, 0));
          if (most) EXPECT_LE(cost(*most), purse);
          if (!most && left != kMost) EXPECT_GT(cost(Tokens(0)), purse);
          if (most && most->count() < kMost && left != kMost) EXPECT_GT(cost(*most + Tokens(1)), purse);
        }
      }
    }
  }
}

}  // namespace
}  // namespace parley::model
