// A shared state in front of another one that fails or does not answer for as long as a test wants.
//
// Used on one worker.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/async.h"
#include "state/state.h"

namespace parley::testing {

class FailingState final : public state::SharedState {
 public:
  template <class T>
  using Reply = state::Reply<T>;

  explicit FailingState(state::SharedState& inner) : inner_(inner) {}

  // From now on nothing is done.
  void fail(base::ErrorCode code = base::ErrorCode::kOverloaded) {
    heal();
    failure_ = code;
  }
  // From now on everything is done, but the answer is lost.
  void lose_answers() {
    heal();
    after_ = true;
    failure_ = base::ErrorCode::kOverloaded;
  }
  // From now on a call waits until its deadline.
  void hang() {
    heal();
    hanging_ = true;
  }
  void heal() {
    failure_.reset();
    after_ = hanging_ = false;
  }

  // As long as it is set, renew() waits and does its work afterwards.
  bool renewals_wait = false;

  // How often each was asked for.
  int takes = 0;
  int bans_looked_for = 0;
  int offences = 0;
  int acquired = 0;
  int renewed = 0;
  int released = 0;

  Reply<std::vector<state::RateStanding>> take(base::Call call,
                                               std::vector<state::RateClaim> claims) override {
    ++takes;
    return pass(call.deadline, inner_.take(call, std::move(claims)));
  }
  Reply<bool> acquire(base::Call call, state::SlotClaim claim) override {
    ++acquired;
    return pass(call.deadline, inner_.acquire(call, std::move(claim)));
  }
  Reply<void> renew(base::Call call, std::vector<state::SlotName> slots,
                    std::chrono::milliseconds lease) override {
    ++renewed;
    return pass(call.deadline, renew_later(inner_.renew(call, std::move(slots), lease)));
  }
  Reply<void> release(base::Call call, state::SlotName slot) override {
    ++released;
    return pass(call.deadline, inner_.release(call, std::move(slot)));
  }
  Reply<std::int64_t> held(base::Call call, std::string key) override {
    return pass(call.deadline, inner_.held(call, std::move(key)));
  }
  Reply<std::optional<state::Ban>> offend(base::Call call, std::string subject, std::string reason,
                                          state::BanRule rule) override {
    ++offences;
    return pass(call.deadline, inner_.offend(call, std::move(subject), std::move(reason), rule));
  }
  Reply<std::optional<state::Ban>> banned(base::Call call, std::vector<std::string> subjects) override {
    ++bans_looked_for;
    return pass(call.deadline, inner_.banned(call, std::move(subjects)));
  }
  Reply<void> ban(base::Call call, state::Ban ban) override {
    return pass(call.deadline, inner_.ban(call, std::move(ban)));
  }
  Reply<bool> lift(base::Call call, std::string subject) override {
    return pass(call.deadline, inner_.lift(call, std::move(subject)));
  }
  Reply<std::vector<state::Ban>> bans(base::Call call, std::string after, int limit) override {
    return pass(call.deadline, inner_.bans(call, std::move(after), limit));
  }
  Reply<void> ping(base::Call call) override { return pass(call.deadline, inner_.ping(call)); }

 private:
  Reply<void> renew_later(Reply<void> work) {
    while (renewals_wait) {
      auto slept = co_await base::sleep_until(base::Deadline::after(std::chrono::milliseconds(1)));
      if (!slept) co_return slept;
    }
    co_return co_await std::move(work);
  }

  template <class T>
  Reply<T> pass(base::Deadline deadline, Reply<T> work) {
    if (hanging_) {
      auto slept = co_await base::sleep_until(deadline);
      if (!slept) co_return base::fail(std::move(slept));
      co_return base::fail(base::ErrorCode::kDeadlineExceeded, "the state does not answer");
    }
    if (failure_ && !after_) co_return base::fail(*failure_, "the state failed", "as the test wants it");
    auto done = co_await std::move(work);
    if (failure_) co_return base::fail(*failure_, "the state's answer was lost", "as the test wants it");
    co_return done;
  }

  state::SharedState& inner_;
  std::optional<base::ErrorCode> failure_{};
  bool after_ = false;
  bool hanging_ = false;
};

}  // namespace parley::testing
