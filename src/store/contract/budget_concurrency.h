// The contract about budgets under many turns at once: used + reserved never passes a limit, and after quiet
// nothing is held back.
#pragma once

#include <array>
#include <atomic>
#include <thread>

#include "store/contract/budgets.h"

namespace parley::store::contract {

TEST_P(StoreContract, of_hundreds_of_turns_begun_at_once_as_many_run_as_fit) {
  constexpr int kFit = 7;
  std::vector<Reply<BegunTurn>> calls;
  for (int i = 0; i < 400; ++i) {
    auto wanted = saying(std::nullopt, "x");
    wanted.reserve = wanting(10, 20, 20);
    wanted.reserve->user.tokens_per_day = Tokens(30 * kFit + 29);
    calls.push_back(store().begin_turn({}, ada, std::move(wanted)));
  }
  int begun = 0;
  for (const auto& result : wait_all(std::move(calls))) {
    if (result) {
      ++begun;
    } else {
      ASSERT_EQ(code(result), ErrorCode::kBudgetExceeded);
    }
  }
  EXPECT_EQ(begun, kFit);
  EXPECT_EQ(budget_of(ada).user.day, spending(kNothing, used(10 * kFit, 20 * kFit)));
}

struct Rush {
  Tokens user_limit{};
  Tokens organisation_limit{};
  std::atomic<int> ran{0};
  std::atomic<int> refused{0};
  std::atomic<int> overshot{0};
  std::atomic<std::int64_t> used{0};
};

inline base::Awaitable<void> look(Store& store, model::Owner owner, Rush& rush) {
  auto state = co_await store.budget({}, owner, base::day_of(kStart));
  const bool over = !state || state->user.day.used + state->user.day.reserved > rush.user_limit ||
                    state->organisation.day.used + state->organisation.day.reserved > rush.organisation_limit;
  if (over) ++rush.overshot;
}

using Turns = std::vector<std::pair<BeginTurn, FinishTurn>>;

// A turn from its beginning to one of its ends, with a look at the budget after every step.
inline base::Awaitable<void> run_turn(Store& store, model::Owner owner, BeginTurn begin, FinishTurn finish,
                                      Rush& rush) {
  auto begun = co_await store.begin_turn({}, owner, std::move(begin));
  co_await look(store, owner, rush);
  if (!begun) {
    if (begun.error().code == ErrorCode::kBudgetExceeded) ++rush.refused;
    co_return;
  }
  ++rush.ran;
  // Never more than what was held back.
  finish.info.usage.output = std::min(finish.info.usage.output, begun->reserved->output);
  rush.used += finish.info.usage.total().count();
  auto ended = co_await store.finish_turn({}, owner, std::move(finish));
  if (!ended) ++rush.overshot;
  co_await look(store, owner, rush);
}

inline base::Awaitable<void> run_turns(Store& store, model::Owner owner, Turns turns, Rush& rush) {
  for (auto& [begin, finish] : turns) {
    co_await run_turn(store, owner, std::move(begin), std::move(finish), rush);
  }
}

// Threads of their own, as nodes are: two users of one organisation, each with a limit, and one for both.
TEST_P(StoreContract, used_and_reserved_never_pass_a_limit_and_nothing_stays_reserved) {
  constexpr std::size_t kThreads = 4;
  constexpr int kTalkers = 40;
  constexpr int kTurns = 6;
  std::array<Rush, 2> rushes;
  for (Rush& rush : rushes) {
    rush.user_limit = Tokens(3000);
    rush.organisation_limit = Tokens(5000);
  }
  base::Random random(31);
  std::array<std::vector<Turns>, kThreads> work;
  for (auto& talkers : work) {
    talkers.resize(kTalkers);
    for (Turns& turns : talkers) {
      for (int i = 0; i < kTurns; ++i) {
        auto begin = saying(std::nullopt, "x");
        begin.reserve = wanting(20, 60, 10);
        begin.reserve->user.tokens_per_day = rushes[0].user_limit;
        begin.reserve->organisation.tokens_per_day = rushes[0].organisation_limit;
        auto finish = ending(begin.turn, "y");
        finish.info.usage = used(20, static_cast<std::int64_t>(random.below(60)));
        if (random.below(4) == 0) finish.status = MessageStatus::kCancelled;
        turns.emplace_back(std::move(begin), std::move(finish));
      }
    }
  }
  std::vector<std::thread> threads;
  for (std::size_t n = 0; n < kThreads; ++n) {
    threads.emplace_back([&, n] {
      boost::asio::io_context io;
      base::TaskGroup group(io.get_executor());
      for (Turns& turns : work[n]) {
        group.spawn(run_turns(store(), n % 2 == 0 ? ada : bob, std::move(turns), rushes[n % 2]));
      }
      io.run();
    });
  }
  for (auto& thread : threads) thread.join();
  std::int64_t both = 0;
  for (std::size_t n = 0; n < 2; ++n) {
    EXPECT_EQ(rushes[n].overshot, 0);
    EXPECT_EQ(rushes[n].ran + rushes[n].refused, static_cast<int>(kThreads) / 2 * kTalkers * kTurns);
    EXPECT_GT(rushes[n].ran, 10);
    EXPECT_GT(rushes[n].refused, 10);
    const auto day = budget_of(n == 0 ? ada : bob).user.day;
    EXPECT_EQ(day.reserved, Tokens(0));
    EXPECT_EQ(day.reserved_cost, MicroUsd(0));
    EXPECT_EQ(day.used, Tokens(rushes[n].used));
    both += rushes[n].used;
  }
  EXPECT_EQ(budget_of(ada).organisation.day.used, Tokens(both));
  EXPECT_EQ(budget_of(ada).organisation.day.reserved, Tokens(0));
}

TEST_P(StoreContract, of_many_who_settle_one_turn_at_once_one_does) {
  auto wanted = saying(make(ada), "x");
  wanted.reserve = wanting(10, 20, 20);
  good(begin(ada, wanted));
  std::vector<Reply<FinishedTurn>> ends;
  for (int i = 0; i < 20; ++i) {
    auto end = ending(wanted.turn, "y");
    end.info.usage = used(10, 5);
    ends.push_back(store().finish_turn({}, ada, std::move(end)));
  }
  std::vector<Reply<std::vector<ReapedTurn>>> reaps;
  for (int i = 0; i < 5; ++i) reaps.push_back(store().reap_turns({}, {.now = kStart + 1h}));
  (void)wait_all(std::move(ends));
  (void)wait_all(std::move(reaps));
  EXPECT_EQ(budget_of(ada).user.day, spending(used(10, 5), kNothing));
}

}  // namespace parley::store::contract
