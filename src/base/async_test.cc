#include "base/async.h"

#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/task_group.h"

namespace parley::base {
namespace {

using namespace std::chrono_literals;

Awaitable<void> wait_for(Event& event, Deadline deadline, std::vector<ErrorCode>& ends, int& woken) {
  auto result = co_await event.wait(deadline);
  if (result) {
    ++woken;
  } else {
    ends.push_back(result.error().code);
  }
}

Awaitable<void> notify(Event& event) {
  event.notify_all();
  co_return;
}

Awaitable<void> cancel(TaskGroup& group) {
  group.cancel();
  co_return;
}

TEST(Event, wakes_every_waiter_once) {
  boost::asio::io_context io;
  Event event(io.get_executor());
  TaskGroup group(io.get_executor());
  std::vector<ErrorCode> ends;
  int woken = 0;
  group.spawn(wait_for(event, {}, ends, woken));
  group.spawn(wait_for(event, Deadline::after(1h), ends, woken));
  group.spawn(notify(event));
  io.run();
  EXPECT_EQ(woken, 2);
  EXPECT_TRUE(ends.empty());
}

TEST(Event, ends_at_the_deadline_and_on_cancel) {
  boost::asio::io_context io;
  Event event(io.get_executor());
  TaskGroup group(io.get_executor());
  std::vector<ErrorCode> ends;
  int woken = 0;
  group.spawn(wait_for(event, Deadline::after(1ms), ends, woken));
  io.run();
  EXPECT_EQ(ends, std::vector{ErrorCode::kDeadlineExceeded});
  io.restart();
  group.spawn(wait_for(event, {}, ends, woken));
  group.spawn(wait_for(event, Deadline::after(1h), ends, woken));
  group.spawn(cancel(group));
  io.run();
  EXPECT_EQ(ends, (std::vector{ErrorCode::kDeadlineExceeded, ErrorCode::kCancelled, ErrorCode::kCancelled}));
  EXPECT_EQ(woken, 0);
}

TEST(TaskGroup, starts_a_task_cancelled_after_it_was_cancelled) {
  boost::asio::io_context io;
  Event event(io.get_executor());
  TaskGroup group(io.get_executor());
  std::vector<ErrorCode> ends;
  int woken = 0;
  group.cancel();
  group.spawn(wait_for(event, {}, ends, woken));
  io.run();
  EXPECT_EQ(ends, std::vector{ErrorCode::kCancelled});
}

Awaitable<void> sleep_then_count(int& ended) {
  co_await sleep_until(Deadline::after(2ms));
  ++ended;
}

Awaitable<void> join_then_record(TaskGroup& group, int& ended, int& seen) {
  co_await group.join();
  seen = ended;
}

TEST(TaskGroup, join_returns_when_the_last_task_has_ended) {
  boost::asio::io_context io;
  TaskGroup work(io.get_executor());
  TaskGroup owner(io.get_executor());
  int ended = 0;
  int seen = -1;
  for (int i = 0; i < 10; ++i) work.spawn(sleep_then_count(ended));
  owner.spawn(join_then_record(work, ended, seen));
  io.run();
  EXPECT_EQ(seen, 10);
}

TEST(TaskGroup, join_is_not_ended_by_cancelling_the_joiner) {
  boost::asio::io_context io;
  TaskGroup work(io.get_executor());
  TaskGroup owner(io.get_executor());
  int ended = 0;
  int seen = -1;
  work.spawn(sleep_then_count(ended));
  owner.spawn(join_then_record(work, ended, seen));
  work.spawn(cancel(owner));
  io.run();
  EXPECT_EQ(seen, 1);
}

TEST(TaskGroup, cancels_one_task_by_its_name_and_leaves_the_others) {
  boost::asio::io_context io;
  Event event(io.get_executor());
  TaskGroup group(io.get_executor());
  std::vector<ErrorCode> ends;
  int woken = 0;
  const auto first = group.spawn(wait_for(event, {}, ends, woken));
  const auto second = group.spawn(wait_for(event, {}, ends, woken));
  EXPECT_NE(first, second);
  io.poll();
  group.cancel(first);
  io.poll();
  EXPECT_EQ(ends, std::vector{ErrorCode::kCancelled});
  EXPECT_EQ(group.size(), 1U);
  // One that has not started yet, one that has ended.
  group.cancel(group.spawn(wait_for(event, {}, ends, woken)));
  group.cancel(first);
  io.poll();
  EXPECT_EQ(ends.size(), 2U);
  event.notify_all();
  io.restart();
  io.run();
  EXPECT_EQ(woken, 1);
}

Awaitable<void> finish_then_record(TaskGroup& group, bool& ended, bool& was_cancelled) {
  co_await group.finish();
  was_cancelled = co_await cancelled();
  ended = true;
}

TEST(TaskGroup, finish_hands_the_callers_cancellation_on_and_waits_for_the_end) {
  boost::asio::io_context io;
  Event event(io.get_executor());
  TaskGroup work(io.get_executor());
  TaskGroup owner(io.get_executor());
  std::vector<ErrorCode> ends;
  int woken = 0;
  bool ended = false;
  bool was_cancelled = false;
  work.spawn(wait_for(event, {}, ends, woken));
  work.spawn(wait_for(event, Deadline::after(1h), ends, woken));
  owner.spawn(finish_then_record(work, ended, was_cancelled));
  io.poll();
  EXPECT_FALSE(ended);
  owner.cancel();
  io.poll();
  EXPECT_TRUE(ended);
  EXPECT_TRUE(was_cancelled);
  EXPECT_EQ(ends, (std::vector{ErrorCode::kCancelled, ErrorCode::kCancelled}));
}

TEST(TaskGroup, finish_returns_when_the_last_task_has_ended) {
  boost::asio::io_context io;
  Event event(io.get_executor());
  TaskGroup work(io.get_executor());
  TaskGroup owner(io.get_executor());
  std::vector<ErrorCode> ends;
  int woken = 0;
  bool ended = false;
  bool was_cancelled = false;
  work.spawn(wait_for(event, {}, ends, woken));
  owner.spawn(finish_then_record(work, ended, was_cancelled));
  io.poll();
  event.notify_all();
  io.poll();
  EXPECT_TRUE(ended);
  EXPECT_FALSE(was_cancelled);
  EXPECT_EQ(woken, 1);
}

TEST(TaskGroupDeathTest, asserts_when_destroyed_while_tasks_run) {
  EXPECT_DEATH(
      {
        boost::asio::io_context io;
        TaskGroup group(io.get_executor());
        int ended = 0;
        group.spawn(sleep_then_count(ended));
      },
      "destroyed while tasks are running");
}

}  // namespace
}  // namespace parley::base
