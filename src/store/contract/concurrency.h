// The contract about many at once, about deadlines, and about callers that go away.
#pragma once

#include <atomic>
#include <random>
#include <set>
#include <thread>

#include "store/contract/suite.h"

namespace parley::store::contract {

TEST_P(StoreContract, of_many_turns_begun_at_once_one_runs) {
  const auto id = make(ada);
  std::vector<Reply<BegunTurn>> calls;
  for (int i = 0; i < 40; ++i) calls.push_back(store().begin_turn({}, ada, saying(id, "me")));
  int begun = 0;
  for (const auto& result : wait_all(std::move(calls))) {
    if (result) {
      ++begun;
    } else {
      EXPECT_EQ(result.error().code, ErrorCode::kTurnInProgress);
    }
  }
  EXPECT_EQ(begun, 1);
  const auto conversation = good(wait(store().conversation({}, ada, id)));
  EXPECT_EQ(conversation.message_count, 2);
  EXPECT_EQ(conversation.version, 2);
}

TEST_P(StoreContract, of_many_repetitions_at_once_one_turn_comes) {
  std::vector<Reply<BegunTurn>> calls;
  for (int i = 0; i < 40; ++i) {
    auto request = saying(std::nullopt, "me");
    request.new_conversation = NewConversation{.id = next<model::ConversationId>(), .model = "small"};
    request.idempotency = IdempotencyKey{"m:1", "f"};
    calls.push_back(store().begin_turn({}, ada, std::move(request)));
  }
  std::set<model::TurnId> turns;
  int fresh = 0;
  for (const auto& result : wait_all(std::move(calls))) {
    ASSERT_TRUE(result) << result.error().message;
    turns.insert(result->state.turn.id);
    fresh += result->replayed ? 0 : 1;
  }
  EXPECT_EQ(turns.size(), 1U);
  EXPECT_EQ(fresh, 1);
  EXPECT_EQ(good(wait(store().list_conversations({}, ada, {}, {.first = 9}))).items.size(), 1U);
}

TEST_P(StoreContract, of_many_ends_at_once_one_is_applied) {
  const auto begun = good(begin(ada, saying(make(ada), "x")));
  std::vector<Reply<FinishedTurn>> calls;
  for (int i = 0; i < 20; ++i) {
    calls.push_back(store().finish_turn({}, ada, ending(begun.state.turn.id, std::to_string(i))));
  }
  int applied = 0;
  std::set<std::string> answers;
  for (const auto& result : wait_all(std::move(calls))) {
    ASSERT_TRUE(result);
    applied += result->applied ? 1 : 0;
    answers.insert(result->state.answer.content);
  }
  EXPECT_EQ(applied, 1);
  EXPECT_EQ(answers.size(), 1U);
  EXPECT_EQ(usage_of(ada).at(0).turns, 1);
}

TEST_P(StoreContract, of_many_updates_of_one_version_one_wins) {
  const auto id = make(ada);
  std::vector<Reply<model::Conversation>> calls;
  for (int i = 0; i < 20; ++i) {
    calls.push_back(
        store().update_conversation({}, ada, {.id = id, .expected_version = 1, .title = std::to_string(i)}));
  }
  int won = 0;
  for (const auto& result : wait_all(std::move(calls))) won += result ? 1 : 0;
  EXPECT_EQ(won, 1);
  EXPECT_EQ(good(wait(store().conversation({}, ada, id))).version, 2);
}

// Workers on threads of their own, each with its users: everything adds up at the end.
TEST_P(StoreContract, many_workers_do_not_disturb_each_other) {
  constexpr int kWorkers = 4;
  constexpr int kTurns = 30;
  const auto id = make(ada);
  std::atomic<int> shared{0};
  std::vector<std::vector<BeginTurn>> requests(kWorkers);
  std::vector<model::ConversationId> own;
  for (int w = 0; w < kWorkers; ++w) {
    own.push_back(make({"acme", "worker " + std::to_string(w)}));
    for (int i = 0; i < kTurns; ++i) {
      requests[static_cast<std::size_t>(w)].push_back(saying(own.back(), "x"));
      requests[static_cast<std::size_t>(w)].push_back(saying(id, "contended"));
    }
  }
  std::vector<std::thread> threads;
  for (std::size_t w = 0; w < kWorkers; ++w) {
    threads.emplace_back([&, w] {
      for (BeginTurn& request : requests[w]) {
        const bool mine = request.conversation == own[w];
        const model::Owner owner = mine ? model::Owner{"acme", "worker " + std::to_string(w)} : ada;
        const auto turn = request.turn;
        if (!wait(store().begin_turn({}, owner, std::move(request)))) continue;
        (void)wait(store().finish_turn({}, owner, ending(turn, "y")));
        if (!mine) ++shared;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good(wait(store().conversation({}, ada, id))).message_count, 2 * shared);
  EXPECT_EQ(usage_of(ada).at(0).turns, shared);
  for (std::size_t w = 0; w < kWorkers; ++w) {
    const model::Owner owner{"acme", "worker " + std::to_string(w)};
    EXPECT_EQ(usage_of(owner).at(0).turns, kTurns);
    EXPECT_EQ(good(wait(store().conversation({}, owner, own[w]))).version, 1 + kTurns);
  }
}

TEST_P(StoreContract, a_call_whose_deadline_has_passed_writes_nothing) {
  const auto id = next<model::ConversationId>();
  const base::Call late{.deadline = base::Deadline(std::chrono::steady_clock::now() - 1s)};
  EXPECT_EQ(code(wait(store().create_conversation(late, ada, {.id = id, .model = "small"}, kStart))),
            ErrorCode::kDeadlineExceeded);
  EXPECT_EQ(code(wait(store().conversation(late, ada, id))), ErrorCode::kDeadlineExceeded);
  EXPECT_EQ(code(wait(store().conversation({}, ada, id))), ErrorCode::kNotFound);
}

inline base::Awaitable<void> cancel_at_once(base::TaskGroup& group) {
  group.cancel();
  co_return;
}

TEST_P(StoreContract, a_settlement_is_done_though_its_caller_is_cancelled) {
  const auto begun = good(begin(ada, saying(make(ada), "x")));
  {
    boost::asio::io_context io;
    base::TaskGroup group(io.get_executor());
    std::optional<base::Result<FinishedTurn>> kept;
    group.spawn(keep(store().finish_turn({}, ada, ending(begun.state.turn.id, "kept")), kept));
    group.spawn(cancel_at_once(group));
    io.run();
    ASSERT_TRUE(kept);
  }
  EXPECT_EQ(good(wait(store().turn({}, ada, begun.state.turn.id))).answer.content, "kept");
}

TEST_P(StoreContract, a_cancelled_caller_gets_cancelled) {
  boost::asio::io_context io;
  base::TaskGroup group(io.get_executor());
  group.cancel();
  std::optional<base::Result<model::Conversation>> kept;
  group.spawn(keep(store().conversation({}, ada, next<model::ConversationId>()), kept));
  io.run();
  EXPECT_EQ(code(*kept), ErrorCode::kCancelled);
}

TEST_P(StoreContract, a_healthy_store_answers_a_ping) {
  EXPECT_TRUE(wait(store().ping({.deadline = base::Deadline::after(10s)})));
}

}  // namespace parley::store::contract
