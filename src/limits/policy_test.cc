#include "limits/policy.h"

#include <random>

#include <gtest/gtest.h>

#include "state/gcra.h"

namespace parley::limits {
namespace {

using namespace std::chrono_literals;

TEST(RateLimit, six_hundred_a_minute_are_one_in_a_hundred_milliseconds) {
  const state::Rate rate = RateLimit{.requests = 600, .window = 60s, .burst = 100}.rate();
  EXPECT_EQ(rate.interval, 100ms);
  EXPECT_EQ(rate.burst, 100);
}

TEST(RateLimit, without_a_burst_all_of_a_window_may_come_at_once) {
  EXPECT_EQ((RateLimit{.requests = 600, .window = 60s}.rate().burst), 600);
}

TEST(RateLimit, what_does_not_divide_evenly_never_lets_one_too_many_through) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 10'000; ++i) {
    const auto requests = static_cast<std::int64_t>(1 + random() % 10'000'000);
    const std::chrono::milliseconds window(1 + random() % 86'400'000);
    const state::Rate rate = RateLimit{.requests = requests, .window = window}.rate();
    EXPECT_TRUE(state::valid(rate, 1));
    EXPECT_LE(std::chrono::microseconds(window) / rate.interval, requests);
    // And the interval is the smallest of which that is true.
    if (rate.interval > 1us) {
      EXPECT_GT(window, (rate.interval - 1us) * requests);
    }
  }
  EXPECT_EQ((RateLimit{.requests = 7, .window = 1s}.rate().interval), 142'858us);
}

TEST(RateLimit, the_widest_of_settings_is_a_rate_that_can_be_counted) {
  const std::chrono::milliseconds year = 24h * 366;
  for (const RateLimit& limit :
       {RateLimit{.requests = 1, .window = year, .burst = std::numeric_limits<std::int64_t>::max()},
        RateLimit{.requests = std::numeric_limits<std::int32_t>::max(), .window = 1ms},
        RateLimit{.requests = 1, .window = year * 30}}) {
    EXPECT_TRUE(state::valid(limit.rate(), 1));
  }
}

TEST(Policy, a_tier_that_is_not_known_is_held_to_the_default_one) {
  Policy policy;
  policy.default_tier = "free";
  policy.tiers = {{"free", {.max_turns = 1}}, {"pro", {.max_turns = 9}}};
  EXPECT_EQ(policy.tier("pro").max_turns, 9);
  EXPECT_EQ(policy.tier("gold").max_turns, 1);
  EXPECT_EQ(policy.known_tier("pro"), "pro");
  EXPECT_EQ(policy.known_tier("gold"), "free");
  EXPECT_EQ(policy.known_tier(""), "free");
}

TEST(Policy, an_api_has_a_limit_of_its_own_only_where_one_is_set) {
  const TierPolicy tier{.embeddings = {.requests = 5}};
  EXPECT_EQ(tier.of(Api::kEmbeddings), &tier.embeddings);
  EXPECT_EQ(tier.of(Api::kGraphql), nullptr);
  EXPECT_EQ(tier.of(Api::kChatCompletions), nullptr);
  EXPECT_EQ(tier.of(Api::kOther), nullptr);
}

TEST(Policy, an_organisation_that_is_not_named_is_held_to_what_holds_for_any) {
  Policy policy;
  policy.any_organisation.requests.requests = 10;
  policy.organisations["acme"].requests.requests = 20;
  EXPECT_EQ(policy.organisation("acme").requests.requests, 20);
  EXPECT_EQ(policy.organisation("globex").requests.requests, 10);
}

TEST(Policy, what_is_said_of_a_user_takes_the_place_of_the_tiers_limits_one_by_one) {
  using model::MicroUsd;
  using model::Tokens;
  Policy policy;
  policy.tiers["default"].budget = {.tokens_per_day = Tokens(1), .cost_per_month = MicroUsd(4)};
  policy.users["acme/ada"] = {.tokens_per_day = Tokens(10), .tokens_per_month = Tokens(20)};
  const model::BudgetLimits ada = policy.budget({"acme", "ada"}, "default");
  EXPECT_EQ(ada.tokens_per_day, Tokens(10));
  EXPECT_EQ(ada.tokens_per_month, Tokens(20));
  EXPECT_EQ(ada.cost_per_day, std::nullopt);
  EXPECT_EQ(ada.cost_per_month, MicroUsd(4));
  EXPECT_EQ(policy.budget({"acme", "bob"}, "default"), policy.tiers["default"].budget);
}

TEST(Policy, no_tenant_passes_for_another_ones_user) {
  Policy policy;
  policy.users["acme/team/ada"] = {.tokens_per_day = model::Tokens(10)};
  EXPECT_TRUE(policy.budget({"acme", "team/ada"}, "default").any());
  EXPECT_FALSE(policy.budget({"acme/team", "ada"}, "default").any());
}

}  // namespace
}  // namespace parley::limits
