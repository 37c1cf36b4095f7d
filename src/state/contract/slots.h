// The contract about slots.
#pragma once

#include <atomic>
#include <random>
#include <thread>

#include "state/contract/suite.h"

namespace parley::state::contract {

TEST_P(StateContract, as_many_as_the_limit_hold_a_slot) {
  EXPECT_TRUE(acquire("k", "a", 2));
  EXPECT_TRUE(acquire("k", "b", 2));
  EXPECT_FALSE(acquire("k", "c", 2));
  EXPECT_EQ(held("k"), 2);
  EXPECT_TRUE(acquire("other", "c", 2));
  EXPECT_EQ(held("other"), 1);
  EXPECT_EQ(held("nobody's"), 0);
}

TEST_P(StateContract, the_same_holder_holds_one_slot) {
  EXPECT_TRUE(acquire("k", "a", 1));
  EXPECT_TRUE(acquire("k", "a", 1));
  EXPECT_EQ(held("k"), 1);
}

TEST_P(StateContract, of_a_limit_of_none_nobody_gets_one) {
  EXPECT_FALSE(acquire("k", "a", 0));
  EXPECT_EQ(held("k"), 0);
}

TEST_P(StateContract, a_slot_given_back_is_free_and_giving_it_back_again_does_nothing) {
  ASSERT_TRUE(acquire("k", "a", 1));
  good(wait(state().release({}, {"k", "b"})));
  EXPECT_FALSE(acquire("k", "b", 1));
  good(wait(state().release({}, {"k", "a"})));
  EXPECT_EQ(held("k"), 0);
  EXPECT_TRUE(acquire("k", "b", 1));
  good(wait(state().release({}, {"k", "a"})));
  EXPECT_FALSE(acquire("k", "a", 1));
  EXPECT_EQ(held("k"), 1);
}

TEST_P(StateContract, a_slot_that_nobody_renews_runs_out) {
  ASSERT_TRUE(acquire("k", "gone", 1, 2 * unit()));
  EXPECT_FALSE(acquire("k", "next", 1));
  advance(2 * unit());
  EXPECT_EQ(held("k"), 0);
  EXPECT_TRUE(acquire("k", "next", 1));
}

TEST_P(StateContract, a_slot_that_is_renewed_does_not_run_out) {
  ASSERT_TRUE(acquire("k", "a", 1, 4 * unit()));
  for (int i = 0; i < 4; ++i) {
    advance(2 * unit());
    good(wait(state().renew({}, {{"k", "a"}}, 4 * unit())));
  }
  EXPECT_FALSE(acquire("k", "b", 1));
  advance(4 * unit());
  EXPECT_TRUE(acquire("k", "b", 1));
}

TEST_P(StateContract, acquiring_again_renews) {
  ASSERT_TRUE(acquire("k", "a", 1, 2 * unit()));
  ASSERT_TRUE(acquire("k", "a", 1, 20 * unit()));
  advance(4 * unit());
  EXPECT_EQ(held("k"), 1);
}

TEST_P(StateContract, whoever_renews_too_late_still_holds_it_even_beyond_the_limit) {
  ASSERT_TRUE(acquire("k", "late", 1, unit()));
  advance(unit());
  ASSERT_TRUE(acquire("k", "next", 1));
  good(wait(state().renew({}, {{"k", "late"}, {"k", "next"}, {"elsewhere", "late"}}, 24h)));
  EXPECT_EQ(held("k"), 2);
  EXPECT_EQ(held("elsewhere"), 1);
  EXPECT_FALSE(acquire("k", "third", 1));
  good(wait(state().release({}, {"k", "late"})));
  EXPECT_FALSE(acquire("k", "third", 1));
}

TEST_P(StateContract, slots_out_of_range_are_refused) {
  const auto refused = [&](std::int64_t limit, std::chrono::milliseconds lease) {
    return code(wait(state().acquire({}, {.key = "k", .holder = "a", .limit = limit, .lease = lease})));
  };
  EXPECT_EQ(refused(-1, 1s), ErrorCode::kInternal);
  EXPECT_EQ(refused(kMaxSlots + 1, 1s), ErrorCode::kInternal);
  EXPECT_EQ(refused(1, 0ms), ErrorCode::kInternal);
  EXPECT_EQ(refused(1, kMaxBanTime + 1ms), ErrorCode::kInternal);
  EXPECT_EQ(code(wait(state().renew({}, std::vector<SlotName>(kMaxRenewals + 1), 1s))), ErrorCode::kInternal);
  EXPECT_EQ(held("k"), 0);
}

TEST_P(StateContract, at_no_time_do_more_than_the_limit_hold_one) {
  constexpr int kThreads = 4;
  constexpr int kLimit = 3;
  std::atomic<int> open{0};
  std::atomic<int> most{0};
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937_64 random(t);
      std::vector<std::string> mine;
      for (int i = 0; i < 400; ++i) {
        if (mine.size() < 2 && random() % 3 != 0) {
          const std::string holder = std::to_string(t) + "/" + std::to_string(i);
          if (!acquire("k", holder, kLimit)) {
            ++refused;
            continue;
          }
          mine.push_back(holder);
          const int now_open = ++open;
          int seen = most;
          while (now_open > seen && !most.compare_exchange_weak(seen, now_open)) {
          }
        } else if (!mine.empty()) {
          // Counted down first: from then on another may hold it.
          --open;
          good(wait(state().release({}, {"k", mine.back()})));
          mine.pop_back();
        }
      }
      open -= static_cast<int>(mine.size());
      for (const std::string& holder : mine) good(wait(state().release({}, {"k", holder})));
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_LE(most, kLimit);
  EXPECT_GT(refused, 0);
  EXPECT_EQ(held("k"), 0);
}

}  // namespace parley::state::contract
