// One worker's event loop, run by the test itself: everything happens between two lines of the test.
//
// The loop of a test that talks to a store goes on while the store's threads work. A wait that finds nothing
// left to do, or takes longer than kPatience, fails the test.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/task_group.h"

namespace parley::testing {

inline constexpr std::chrono::seconds kPatience{30};

// The value; ends the test's case with the error's words where there is none.
template <class T>
T good(base::Result<T> result) {
  if (!result) {
    throw std::runtime_error(std::string(base::name(result.error().code)) + ": " + result.error().message +
                             " (" + result.error().cause + ")");
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

template <class T>
base::ErrorCode code(const base::Result<T>& result) {
  EXPECT_FALSE(result.has_value()) << "should have failed";
  return result ? base::ErrorCode::kInternal : result.error().code;
}

template <class T>
base::Awaitable<void> keep_result(base::Awaitable<T> work, std::optional<T>& kept) {
  kept.emplace(co_await std::move(work));
}

// The same for a caller who may be gone by then.
template <class T>
base::Awaitable<void> share_result(base::Awaitable<T> work, std::shared_ptr<std::optional<T>> kept) {
  kept->emplace(co_await std::move(work));
}

class Loop {
 public:
  Loop() : tasks_(io_.get_executor()) {}
  ~Loop() {
    try {
      finish();
    } catch (const std::exception& stuck) {
      ADD_FAILURE() << "a task of the test did not end: " << stuck.what();
    }
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  boost::asio::any_io_executor executor() { return io_.get_executor(); }
  base::TaskGroup& tasks() { return tasks_; }

  // Runs the loop until `done`.
  void until(const std::function<bool()>& done) {
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    while (!done()) {
      if (io_.stopped()) io_.restart();
      if (io_.run_one_until(give_up) == 0) {
        throw std::runtime_error(io_.stopped() ? "nothing is left to do, and it is not done"
                                               : "the test waited too long");
      }
    }
  }

  // Runs one piece of what is to do, waiting for it; false when there is nothing.
  bool step() {
    if (io_.stopped()) io_.restart();
    return io_.run_one_for(kPatience) != 0;
  }

  // Runs `work` to its end.
  template <class T>
  T wait(base::Awaitable<T> work) {
    const auto kept = std::make_shared<std::optional<T>>();
    tasks_.spawn(share_result(std::move(work), kept));
    until([&] { return kept->has_value(); });
    return std::move(**kept);
  }
  void wait(base::Awaitable<void> work) {
    base::TaskGroup group(io_.get_executor());
    group.spawn(std::move(work));
    until([&] { return group.size() == 0; });
  }

  // Runs what is ready now.
  void poll() {
    if (io_.stopped()) io_.restart();
    io_.poll();
  }

  // Ends what was spawned in tasks().
  void finish() {
    tasks_.cancel();
    until([&] { return tasks_.size() == 0; });
  }

 private:
  boost::asio::io_context io_{1};
  base::TaskGroup tasks_;
};

}  // namespace parley::testing
