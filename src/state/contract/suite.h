// What every implementation of SharedState must do, as one suite of tests: its test program includes
// contract/all.h and instantiates StateContract with a function that makes a fresh, empty state.
//
// A state whose time can be moved by hand and one that goes by a server's clock both pass: lengths of time
// are given in units that are long beside a call, and what depends on the moment of a call has room for the
// slack that the subject names.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/task_group.h"
#include "state/state.h"

namespace parley::state::contract {

using base::ErrorCode;
using namespace std::chrono_literals;

// A state and what it stands on; destroying it removes both.
class Subject {
 public:
  Subject() = default;
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;
  virtual ~Subject() = default;

  virtual SharedState& state() = 0;
  // Lets that much time pass for the state. Any thread.
  virtual void advance(std::chrono::milliseconds by) = 0;
  // The state's time on some scale, and as the world tells it. Any thread.
  virtual std::chrono::microseconds now() = 0;
  virtual base::WallTime wall_now() = 0;
  // Far longer than any test's calls take.
  virtual std::chrono::milliseconds unit() = 0;
  // How much time may pass by itself during a few calls; 0 where it stands still.
  virtual std::chrono::milliseconds slack() = 0;
};
using MakeSubject = std::function<std::unique_ptr<Subject>()>;

template <class T>
base::Awaitable<void> keep(Reply<T> reply, std::optional<base::Result<T>>& kept) {
  kept.emplace(co_await std::move(reply));
}

// Runs one call to its end.
template <class T>
base::Result<T> wait(Reply<T> reply) {
  boost::asio::io_context io;
  base::TaskGroup group(io.get_executor());
  std::optional<base::Result<T>> kept;
  group.spawn(keep(std::move(reply), kept));
  io.run();
  return std::move(*kept);
}

// Runs one call of a caller who has been cancelled.
template <class T>
base::Result<T> wait_cancelled(Reply<T> reply) {
  boost::asio::io_context io;
  base::TaskGroup group(io.get_executor());
  group.cancel();
  std::optional<base::Result<T>> kept;
  group.spawn(keep(std::move(reply), kept));
  io.run();
  return std::move(*kept);
}

template <class T>
ErrorCode code(const base::Result<T>& result) {
  EXPECT_FALSE(result.has_value()) << "should have failed";
  return result ? ErrorCode::kInternal : result.error().code;
}

// The value; ends the test program's case with the error's words where there is none.
template <class T>
T good(base::Result<T> result) {
  if (!result) {
    throw std::runtime_error(std::string(base::name(result.error().code)) + ": " + result.error().message +
                             " (" + result.error().cause + ")");
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

class StateContract : public ::testing::TestWithParam<MakeSubject> {
 protected:
  void SetUp() override { subject_ = GetParam()(); }

  Subject& subject() { return *subject_; }
  SharedState& state() { return subject_->state(); }
  void advance(std::chrono::milliseconds by) { subject_->advance(by); }
  std::chrono::milliseconds unit() { return subject_->unit(); }
  std::chrono::milliseconds slack() { return subject_->slack(); }

  // One interval of the rate takes as long as all tests together and more.
  static Rate standing_still(std::int64_t burst) { return {.interval = 24h, .burst = burst}; }
  Rate one_a_unit(std::int64_t burst) { return {.interval = unit(), .burst = burst}; }

  std::vector<RateStanding> take(std::vector<RateClaim> claims) {
    return good(wait(state().take({}, std::move(claims))));
  }
  RateStanding take(std::string key, Rate rate, std::int64_t cost = 1) {
    return take(std::vector{RateClaim{.key = std::move(key), .rate = rate, .cost = cost}}).at(0);
  }
  std::int64_t left(std::string key, Rate rate) { return take(std::move(key), rate, 0).remaining; }

  bool acquire(std::string key, std::string holder, std::int64_t limit,
               std::chrono::milliseconds lease = 24h) {
    return good(wait(state().acquire(
        {}, {.key = std::move(key), .holder = std::move(holder), .limit = limit, .lease = lease})));
  }
  std::int64_t held(std::string key) { return good(wait(state().held({}, std::move(key)))); }

  std::optional<Ban> offend(std::string subject, BanRule rule, std::string reason = "noise") {
    return good(wait(state().offend({}, std::move(subject), std::move(reason), rule)));
  }
  std::optional<Ban> banned(std::vector<std::string> subjects) {
    return good(wait(state().banned({}, std::move(subjects))));
  }
  bool is_banned(std::string subject) { return banned({std::move(subject)}).has_value(); }

  // `value` is `wanted` but for the time that passed by itself, which makes it smaller.
  void expect_near(std::chrono::microseconds value, std::chrono::microseconds wanted) {
    EXPECT_LE(value, wanted);
    EXPECT_GE(value, wanted - slack());
  }

 private:
  std::unique_ptr<Subject> subject_;
};

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StateContract);

}  // namespace parley::state::contract
