// What the Limiter's tests stand on: a state in memory that can be made to fail, and a clock that a test
// moves.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "limits/limiter.h"
#include "state/memory/memory_state.h"
#include "testing/failing_state.h"
#include "testing/loop.h"
#include "testing/manual_clock.h"

namespace parley::limits {

using namespace std::chrono_literals;
using base::ErrorCode;
using testing::code;
using testing::good;

class LimiterTest : public ::testing::Test {
 protected:
  ~LimiterTest() override {
    state.heal();
    loop.wait(limiter.shutdown());
  }

  static std::shared_ptr<Policy> open_policy() {
    auto policy = std::make_shared<Policy>();
    policy->tiers["default"] = {.requests = {}, .max_turns = 0, .max_streams = 0};
    policy->per_address = {};
    return policy;
  }
  static RateLimit one_a_second(std::int64_t burst) {
    return {.requests = 60, .window = 60s, .burst = burst};
  }
  // From then on this is the policy.
  TierPolicy& tier() { return policy->tiers["default"]; }
  void reload() { limiter.reload(std::make_shared<const Policy>(*policy)); }

  Admission admit(const model::Owner& owner, Api api = Api::kGraphql, std::string tier = "default") {
    return loop.wait(limiter.admit({}, owner, std::move(tier), api));
  }
  Admission admit_address(std::string address) {
    return loop.wait(limiter.admit_address({}, std::move(address)));
  }
  bool lets_in(const model::Owner& owner, Api api = Api::kGraphql, std::string tier = "default") {
    return !admit(owner, api, std::move(tier)).refused;
  }
  bool lets_in(std::string address) { return !admit_address(std::move(address)).refused; }
  base::Result<Slot> open_turn(const model::Owner& owner) {
    return loop.wait(limiter.open_turn({}, owner, "default"));
  }
  base::Result<Slot> open_stream(const model::Owner& owner) {
    return loop.wait(limiter.open_stream({}, owner, "default"));
  }
  std::int64_t turns_held(const model::Owner& owner) {
    return good(loop.wait(memory->held({}, slot_key("turns", owner))));
  }
  std::uint64_t decided(std::string_view limit, std::string_view decision) {
    return metrics
        .counter("parley_limit_decisions_total", "Requests by limit and what came of it.",
                 {"limit", "decision"}, {limit, decision})
        .value();
  }

  const model::Owner ada{"acme", "ada"};
  const model::Owner bob{"acme", "bob"};
  const model::Owner other_ada{"globex", "ada"};

  testing::ManualClock clock;
  base::Metrics metrics;
  base::Log log = base::Log::none();
  testing::Loop loop;
  std::unique_ptr<state::SharedState> memory = state::memory::open_state({}, clock, metrics);
  testing::FailingState state{*memory};
  std::shared_ptr<Policy> policy = open_policy();
  LimiterOptions options{.state_deadline = 5ms, .lease = 60ms};
  Limiter limiter{loop.executor(), state,   std::make_shared<const Policy>(*policy),
                  base::Random(9), metrics, log,
                  options};
};

}  // namespace parley::limits
