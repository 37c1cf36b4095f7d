#include "base/task_group.h"

#include <cstdio>
#include <cstdlib>
#include <exception>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

namespace parley::base {

namespace asio = boost::asio;

namespace {

[[noreturn]] void die(const char* what, const char* detail) {
  std::fprintf(stderr, "parley: %s: %s\n", what, detail);
  std::abort();
}

}  // namespace

TaskGroup::TaskGroup(asio::any_io_executor executor)
    : executor_(executor), idle_(std::move(executor), asio::steady_timer::time_point::max()) {}

TaskGroup::~TaskGroup() {
  if (!tasks_.empty()) die("TaskGroup", "destroyed while tasks are running");
}

Awaitable<void> TaskGroup::run(Awaitable<void> task, Tasks::iterator entry) {
  // A cancelled task is told by its waits' results, not by exceptions out of them.
  co_await asio::this_coro::throw_if_cancelled(false);
  entry->started = true;
  if (cancelled_ || entry->cancelled) entry->signal.emit(asio::cancellation_type::all);
  co_await std::move(task);
}

std::uint64_t TaskGroup::spawn(Awaitable<void> task) {
  const auto entry = tasks_.emplace(tasks_.end());
  const std::uint64_t name = entry->name = ++spawned_;
  asio::co_spawn(executor_, run(std::move(task), entry),
                 asio::bind_cancellation_slot(entry->signal.slot(), [this, entry](std::exception_ptr error) {
                   finished(entry, error);
                 }));
  return name;
}

void TaskGroup::finished(Tasks::iterator task, const std::exception_ptr& error) {
  tasks_.erase(task);
  if (error) {
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& thrown) {
      die("an exception left a task", thrown.what());
    }
  }
  if (tasks_.empty()) idle_.cancel();
}

void TaskGroup::cancel() {
  cancelled_ = true;
  // emit() may run a task to its end, which erases it.
  for (auto it = tasks_.begin(); it != tasks_.end();) {
    auto current = it++;
    // One that has not started yet finds out when it does.
    if (current->started) current->signal.emit(asio::cancellation_type::all);
  }
}

void TaskGroup::cancel(std::uint64_t task) {
  for (Task& entry : tasks_) {
    if (entry.name != task) continue;
    entry.cancelled = true;
    // It may end, and be erased, right here.
    if (entry.started) entry.signal.emit(asio::cancellation_type::all);
    return;
  }
}

Awaitable<void> TaskGroup::join() {
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  while (!tasks_.empty()) co_await idle_.async_wait(kTuple);
}

Awaitable<void> TaskGroup::finish() {
  while (!tasks_.empty()) {
    if (!cancelled_ && co_await cancelled()) {
      cancel();
    } else {
      co_await idle_.async_wait(kTuple);
    }
  }
}

}  // namespace parley::base
