#include "base/async.h"

#include <boost/asio/cancel_at.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/this_coro.hpp>

namespace parley::base {

namespace asio = boost::asio;

namespace {

// Awaited as it is: no coroutine of its own for one operation.
constexpr auto kInPlace = asio::as_tuple(asio::deferred);

bool stopped(const asio::cancellation_state& state) {
  return state.cancelled() != asio::cancellation_type::none;
}

// How a wait ended. Not in the coroutines, whose frames are held while they wait: each error that is made
// there takes room in them.
[[gnu::noinline]] Result<void> ended(bool cancelled, bool late) {
  if (cancelled) return fail(ErrorCode::kCancelled, "cancelled");
  // A notification at the very moment of the deadline counts as late; the caller looks at its condition again
  // first.
  if (late) return fail(ErrorCode::kDeadlineExceeded, "the deadline has passed");
  return {};
}

}  // namespace

Awaitable<bool> cancelled() {
  co_return stopped(co_await asio::this_coro::cancellation_state);
}

Awaitable<Result<void>> sleep_until(Deadline deadline) {
  bool cut_short = stopped(co_await asio::this_coro::cancellation_state);
  if (!cut_short) {
    asio::steady_timer timer(co_await asio::this_coro::executor, deadline.at());
    const auto [error] = co_await timer.async_wait(kInPlace);
    cut_short = error.failed();
  }
  co_return ended(cut_short, false);
}

Awaitable<Result<void>> Event::wait(Deadline deadline) {
  bool cut_short = stopped(co_await asio::this_coro::cancellation_state);
  if (!cut_short) {
    if (deadline.never()) {
      co_await timer_.async_wait(kInPlace);
    } else {
      co_await timer_.async_wait(asio::cancel_at(deadline.at(), kInPlace));
    }
    cut_short = stopped(co_await asio::this_coro::cancellation_state);
  }
  co_return ended(cut_short, deadline.passed());
}

}  // namespace parley::base
