// Budgets against a model that is too simple to be wrong: after every one of many random operations the store
// says what a list of everything that ever happened adds up to, and no limit is passed.
#pragma once

#include <algorithm>
#include <map>

#include "store/contract/budgets.h"

namespace parley::store::contract {

// Everything that ever began.
struct Spent {
  model::Owner owner;
  std::chrono::sys_days day;
  base::WallTime lease_until{};
  std::string node;
  model::TurnId turn{};
  model::ChargeId charge{};
  bool running = true;
  // What is held back while it runs; what it is known to have used, which counts once it has ended.
  Reserved held{};
  model::Usage used{};

  bool is_turn() const { return !turn.empty(); }
};

class BudgetModel {
 public:
  // Sums over everything, from the start each time.
  BudgetState state(const model::Owner& owner, std::chrono::sys_days day) const {
    BudgetState sums;
    for (const Spent& one : all) {
      if (one.owner.tenant != owner.tenant) continue;
      add(sums.organisation, one, day);
      if (one.owner.user == owner.user) add(sums.user, one, day);
    }
    return sums;
  }

  // The longest answer that fits, found by trying.
  std::optional<Reserved> grant(const model::Owner& owner, std::chrono::sys_days day,
                                const Reserve& wanted) const {
    const BudgetState now = state(owner, day);
    for (Tokens output = wanted.output_wanted; output >= wanted.output_least; output -= Tokens(1)) {
      const Reserved one{.input = wanted.input,
                         .output = output,
                         .cost = cost_of({.input = wanted.input, .output = output}, wanted.price)};
      if (within(wanted.user, now.user, one) && within(wanted.organisation, now.organisation, one))
        return one;
    }
    return std::nullopt;
  }

  static bool within(const model::BudgetLimits& limits, const BudgetAccount& account, const Reserved& more) {
    return (!limits.tokens_per_day ||
            account.day.used + account.day.reserved + more.total() <= *limits.tokens_per_day) &&
           (!limits.tokens_per_month ||
            account.month.used + account.month.reserved + more.total() <= *limits.tokens_per_month) &&
           (!limits.cost_per_day ||
            account.day.used_cost + account.day.reserved_cost + more.cost <= *limits.cost_per_day) &&
           (!limits.cost_per_month ||
            account.month.used_cost + account.month.reserved_cost + more.cost <= *limits.cost_per_month);
  }

  std::vector<Spent> all{};

 private:
  static void add(BudgetAccount& account, const Spent& one, std::chrono::sys_days day) {
    if (model::first_of_month(one.day) != model::first_of_month(day)) return;
    add(account.month, one);
    if (one.day == day) add(account.day, one);
  }
  static void add(model::Spending& sum, const Spent& one) {
    if (one.running) {
      sum.reserved += one.held.total();
      sum.reserved_cost += one.held.cost;
    } else {
      sum.used += one.used.total();
      sum.used_cost += one.used.cost;
    }
  }
};

class RandomBudgets : public StoreContract {
 protected:
  void set_up(std::uint64_t seed) {
    random_ = base::Random(seed);
    owners_ = {{"acme", "ada"}, {"acme", "bob"}, {"globex", "ada"}};
    limits_.clear();
    for (const model::Owner& owner : owners_) limits_[owner] = some_limits(1);
    // An organisation has about what its users have together.
    for (const char* tenant : {"acme", "globex"}) limits_[{tenant, ""}] = some_limits(2);
  }

  // One random operation, on the store and on the model.
  void step() {
    // Days around a month's end, in any order: the clock is not to be trusted.
    now_ = base::WallTime(std::chrono::sys_days(std::chrono::year(2024) / 2 / 27)) +
           std::chrono::milliseconds(static_cast<std::int64_t>(random_.below(5 * 86'400'000ULL)));
    switch (random_.below(10)) {
      case 0:
      case 1:
      case 2:
        begin_a_turn();
        break;
      case 3:
        begin_a_charge();
        break;
      case 4:
        checkpoint();
        break;
      case 5:
      case 6:
      case 7:
        finish_one();
        break;
      case 8:
        if (random_.below(4) == 0) reap();
        break;
      default:
        finish_again();
        break;
    }
  }

  // Everyone's every day, and the promise.
  void check() {
    for (const model::Owner& owner : owners_) {
      for (const int day : {26, 27, 28, 29, 30, 31}) {
        const auto when = std::chrono::sys_days(std::chrono::year(2024) / 2 / 1) + std::chrono::days(day - 1);
        const BudgetState state = good(wait(store().budget({}, owner, when)));
        ASSERT_EQ(state, model_.state(owner, when));
        ASSERT_TRUE(BudgetModel::within(limits_[owner], state.user, {}));
        ASSERT_TRUE(BudgetModel::within(limits_[{owner.tenant, ""}], state.organisation, {}));
      }
    }
  }

  void end_all() {
    for (Spent& one : model_.all) {
      if (one.running) finish_it(one);
    }
    check();
  }

  int begun_ = 0;
  int refused_ = 0;
  int reaped_ = 0;

 private:
  std::int64_t up_to(std::uint64_t most) { return static_cast<std::int64_t>(random_.below(most + 1)); }

  model::BudgetLimits some_limits(std::int64_t times) {
    model::BudgetLimits limits;
    if (random_.below(2) == 0) limits.tokens_per_day = Tokens(times * (200 + up_to(300)));
    if (random_.below(2) == 0) limits.tokens_per_month = Tokens(times * (500 + up_to(600)));
    if (random_.below(2) == 0) limits.cost_per_day = MicroUsd(times * (1000 + up_to(2000)));
    if (random_.below(2) == 0) limits.cost_per_month = MicroUsd(times * (3000 + up_to(5000)));
    return limits;
  }

  Reserve some_reserve(const model::Owner& owner, std::uint64_t output) {
    Reserve wanted{.input = Tokens(up_to(40)), .output_wanted = Tokens(up_to(output))};
    wanted.output_least = Tokens(up_to(static_cast<std::uint64_t>(wanted.output_wanted.count())));
    wanted.price = {.input = MicroUsd(up_to(3'000'000)), .output = MicroUsd(up_to(12'000'000))};
    wanted.user = limits_[owner];
    wanted.organisation = limits_[{owner.tenant, ""}];
    return wanted;
  }

  // At most what is held back: else a limit is passed, as it must be.
  model::Usage some_usage(const Reserved& held) {
    return {.input = Tokens(up_to(static_cast<std::uint64_t>(held.input.count()))),
            .output = Tokens(up_to(static_cast<std::uint64_t>(held.output.count()))),
            .cost = MicroUsd(up_to(static_cast<std::uint64_t>(held.cost.count())))};
  }

  Spent beginning() {
    const model::Owner& owner = owners_[random_.below(owners_.size())];
    return {.owner = owner,
            .day = base::day_of(now_),
            .lease_until = now_ + 30s,
            .node = random_.below(2) == 0 ? "one" : "two"};
  }

  template <class Result>
  void begun(const Result& result, const std::optional<Reserved>& expected, Spent one) {
    ASSERT_EQ(result.has_value(), expected.has_value());
    if (!expected) {
      ++refused_;
      ASSERT_EQ(code(result), ErrorCode::kBudgetExceeded);
      return;
    }
    ++begun_;
    one.held = *expected;
    model_.all.push_back(std::move(one));
  }

  void begin_a_turn() {
    Spent one = beginning();
    auto request = saying(std::nullopt, "x", now_);
    request.node = one.node;
    request.reserve = some_reserve(one.owner, 80);
    one.turn = request.turn;
    const auto expected = model_.grant(one.owner, one.day, *request.reserve);
    const auto result = begin(one.owner, request);
    begun(result, expected, std::move(one));
    if (result) ASSERT_EQ(result->reserved, expected);
  }

  void begin_a_charge() {
    Spent one = beginning();
    one.charge = next<model::ChargeId>();
    const BeginCharge request{.charge = one.charge,
                              .model = "vectors",
                              .reserve = some_reserve(one.owner, 0),
                              .node = one.node,
                              .lease = 30s,
                              .now = now_};
    const auto expected = model_.grant(one.owner, one.day, *request.reserve);
    const auto result = wait(store().begin_charge({}, one.owner, request));
    begun(result, expected, std::move(one));
    if (result) ASSERT_EQ(*result, expected);
  }

  Spent* any(bool running) {
    std::vector<Spent*> found;
    for (Spent& one : model_.all) {
      if (one.running == running) found.push_back(&one);
    }
    return found.empty() ? nullptr : found[random_.below(found.size())];
  }

  void checkpoint() {
    Spent* one = any(true);
    if (one == nullptr || !one->is_turn()) return;
    one->used = some_usage(one->held);
    one->lease_until = std::max(one->lease_until, now_ + 30s);
    good(wait(store().checkpoint_turn(
        {}, one->owner, {.turn = one->turn, .text = "t", .last_event = 2, .usage = one->used, .now = now_})));
  }

  void finish_it(Spent& one) {
    one.used = some_usage(one.held);
    one.running = false;
    if (!one.is_turn()) {
      const FinishCharge end{.charge = one.charge, .usage = one.used, .now = now_};
      ASSERT_TRUE(good(wait(store().finish_charge({}, one.owner, end))));
      return;
    }
    auto end = ending(one.turn, "y", now_);
    end.info.usage = one.used;
    end.status = std::array{MessageStatus::kComplete, MessageStatus::kCancelled, MessageStatus::kFailed,
                            MessageStatus::kInterrupted}[random_.below(4)];
    ASSERT_TRUE(good(finish(one.owner, end)).applied);
  }

  void finish_one() {
    if (Spent* one = any(true)) finish_it(*one);
  }

  void finish_again() {
    const Spent* one = any(false);
    if (one == nullptr) return;
    if (one->is_turn()) {
      ASSERT_FALSE(good(finish(one->owner, ending(one->turn, "again", now_))).applied);
    } else {
      const FinishCharge end{.charge = one->charge, .usage = used(9, 9), .now = now_};
      ASSERT_FALSE(good(wait(store().finish_charge({}, one->owner, end))));
    }
  }

  void reap() {
    ReapTurns ask{.now = now_};
    if (random_.below(3) == 0) ask.sole_node = "two";
    std::size_t turns = 0;
    for (Spent& one : model_.all) {
      if (!one.running || (one.lease_until > now_ && (!ask.sole_node || one.node == *ask.sole_node)))
        continue;
      one.running = false;
      ++reaped_;
      turns += one.is_turn() ? 1 : 0;
    }
    ASSERT_EQ(good(wait(store().reap_turns({}, ask))).size(), turns);
  }

  base::Random random_{0};
  base::WallTime now_{};
  std::vector<model::Owner> owners_;
  std::map<model::Owner, model::BudgetLimits> limits_;
  BudgetModel model_;
};

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RandomBudgets);

TEST_P(RandomBudgets, are_what_everything_that_happened_adds_up_to) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  set_up(seed);
  for (int i = 0; i < 400 && !HasFatalFailure(); ++i) {
    step();
    if (HasFatalFailure()) return;
    check();
  }
  end_all();
  RecordProperty("begun", begun_);
  RecordProperty("refused", refused_);
  RecordProperty("reaped", reaped_);
}

}  // namespace parley::store::contract
