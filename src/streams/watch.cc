#include "streams/watch.h"

#include <utility>

#include <boost/asio/post.hpp>

namespace parley::streams {

bool WatchQueue::push(EventPtr event) {
  if (overflowed_.load()) return false;
  if (held_.fetch_add(1) >= limit_) {
    overflowed_.store(true);
    // Tells the watcher.
    event = nullptr;
  }
  const bool kept = event != nullptr;
  boost::asio::post(executor_, [self = shared_from_this(), taken = std::move(event)]() mutable {
    self->take(std::move(taken));
  });
  return kept;
}

void WatchQueue::take(EventPtr event) {
  if (lost_) return;
  if (event) {
    events_.push_back(std::move(event));
  } else {
    lost_ = true;
  }
  changed_.notify_all();
}

// Not in next(), nor inlined there: its frame is held as long as nothing happens.
[[gnu::noinline]] base::Result<EventPtr> WatchQueue::first(base::Result<void>& woken) {
  if (!events_.empty()) {
    EventPtr event = std::move(events_.front());
    events_.pop_front();
    held_.fetch_sub(1);
    return event;
  }
  if (lost_) {
    return base::fail(base::ErrorCode::kOverloaded, "the watcher fell behind and missed events");
  }
  return base::fail(std::move(woken));
}

base::Awaitable<base::Result<EventPtr>> WatchQueue::next(base::Deadline deadline) {
  const auto self = shared_from_this();
  base::Result<void> woken;
  while (woken && events_.empty() && !lost_) woken = co_await changed_.wait(deadline);
  co_return first(woken);
}

}  // namespace parley::streams
