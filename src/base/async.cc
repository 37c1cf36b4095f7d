#include "base/async.h"

#include <boost/asio/cancel_at.hpp>
#include <boost/asio/this_coro.hpp>

namespace parley::base {

namespace asio = boost::asio;

Awaitable<bool> cancelled() {
  const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
  co_return state.cancelled() != asio::cancellation_type::none;
}

Awaitable<Result<void>> sleep_until(Deadline deadline) {
  if (co_await cancelled()) co_return fail(ErrorCode::kCancelled, "cancelled");
  asio::steady_timer timer(co_await asio::this_coro::executor, deadline.at());
  auto [error] = co_await timer.async_wait(kTuple);
  if (error) co_return fail(ErrorCode::kCancelled, "cancelled", error.message());
  co_return Result<void>{};
}

Awaitable<Result<void>> Event::wait(Deadline deadline) {
  if (co_await cancelled()) co_return fail(ErrorCode::kCancelled, "cancelled");
  if (deadline.never()) {
    co_await timer_.async_wait(kTuple);
  } else {
    co_await timer_.async_wait(asio::cancel_at(deadline.at(), kTuple));
  }
  if (co_await cancelled()) co_return fail(ErrorCode::kCancelled, "cancelled");
  // A notification at the very moment of the deadline counts as late; the caller looks at its condition again
  // first.
  if (deadline.passed()) co_return fail(ErrorCode::kDeadlineExceeded, "the deadline has passed");
  co_return Result<void>{};
}

}  // namespace parley::base
