// What travels with every piece of work that waits: until when, for whom, under which trace.
//
// Cancellation is not in here: it runs through the coroutine itself (see task_group.h). A value, copied
// freely.
#pragma once

#include <chrono>
#include <string>

namespace parley::base {

// A point on the steady clock, passed down unchanged, so that nested waits share one budget of time.
class Deadline {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // Never passes. For work that its owner ends by cancelling.
  Deadline() = default;
  explicit Deadline(TimePoint at) : at_(at) {}

  static Deadline after(std::chrono::steady_clock::duration wait) {
    return Deadline(std::chrono::steady_clock::now() + wait);
  }

  TimePoint at() const { return at_; }
  bool never() const { return at_ == TimePoint::max(); }
  bool passed() const { return !never() && std::chrono::steady_clock::now() >= at_; }

  // The earlier of this deadline and one `wait` from now: a wait never outlasts its caller's deadline.
  Deadline sooner(std::chrono::steady_clock::duration wait) const {
    const Deadline own = after(wait);
    return own.at_ < at_ ? own : *this;
  }

 private:
  TimePoint at_ = TimePoint::max();
};

struct Call {
  Deadline deadline{};
  // Names this request in the log and in an INTERNAL error.
  std::string request_id{};
  // W3C traceparent, passed on upstream; empty where there is none.
  std::string traceparent{};
};

}  // namespace parley::base
