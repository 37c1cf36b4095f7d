// What the contract does not say, because it is this implementation's own: bounds and metrics.
#include <set>

#include <gtest/gtest.h>

#include "state/contract/suite.h"
#include "state/memory/fingerprint.h"
#include "state/memory/memory_state.h"
#include "testing/manual_clock.h"

namespace parley::state::memory {
namespace {

using contract::good;
using contract::wait;
using namespace std::chrono_literals;

class MemoryBounds : public ::testing::Test {
 protected:
  RateStanding take(std::string key, Rate rate) {
    return good(wait(state_->take({}, {{std::move(key), rate, 1}}))).at(0);
  }
  bool shows(const std::string& line) const { return metrics_.render().contains("\n" + line + "\n"); }

  testing::ManualClock clock_;
  base::Metrics metrics_;
  std::unique_ptr<SharedState> state_ = open_state({.max_keys = 1000, .max_subjects = 100}, clock_, metrics_);
};

TEST_F(MemoryBounds, a_flood_of_keys_takes_no_more_than_its_bound_and_spares_who_is_held_back) {
  const Rate rate{.interval = 1s, .burst = 20};
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(take("greedy", rate).allowed);
  for (int i = 0; i < 5000; ++i) ASSERT_TRUE(take("flood " + std::to_string(i), rate).allowed);
  EXPECT_FALSE(take("greedy", rate).allowed);
  EXPECT_TRUE(shows("parley_state_keys{kind=\"rates\"} 1000"));
  EXPECT_TRUE(shows("parley_state_evicted_total{kind=\"rates\"} 4001"));
}

TEST_F(MemoryBounds, keys_whose_time_has_passed_go_and_are_not_counted_as_pushed_out) {
  const Rate rate{.interval = 1s, .burst = 20};
  for (int i = 0; i < 5000; ++i) {
    ASSERT_TRUE(take("key " + std::to_string(i), rate).allowed);
    clock_.advance(20ms);
  }
  EXPECT_TRUE(shows("parley_state_evicted_total{kind=\"rates\"} 0"));
}

TEST_F(MemoryBounds, slots_and_offences_are_bounded_too) {
  for (int i = 0; i < 3000; ++i) {
    ASSERT_TRUE(good(wait(state_->acquire({}, {.key = std::to_string(i), .holder = "h"}))));
    ASSERT_FALSE(good(wait(state_->offend({}, "ip:" + std::to_string(i), "x", {.offences = 2}))));
  }
  EXPECT_TRUE(shows("parley_state_keys{kind=\"slots\"} 1000"));
  EXPECT_TRUE(shows("parley_state_evicted_total{kind=\"slots\"} 2000"));
  EXPECT_TRUE(shows("parley_state_keys{kind=\"bans\"} 100"));
  EXPECT_TRUE(shows("parley_state_evicted_total{kind=\"bans\"} 2900"));
}

TEST_F(MemoryBounds, offenders_who_are_not_banned_make_room_before_bans) {
  good(wait(state_->ban({}, {.subject = "ip:bad", .until = clock_.wall_now() + 48h})));
  for (int i = 0; i < 3000; ++i) {
    (void)good(wait(state_->offend({}, "ip:" + std::to_string(i), "x", {.offences = 2})));
  }
  EXPECT_TRUE(good(wait(state_->banned({}, {"ip:bad"}))));
  EXPECT_EQ(good(wait(state_->bans({}, "", 10))).size(), 1U);
}

TEST_F(MemoryBounds, a_slot_that_goes_takes_its_key_along) {
  ASSERT_TRUE(good(wait(state_->acquire({}, {.key = "k", .holder = "a", .limit = 2}))));
  ASSERT_TRUE(good(wait(state_->acquire({}, {.key = "k", .holder = "b", .limit = 2}))));
  good(wait(state_->release({}, {"k", "a"})));
  EXPECT_TRUE(shows("parley_state_keys{kind=\"slots\"} 1"));
  good(wait(state_->release({}, {"k", "b"})));
  EXPECT_TRUE(shows("parley_state_keys{kind=\"slots\"} 0"));
}

TEST_F(MemoryBounds, no_more_than_so_many_slots_of_a_key_are_renewed) {
  std::vector<SlotName> slots;
  for (std::int64_t i = 0; i < kMaxSlots; ++i) {
    slots.push_back({.key = "k", .holder = std::to_string(i)});
    if (slots.size() < kMaxRenewals && i + 1 < kMaxSlots) continue;
    good(wait(state_->renew({}, slots, 1h)));
    slots.clear();
  }
  EXPECT_EQ(good(wait(state_->held({}, "k"))), kMaxSlots);
  EXPECT_EQ(contract::code(wait(state_->renew({}, {{"k", "one more"}}, 1h))), base::ErrorCode::kOverloaded);
}

TEST(Fingerprints, differ_between_processes_and_between_keys) {
  const Fingerprints one;
  const Fingerprints another;
  EXPECT_EQ(one.of("key"), one.of("key"));
  EXPECT_FALSE(one.of("key") == another.of("key"));
  std::set<std::uint64_t> halves;
  for (int i = 0; i < 1000; ++i) {
    const Fingerprint print = one.of(std::string(static_cast<std::size_t>(i), '\0'));
    EXPECT_FALSE(print.none());
    halves.insert(print.high);
    halves.insert(print.low);
  }
  EXPECT_EQ(halves.size(), 2000U);
}

}  // namespace
}  // namespace parley::state::memory
