// A piece of blocking work on its way from a coroutine to a lane's thread and back.
//
// Shared by the two: the thread runs it and posts the news to the coroutine's executor; the coroutine may
// leave early. Each hands its share over, so that the last one is dropped on the coroutine's executor.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/async.h"
#include "base/call.h"
#include "base/error.h"
#include "store/sqlite/database.h"

namespace parley::store::sqlite {

// May be run more than once, so it changes nothing but the database: a group that failed is tried again job
// by job.
template <class T>
using Work = std::function<base::Result<T>(Connection&)>;

class Job {
 public:
  Job(boost::asio::any_io_executor executor, base::Deadline deadline, bool settlement);
  virtual ~Job() = default;
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  // On the lane's thread. Runs the work; true when what it wrote shall be kept.
  virtual bool run(Connection& db) = 0;
  virtual void fail(base::Error error) = 0;
  // Tells the coroutine, on its executor, that the result is there.
  static void complete(std::shared_ptr<Job> job);

  bool settlement() const { return settlement_; }
  // Nobody waits for it any more, or nobody should.
  bool lapsed() const { return !settlement_ && (abandoned_.load() || deadline_.passed()); }
  std::chrono::steady_clock::time_point queued_at() const { return queued_at_; }

  // On the coroutine's executor. Succeeds once the result is there; DEADLINE_EXCEEDED or CANCELLED before.
  base::Awaitable<base::Result<void>> wait();

 private:
  base::Deadline deadline_;
  bool settlement_;
  std::chrono::steady_clock::time_point queued_at_ = std::chrono::steady_clock::now();
  std::atomic<bool> abandoned_{false};
  // Below: the coroutine's executor only.
  boost::asio::steady_timer woken_;
  // A worker does not end while a job will still post to it.
  boost::asio::executor_work_guard<boost::asio::any_io_executor> guard_;
  bool done_ = false;
};

template <class T>
class WorkJob final : public Job {
 public:
  WorkJob(boost::asio::any_io_executor executor, base::Deadline deadline, bool settlement, Work<T> work)
      : Job(std::move(executor), deadline, settlement), work_(std::move(work)) {}

  bool run(Connection& db) override {
    result_.emplace(work_(db));
    return result_->has_value();
  }
  void fail(base::Error error) override { result_.emplace(std::unexpected(std::move(error))); }
  base::Result<T> take_result() { return std::move(*result_); }

 private:
  Work<T> work_;
  std::optional<base::Result<T>> result_;
};

}  // namespace parley::store::sqlite
