// The contract about bans and the offences that bring them.
#pragma once

#include <atomic>
#include <thread>

#include "state/contract/suite.h"

namespace parley::state::contract {

class BanContract : public StateContract {
 protected:
  BanRule rule(std::int64_t offences = 3) {
    return {.offences = offences,
            .window = 10 * unit(),
            .first = 4 * unit(),
            .longest = 12 * unit(),
            .forget = 8 * unit()};
  }
  // As many offences as bring a ban.
  std::optional<Ban> offend_until_banned(const std::string& subject, BanRule of) {
    for (std::int64_t i = 1; i < of.offences; ++i) EXPECT_FALSE(offend(subject, of));
    return offend(subject, of);
  }
  void expect_ends_after(const Ban& ban, std::chrono::milliseconds length) {
    expect_near(ban.until - subject().wall_now(), length);
    expect_near(ban.left, length);
  }
  // Both are there, and the same but for the time that is left.
  static void expect_same(const std::optional<Ban>& ban, const std::optional<Ban>& wanted) {
    ASSERT_TRUE(ban);
    ASSERT_TRUE(wanted);
    EXPECT_EQ(ban->subject, wanted->subject);
    EXPECT_EQ(ban->until, wanted->until);
    EXPECT_EQ(ban->times, wanted->times);
    EXPECT_EQ(ban->reason, wanted->reason);
  }
  std::vector<std::string> listed(std::string after, int limit) {
    std::vector<std::string> subjects;
    for (const Ban& ban : good(wait(state().bans({}, std::move(after), limit))))
      subjects.push_back(ban.subject);
    return subjects;
  }
};

TEST_P(BanContract, as_many_offences_as_the_rule_says_bring_a_ban) {
  EXPECT_FALSE(offend("ip:1", rule(), "failed logins"));
  EXPECT_FALSE(offend("ip:1", rule(), "failed logins"));
  EXPECT_FALSE(is_banned("ip:1"));
  const auto ban = offend("ip:1", rule(), "failed logins");
  ASSERT_TRUE(ban);
  EXPECT_EQ(ban->subject, "ip:1");
  EXPECT_EQ(ban->reason, "failed logins");
  EXPECT_EQ(ban->times, 1);
  expect_ends_after(*ban, 4 * unit());
  expect_same(banned({"ip:1"}), ban);
  EXPECT_FALSE(is_banned("ip:2"));
}

TEST_P(BanContract, a_ban_ends_by_itself) {
  ASSERT_TRUE(offend_until_banned("s", rule()));
  advance(2 * unit());
  EXPECT_TRUE(is_banned("s"));
  advance(2 * unit());
  EXPECT_FALSE(is_banned("s"));
}

TEST_P(BanContract, offences_that_lie_further_apart_than_the_window_bring_none) {
  const BanRule of = rule();
  for (int i = 0; i < 6; ++i) {
    EXPECT_FALSE(offend("s", of));
    advance(of.window / 2);
  }
}

TEST_P(BanContract, twice_as_many_offences_in_one_window_always_bring_one) {
  const BanRule of = rule();
  // The first two come at the end of the window that they began, the others in the next one.
  EXPECT_FALSE(offend("s", of));
  advance(of.window - unit());
  EXPECT_FALSE(offend("s", of));
  advance(unit());
  EXPECT_FALSE(offend("s", of));
  EXPECT_FALSE(offend("s", of));
  EXPECT_TRUE(offend("s", of));
}

TEST_P(BanContract, each_ban_is_twice_as_long_as_the_one_before_up_to_the_longest) {
  const std::vector<int> lengths{4, 8, 12, 12};
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const auto ban = offend_until_banned("s", rule());
    ASSERT_TRUE(ban);
    EXPECT_EQ(ban->times, static_cast<std::int64_t>(i) + 1);
    expect_ends_after(*ban, lengths[i] * unit());
    advance(lengths[i] * unit());
    EXPECT_FALSE(is_banned("s"));
  }
}

TEST_P(BanContract, after_long_good_conduct_it_begins_anew) {
  ASSERT_TRUE(offend_until_banned("s", rule()));
  advance(4 * unit() + 7 * unit());
  auto again = offend_until_banned("s", rule());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->times, 2);
  advance(8 * unit() + 8 * unit());
  again = offend_until_banned("s", rule());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->times, 1);
}

TEST_P(BanContract, what_was_under_way_when_the_ban_began_does_not_count) {
  ASSERT_TRUE(offend_until_banned("s", rule()));
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(offend("s", rule()));
  EXPECT_EQ(banned({"s"})->times, 1);
  advance(4 * unit());
  EXPECT_FALSE(is_banned("s"));
  EXPECT_FALSE(offend("s", rule()));
}

TEST_P(BanContract, offences_for_different_reasons_are_counted_apart) {
  EXPECT_FALSE(offend("s", rule(3), "logins"));
  for (int i = 0; i < 9; ++i) EXPECT_FALSE(offend("s", rule(10), "noise"));
  EXPECT_FALSE(offend("s", rule(3), "logins"));
  const auto ban = offend("s", rule(3), "logins");
  ASSERT_TRUE(ban);
  EXPECT_EQ(ban->reason, "logins");
  // What was counted before a ban is paid for with it.
  advance(4 * unit());
  EXPECT_FALSE(offend("s", rule(10), "noise"));
}

TEST_P(BanContract, a_rule_of_one_offence_bans_at_once) {
  EXPECT_TRUE(offend("s", rule(1)));
  EXPECT_TRUE(is_banned("s"));
}

TEST_P(BanContract, of_several_subjects_the_ban_that_ends_last_is_told) {
  const base::WallTime now = subject().wall_now();
  const Ban shorter{.subject = "a", .until = now + 10 * unit(), .reason = "x"};
  const Ban longer{.subject = "b", .until = now + 20 * unit(), .times = 3, .reason = "y"};
  good(wait(state().ban({}, shorter)));
  good(wait(state().ban({}, longer)));
  expect_same(banned({"a", "nobody", "b"}), longer);
  expect_same(banned({"b", "a"}), longer);
  expect_same(banned({"nobody", "a"}), shorter);
  EXPECT_FALSE(banned({"nobody"}));
  EXPECT_FALSE(banned({}));
}

TEST_P(BanContract, a_ban_that_is_set_takes_the_place_of_the_one_there) {
  ASSERT_TRUE(offend_until_banned("s", rule()));
  const Ban set{.subject = "s", .until = subject().wall_now() + 30 * unit(), .times = 1, .reason = "by hand"};
  good(wait(state().ban({}, set)));
  expect_same(banned({"s"}), set);
  EXPECT_EQ(listed("", 10), std::vector<std::string>{"s"});
  // And grows from there.
  advance(30 * unit());
  const auto next = offend_until_banned("s", rule());
  ASSERT_TRUE(next);
  EXPECT_EQ(next->times, 2);
}

TEST_P(BanContract, lifting_ends_a_ban_and_forgets_what_was) {
  ASSERT_TRUE(offend_until_banned("s", rule()));
  EXPECT_TRUE(good(wait(state().lift({}, "s"))));
  EXPECT_FALSE(is_banned("s"));
  EXPECT_TRUE(listed("", 10).empty());
  EXPECT_FALSE(good(wait(state().lift({}, "s"))));
  const auto ban = offend_until_banned("s", rule());
  ASSERT_TRUE(ban);
  EXPECT_EQ(ban->times, 1);
}

TEST_P(BanContract, lifting_forgets_offences_where_there_was_no_ban_too) {
  EXPECT_FALSE(offend("s", rule()));
  EXPECT_FALSE(offend("s", rule()));
  EXPECT_FALSE(good(wait(state().lift({}, "s"))));
  EXPECT_TRUE(offend_until_banned("s", rule()));
}

TEST_P(BanContract, bans_are_listed_by_subject_page_by_page) {
  std::vector<std::string> all;
  for (int i = 0; i < 450; ++i) {
    all.push_back("ip:" + std::to_string(1000 + i));
    good(wait(state().ban({}, {.subject = all.back(), .until = subject().wall_now() + 24h})));
  }
  EXPECT_FALSE(offend("ip:1500", rule()));
  std::vector<std::string> seen;
  std::vector<std::size_t> pages;
  for (;;) {
    const auto page = listed(seen.empty() ? "" : seen.back(), kMaxBans + 100);
    if (page.empty()) break;
    pages.push_back(page.size());
    seen.insert(seen.end(), page.begin(), page.end());
  }
  EXPECT_EQ(seen, all);
  EXPECT_EQ(pages, (std::vector<std::size_t>{200, 200, 50}));
  EXPECT_EQ(listed("ip:1010", 2), (std::vector<std::string>{"ip:1011", "ip:1012"}));
  EXPECT_EQ(listed("ip:10105", 1), std::vector<std::string>{"ip:1011"});
  EXPECT_TRUE(listed("", 0).empty());
  EXPECT_TRUE(listed("", -1).empty());
}

TEST_P(BanContract, a_ban_that_has_ended_is_not_listed) {
  good(wait(state().ban({}, {.subject = "a", .until = subject().wall_now() + 2 * unit()})));
  good(wait(state().ban({}, {.subject = "b", .until = subject().wall_now() + 24h})));
  good(wait(state().ban({}, {.subject = "past", .until = subject().wall_now() - 1h})));
  EXPECT_EQ(listed("", 10), (std::vector<std::string>{"a", "b"}));
  advance(2 * unit());
  EXPECT_EQ(listed("", 10), std::vector<std::string>{"b"});
}

TEST_P(BanContract, what_is_too_long_or_out_of_range_is_refused_or_cut) {
  const std::string longest(kMaxSubjectBytes, 's');
  EXPECT_EQ(code(wait(state().offend({}, longest + "s", "x", rule()))), ErrorCode::kInternal);
  EXPECT_EQ(code(wait(state().ban({}, {.subject = longest + "s"}))), ErrorCode::kInternal);
  EXPECT_EQ(code(wait(state().ban({}, {.subject = "s", .times = 0}))), ErrorCode::kInternal);
  EXPECT_EQ(code(wait(state().offend({}, "s", "x", {.offences = 0}))), ErrorCode::kInternal);
  EXPECT_EQ(code(wait(state().offend({}, "s", "x", {.first = 0ms}))), ErrorCode::kInternal);
  EXPECT_EQ(code(wait(state().offend({}, "s", "x", {.forget = kMaxBanTime + 1ms}))), ErrorCode::kInternal);
  EXPECT_EQ(code(wait(state().banned({}, std::vector<std::string>(kMaxClaims + 1)))), ErrorCode::kInternal);
  const auto ban = offend(longest, rule(1), std::string(kMaxReasonBytes + 1, 'r'));
  ASSERT_TRUE(ban);
  EXPECT_EQ(ban->reason.size(), kMaxReasonBytes);
  EXPECT_EQ(listed("", 1), std::vector<std::string>{longest});
  // A ban without end in sight.
  good(wait(state().ban({}, {.subject = "ever", .until = base::WallTime::max()})));
  EXPECT_TRUE(is_banned("ever"));
}

TEST_P(BanContract, of_many_offences_at_once_one_brings_the_ban) {
  constexpr int kThreads = 4;
  std::atomic<int> bans{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 25; ++i) {
        if (offend("s", {.offences = 50, .window = 24h, .first = 24h})) ++bans;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(bans, 1);
  EXPECT_EQ(banned({"s"})->times, 1);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(BanContract);

}  // namespace parley::state::contract
