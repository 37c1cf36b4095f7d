// The contract about budgets: what is held back at a turn's beginning, and that it is settled once.
#pragma once

#include <limits>

#include "store/contract/suite.h"

namespace parley::store::contract {

using model::MicroUsd;
using model::Tokens;

inline const model::Usage kNothing{};

TEST_P(StoreContract, a_turn_holds_back_what_it_may_come_to_and_enters_what_it_used) {
  auto wanted = saying(make(ada), "hello");
  wanted.reserve = wanting(100, 50, 50);
  const auto begun = good(begin(ada, wanted));
  EXPECT_EQ(begun.reserved, (Reserved{.input = Tokens(100), .output = Tokens(50), .cost = MicroUsd(600)}));
  const auto held = spending(kNothing, used(100, 50));
  EXPECT_EQ(budget_of(ada), (BudgetState{.user = {held, held}, .organisation = {held, held}}));
  auto end = ending(wanted.turn, "hi");
  end.info.usage = used(90, 7);
  const auto ended = good(finish(ada, end));
  EXPECT_EQ(ended.overrun, Tokens(0));
  const auto spent = spending(used(90, 7), kNothing);
  EXPECT_EQ(budget_of(ada), (BudgetState{.user = {spent, spent}, .organisation = {spent, spent}}));
}

TEST_P(StoreContract, nobody_has_spent_anything_before_the_first_turn) {
  EXPECT_EQ(budget_of({"nowhere", "nobody"}), BudgetState{});
  EXPECT_EQ(budget_of(ada), BudgetState{});
}

TEST_P(StoreContract, what_is_used_is_counted_without_a_reservation_too) {
  const auto begun = good(begin(ada, saying(std::nullopt, "hello")));
  EXPECT_FALSE(begun.reserved);
  EXPECT_EQ(budget_of(ada), BudgetState{});
  auto end = ending(begun.state.turn.id, "hi");
  end.info.usage = used(30, 20);
  EXPECT_EQ(good(finish(ada, end)).overrun, Tokens(0)) << "nothing was promised";
  EXPECT_EQ(budget_of(ada).user.day, spending(used(30, 20), kNothing));
  // So a limit that is set later is right from the start.
  auto wanted = saying(std::nullopt, "more");
  wanted.reserve = wanting(10, 40, 1);
  wanted.reserve->user.tokens_per_day = Tokens(65);
  EXPECT_EQ(good(begin(ada, wanted)).reserved->output, Tokens(5));
}

TEST_P(StoreContract, each_of_the_eight_limits_is_filled_to_the_last_token_and_then_refuses) {
  int tenant = 0;
  for (const bool organisation : {false, true}) {
    for (const bool month : {false, true}) {
      for (const bool money : {false, true}) {
        SCOPED_TRACE(testing::Message()
                     << "organisation " << organisation << ", month " << month << ", money " << money);
        const model::Owner owner{"tenant " + std::to_string(++tenant), "ada"};
        auto reserve = wanting(10, 20, 20);
        model::BudgetLimits& limits = organisation ? reserve.organisation : reserve.user;
        // Three turns fit, and nothing is left.
        if (money) (month ? limits.cost_per_month : limits.cost_per_day) = MicroUsd(630);
        if (!money) (month ? limits.tokens_per_month : limits.tokens_per_day) = Tokens(90);
        for (int n = 1; n <= 4; ++n) {
          auto wanted = saying(std::nullopt, "x");
          wanted.reserve = reserve;
          const auto begun = begin(owner, wanted);
          ASSERT_EQ(begun.has_value(), n <= 3);
          if (begun) continue;
          EXPECT_EQ(code(begun), ErrorCode::kBudgetExceeded);
          EXPECT_EQ(begun.error().resets_at, "2026-02-01T00:00:00.000Z");
          EXPECT_TRUE(begun.error().retry_after) << "all of it is held back, none used";
          EXPECT_NE(begun.error().message.find(organisation ? "your organisation's budget" : "your budget"),
                    std::string::npos);
        }
        const auto full = spending(kNothing, used(30, 60));
        EXPECT_EQ(budget_of(owner), (BudgetState{.user = {full, full}, .organisation = {full, full}}));
      }
    }
  }
}

TEST_P(StoreContract, a_refused_turn_leaves_nothing_behind) {
  auto wanted = saying(std::nullopt, "hello");
  wanted.new_conversation = NewConversation{.id = next<model::ConversationId>(), .model = "small"};
  wanted.idempotency = IdempotencyKey{"m:1", "f"};
  wanted.reserve = wanting(10, 20, 20);
  wanted.reserve->user.tokens_per_day = Tokens(29);
  EXPECT_EQ(code(begin(ada, wanted)), ErrorCode::kBudgetExceeded);
  EXPECT_EQ(budget_of(ada), BudgetState{});
  EXPECT_EQ(code(wait(store().conversation({}, ada, wanted.new_conversation->id))), ErrorCode::kNotFound);
  EXPECT_EQ(code(wait(store().message({}, ada, wanted.user_message->id))), ErrorCode::kNotFound);
  EXPECT_EQ(code(wait(store().turn({}, ada, wanted.turn))), ErrorCode::kNotFound);
  wanted.reserve->user.tokens_per_day = Tokens(30);
  EXPECT_FALSE(good(begin(ada, wanted)).replayed) << "the key was not used up";
}

TEST_P(StoreContract, a_turn_that_fails_for_another_reason_holds_nothing_back) {
  const auto id = make(ada);
  auto wanted = saying(id, "hello");
  wanted.reserve = wanting(10, 20, 20);
  wanted.reserve->user.tokens_per_day = Tokens(0);
  wanted.expected_version = 7;
  EXPECT_EQ(code(begin(ada, wanted)), ErrorCode::kConflict) << "before the budget is looked at";
  wanted.expected_version.reset();
  wanted.reserve->user = {};
  good(begin(ada, saying(id, "first")));
  EXPECT_EQ(code(begin(ada, wanted)), ErrorCode::kTurnInProgress);
  auto taken = saying(std::nullopt, "x");
  taken.reserve = wanting(10, 20, 20);
  taken.answer = good(begin(bob, saying(std::nullopt, "y"))).state.answer.id;
  EXPECT_EQ(code(begin(ada, taken)), ErrorCode::kConflict);
  EXPECT_EQ(budget_of(ada), BudgetState{});
}

TEST_P(StoreContract, every_end_of_a_turn_settles_once_with_what_was_produced) {
  model::Usage sum;
  for (const auto status : {MessageStatus::kComplete, MessageStatus::kCancelled, MessageStatus::kInterrupted,
                            MessageStatus::kFailed}) {
    auto wanted = saying(std::nullopt, "x");
    wanted.reserve = wanting(100, 50, 50);
    good(begin(ada, wanted));
    auto end = ending(wanted.turn, "y");
    end.status = status;
    // Of a failed one nothing was produced: all of it is given back.
    end.info.usage = status == MessageStatus::kFailed ? kNothing : used(100, 3);
    sum += end.info.usage;
    EXPECT_TRUE(good(finish(ada, end)).applied);
    EXPECT_EQ(budget_of(ada).user.day, spending(sum, kNothing));
    EXPECT_FALSE(good(finish(ada, end)).applied);
    EXPECT_EQ(budget_of(ada).user.day, spending(sum, kNothing)) << "ended twice, settled once";
  }
  EXPECT_EQ(budget_of(ada).organisation.month, spending(sum, kNothing));
}

TEST_P(StoreContract, a_reaped_turn_pays_what_its_last_checkpoint_knew) {
  auto wanted = saying(make(ada), "x");
  wanted.reserve = wanting(100, 50, 50);
  good(begin(ada, wanted));
  auto early = saying(std::nullopt, "lost before its first checkpoint");
  early.reserve = wanting(7, 7, 7);
  good(begin(ada, early));
  good(wait(store().checkpoint_turn(
      {}, ada, {.turn = wanted.turn, .text = "go", .last_event = 2, .usage = used(100, 2), .now = kStart})));
  EXPECT_EQ(budget_of(ada).user.day, spending(kNothing, used(107, 57)));
  EXPECT_EQ(good(wait(store().reap_turns({}, {.now = kStart + 1h}))).size(), 2U);
  EXPECT_EQ(budget_of(ada).user.day, spending(used(100, 2), kNothing));
  EXPECT_FALSE(good(finish(ada, ending(wanted.turn, "late"))).applied);
  EXPECT_TRUE(good(wait(store().reap_turns({}, {.now = kStart + 2h}))).empty());
  EXPECT_EQ(budget_of(ada).organisation.month, spending(used(100, 2), kNothing));
}

TEST_P(StoreContract, a_lost_turn_gives_back_before_the_next_one_is_looked_at) {
  const auto id = make(ada);
  auto lost = saying(id, "lost");
  lost.reserve = wanting(10, 20, 20);
  lost.reserve->user.tokens_per_day = Tokens(30);
  good(begin(ada, lost));
  auto next_one = saying(id, "next", kStart + 1h);
  next_one.reserve = lost.reserve;
  EXPECT_TRUE(good(begin(ada, next_one)).reaped);
  EXPECT_EQ(budget_of(ada).user.day, spending(kNothing, used(10, 20)));
}

TEST_P(StoreContract, a_replayed_turn_holds_nothing_back) {
  auto wanted = saying(std::nullopt, "x");
  wanted.idempotency = IdempotencyKey{"m:1", "f"};
  wanted.reserve = wanting(10, 20, 20);
  wanted.reserve->user.tokens_per_day = Tokens(30);
  good(begin(ada, wanted));
  auto again = saying(std::nullopt, "x");
  again.idempotency = wanted.idempotency;
  again.reserve = wanted.reserve;
  const auto replayed = good(begin(ada, again));
  EXPECT_TRUE(replayed.replayed) << "though the budget is full";
  EXPECT_FALSE(replayed.reserved);
  EXPECT_EQ(budget_of(ada).user.day, spending(kNothing, used(10, 20)));
}

TEST_P(StoreContract, an_answer_given_anew_is_paid_like_any_other) {
  const auto old = converse(ada, make(ada), "x");
  const auto before = budget_of(ada).user.day;
  auto again = saying(std::nullopt, "");
  again.user_message.reset();
  again.regenerate = old.user_message.id;
  again.reserve = wanting(10, 20, 20);
  again.reserve->user.tokens_per_day = Tokens(29);
  EXPECT_EQ(code(begin(ada, again)), ErrorCode::kBudgetExceeded);
  again.reserve->user.tokens_per_day = before.used + Tokens(30);
  EXPECT_EQ(good(begin(ada, again)).reserved->total(), Tokens(30));
  EXPECT_EQ(budget_of(ada).user.day.reserved, Tokens(30));
}

TEST_P(StoreContract, more_than_was_held_back_is_entered_as_it_is_and_told) {
  auto wanted = saying(std::nullopt, "x");
  wanted.reserve = wanting(10, 20, 20);
  wanted.reserve->user.tokens_per_day = Tokens(30);
  good(begin(ada, wanted));
  auto end = ending(wanted.turn, "y");
  end.info.usage = used(11, 25);
  const auto ended = good(finish(ada, end));
  EXPECT_EQ(ended.overrun, Tokens(6));
  EXPECT_EQ(ended.cost_overrun, MicroUsd(51));
  EXPECT_EQ(budget_of(ada).user.day, spending(used(11, 25), kNothing));
  EXPECT_EQ(good(finish(ada, end)).overrun, Tokens(0)) << "told once";
  auto more = saying(std::nullopt, "x");
  more.reserve = wanted.reserve;
  EXPECT_EQ(code(begin(ada, more)), ErrorCode::kBudgetExceeded);
}

TEST_P(StoreContract, an_organisation_is_its_tenants_users_and_nobody_else) {
  const auto spend = [&](const model::Owner& owner) {
    auto wanted = saying(std::nullopt, "x");
    wanted.reserve = wanting(10, 20, 20);
    wanted.reserve->organisation.tokens_per_day = Tokens(60);
    return begin(owner, wanted);
  };
  good(spend(ada));
  good(spend(bob));
  EXPECT_EQ(code(spend(ada)), ErrorCode::kBudgetExceeded);
  EXPECT_EQ(code(spend(bob)), ErrorCode::kBudgetExceeded);
  EXPECT_EQ(code(spend({"acme", "new"})), ErrorCode::kBudgetExceeded);
  good(spend(other_ada));
  EXPECT_EQ(budget_of(ada).user.day.reserved, Tokens(30));
  EXPECT_EQ(budget_of(ada).organisation.day.reserved, Tokens(60));
  EXPECT_EQ(budget_of({"acme", "new"}).organisation, budget_of(ada).organisation);
  EXPECT_EQ(budget_of({"acme", "new"}).user, BudgetAccount{});
  EXPECT_EQ(budget_of(other_ada).organisation.day.reserved, Tokens(30));
}

TEST_P(StoreContract, a_deleted_conversation_stays_paid) {
  const auto id = make(ada);
  converse(ada, id, "x");
  const auto before = budget_of(ada);
  good(wait(store().delete_conversation({}, ada, id, kStart)));
  EXPECT_EQ(budget_of(ada), before);
  // A lost turn in it is settled before it goes.
  const auto other = make(ada);
  auto lost = saying(other, "x");
  lost.reserve = wanting(10, 20, 20);
  good(begin(ada, lost));
  good(wait(store().checkpoint_turn({}, ada, {.turn = lost.turn, .usage = used(10, 1), .now = kStart})));
  good(wait(store().delete_conversation({}, ada, other, kStart + 1h)));
  EXPECT_EQ(budget_of(ada).user.day.reserved, Tokens(0));
  EXPECT_EQ(budget_of(ada).user.day.used, before.user.day.used + Tokens(11));
}

TEST_P(StoreContract, a_turn_is_paid_on_the_day_on_which_it_began) {
  struct Case {
    const char* name;
    std::chrono::sys_days day;
    std::chrono::milliseconds runs;
  };
  using namespace std::chrono;
  int user = 0;
  for (const Case& one : {Case{"over midnight", sys_days(2026y / 1 / 15), milliseconds(2)},
                          Case{"over the month's end", sys_days(2026y / 1 / 31), milliseconds(2)},
                          Case{"over the year's end", sys_days(2026y / 12 / 31), hours(30)},
                          Case{"into the leap day", sys_days(2024y / 2 / 28), milliseconds(2)},
                          Case{"out of the leap day", sys_days(2024y / 2 / 29), milliseconds(2)},
                          Case{"while the clock steps back", sys_days(2026y / 3 / 1), -hours(48)}}) {
    SCOPED_TRACE(one.name);
    const model::Owner owner{"acme", std::to_string(++user)};
    const base::WallTime last = one.day + days(1) - milliseconds(1);
    auto wanted = saying(std::nullopt, "x", last);
    wanted.reserve = wanting(10, 20, 20);
    good(begin(owner, wanted));
    auto end = ending(wanted.turn, "y", last + one.runs);
    end.info.usage = used(10, 5);
    good(finish(owner, end));
    EXPECT_EQ(budget_of(owner, last).user.day, spending(used(10, 5), kNothing));
    EXPECT_EQ(budget_of(owner, last).user.month, spending(used(10, 5), kNothing));
    EXPECT_EQ(budget_of(owner, last + one.runs).user.day, model::Spending{});
    const bool same_month = model::first_of_month(one.day) == model::first_of_month(base::day_of(end.now));
    EXPECT_EQ(budget_of(owner, end.now).user.month,
              same_month ? spending(used(10, 5), kNothing) : model::Spending{});
    // The day's usage, which is for people to look at, goes by the end.
    const auto ended = base::day_of(end.now);
    EXPECT_EQ(good(wait(store().usage({}, owner, {.from = ended, .to = ended}))).size(), 1U);
  }
}

TEST_P(StoreContract, a_month_is_the_sum_of_its_days_whatever_the_clock_does) {
  using namespace std::chrono;
  const sys_days first(2024y / 2 / 1);
  for (const int day : {28, 0, 14, 28, -1, 29}) {
    const auto begun = good(begin(ada, saying(std::nullopt, "x", first + days(day))));
    auto end = ending(begun.state.turn.id, "y", first + days(day));
    end.info.usage = used(1, 0);
    good(finish(ada, end));
  }
  EXPECT_EQ(budget_of(ada, first + days(28)).user.day.used, Tokens(2)) << "the leap day";
  EXPECT_EQ(budget_of(ada, first).user.month.used, Tokens(4));
  EXPECT_EQ(budget_of(ada, first + days(29)).user.month.used, Tokens(1)) << "March";
  EXPECT_EQ(budget_of(ada, first - days(1)).user.month.used, Tokens(1)) << "January";
  // Of a fresh day the month's limit still knows what went before, and what came after on a clock that was
  // wrong.
  auto wanted = saying(std::nullopt, "x", first + days(5));
  wanted.reserve = wanting(1, 9, 1);
  wanted.reserve->user.tokens_per_month = Tokens(8);
  EXPECT_EQ(good(begin(ada, wanted)).reserved->total(), Tokens(4));
}

TEST_P(StoreContract, whatever_a_provider_claims_a_turn_ends) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  const auto id = make(ada);
  for (const std::int64_t claim : {kMost, kMost, std::int64_t{-5}, -kMost, std::int64_t{3}}) {
    auto wanted = saying(id, "x");
    wanted.reserve = wanting(10, 20, 20);
    good(begin(ada, wanted));
    auto end = ending(wanted.turn, "y");
    end.info.usage = {.input = Tokens(claim),
                      .cached_input = Tokens(claim),
                      .output = Tokens(claim),
                      .cost = MicroUsd(claim)};
    EXPECT_TRUE(good(finish(ada, end)).applied);
  }
  const auto full = spending({.input = Tokens(kMost), .cost = MicroUsd(kMost)}, kNothing);
  EXPECT_EQ(budget_of(ada).user.day, full);
  EXPECT_EQ(budget_of(ada).user.month, full);
}

}  // namespace parley::store::contract
