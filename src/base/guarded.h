// A value that several threads share, reachable only under its lock. The last resort: prefer posting a
// message to the worker that owns the value, and say in a comment at the member why that would not do.
#pragma once

#include <mutex>
#include <utility>

namespace parley::base {

template <class T>
class Guarded {
 public:
  Guarded() = default;
  explicit Guarded(T value) : value_(std::move(value)) {}

  // Calls `fn(T&)` under the lock and returns what it returns. Never suspend or call out from within.
  template <class Fn>
  decltype(auto) with(Fn&& fn) {
    const std::scoped_lock lock(mutex_);
    return std::forward<Fn>(fn)(value_);
  }
  template <class Fn>
  decltype(auto) with(Fn&& fn) const {
    const std::scoped_lock lock(mutex_);
    return std::forward<Fn>(fn)(value_);
  }

 private:
  mutable std::mutex mutex_;
  T value_{};
};

}  // namespace parley::base
