#include "store/budget.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"

namespace parley::store {
namespace {

using base::ErrorCode;
using model::BudgetLimits;
using model::MicroUsd;
using model::Tokens;
using std::chrono::milliseconds;

constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
constexpr base::WallTime kNow{milliseconds(1769851800000)};  // 2026-01-31T09:30:00Z
const std::string kTomorrow = "2026-02-01T00:00:00.000Z";

// Input at 1 micro-dollar, output at 10.
Reserve wanting(std::int64_t input, std::int64_t output, std::int64_t least) {
  return {
      .input = Tokens(input),
      .output_wanted = Tokens(output),
      .output_least = Tokens(least),
      .price = {
          .input = MicroUsd(1'000'000), .cached_input = MicroUsd(100'000), .output = MicroUsd(10'000'000)}};
}

BudgetLimits tokens_per_day(std::int64_t n) {
  return {.tokens_per_day = Tokens(n)};
}

// One of the eight limits: how it is set, and how its account is spent.
struct One {
  std::string name;
  bool organisation;
  bool month;
  bool money;

  void set(Reserve& wanted, std::int64_t most) const {
    BudgetLimits& limits = organisation ? wanted.organisation : wanted.user;
    if (money) {
      (month ? limits.cost_per_month : limits.cost_per_day) = MicroUsd(most);
    } else {
      (month ? limits.tokens_per_month : limits.tokens_per_day) = Tokens(most);
    }
  }
  void spend(BudgetState& state, std::int64_t used, std::int64_t reserved) const {
    BudgetAccount& account = organisation ? state.organisation : state.user;
    model::Spending& spending = month ? account.month : account.day;
    if (money) {
      spending.used_cost = MicroUsd(used);
      spending.reserved_cost = MicroUsd(reserved);
    } else {
      spending.used = Tokens(used);
      spending.reserved = Tokens(reserved);
    }
  }
};

std::vector<One> all_eight() {
  std::vector<One> all;
  for (const bool organisation : {false, true}) {
    for (const bool month : {false, true}) {
      for (const bool money : {false, true}) {
        all.push_back({.name = std::string(organisation ? "organisation's" : "user's") +
                               (money ? " money" : " tokens") + (month ? " a month" : " a day"),
                       .organisation = organisation,
                       .month = month,
                       .money = money});
      }
    }
  }
  return all;
}

TEST(Grant, gives_all_that_is_wanted_where_nothing_is_limited) {
  const auto granted = grant(wanting(100, 50, 10), {}, kNow);
  ASSERT_TRUE(granted);
  EXPECT_EQ(*granted, (Reserved{.input = Tokens(100), .output = Tokens(50), .cost = MicroUsd(600)}));
}

TEST(Grant, reserves_input_at_the_dearer_of_its_two_prices) {
  auto wanted = wanting(100, 0, 0);
  wanted.price.cached_input = MicroUsd(3'000'000);
  EXPECT_EQ(grant(wanted, {}, kNow)->cost, MicroUsd(300));
}

TEST(Grant, fills_each_of_the_eight_limits_to_the_last_token) {
  for (const One& one : all_eight()) {
    SCOPED_TRACE(one.name);
    // Left for the output: 30 tokens, or 309 micro-dollars at 10 each.
    const std::int64_t most = 1000 + 100 + (one.money ? 309 : 30);
    auto wanted = wanting(100, 50, 30);
    one.set(wanted, most);
    BudgetState spent;
    one.spend(spent, 600, 400);
    auto granted = grant(wanted, spent, kNow);
    ASSERT_TRUE(granted) << granted.error().message;
    EXPECT_EQ(granted->output, Tokens(30));
    one.set(wanted, most - 10);
    granted = grant(wanted, spent, kNow);
    ASSERT_FALSE(granted);
    EXPECT_EQ(granted.error().code, ErrorCode::kBudgetExceeded);
  }
}

TEST(Grant, names_the_limit_that_refuses_and_when_it_is_fresh_again) {
  // On the 15th, so that the day's and the month's end differ.
  const base::WallTime now = kNow - std::chrono::days(16);
  for (const One& one : all_eight()) {
    SCOPED_TRACE(one.name);
    auto wanted = wanting(100, 50, 30);
    one.set(wanted, 1200);
    BudgetState spent;
    one.spend(spent, 1150, 0);
    const auto granted = grant(wanted, spent, now);
    ASSERT_FALSE(granted);
    const base::Error& error = granted.error();
    EXPECT_EQ(error.resets_at, one.month ? kTomorrow : "2026-01-16T00:00:00.000Z");
    EXPECT_FALSE(error.retry_after) << "nothing will be given back";
    const auto says = [&](const char* what) { return error.message.find(what) != std::string::npos; };
    EXPECT_TRUE(says(one.organisation ? "your organisation's budget" : "your budget")) << error.message;
    EXPECT_TRUE(says(one.money ? "of money" : "of tokens")) << error.message;
    EXPECT_TRUE(says(one.month ? "for the month" : "for the day")) << error.message;
    EXPECT_TRUE(says(error.resets_at->c_str())) << error.message;
    if (one.organisation) {
      EXPECT_EQ(error.message.find("50"), std::string::npos) << "what others spend is not told";
    } else if (one.money) {
      EXPECT_TRUE(says("leaves 0.000050 USD and this needs 0.000400 USD")) << error.message;
    } else {
      EXPECT_TRUE(says("leaves 50 tokens and this needs 130 tokens")) << error.message;
    }
  }
}

TEST(Grant, names_the_one_that_is_fresh_last_where_several_refuse) {
  auto wanted = wanting(100, 50, 1);
  wanted.user = {.tokens_per_day = Tokens(1), .cost_per_month = MicroUsd(1)};
  wanted.organisation = tokens_per_day(1);
  const auto refused = grant(wanted, {}, kNow - std::chrono::days(16));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().resets_at, kTomorrow);
  EXPECT_NE(refused.error().message.find("your budget of money for the month"), std::string::npos);
}

TEST(Grant, says_so_where_it_would_fit_once_what_runs_now_has_ended) {
  auto wanted = wanting(100, 50, 10);
  wanted.user = tokens_per_day(200);
  BudgetState spent;
  spent.user.day = {.used = Tokens(90), .reserved = Tokens(1)};
  auto refused = grant(wanted, spent, kNow);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().retry_after, milliseconds(1000));
  EXPECT_EQ(refused.error().resets_at, kTomorrow);
  EXPECT_NE(refused.error().message.find("may fit"), std::string::npos) << refused.error().message;
  // Another limit refuses for good: no use in coming back soon.
  wanted.organisation = tokens_per_day(100);
  refused = grant(wanted, spent, kNow);
  ASSERT_FALSE(refused);
  EXPECT_FALSE(refused.error().retry_after);
}

TEST(Grant, counts_a_leap_day_and_the_years_end) {
  auto wanted = wanting(1, 1, 1);
  wanted.user = {.tokens_per_month = Tokens(0)};
  const auto resets = [&](std::int64_t ms) {
    return grant(wanted, {}, base::WallTime(milliseconds(ms))).error().resets_at;
  };
  EXPECT_EQ(resets(1709164800000), "2024-03-01T00:00:00.000Z") << "of 2024-02-29T00:00:00Z";
  EXPECT_EQ(resets(1709251199999), "2024-03-01T00:00:00.000Z") << "the leap day's last millisecond";
  EXPECT_EQ(resets(1709251200000), "2024-04-01T00:00:00.000Z") << "the next one";
  EXPECT_EQ(resets(1798761599999), "2027-01-01T00:00:00.000Z");
}

TEST(Grant, of_a_limit_that_was_lowered_leaves_nothing_and_takes_nothing_away) {
  auto wanted = wanting(1, 1, 0);
  wanted.user = tokens_per_day(100);
  BudgetState spent;
  spent.user.day = {.used = Tokens(500), .reserved = Tokens(5)};
  auto refused = grant(wanted, spent, kNow);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("leaves 0 tokens"), std::string::npos) << refused.error().message;
  // What needs nothing is let through: it does not raise what is spent.
  EXPECT_EQ(grant(wanting(0, 9, 0), spent, kNow)->output, Tokens(9)) << "no limit of its own";
  wanted.input = Tokens(0);
  EXPECT_EQ(grant(wanted, spent, kNow)->total(), Tokens(0));
}

TEST(Grant, is_safe_at_the_ends_of_what_can_be_counted) {
  const std::vector<std::int64_t> ends{-kMost - 1, -1, 0, 1, kMost - 1, kMost};
  base::Random random(9);
  const auto end = [&] { return ends[random.below(ends.size())]; };
  int granted_some = 0;
  for (int i = 0; i < 100'000; ++i) {
    Reserve wanted = wanting(end(), end(), end());
    wanted.price = {.input = MicroUsd(end()), .cached_input = MicroUsd(end()), .output = MicroUsd(end())};
    BudgetState spent;
    for (const One& one : all_eight()) {
      if (random.below(2) == 0) one.set(wanted, end());
      one.spend(spent, std::max<std::int64_t>(end(), 0), std::max<std::int64_t>(end(), 0));
    }
    const auto granted = grant(wanted, spent, kNow);
    if (!granted) {
      ASSERT_EQ(granted.error().code, ErrorCode::kBudgetExceeded);
      continue;
    }
    ++granted_some;
    ASSERT_GE(granted->input.count(), 0);
    ASSERT_GE(granted->output.count(), 0);
    ASSERT_GE(granted->cost.count(), 0);
    // Can be added and taken away again: nothing saturates.
    ASSERT_LE(granted->total().count(), kMost - spent.user.day.reserved.count());
    ASSERT_LE(granted->cost.count(), kMost - spent.organisation.day.reserved_cost.count());
  }
  EXPECT_GT(granted_some, 1000);
}

// What a reader of the promise would write: try every length from the longest on.
std::optional<Reserved> naive(const Reserve& wanted, const BudgetState& spent) {
  model::Price price = wanted.price;
  price.input = std::max(price.input, price.cached_input);
  const auto within = [](const auto& limit, auto used, auto reserved, auto more) {
    return !limit || used + reserved + more <= *limit;
  };
  for (auto output = wanted.output_wanted; output >= wanted.output_least; output -= Tokens(1)) {
    const Reserved one{.input = wanted.input,
                       .output = output,
                       .cost = cost_of({.input = wanted.input, .output = output}, price)};
    bool fits = true;
    for (const auto& [limits, account] :
         {std::pair(wanted.user, spent.user), std::pair(wanted.organisation, spent.organisation)}) {
      const auto& [day, month] = account;
      fits = fits && within(limits.tokens_per_day, day.used, day.reserved, one.total()) &&
             within(limits.tokens_per_month, month.used, month.reserved, one.total()) &&
             within(limits.cost_per_day, day.used_cost, day.reserved_cost, one.cost) &&
             within(limits.cost_per_month, month.used_cost, month.reserved_cost, one.cost);
    }
    if (fits) return one;
  }
  return std::nullopt;
}

TEST(Grant, is_the_longest_answer_that_passes_no_limit) {
  base::Random random(4);
  const auto up_to = [&](std::uint64_t most) { return static_cast<std::int64_t>(random.below(most + 1)); };
  int granted_less = 0;
  int refused = 0;
  for (int i = 0; i < 30'000; ++i) {
    const std::int64_t output = 1 + up_to(60);
    Reserve wanted = wanting(1 + up_to(60), output, 1 + up_to(static_cast<std::uint64_t>(output) - 1));
    // Micro-dollars for a token, in fractions too.
    wanted.price = {.input = MicroUsd(up_to(3'000'000)),
                    .cached_input = MicroUsd(up_to(3'000'000)),
                    .output = MicroUsd(up_to(5'000'000))};
    BudgetState spent;
    for (const One& one : all_eight()) {
      if (random.below(3) == 0) one.set(wanted, up_to(one.money ? 1000 : 400));
      one.spend(spent, up_to(200), up_to(100));
    }
    const auto granted = grant(wanted, spent, kNow);
    const auto expected = naive(wanted, spent);
    ASSERT_EQ(granted.has_value(), expected.has_value());
    if (granted) ASSERT_EQ(*granted, *expected);
    refused += granted ? 0 : 1;
    granted_less += granted && granted->output < wanted.output_wanted ? 1 : 0;
  }
  EXPECT_GT(granted_less, 1000);
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace parley::store
