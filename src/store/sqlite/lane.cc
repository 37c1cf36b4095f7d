#include "store/sqlite/lane.h"

#include <algorithm>
#include <iterator>

namespace parley::store::sqlite {

using base::ErrorCode;
using std::chrono::steady_clock;

namespace {

double seconds_since(steady_clock::time_point then) {
  return std::chrono::duration<double>(steady_clock::now() - then).count();
}

base::Error lapsed_error() {
  return {.code = ErrorCode::kDeadlineExceeded, .message = "the deadline passed before the store had time"};
}

// The failures after which nothing of a transaction can be trusted to be there.
bool spoils_transaction(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return true;
    default:
      return false;
  }
}

// Stops a long read whose caller has gone or whose deadline has passed.
int stop_if_lapsed(void* job) {
  return static_cast<Job*>(job)->lapsed() ? 1 : 0;
}
constexpr int kStepsBetweenLooks = 20000;

}  // namespace

base::Result<void> Lane::submit(std::shared_ptr<Job> job) {
  {
    const std::scoped_lock lock(mutex_);
    if (closed_ || (jobs_.size() >= capacity_ && !job->settlement())) {
      auto refused = base::fail(ErrorCode::kOverloaded, "the store has too much to do");
      refused.error().retry_after = std::chrono::seconds(1);
      return refused;
    }
    jobs_.push_back(std::move(job));
  }
  metrics_.depth.add(1);
  filled_.notify_one();
  return {};
}

std::vector<std::shared_ptr<Job>> Lane::take(std::size_t most) {
  std::vector<std::shared_ptr<Job>> taken;
  {
    std::unique_lock lock(mutex_);
    metrics_.busy.add(-1);
    metrics_.idle.add(1);
    filled_.wait(lock, [this] { return closed_ || !jobs_.empty(); });
    metrics_.idle.add(-1);
    metrics_.busy.add(1);
    const auto count = static_cast<std::ptrdiff_t>(std::min(most, jobs_.size()));
    std::move(jobs_.begin(), jobs_.begin() + count, std::back_inserter(taken));
    jobs_.erase(jobs_.begin(), jobs_.begin() + count);
  }
  metrics_.depth.add(-static_cast<std::int64_t>(taken.size()));
  for (const auto& job : taken) metrics_.wait.observe(seconds_since(job->queued_at()));
  return taken;
}

void Lane::start(std::function<void()> body) {
  metrics_.busy.add(1);
  threads_.emplace_back([this, body = std::move(body)] {
    body();
    metrics_.busy.add(-1);
  });
}

void Lane::finish() {
  {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
  }
  filled_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

WriteLane::WriteLane(std::unique_ptr<Connection> db, std::size_t capacity, std::size_t max_group,
                     LaneMetrics metrics, base::Histogram& commit, const base::Log& log)
    : Lane(capacity, metrics), db_(std::move(db)), max_group_(max_group), commit_(commit), log_(log) {
  start([this] { work(); });
}

void WriteLane::work() {
  for (;;) {
    Group group = take(max_group_);
    if (group.empty()) return;
    std::erase_if(group, [](std::shared_ptr<Job>& job) {
      if (!job->lapsed()) return false;
      job->fail(lapsed_error());
      Job::complete(std::move(job));
      return true;
    });
    if (group.empty()) continue;
    const auto begun = steady_clock::now();
    if (!commit(group, group.size() == 1)) {
      // One job that does not fit on the disk does not take the others with it.
      for (auto& job : group) {
        Group alone(1, job);
        commit(alone, true);
      }
    }
    commit_.observe(seconds_since(begun));
    for (auto& job : group) Job::complete(std::move(job));
  }
}

bool WriteLane::commit(Group& group, bool last_try) {
  Connection& db = *db_;
  bool spoilt = false;
  db.run("BEGIN IMMEDIATE");
  for (const auto& job : group) {
    if (db.failed()) break;
    db.run("SAVEPOINT job");
    const bool keep = job->run(db);
    if (db.failed() && (spoils_transaction(db.error_code()) || !db.in_transaction())) {
      spoilt = true;
      break;
    }
    const bool failed = db.failed();
    if (failed) {
      auto error = db.take_error();
      if (error.code == ErrorCode::kInternal) log_.error("store_job_failed", {{"cause", error.cause}});
      job->fail(std::move(error));
    }
    if (failed || !keep) db.run("ROLLBACK TO job");
    db.run("RELEASE job");
  }
  if (!spoilt) db.run("COMMIT");
  if (!db.failed()) return true;

  const bool full = (db.error_code() & 0xff) == SQLITE_FULL;
  const base::Error error = db.take_error();
  if (db.in_transaction()) db.run("ROLLBACK");
  if (db.failed()) log_.error("store_rollback_failed", {{"cause", db.take_error().cause}});
  if (full && !last_try) return false;
  log_.error("store_commit_failed", {{"cause", error.cause}, {"jobs", group.size()}});
  for (const auto& job : group) job->fail(error);
  return true;
}

ReadLane::ReadLane(std::vector<std::unique_ptr<Connection>> connections, std::size_t capacity,
                   LaneMetrics metrics, const base::Log& log)
    : Lane(capacity, metrics), connections_(std::move(connections)), log_(log) {
  for (const auto& connection : connections_) {
    start([this, db = connection.get()] { work(*db); });
  }
}

void ReadLane::work(Connection& db) {
  for (;;) {
    auto taken = take(1);
    if (taken.empty()) return;
    std::shared_ptr<Job> job = std::move(taken.front());
    if (job->lapsed()) {
      job->fail(lapsed_error());
    } else {
      sqlite3_progress_handler(db.handle(), kStepsBetweenLooks, stop_if_lapsed, job.get());
      // One snapshot for all that the job reads.
      db.run("BEGIN");
      if (!db.failed()) job->run(db);
      sqlite3_progress_handler(db.handle(), 0, nullptr, nullptr);
      if (db.failed()) {
        auto error = db.take_error();
        if (error.code == ErrorCode::kInternal) log_.error("store_read_failed", {{"cause", error.cause}});
        job->fail(std::move(error));
      }
      if (db.in_transaction()) db.run("ROLLBACK");
      if (db.failed()) log_.error("store_rollback_failed", {{"cause", db.take_error().cause}});
    }
    Job::complete(std::move(job));
  }
}

}  // namespace parley::store::sqlite
