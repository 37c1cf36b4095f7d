// The few primitives that coroutines wait on. Everything here has a deadline and answers cancellation.
//
// How coroutines are written: they return Awaitable<T> or Awaitable<Result<T>>, are named functions or
// members, take their parameters by value (or by reference to what surely outlives them), and are started in
// a TaskGroup only. A task of a TaskGroup does not throw when it is cancelled: the wait it is in returns
// kCancelled, and the coroutine hands that up. Asio operations are awaited with `as_tuple` (kTuple), so that
// their errors are values too.
#pragma once

#include <cstddef>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/call.h"
#include "base/error.h"

namespace parley::base {

template <class T>
using Awaitable = boost::asio::awaitable<T>;

inline constexpr auto kTuple = boost::asio::as_tuple(boost::asio::use_awaitable);

// Waits until `deadline`. Fails with kCancelled when the task is cancelled first.
Awaitable<Result<void>> sleep_until(Deadline deadline);

// True once the running task was asked to stop.
Awaitable<bool> cancelled();

// Something that coroutines of one worker wait for. Owned by one worker; notified and waited on there only.
//
// A wait starts after the condition was checked with no suspension between, so no notification is lost:
//   while (!ready()) { auto woken = co_await event.wait(deadline); if (!woken) co_return
//   fail(std::move(woken)); }
class Event {
 public:
  explicit Event(boost::asio::any_io_executor executor) : timer_(std::move(executor)) {
    timer_.expires_at(boost::asio::steady_timer::time_point::max());
  }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  // Wakes all that wait now.
  void notify_all() { timer_.cancel(); }

  // Returns when notified. Fails with kDeadlineExceeded or kCancelled. The Event must outlive the wait.
  Awaitable<Result<void>> wait(Deadline deadline);

 private:
  boost::asio::steady_timer timer_;
};

}  // namespace parley::base
