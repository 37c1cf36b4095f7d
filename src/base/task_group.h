// Owns coroutines: whoever starts work holds a TaskGroup, and ends only when the work has ended.
//
// Belongs to one worker (one single-threaded executor); every call is made on it. Programming errors assert:
// a group that is destroyed while tasks run would leave them with dangling references.
#pragma once

#include <cstddef>
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
  void spawn(Awaitable<void> task);

  // Asks every task to stop, now and later ones; returns at once.
  void cancel();

  // Returns when no task is left. Not ended by the caller's cancellation: work is never left without its
  // owner.
  Awaitable<void> join();

  std::size_t size() const { return tasks_.size(); }
  const boost::asio::any_io_executor& executor() const { return executor_; }

 private:
  struct Task {
    boost::asio::cancellation_signal signal;
    bool started = false;
  };
  using Tasks = std::list<Task>;

  Awaitable<void> run(Awaitable<void> task, Tasks::iterator entry);
  void finished(Tasks::iterator task, const std::exception_ptr& error);

  boost::asio::any_io_executor executor_;
  Tasks tasks_;
  boost::asio::steady_timer idle_;
  bool cancelled_ = false;
};

}  // namespace parley::base
