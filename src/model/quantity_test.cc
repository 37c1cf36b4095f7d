#include "model/quantity.h"

#include <gtest/gtest.h>

#include "model/usage.h"

namespace parley::model {
namespace {

constexpr auto kMax = std::numeric_limits<std::int64_t>::max();

TEST(Quantity, adds_and_saturates_at_the_ends) {
  EXPECT_EQ(Tokens(2) + Tokens(3), Tokens(5));
  EXPECT_EQ(Tokens(2) - Tokens(3), Tokens(-1));
  EXPECT_EQ(Tokens(kMax) + Tokens(1), Tokens(kMax));
  EXPECT_EQ(Tokens(-kMax) - Tokens(10), Tokens(-kMax - 1));
  EXPECT_EQ(Tokens(kMax) - Tokens(-1), Tokens(kMax));
  EXPECT_LT(MicroUsd(1), MicroUsd(2));
}

TEST(Usage, counts_cached_input_once) {
  Usage usage{.input = Tokens(10), .cached_input = Tokens(4), .output = Tokens(5), .cost = MicroUsd(7)};
  EXPECT_EQ(usage.total(), Tokens(15));
  usage += usage;
  EXPECT_EQ(usage.cached_input, Tokens(8));
  EXPECT_EQ(usage.cost, MicroUsd(14));
}

}  // namespace
}  // namespace parley::model
