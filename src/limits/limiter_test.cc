#include "testing/limiter_rig.h"

namespace parley::limits {
namespace {

TEST_F(LimiterTest, a_user_gets_a_burst_and_is_then_told_when_to_come_back) {
  tier().requests = one_a_second(3);
  reload();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(lets_in(ada));
  const Admission refused = admit(ada);
  ASSERT_TRUE(refused.refused);
  EXPECT_EQ(refused.refused->code, ErrorCode::kRateLimited);
  EXPECT_EQ(refused.refused->retry_after, 1000ms);
  EXPECT_EQ(refused.refused->message,
            "too many requests for the limit `user`: 60 in 60 s, and 3 at once; try again in 1.0 s");
  clock.advance(*refused.refused->retry_after);
  EXPECT_TRUE(lets_in(ada));
  EXPECT_FALSE(lets_in(ada));
  EXPECT_EQ(decided("user", "allowed"), 4U);
  EXPECT_EQ(decided("user", "refused"), 2U);
}

TEST_F(LimiterTest, an_admission_says_where_one_stands) {
  tier().requests = one_a_second(3);
  reload();
  const Admission first = admit(ada);
  ASSERT_EQ(first.standings.size(), 1U);
  const LimitStanding& user = first.standings[0];
  EXPECT_EQ(user.name, "user");
  EXPECT_EQ(user.limit, 3);
  EXPECT_EQ(user.window, 3s);
  EXPECT_EQ(user.remaining, 2);
  EXPECT_EQ(user.full_after, 1s);
  EXPECT_EQ(user.requests, 60);
  EXPECT_EQ(user.every, 60s);
  ASSERT_TRUE(lets_in(ada));
  ASSERT_TRUE(lets_in(ada));
  const Admission refused = admit(ada);
  ASSERT_EQ(refused.standings.size(), 1U);
  EXPECT_EQ(refused.standings[0].remaining, 0);
  EXPECT_EQ(refused.standings[0].full_after, 3s);
}

TEST_F(LimiterTest, users_do_not_share_their_limits_whatever_tenant_they_are_of) {
  tier().requests = one_a_second(1);
  reload();
  ASSERT_TRUE(lets_in(ada));
  EXPECT_FALSE(lets_in(ada));
  EXPECT_TRUE(lets_in(bob));
  EXPECT_TRUE(lets_in(other_ada));
  EXPECT_TRUE(lets_in(model::Owner{"a/b", "c"}));
  EXPECT_TRUE(lets_in(model::Owner{"a", "b/c"}));
}

TEST_F(LimiterTest, an_address_has_a_limit_of_its_own) {
  policy->per_address = one_a_second(2);
  reload();
  EXPECT_TRUE(lets_in("192.0.2.7"));
  EXPECT_TRUE(lets_in("192.0.2.7"));
  const Admission refused = admit_address("192.0.2.7");
  ASSERT_TRUE(refused.refused);
  EXPECT_EQ(refused.refused->retry_after, 1s);
  EXPECT_TRUE(lets_in("192.0.2.8"));
  EXPECT_TRUE(lets_in(ada));
}

TEST_F(LimiterTest, a_request_counts_for_the_user_and_for_its_api_and_for_neither_where_one_refuses) {
  tier().requests = one_a_second(5);
  tier().embeddings = one_a_second(2);
  reload();
  EXPECT_TRUE(lets_in(ada, Api::kEmbeddings));
  EXPECT_TRUE(lets_in(ada, Api::kEmbeddings));
  const Admission refused = admit(ada, Api::kEmbeddings);
  ASSERT_TRUE(refused.refused);
  EXPECT_TRUE(refused.refused->message.contains("`embeddings`"));
  EXPECT_EQ(refused.standings.at(0).remaining, 3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(lets_in(ada, i == 0 ? Api::kOther : Api::kGraphql));
  EXPECT_FALSE(lets_in(ada));
  EXPECT_EQ(decided("embeddings", "allowed"), 2U);
  EXPECT_EQ(decided("embeddings", "refused"), 1U);
  EXPECT_EQ(decided("user", "allowed"), 5U);
}

TEST_F(LimiterTest, an_organisations_limit_is_shared_by_its_users_and_no_offence_of_any) {
  policy->organisations["acme"].requests = one_a_second(2);
  policy->bans.rates = {.offences = 1};
  reload();
  EXPECT_TRUE(lets_in(ada));
  EXPECT_TRUE(lets_in(bob));
  for (int i = 0; i < 3; ++i) {
    const Admission refused = admit(ada);
    ASSERT_TRUE(refused.refused);
    EXPECT_TRUE(refused.refused->message.contains("`organisation`"));
  }
  EXPECT_EQ(state.offences, 0);
  EXPECT_TRUE(lets_in(other_ada));
}

TEST_F(LimiterTest, of_several_that_refuse_the_one_to_wait_for_longest_is_told) {
  tier().requests = {.requests = 60, .window = 60s, .burst = 1};
  tier().graphql = {.requests = 6, .window = 60s, .burst = 1};
  reload();
  ASSERT_TRUE(lets_in(ada));
  const Admission refused = admit(ada);
  ASSERT_TRUE(refused.refused);
  EXPECT_EQ(refused.refused->retry_after, 10s);
  EXPECT_TRUE(refused.refused->message.contains("`graphql`"));
}

TEST_F(LimiterTest, a_decision_asks_the_state_twice) {
  tier().requests = one_a_second(5);
  tier().graphql = one_a_second(5);
  policy->any_organisation.requests = one_a_second(5);
  reload();
  EXPECT_TRUE(lets_in(ada));
  EXPECT_EQ(state.bans_looked_for, 1);
  EXPECT_EQ(state.takes, 1);
}

TEST_F(LimiterTest, where_nothing_is_limited_no_rate_is_taken) {
  EXPECT_TRUE(lets_in(ada));
  EXPECT_TRUE(lets_in("192.0.2.7"));
  EXPECT_EQ(state.takes, 0);
}

TEST_F(LimiterTest, a_reload_holds_from_the_next_request_on) {
  tier().requests = one_a_second(2);
  reload();
  EXPECT_TRUE(lets_in(ada));
  EXPECT_TRUE(lets_in(ada));
  EXPECT_FALSE(lets_in(ada));
  tier().requests = one_a_second(4);
  reload();
  EXPECT_TRUE(lets_in(ada));
  EXPECT_TRUE(lets_in(ada));
  EXPECT_FALSE(lets_in(ada));
  tier().requests = {};
  reload();
  EXPECT_TRUE(lets_in(ada));
}

TEST_F(LimiterTest, each_tier_has_its_limits_and_an_unknown_one_has_the_default_ones) {
  tier().requests = one_a_second(1);
  policy->tiers["pro"] = tier();
  policy->tiers["pro"].requests = one_a_second(3);
  reload();
  EXPECT_TRUE(lets_in(ada, Api::kGraphql, "pro"));
  EXPECT_TRUE(lets_in(ada, Api::kGraphql, "pro"));
  EXPECT_TRUE(lets_in(bob, Api::kGraphql, "made up"));
  EXPECT_FALSE(lets_in(bob, Api::kGraphql, "made up"));
}

TEST_F(LimiterTest, standings_tell_every_limit_and_take_nothing) {
  tier() = {.requests = one_a_second(5), .embeddings = one_a_second(2), .max_turns = 3, .max_streams = 0};
  policy->any_organisation.requests = one_a_second(9);
  reload();
  ASSERT_TRUE(lets_in(ada, Api::kEmbeddings));
  const auto slot = good(open_turn(ada));
  for (int i = 0; i < 2; ++i) {
    const auto all = good(loop.wait(limiter.standings({}, ada, "default")));
    std::vector<std::pair<std::string_view, std::int64_t>> seen;
    for (const LimitStanding& one : all) seen.emplace_back(one.name, one.remaining);
    EXPECT_EQ(seen, (std::vector<std::pair<std::string_view, std::int64_t>>{
                        {"user", 4}, {"embeddings", 1}, {"organisation", 8}, {"turns", 2}}));
    EXPECT_EQ(all.back().limit, 3);
    EXPECT_EQ(all.back().window, 0ms);
  }
  state.fail();
  EXPECT_EQ(code(loop.wait(limiter.standings({}, ada, "default"))), ErrorCode::kOverloaded);
}

TEST_F(LimiterTest, without_a_state_everybody_is_let_in_and_it_is_counted) {
  tier().requests = one_a_second(1);
  policy->per_address = one_a_second(1);
  reload();
  state.fail();
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(lets_in(ada));
    EXPECT_TRUE(lets_in("192.0.2.7"));
  }
  loop.wait(limiter.failed_login({}, "192.0.2.7"));
  EXPECT_EQ(decided("user", "failed"), 3U);
  EXPECT_EQ(decided("address", "failed"), 3U);
  EXPECT_EQ(decided("ban", "failed"), 7U);
  state.heal();
  EXPECT_TRUE(lets_in(ada));
  EXPECT_FALSE(lets_in(ada));
}

TEST_F(LimiterTest, a_state_that_does_not_answer_holds_nobody_up_for_long) {
  tier().requests = one_a_second(1);
  reload();
  state.hang();
  const auto began = std::chrono::steady_clock::now();
  EXPECT_TRUE(lets_in(ada));
  // Twice 5 ms; a busy machine gets much more.
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
  EXPECT_EQ(decided("user", "failed"), 1U);
}

TEST_F(LimiterTest, a_caller_who_left_is_no_failure_of_the_state) {
  tier().requests = one_a_second(1);
  reload();
  std::optional<Admission> kept;
  base::TaskGroup group(loop.executor());
  group.cancel();
  group.spawn(testing::keep_result(limiter.admit({}, ada, "default", Api::kGraphql), kept));
  loop.until([&] { return group.size() == 0; });
  EXPECT_EQ(decided("user", "failed"), 0U);
  EXPECT_TRUE(lets_in(ada));
}

}  // namespace
}  // namespace parley::limits
