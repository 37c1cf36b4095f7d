#include "testing/limiter_rig.h"

namespace parley::limits {
namespace {

class LimiterBans : public LimiterTest {
 protected:
  LimiterBans() {
    tier().requests = one_a_second(1);
    policy->per_address = one_a_second(1);
    policy->bans.rates = {.offences = 3, .window = 60s, .first = 60s, .longest = 1h, .forget = 24h};
    policy->bans.logins = {.offences = 5, .window = 60s, .first = 60s, .longest = 1h, .forget = 24h};
    reload();
  }
  std::uint64_t bans_for(std::string_view why) {
    return metrics.counter("parley_limit_bans_total", "Bans that offences brought.", {"why"}, {why}).value();
  }
};

TEST_F(LimiterBans, who_goes_on_after_refusals_is_banned_and_told_until_when) {
  ASSERT_TRUE(lets_in(ada));
  for (int i = 0; i < 2; ++i) {
    const Admission refused = admit(ada);
    ASSERT_TRUE(refused.refused);
    EXPECT_EQ(refused.refused->retry_after, 1s);
  }
  for (int i = 0; i < 2; ++i) {
    const Admission banned = admit(ada);
    ASSERT_TRUE(banned.refused);
    EXPECT_EQ(banned.refused->code, ErrorCode::kRateLimited);
    EXPECT_EQ(banned.refused->retry_after, 60s);
    EXPECT_EQ(banned.refused->message,
              "banned until 2026-01-31T09:31:00.000Z: too many requests; try again in 60 s");
  }
  EXPECT_EQ(bans_for("refusals"), 1U);
  EXPECT_EQ(decided("ban", "refused"), 1U);
  // Refused for the ban, not for the rate: nobody is kept out for asking.
  EXPECT_EQ(state.offences, 3);
  clock.advance(60s);
  EXPECT_TRUE(lets_in(ada));
}

TEST_F(LimiterBans, the_next_ban_is_twice_as_long) {
  for (int i = 0; i < 4; ++i) (void)admit(ada);
  clock.advance(60s);
  for (int i = 0; i < 4; ++i) (void)admit(ada);
  const Admission banned = admit(ada);
  ASSERT_TRUE(banned.refused);
  EXPECT_EQ(banned.refused->retry_after, 120s);
}

TEST_F(LimiterBans, a_users_ban_is_not_their_addresses_nor_anybody_elses) {
  for (int i = 0; i < 4; ++i) (void)admit(ada);
  clock.advance(1s);
  EXPECT_FALSE(lets_in(ada));
  EXPECT_TRUE(lets_in(bob));
  EXPECT_TRUE(lets_in(other_ada));
  EXPECT_TRUE(lets_in("192.0.2.7"));
}

TEST_F(LimiterBans, an_address_that_goes_on_after_refusals_is_banned) {
  for (int i = 0; i < 4; ++i) (void)admit_address("192.0.2.7");
  clock.advance(10s);
  EXPECT_FALSE(lets_in("192.0.2.7"));
  EXPECT_TRUE(lets_in("192.0.2.8"));
  EXPECT_TRUE(lets_in(ada));
}

TEST_F(LimiterBans, failed_logins_ban_their_address) {
  for (int i = 0; i < 4; ++i) loop.wait(limiter.failed_login({}, "192.0.2.7"));
  EXPECT_TRUE(lets_in("192.0.2.7"));
  loop.wait(limiter.failed_login({}, "192.0.2.7"));
  const Admission banned = admit_address("192.0.2.7");
  ASSERT_TRUE(banned.refused);
  EXPECT_TRUE(banned.refused->message.contains("failed logins"));
  EXPECT_EQ(bans_for("failed_logins"), 1U);
  EXPECT_TRUE(lets_in("192.0.2.8"));
}

TEST_F(LimiterBans, failed_logins_and_refusals_are_counted_apart) {
  ASSERT_TRUE(lets_in("192.0.2.7"));
  for (int i = 0; i < 4; ++i) loop.wait(limiter.failed_login({}, "192.0.2.7"));
  for (int i = 0; i < 2; ++i) (void)admit_address("192.0.2.7");
  clock.advance(1s);
  EXPECT_TRUE(lets_in("192.0.2.7"));
}

TEST_F(LimiterBans, where_the_rule_has_no_offences_nobody_is_banned) {
  policy->bans.rates.offences = policy->bans.logins.offences = 0;
  reload();
  for (int i = 0; i < 20; ++i) {
    (void)admit(ada);
    loop.wait(limiter.failed_login({}, "192.0.2.7"));
  }
  clock.advance(1s);
  EXPECT_TRUE(lets_in(ada));
  EXPECT_TRUE(lets_in("192.0.2.7"));
}

TEST_F(LimiterBans, a_ban_set_by_hand_holds_until_it_is_lifted) {
  const std::string subject = ban_subject(ada);
  good(loop.wait(memory->ban(
      {}, {.subject = subject, .until = clock.wall_now() + 1h, .reason = "asked for by the operator"})));
  const Admission banned = admit(ada);
  ASSERT_TRUE(banned.refused);
  EXPECT_EQ(banned.refused->retry_after, 1h);
  EXPECT_TRUE(banned.refused->message.contains("asked for by the operator"));
  EXPECT_TRUE(good(loop.wait(memory->lift({}, subject))));
  EXPECT_TRUE(lets_in(ada));
}

TEST_F(LimiterBans, a_ban_that_the_state_has_lost_lets_in) {
  for (int i = 0; i < 4; ++i) (void)admit(ada);
  state.fail();
  EXPECT_TRUE(lets_in(ada));
  state.heal();
  EXPECT_FALSE(lets_in(ada));
}

}  // namespace
}  // namespace parley::limits
