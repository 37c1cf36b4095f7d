// Where SQLite's blocking work is done: jobs wait in a bounded queue for a thread that owns a connection.
//
// WriteLane has one thread that commits whatever is waiting as one group; ReadLane has a thread and a
// connection for each reader. Submitted to from any worker; the awaiting coroutine goes on on its own
// executor. A lane is closed, and so its jobs are done, before the workers' io_contexts are destroyed.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/async.h"
#include "base/call.h"
#include "base/log.h"
#include "base/metrics.h"
#include "store/sqlite/job.h"

namespace parley::store::sqlite {

struct LaneMetrics {
  base::Gauge& depth;
  base::Histogram& wait;
  base::Gauge& busy;
  base::Gauge& idle;
};

// What both lanes share: the queue and its threads.
class Lane {
 public:
  Lane(std::size_t capacity, LaneMetrics metrics) : capacity_(capacity), metrics_(metrics) {}
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  // Takes the job, or refuses it as OVERLOADED: the queue is full or closed. A settlement is never refused
  // for want of room: there is at most one for each turn that was admitted.
  [[nodiscard]] base::Result<void> submit(std::shared_ptr<Job> job);

 protected:
  ~Lane() = default;
  // Waits for work and takes up to `most` jobs; none once the lane is closed and empty.
  std::vector<std::shared_ptr<Job>> take(std::size_t most);
  void start(std::function<void()> body);
  // Refuses new jobs, does those that wait, ends the threads.
  void finish();

 private:
  std::size_t capacity_;
  LaneMetrics metrics_;
  // A lock and not a message: the threads block in SQLite and have no executor to post to.
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<std::shared_ptr<Job>> jobs_;
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

class WriteLane final : public Lane {
 public:
  WriteLane(std::unique_ptr<Connection> db, std::size_t capacity, std::size_t max_group, LaneMetrics metrics,
            base::Histogram& commit, const base::Log& log);
  ~WriteLane() { finish(); }

 private:
  using Group = std::vector<std::shared_ptr<Job>>;

  void work();
  // One transaction for all of `group`; every job has its result then. False, unless this is the last try,
  // when it did not fit on the disk.
  bool commit(Group& group, bool last_try);

  std::unique_ptr<Connection> db_;
  std::size_t max_group_;
  base::Histogram& commit_;
  const base::Log& log_;
};

class ReadLane final : public Lane {
 public:
  ReadLane(std::vector<std::unique_ptr<Connection>> connections, std::size_t capacity, LaneMetrics metrics,
           const base::Log& log);
  ~ReadLane() { finish(); }

 private:
  void work(Connection& db);

  std::vector<std::unique_ptr<Connection>> connections_;
  const base::Log& log_;
};

// Has `work` done in `lane` and waits for its result, until the call's deadline or the caller's cancellation.
// A job that has not begun by then is not done, unless it is a settlement.
template <class T, class Lane>
base::Awaitable<base::Result<T>> done_in(Lane& lane, base::Call call, bool settlement, Work<T> work,
                                         base::Histogram& duration) {
  if (!settlement && co_await base::cancelled())
    co_return base::fail(base::ErrorCode::kCancelled, "cancelled");
  const auto begun = std::chrono::steady_clock::now();
  auto job = std::make_shared<WorkJob<T>>(co_await boost::asio::this_coro::executor, call.deadline,
                                          settlement, std::move(work));
  if (auto taken = lane.submit(job); !taken) co_return base::fail(std::move(taken));
  auto done = co_await job->wait();
  duration.observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
  if (!done) co_return base::fail(std::move(done));
  co_return job->take_result();
}

}  // namespace parley::store::sqlite
