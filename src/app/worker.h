// A worker: one core's thread with an event loop of its own. What belongs to a worker is made, used and
// destroyed on its thread; whoever else wants something of it sends work with run().
#pragma once

#include <functional>
#include <future>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "base/async.h"

namespace parley::app {

class Worker {
 public:
  // Starts the thread; the loop runs until stop().
  Worker();
  // Stops and joins.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  boost::asio::io_context& io() { return io_; }

  // Runs `work` on the worker; the future is ready when it has ended, and gets the exception that left it.
  // What `work` awaits runs on the worker too. What it refers to outlives it.
  [[nodiscard]] std::future<void> start(std::function<base::Awaitable<void>()> work);
  // The same, and waits for the end; from another thread only.
  void run(std::function<base::Awaitable<void>()> work) { start(std::move(work)).get(); }

  // The same for work that waits for nothing.
  template <class Fn>
  void call(Fn fn) {
    run([&fn] { return as_task(fn); });
  }

  // Ends the loop once nothing is left to do; returns when the thread has ended. A second call does nothing.
  void stop();

 private:
  template <class Fn>
  static base::Awaitable<void> as_task(Fn& fn) {
    fn();
    co_return;
  }

  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> busy_;
  std::thread thread_;
};

}  // namespace parley::app
