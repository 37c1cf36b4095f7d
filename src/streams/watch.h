// What one watcher of a conversation has not read yet, filled from every worker.
//
// Belongs to the watcher's worker: next() is called there. push() may be called on any worker: it posts the
// event over. Bounded: a watcher who does not keep up is told so once and gets nothing more.
#pragma once

#include <atomic>
#include <cstddef>
#include <list>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "base/async.h"
#include "streams/event.h"

namespace parley::streams {

class WatchQueue : public std::enable_shared_from_this<WatchQueue> {
 public:
  // Holds at most `limit` events, those on their way included.
  WatchQueue(boost::asio::any_io_executor executor, std::size_t limit)
      : executor_(executor), limit_(limit), changed_(executor) {}

  // Any worker. False when the queue has overflowed: the pusher lets go of it.
  bool push(EventPtr event);

  // The next event. Fails with kDeadlineExceeded, kCancelled, or kOverloaded once events were lost: the
  // watcher reads the conversation anew and watches again.
  base::Awaitable<base::Result<EventPtr>> next(base::Deadline deadline);

 private:
  void take(EventPtr event);
  base::Result<EventPtr> first(base::Result<void>& woken);

  boost::asio::any_io_executor executor_;
  std::size_t limit_;
  // Shared rather than posted: the pusher has to know the bound before it posts.
  std::atomic<std::size_t> held_{0};
  std::atomic<bool> overflowed_{false};
  // Below: the watcher's worker only.
  // A list, which takes no room while it is empty.
  std::list<EventPtr> events_{};
  // The news of the overflow has come: what comes after it from other workers is dropped.
  bool lost_ = false;
  base::Event changed_;
};

}  // namespace parley::streams
