#include "store/sqlite/job.h"

#include <boost/asio/post.hpp>

namespace parley::store::sqlite {

namespace asio = boost::asio;
using base::ErrorCode;

Job::Job(asio::any_io_executor executor, base::Deadline deadline, bool settlement)
    : deadline_(deadline), settlement_(settlement), woken_(executor), guard_(std::move(executor)) {}

void Job::complete(std::shared_ptr<Job> job) {
  auto executor = job->guard_.get_executor();
  asio::post(executor, [job = std::move(job)] {
    job->done_ = true;
    job->guard_.reset();
    job->woken_.cancel();
  });
}

base::Awaitable<base::Result<void>> Job::wait() {
  while (!done_) {
    woken_.expires_at(deadline_.at());
    co_await woken_.async_wait(base::kTuple);
    if (done_) break;
    if (co_await base::cancelled()) {
      abandoned_.store(true);
      co_return base::fail(ErrorCode::kCancelled, "cancelled");
    }
    if (deadline_.passed()) {
      abandoned_.store(true);
      co_return base::fail(ErrorCode::kDeadlineExceeded, "the store did not answer before the deadline");
    }
  }
  co_return base::Result<void>{};
}

}  // namespace parley::store::sqlite
