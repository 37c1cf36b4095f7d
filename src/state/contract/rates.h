// The contract about rates, one caller at a time.
#pragma once

#include "state/contract/suite.h"
#include "state/gcra.h"

namespace parley::state::contract {

TEST_P(StateContract, a_burst_gets_through_at_once_and_then_one_an_interval) {
  const Rate rate = one_a_unit(3);
  for (int i = 0; i < 3; ++i) {
    const RateStanding standing = take("k", rate);
    EXPECT_TRUE(standing.allowed);
    EXPECT_EQ(standing.remaining, 2 - i);
    EXPECT_EQ(standing.retry_after, 0us);
    expect_near(standing.full_after, (i + 1) * unit());
  }
  const RateStanding refused = take("k", rate);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.remaining, 0);
  expect_near(refused.retry_after, unit());
  expect_near(refused.full_after, 3 * unit());

  advance(unit());
  EXPECT_TRUE(take("k", rate).allowed);
  EXPECT_FALSE(take("k", rate).allowed);
}

TEST_P(StateContract, what_a_refusal_tells_is_when_it_fits) {
  const Rate rate{.interval = unit(), .burst = 1};
  ASSERT_TRUE(take("k", rate).allowed);
  advance(unit() / 2);
  const RateStanding refused = take("k", rate);
  ASSERT_FALSE(refused.allowed);
  advance(std::chrono::ceil<std::chrono::milliseconds>(refused.retry_after));
  EXPECT_TRUE(take("k", rate).allowed);
}

TEST_P(StateContract, quiet_brings_the_burst_back_and_no_more) {
  const Rate rate = one_a_unit(3);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(take("k", rate).allowed);
  advance(10 * unit());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(take("k", rate).allowed);
  EXPECT_FALSE(take("k", rate).allowed);
}

TEST_P(StateContract, looking_takes_nothing) {
  const Rate rate = standing_still(2);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(left("k", rate), 2);
  ASSERT_TRUE(take("k", rate).allowed);
  ASSERT_TRUE(take("k", rate).allowed);
  const RateStanding looked = take("k", rate, 0);
  EXPECT_TRUE(looked.allowed);
  EXPECT_EQ(looked.remaining, 0);
}

TEST_P(StateContract, a_cost_is_taken_whole_or_not_at_all) {
  const Rate rate = standing_still(10);
  EXPECT_EQ(take("k", rate, 7).remaining, 3);
  const RateStanding refused = take("k", rate, 4);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.remaining, 3);
  expect_near(refused.retry_after, rate.interval);
  EXPECT_EQ(take("k", rate, 3).remaining, 0);
}

TEST_P(StateContract, each_key_has_its_own_whatever_its_bytes_and_length) {
  const Rate rate = standing_still(1);
  const std::string text = "k";
  std::vector<std::string> keys{"",
                                text,
                                text + '\0',
                                text + "\0\0" + text,
                                "K",
                                "\xff\xfe",
                                std::string(1'000'000, 'x'),
                                std::string(1'000'001, 'x'),
                                std::string(16, '\0'),
                                std::string(17, '\0')};
  for (const std::string& key : keys) EXPECT_TRUE(take(key, rate).allowed) << key.size();
  for (const std::string& key : keys) EXPECT_FALSE(take(key, rate).allowed) << key.size();
}

TEST_P(StateContract, where_one_claim_is_refused_nothing_is_taken_for_the_others) {
  const Rate wide = standing_still(10);
  const Rate narrow = standing_still(1);
  ASSERT_TRUE(take("narrow", narrow).allowed);
  const auto refused = take({{"a", wide, 1}, {"narrow", narrow, 1}, {"b", wide, 4}});
  ASSERT_EQ(refused.size(), 3U);
  EXPECT_TRUE(refused[0].allowed);
  EXPECT_EQ(refused[0].remaining, 10);
  EXPECT_FALSE(refused[1].allowed);
  EXPECT_GT(refused[1].retry_after, 0us);
  EXPECT_TRUE(refused[2].allowed);
  EXPECT_EQ(refused[2].remaining, 10);
  EXPECT_EQ(left("a", wide), 10);
  EXPECT_EQ(left("b", wide), 10);
}

TEST_P(StateContract, where_all_claims_fit_all_are_taken) {
  const Rate wide = standing_still(10);
  std::vector<RateClaim> claims;
  for (std::size_t i = 0; i < kMaxClaims; ++i) {
    claims.push_back({"key " + std::to_string(i), wide, static_cast<std::int64_t>(i % 10)});
  }
  const auto taken = take(claims);
  ASSERT_EQ(taken.size(), claims.size());
  for (std::size_t i = 0; i < claims.size(); ++i) {
    EXPECT_TRUE(taken[i].allowed);
    EXPECT_EQ(taken[i].remaining, 10 - claims[i].cost);
    EXPECT_EQ(left(claims[i].key, wide), 10 - claims[i].cost);
  }
  EXPECT_TRUE(take(std::vector<RateClaim>{}).empty());
}

TEST_P(StateContract, another_rate_holds_from_the_next_call_on) {
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(take("k", standing_still(10)).allowed);
  // A tighter one: nobody waits longer than its own burst takes.
  const RateStanding tighter = take("k", one_a_unit(2));
  EXPECT_FALSE(tighter.allowed);
  expect_near(tighter.retry_after, unit());
  // A wider one lets through what it would have let through.
  EXPECT_EQ(left("k", standing_still(15)), 5);
  EXPECT_TRUE(take("k", standing_still(11)).allowed);
}

TEST_P(StateContract, a_claim_out_of_range_is_refused_and_nothing_is_taken) {
  const Rate fine = standing_still(5);
  const std::vector<std::vector<RateClaim>> wrong{
      {{"a", fine, 1}, {"b", {.interval = 0us, .burst = 1}, 1}},
      {{"a", fine, 1}, {"b", {.interval = 1us, .burst = 0}, 1}},
      {{"a", fine, 1}, {"b", fine, -1}},
      {{"a", fine, 1}, {"b", fine, 6}},
      {{"a", fine, 1}, {"b", {.interval = std::chrono::microseconds(kMaxRateSpan), .burst = 2}, 1}},
      {{"a", fine, 1}, {"b", fine, 1}, {"a", fine, 1}},
      std::vector<RateClaim>(kMaxClaims + 1, {"a", fine, 1})};
  for (const auto& claims : wrong) EXPECT_EQ(code(wait(state().take({}, claims))), ErrorCode::kInternal);
  EXPECT_EQ(left("a", fine), 5);
}

TEST_P(StateContract, a_call_too_late_or_cancelled_takes_nothing) {
  const Rate rate = standing_still(5);
  const base::Call late{.deadline = base::Deadline(std::chrono::steady_clock::now() - 1s)};
  EXPECT_EQ(code(wait(state().take(late, {{"k", rate, 1}}))), ErrorCode::kDeadlineExceeded);
  EXPECT_EQ(code(wait_cancelled(state().take({}, {{"k", rate, 1}}))), ErrorCode::kCancelled);
  EXPECT_EQ(code(wait(state().acquire(late, {.key = "k", .holder = "h"}))), ErrorCode::kDeadlineExceeded);
  EXPECT_EQ(code(wait_cancelled(state().acquire({}, {.key = "k", .holder = "h"}))), ErrorCode::kCancelled);
  EXPECT_EQ(code(wait(state().ban(late, {.subject = "s", .until = subject().wall_now() + 24h}))),
            ErrorCode::kDeadlineExceeded);
  EXPECT_EQ(left("k", rate), 5);
  EXPECT_EQ(held("k"), 0);
  EXPECT_FALSE(is_banned("s"));
}

TEST_P(StateContract, a_healthy_state_answers_a_ping) {
  EXPECT_TRUE(wait(state().ping({.deadline = base::Deadline::after(10s)})));
}

}  // namespace parley::state::contract
