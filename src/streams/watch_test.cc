#include "streams/watch.h"

#include <algorithm>
#include <iterator>
#include <thread>

#include <gtest/gtest.h>

#include "streams/hub.h"
#include "testing/loop.h"
#include "testing/manual_clock.h"

namespace parley::streams {
namespace {

using namespace std::chrono_literals;
using base::Deadline;
using base::ErrorCode;
using testing::good;

const model::Owner kAda{"acme", "ada"};
const model::Owner kBob{"acme", "bob"};

EventPtr numbered(std::int64_t number) {
  return std::make_shared<const Event>(Event{.event = {.number = number}});
}

class WatchQueueTest : public ::testing::Test {
 protected:
  std::shared_ptr<WatchQueue> make(std::size_t limit) {
    return std::make_shared<WatchQueue>(loop_.executor(), limit);
  }
  base::Result<EventPtr> next(WatchQueue& queue) { return loop_.wait(queue.next(Deadline::after(0ms))); }
  std::int64_t number(WatchQueue& queue) { return good(next(queue))->event.number; }

  testing::Loop loop_;
};

TEST_F(WatchQueueTest, gives_events_in_the_order_they_were_put_in) {
  const auto queue = make(10);
  for (std::int64_t n = 1; n <= 3; ++n) EXPECT_TRUE(queue->push(numbered(n)));
  loop_.poll();
  for (std::int64_t n = 1; n <= 3; ++n) EXPECT_EQ(number(*queue), n);
  EXPECT_EQ(testing::code(next(*queue)), ErrorCode::kDeadlineExceeded);
}

base::Awaitable<void> take(std::shared_ptr<WatchQueue> queue, std::vector<std::int64_t>& seen,
                           std::optional<ErrorCode>& end) {
  for (;;) {
    auto event = co_await queue->next({});
    if (!event) {
      end = event.error().code;
      co_return;
    }
    seen.push_back((*event)->event.number);
  }
}

TEST_F(WatchQueueTest, wakes_the_watcher_and_ends_when_cancelled) {
  const auto queue = make(10);
  std::vector<std::int64_t> seen;
  std::optional<ErrorCode> end;
  loop_.tasks().spawn(take(queue, seen, end));
  loop_.poll();
  queue->push(numbered(1));
  loop_.poll();
  EXPECT_EQ(seen, (std::vector<std::int64_t>{1}));
  loop_.finish();
  EXPECT_EQ(end, ErrorCode::kCancelled);
}

TEST_F(WatchQueueTest, a_watcher_who_falls_behind_gets_what_was_kept_and_is_told_once_and_for_all) {
  const auto queue = make(3);
  for (std::int64_t n = 1; n <= 3; ++n) EXPECT_TRUE(queue->push(numbered(n)));
  EXPECT_FALSE(queue->push(numbered(4)));
  EXPECT_FALSE(queue->push(numbered(5)));
  loop_.poll();
  for (std::int64_t n = 1; n <= 3; ++n) EXPECT_EQ(number(*queue), n);
  EXPECT_EQ(testing::code(next(*queue)), ErrorCode::kOverloaded);
  EXPECT_FALSE(queue->push(numbered(6))) << "room again does not bring back what was lost";
  loop_.poll();
  EXPECT_EQ(testing::code(next(*queue)), ErrorCode::kOverloaded);
}

TEST_F(WatchQueueTest, a_watcher_who_keeps_up_never_falls_behind) {
  const auto queue = make(2);
  for (std::int64_t n = 1; n <= 100; ++n) {
    ASSERT_TRUE(queue->push(numbered(n)));
    loop_.poll();
    ASSERT_EQ(number(*queue), n);
  }
}

TEST_F(WatchQueueTest, a_waiting_watcher_is_woken_by_the_overflow) {
  const auto queue = make(0);
  std::vector<std::int64_t> seen;
  std::optional<ErrorCode> end;
  loop_.tasks().spawn(take(queue, seen, end));
  loop_.poll();
  EXPECT_FALSE(queue->push(numbered(1)));
  loop_.until([&] { return end.has_value(); });
  EXPECT_EQ(end, ErrorCode::kOverloaded);
  EXPECT_TRUE(seen.empty());
}

TEST_F(WatchQueueTest, takes_events_from_many_threads_each_in_its_order) {
  constexpr int kThreads = 4;
  constexpr std::int64_t kEach = 500;
  const auto queue = make(kThreads * kEach);
  std::vector<std::int64_t> seen;
  std::optional<ErrorCode> end;
  loop_.tasks().spawn(take(queue, seen, end));
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&queue, t] {
      for (std::int64_t n = 0; n < kEach; ++n) queue->push(numbered(t * kEach + n));
    });
  }
  loop_.until([&] { return seen.size() == kThreads * kEach; });
  for (std::thread& thread : threads) thread.join();
  loop_.finish();
  for (int t = 0; t < kThreads; ++t) {
    std::vector<std::int64_t> own;
    std::ranges::copy_if(seen, std::back_inserter(own), [t](std::int64_t n) { return n / kEach == t; });
    EXPECT_EQ(own.size(), static_cast<std::size_t>(kEach));
    EXPECT_TRUE(std::ranges::is_sorted(own));
  }
}

class HubWatchTest : public WatchQueueTest {
 protected:
  model::TurnId open(std::optional<model::ConversationId> conversation, const model::Owner& owner = kAda) {
    const auto turn = ids_.next<model::TurnId>();
    hub_.open(turn, owner, conversation, [] {});
    return turn;
  }
  void say(model::TurnId turn) {
    hub_.append({.turn = turn, .event = {.kind = model::TurnEventKind::kDelta, .text = "x"}});
    loop_.poll();
  }

  testing::ManualClock clock_;
  base::Metrics metrics_;
  model::IdGenerator ids_{clock_, base::Random(4)};
  Hub hub_{loop_.executor(), clock_, metrics_, {}};
  const model::ConversationId talk_ = ids_.next<model::ConversationId>();
};

TEST_F(HubWatchTest, a_watcher_gets_all_events_of_the_conversations_turns_from_then_on) {
  const auto before = open(talk_);
  say(before);
  const auto queue = make(10);
  hub_.watch(talk_, kAda, queue);
  const auto turn = open(talk_);
  const auto elsewhere = open(ids_.next<model::ConversationId>());
  const auto stateless = open(std::nullopt);
  for (const auto& one : {turn, elsewhere, stateless, before}) say(one);
  EXPECT_EQ(good(next(*queue))->turn, turn);
  const auto second = good(next(*queue));
  EXPECT_EQ(second->turn, before);
  EXPECT_EQ(second->event.number, 2);
  EXPECT_EQ(second->conversation, talk_);
  EXPECT_EQ(testing::code(next(*queue)), ErrorCode::kDeadlineExceeded);
}

TEST_F(HubWatchTest, another_owners_turn_is_not_shown) {
  const auto queue = make(10);
  hub_.watch(talk_, kBob, queue);
  say(open(talk_, kAda));
  EXPECT_EQ(testing::code(next(*queue)), ErrorCode::kDeadlineExceeded);
}

TEST_F(HubWatchTest, watchers_that_left_or_fell_behind_are_let_go_of) {
  const auto turn = open(talk_);
  auto stays = make(1000);
  auto leaves = make(1000);
  auto slow = make(1);
  for (const auto& queue : {stays, leaves, slow}) hub_.watch(talk_, kAda, queue);
  say(turn);
  const std::weak_ptr<WatchQueue> left = leaves;
  leaves.reset();
  EXPECT_TRUE(left.expired()) << "the hub does not keep a watcher's queue";
  say(turn);
  say(turn);
  for (std::int64_t n = 1; n <= 3; ++n) EXPECT_EQ(number(*stays), n);
  EXPECT_EQ(number(*slow), 1);
  EXPECT_EQ(testing::code(next(*slow)), ErrorCode::kOverloaded);
}

TEST_F(HubWatchTest, watchers_who_come_and_go_where_nothing_happens_leave_nothing_behind) {
  const auto stays = make(10);
  hub_.watch(talk_, kAda, stays);
  for (int i = 0; i < 10'000; ++i) hub_.watch(ids_.next<model::ConversationId>(), kAda, make(10));
  EXPECT_LT(hub_.watchers(), 200U);
  say(open(talk_));
  EXPECT_EQ(number(*stays), 1);
}

}  // namespace
}  // namespace parley::streams
