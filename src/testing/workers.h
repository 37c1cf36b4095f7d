// Some workers with a thread each, as a running program has them.
//
// What belongs to a worker is used on its thread by run(); it may be made before and destroyed after, while
// no work runs there.
#pragma once

#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "base/async.h"

namespace parley::testing {

class Workers {
 public:
  explicit Workers(std::size_t count) {
    while (workers_.size() < count) workers_.push_back(std::make_unique<Worker>());
  }
  ~Workers() { stop(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  std::size_t size() const { return workers_.size(); }
  boost::asio::any_io_executor executor(std::size_t worker) { return workers_[worker]->io.get_executor(); }

  // Starts `work` on a worker; its result, or what it threw, is in the future.
  template <class T>
  std::future<T> start(std::size_t worker, base::Awaitable<T> work) {
    return boost::asio::co_spawn(workers_[worker]->io, std::move(work), boost::asio::use_future);
  }
  template <class T>
  T run(std::size_t worker, base::Awaitable<T> work) {
    return start(worker, std::move(work)).get();
  }

  // Returns when nothing is left to do.
  void stop() {
    for (auto& worker : workers_) worker->busy.reset();
    for (auto& worker : workers_) {
      if (worker->thread.joinable()) worker->thread.join();
    }
  }

 private:
  struct Worker {
    boost::asio::io_context io{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> busy =
        boost::asio::make_work_guard(io);
    std::thread thread{[this] { io.run(); }};
  };
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace parley::testing
