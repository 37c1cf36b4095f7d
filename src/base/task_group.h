// Owns coroutines: whoever starts work holds a TaskGroup, and ends only when the work has ended.
//
// Belongs to one worker (one single-threaded executor); every call is made on it. Programming errors assert:
// a group that is destroyed while tasks run would leave them with dangling references.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "base/async.h"

namespace parley::base {

class TaskGroup {
 public:
  explicit TaskGroup(boost::asio::any_io_executor executor);
  // Asserts that no task is left: cancel() and join() come first.
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Starts `task` on the group's executor, at the earliest when the caller next suspends. An exception that
  // leaves a task is a programming error and ends the program with a message. After cancel(), a new task
  // starts cancelled.
  // Returns a name for it, which no other task of this group has had.
  std::uint64_t spawn(Awaitable<void> task);

  // Asks every task to stop, now and later ones; returns at once.
  void cancel();
  // Asks one to stop; nothing where it has ended.
  void cancel(std::uint64_t task);

  // Returns when no task is left. Not ended by the caller's cancellation: work is never left without its
  // owner.
  Awaitable<void> join();

  // Returns when no task is left. When the caller is cancelled, so are the tasks, and their end is still
  // waited for; the caller stays cancelled, which join() makes it forget.
  Awaitable<void> finish();

  std::size_t size() const { return tasks_.size(); }
  const boost::asio::any_io_executor& executor() const { return executor_; }

 private:
  struct Task {
    boost::asio::cancellation_signal signal;
    std::uint64_t name = 0;
    bool started = false;
    bool cancelled = false;
  };
  using Tasks = std::list<Task>;

  Awaitable<void> run(Awaitable<void> task, Tasks::iterator entry);
  void finished(Tasks::iterator task, const std::exception_ptr& error);

  boost::asio::any_io_executor executor_;
  Tasks tasks_;
  std::uint64_t spawned_ = 0;
  boost::asio::steady_timer idle_;
  bool cancelled_ = false;
};

}  // namespace parley::base
