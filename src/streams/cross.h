// Runs a piece of work on another worker and waits for its end: the only way from one worker to another.
//
// The caller's cancellation is posted over and the caller still waits for the work's end, so what the work
// refers to outlives it. Any worker.
#pragma once

#include <exception>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/async.h"

namespace parley::streams {

template <class T>
base::Awaitable<base::Result<T>> without_throwing(base::Awaitable<base::Result<T>> work) {
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  co_return co_await std::move(work);
}

// `work` runs on `where`, which may be the caller's own worker. Fails as `work` does, or with kCancelled.
template <class T>
base::Awaitable<base::Result<T>> on_worker(boost::asio::any_io_executor where,
                                           base::Awaitable<base::Result<T>> work) {
  const boost::asio::any_io_executor here = co_await boost::asio::this_coro::executor;
  if (where == here) co_return co_await std::move(work);
  // Only a cancellation that comes from now on is passed over.
  if (co_await base::cancelled()) co_return base::fail(base::ErrorCode::kCancelled, "cancelled");
  auto [error, result] =
      co_await boost::asio::co_spawn(where, without_throwing(std::move(work)), base::kTuple);
  if (error) {
    // Asio throws where the work was cancelled before it had begun; anything else is a programming error, and
    // ends the caller's task as it would have ended the work's own.
    if (!(co_await base::cancelled())) std::rethrow_exception(error);
    co_return base::fail(base::ErrorCode::kCancelled, "cancelled");
  }
  co_return std::move(result);
}

}  // namespace parley::streams
