// The contract about charges: paid like a turn, and none.
#pragma once

#include "store/contract/budgets.h"

namespace parley::store::contract {

TEST_P(StoreContract, a_charge_holds_back_and_enters_what_was_used_once) {
  const BeginCharge charge{.charge = next<model::ChargeId>(),
                           .model = "vectors",
                           .reserve = wanting(100, 0, 0),
                           .node = "node-1",
                           .now = kStart};
  EXPECT_EQ(good(wait(store().begin_charge({}, ada, charge)))->total(), Tokens(100));
  EXPECT_EQ(budget_of(ada).user.day, spending(kNothing, used(100, 0)));
  EXPECT_EQ(code(wait(store().begin_charge({}, ada, charge))), ErrorCode::kConflict);
  const FinishCharge end{.charge = charge.charge, .usage = used(80, 0), .now = kStart + 24h};
  EXPECT_FALSE(good(wait(store().finish_charge({}, bob, end)))) << "another's";
  EXPECT_FALSE(good(wait(store().finish_charge({}, other_ada, end))));
  EXPECT_TRUE(good(wait(store().finish_charge({}, ada, end))));
  EXPECT_FALSE(good(wait(store().finish_charge({}, ada, end))));
  EXPECT_EQ(budget_of(ada).user.day, spending(used(80, 0), kNothing)) << "on the day on which it began";
  EXPECT_EQ(budget_of(ada).organisation.month, spending(used(80, 0), kNothing));
  const auto rows = usage_of(ada, true);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].model, "vectors");
  EXPECT_EQ(rows[0].turns, 0);
  EXPECT_EQ(rows[0].usage, used(80, 0));
}

TEST_P(StoreContract, a_charge_without_a_reservation_is_counted_too) {
  const auto id = next<model::ChargeId>();
  EXPECT_FALSE(good(
      wait(store().begin_charge({}, ada, {.charge = id, .model = "vectors", .node = "n", .now = kStart}))));
  EXPECT_EQ(budget_of(ada), BudgetState{});
  EXPECT_TRUE(good(wait(store().finish_charge({}, ada, {.charge = id, .usage = used(8, 0), .now = kStart}))));
  EXPECT_EQ(budget_of(ada).user.day, spending(used(8, 0), kNothing));
}

TEST_P(StoreContract, charges_and_turns_share_a_budget) {
  auto turn = saying(std::nullopt, "x");
  turn.reserve = wanting(10, 20, 20);
  turn.reserve->user.tokens_per_day = Tokens(40);
  good(begin(ada, turn));
  BeginCharge charge{.charge = next<model::ChargeId>(), .model = "vectors", .node = "n", .now = kStart};
  charge.reserve = wanting(11, 0, 0);
  charge.reserve->user = turn.reserve->user;
  const auto refused = wait(store().begin_charge({}, ada, charge));
  EXPECT_EQ(code(refused), ErrorCode::kBudgetExceeded);
  EXPECT_EQ(refused.error().resets_at, "2026-02-01T00:00:00.000Z");
  EXPECT_FALSE(good(wait(store().finish_charge({}, ada, {.charge = charge.charge, .now = kStart}))))
      << "it never began";
  charge.reserve->input = Tokens(10);
  good(wait(store().begin_charge({}, ada, charge)));
  EXPECT_EQ(budget_of(ada).user.day.reserved, Tokens(40));
}

TEST_P(StoreContract, a_failed_charge_gives_all_of_it_back_and_is_no_usage) {
  const auto id = next<model::ChargeId>();
  good(wait(store().begin_charge(
      {}, ada, {.charge = id, .model = "vectors", .reserve = wanting(9, 0, 0), .node = "n", .now = kStart})));
  EXPECT_TRUE(good(wait(store().finish_charge({}, ada, {.charge = id, .now = kStart}))));
  EXPECT_EQ(budget_of(ada), BudgetState{});
  EXPECT_TRUE(usage_of(ada).empty());
}

TEST_P(StoreContract, lost_charges_are_given_back_by_their_lease_or_to_the_only_node) {
  const auto charge = [&](std::string node, std::chrono::milliseconds lease) {
    const BeginCharge one{.charge = next<model::ChargeId>(),
                          .model = "vectors",
                          .reserve = wanting(1, 0, 0),
                          .node = std::move(node),
                          .lease = lease,
                          .now = kStart};
    good(wait(store().begin_charge({}, ada, one)));
    return one.charge;
  };
  charge("before", 10s);
  const auto late = charge("now", 10s);
  const auto mine = charge("now", 60s);
  charge("before", 60s);
  const auto held = [&] { return budget_of(ada).organisation.day.reserved.count(); };
  EXPECT_TRUE(good(wait(store().reap_turns({}, {.now = kStart + 9s, .limit = 1}))).empty());
  EXPECT_EQ(held(), 4);
  EXPECT_TRUE(good(wait(store().reap_turns({}, {.now = kStart + 10s, .limit = 1}))).empty());
  EXPECT_EQ(held(), 2) << "they do not count in the limit";
  EXPECT_TRUE(good(wait(store().reap_turns({}, {.now = kStart + 10s, .sole_node = "now"}))).empty());
  EXPECT_EQ(held(), 1);
  EXPECT_FALSE(
      good(wait(store().finish_charge({}, ada, {.charge = late, .usage = used(1, 0), .now = kStart}))));
  EXPECT_TRUE(
      good(wait(store().finish_charge({}, ada, {.charge = mine, .usage = used(1, 0), .now = kStart}))));
  EXPECT_EQ(budget_of(ada).user.day, spending(used(1, 0), kNothing));
}

TEST_P(StoreContract, a_charge_is_settled_though_its_caller_is_cancelled) {
  const auto id = next<model::ChargeId>();
  good(wait(store().begin_charge(
      {}, ada, {.charge = id, .model = "vectors", .reserve = wanting(9, 0, 0), .node = "n", .now = kStart})));
  {
    boost::asio::io_context io;
    base::TaskGroup group(io.get_executor());
    group.cancel();
    std::optional<base::Result<bool>> kept;
    group.spawn(
        keep(store().finish_charge({}, ada, {.charge = id, .usage = used(5, 0), .now = kStart}), kept));
    io.run();
  }
  good(wait(store().ping({})));
  EXPECT_EQ(budget_of(ada).user.day, spending(used(5, 0), kNothing));
}

}  // namespace parley::store::contract
