#include "limits/gate.h"

#include <memory>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "limits/wait_estimate.h"
#include "testing/loop.h"
#include "testing/manual_clock.h"

namespace parley::limits {
namespace {

using namespace std::chrono_literals;
using testing::good;
using ::testing::HasSubstr;

GateOptions room_for(std::size_t concurrency) {
  return {.min_concurrency = concurrency, .initial_concurrency = concurrency, .max_concurrency = concurrency};
}

class GateTest : public ::testing::Test {
 protected:
  Gate& gate() { return *gate_; }
  void make(GateOptions options) { gate_ = std::make_unique<Gate>("openai", options, clock_, metrics_); }

  base::Result<Place> enter(const std::string& user, std::chrono::milliseconds patience = 30s,
                            const std::string& tier = "default", std::int64_t weight = 1) {
    return gate_->enter(
        {.owner = {.tenant = "acme", .user = user}, .tier = tier, .weight = weight, .patience = patience},
        loop_.executor());
  }
  Place place(const std::string& user, const std::string& tier = "default", std::int64_t weight = 1) {
    return good(enter(user, 1h, tier, weight));
  }
  // Has a request served, as long as that, by whoever is let in at once.
  void serve(std::chrono::milliseconds time) {
    Place served = place("measured");
    ASSERT_TRUE(served.granted());
    clock_.advance(time);
    served.leave(Outcome::kServed);
  }

  testing::ManualClock clock_;
  base::Metrics metrics_;
  testing::Loop loop_;
  std::unique_ptr<Gate> gate_ = std::make_unique<Gate>("openai", room_for(1), clock_, metrics_);
};

TEST_F(GateTest, lets_in_at_once_where_there_is_room) {
  make(room_for(2));
  Place first = place("ann");
  Place second = place("ann");
  EXPECT_TRUE(first.granted());
  EXPECT_TRUE(second.granted());
  EXPECT_FALSE(first.standing().has_value());
  EXPECT_TRUE(loop_.wait(first.wait(base::Deadline::after(1h))).has_value());
  EXPECT_EQ(gate().in_use(), 2U);
  first.leave(Outcome::kServed);
  first.leave(Outcome::kServed);
  EXPECT_EQ(gate().in_use(), 1U);
}

TEST_F(GateTest, the_next_in_line_is_woken_when_one_leaves) {
  auto first = std::make_unique<Place>(place("ann"));
  Place second = place("bob");
  EXPECT_FALSE(second.granted());
  EXPECT_EQ(gate().waiting(), 1U);
  std::optional<base::Result<void>> woken;
  loop_.tasks().spawn(testing::keep_result(second.wait(base::Deadline::after(1h)), woken));
  loop_.poll();
  EXPECT_FALSE(woken.has_value());
  first->leave(Outcome::kServed);
  loop_.until([&] { return woken.has_value(); });
  EXPECT_TRUE(woken->has_value());
  EXPECT_TRUE(second.granted());
  EXPECT_EQ(gate().waiting(), 0U);
}

TEST_F(GateTest, users_take_turns_and_tiers_go_by_weight) {
  std::vector<Place> line;
  line.push_back(place("busy"));
  for (int i = 0; i < 4; ++i) line.push_back(place("crowd"));
  line.push_back(place("ann"));
  line.push_back(place("payer", "pro", 4));
  line.push_back(place("payer", "pro", 4));
  const auto standing_of = [&](std::size_t i) { return line[i].standing().value().place; };
  EXPECT_EQ(standing_of(5), 4U) << "ann comes after one of the crowd, beside two of the tier above";
  std::vector<std::size_t> order;
  std::size_t now = 0;
  while (order.size() < 7) {
    line[now].leave(Outcome::kServed);
    for (now = 1; now < line.size() && !line[now].granted();) ++now;
    order.push_back(now);
  }
  EXPECT_THAT(order, ::testing::ElementsAre(1, 6, 7, 5, 2, 3, 4));
}

TEST_F(GateTest, who_leaves_the_line_gives_the_place_up) {
  Place busy = place("ann");
  auto second = std::make_unique<Place>(place("bob"));
  Place third = place("cid");
  EXPECT_EQ(third.standing()->place, 2U);
  clock_.advance(1s);
  second.reset();
  EXPECT_EQ(third.standing()->place, 1U);
  EXPECT_EQ(gate().waiting(), 1U);
  busy.leave(Outcome::kServed);
  EXPECT_TRUE(third.granted());
}

TEST_F(GateTest, a_grant_that_its_owner_never_saw_is_passed_on) {
  Place busy = place("ann");
  auto second = std::make_unique<Place>(place("bob"));
  Place third = place("cid");
  std::optional<base::Result<void>> woken;
  loop_.tasks().spawn(testing::keep_result(third.wait(base::Deadline::after(1h)), woken));
  loop_.poll();
  busy.leave(Outcome::kServed);
  ASSERT_TRUE(second->granted());
  // Its wake-up is still on the way.
  second.reset();
  EXPECT_TRUE(third.granted());
  loop_.until([&] { return woken.has_value(); });
  EXPECT_TRUE(woken->has_value());
  EXPECT_EQ(gate().in_use(), 1U);
  third.leave(Outcome::kServed);
  EXPECT_EQ(gate().in_use(), 0U);
}

TEST_F(GateTest, waiting_ends_at_the_deadline_and_when_cancelled_and_leaves_the_place_as_it_is) {
  Place busy = place("ann");
  Place second = place("bob");
  EXPECT_EQ(testing::code(loop_.wait(second.wait(base::Deadline::after(1ms)))),
            base::ErrorCode::kDeadlineExceeded);
  std::optional<base::Result<void>> ended;
  loop_.tasks().spawn(testing::keep_result(second.wait({}), ended));
  loop_.poll();
  loop_.finish();
  EXPECT_EQ(testing::code(*ended), base::ErrorCode::kCancelled);
  EXPECT_EQ(gate().waiting(), 1U);
  busy.leave(Outcome::kServed);
  EXPECT_TRUE(second.granted());
}

TEST_F(GateTest, who_gives_up_while_it_waits_is_told) {
  Place busy = place("ann");
  Place second = place("bob");
  std::optional<base::Result<void>> ended;
  loop_.tasks().spawn(testing::keep_result(second.wait({}), ended));
  loop_.poll();
  second.leave(Outcome::kUnknown);
  loop_.until([&] { return ended.has_value(); });
  EXPECT_EQ(testing::code(*ended), base::ErrorCode::kCancelled);
  EXPECT_EQ(gate().waiting(), 0U);
}

TEST_F(GateTest, estimates_by_the_time_that_requests_took) {
  make(room_for(2));
  for (int i = 0; i < 10; ++i) serve(4s);
  std::vector<Place> line;
  for (int i = 0; i < 6; ++i) line.push_back(place("user" + std::to_string(i)));
  EXPECT_EQ(line[2].standing()->place, 1U);
  EXPECT_EQ(line[2].standing()->estimate, 2s);
  EXPECT_EQ(line[5].standing()->place, 4U);
  EXPECT_EQ(line[5].standing()->estimate, 8s);
}

TEST_F(GateTest, before_anything_was_measured_it_estimates_a_second_each) {
  Place busy = place("ann");
  Place second = place("bob");
  EXPECT_EQ(second.standing()->estimate, WaitEstimate::kUnmeasured);
}

TEST_F(GateTest, what_was_pushed_back_does_not_count_as_quick_service) {
  make(room_for(4));
  for (int i = 0; i < 10; ++i) serve(4s);
  for (int i = 0; i < 100; ++i) place("ann").leave(Outcome::kPushedBack);
  std::vector<Place> line;
  for (int i = 0; i < 5; ++i) line.push_back(place("ann"));
  EXPECT_EQ(line[4].standing()->estimate, 1s);
}

TEST_F(GateTest, places_are_counted_four_times_a_second_at_most) {
  Place busy = place("ann");
  auto second = std::make_unique<Place>(place("bob"));
  Place third = place("cid");
  EXPECT_EQ(third.standing()->place, 2U);
  second.reset();
  EXPECT_EQ(third.standing()->place, 2U);
  clock_.advance(Gate::kCountEvery);
  EXPECT_EQ(third.standing()->place, 1U);
  Place fourth = place("dan");
  EXPECT_EQ(fourth.standing()->place, 2U) << "who came since is counted alone";
}

TEST_F(GateTest, refuses_who_could_not_begin_in_time_and_says_when_to_come_back) {
  serve(2s);
  Place busy = place("busy");
  std::vector<Place> line;
  for (int i = 0; i < 5; ++i) line.push_back(good(enter("user" + std::to_string(i), 12s)));
  const auto sixth = enter("late", 12s);
  ASSERT_FALSE(sixth.has_value());
  EXPECT_EQ(sixth.error().code, base::ErrorCode::kOverloaded);
  // It would wait for 12 s of the 10.8 s that are sure; the line is short enough in 1.2 s, and two turns
  // later it has its room.
  EXPECT_EQ(sixth.error().retry_after, 5200ms);
  EXPECT_EQ(enter("later", 12s).error().retry_after, 9200ms) << "two turns after the other who was refused";
  EXPECT_TRUE(enter("patient", 14s).has_value());
  EXPECT_EQ(gate().waiting(), 5U);
  EXPECT_THAT(metrics_.render(), HasSubstr("parley_queue_refused_total{why=\"late\"} 2"));
}

TEST_F(GateTest, refuses_where_the_line_is_full_or_the_users_part_of_it) {
  GateOptions options = room_for(1);
  options.max_waiting = 3;
  options.max_waiting_per_user = 2;
  make(options);
  serve(2s);
  Place busy = place("busy");
  Place first = place("ann");
  Place second = place("ann");
  const auto third = enter("ann", 1h);
  ASSERT_FALSE(third.has_value());
  EXPECT_EQ(third.error().code, base::ErrorCode::kOverloaded);
  // Its first is served after 2 s, both after 4 s.
  EXPECT_GT(third.error().retry_after, 2s);
  EXPECT_LE(third.error().retry_after, 6s);
  Place other = place("bob");
  const auto full = enter("cid", 1h);
  ASSERT_FALSE(full.has_value());
  EXPECT_EQ(full.error().retry_after, 4s);
  const std::string metrics = metrics_.render();
  EXPECT_THAT(metrics, HasSubstr("parley_queue_refused_total{why=\"user\"} 1"));
  EXPECT_THAT(metrics, HasSubstr("parley_queue_refused_total{why=\"full\"} 1"));
}

TEST_F(GateTest, no_retry_after_is_longer_than_its_longest_and_those_at_it_are_spread) {
  serve(20s);
  Place busy = place("busy");
  std::vector<std::chrono::milliseconds> told;
  for (int i = 0; i < 50; ++i) told.push_back(*enter("late", 1ms).error().retry_after);
  std::ranges::sort(told);
  EXPECT_LE(told.back(), WaitEstimate::kLongestRetry);
  std::size_t close = 0;
  for (std::size_t i = 1; i < told.size(); ++i) close += told[i] - told[i - 1] < 100ms ? 1 : 0;
  EXPECT_LE(close, 2U) << ::testing::PrintToString(told.size());
}

TEST_F(GateTest, what_is_pushed_back_lets_fewer_in) {
  make({.min_concurrency = 1, .initial_concurrency = 10, .max_concurrency = 100});
  std::vector<Place> open;
  for (int i = 0; i < 10; ++i) open.push_back(place("ann"));
  for (int i = 0; i < 5; ++i) open[static_cast<std::size_t>(i)].leave(Outcome::kPushedBack);
  EXPECT_LT(gate().limit(), 10U);
  EXPECT_GE(gate().limit(), 5U);
  EXPECT_THAT(metrics_.render(),
              HasSubstr("parley_provider_concurrency{provider=\"openai\",kind=\"used\"} 5"));
}

TEST_F(GateTest, late_first_tokens_let_fewer_in_where_a_target_is_set) {
  for (const bool set : {false, true}) {
    make({.initial_concurrency = 12, .first_token_target = set ? 1s : 0s});
    std::vector<Place> open;
    for (int i = 0; i < 12; ++i) open.push_back(place("ann"));
    clock_.advance(2s);
    for (auto& one : open) {
      one.first_token();
      one.first_token();
    }
    EXPECT_EQ(gate().limit(), set ? 6U : 12U);
  }
}

TEST_F(GateTest, a_higher_limit_lets_the_line_in) {
  Place first = place("ann");
  Place second = place("bob");
  Place third = place("cid");
  gate().set(room_for(2));
  EXPECT_EQ(gate().limit(), 2U);
  EXPECT_TRUE(second.granted());
  EXPECT_FALSE(third.granted());
  GateOptions options = room_for(2);
  options.max_waiting = 0;
  gate().set(options);
  EXPECT_EQ(gate().waiting(), 1U) << "those in line stay";
  EXPECT_FALSE(enter("dan").has_value());
}

TEST_F(GateTest, places_outlive_a_gate_that_a_reload_removed) {
  Place first = place("ann");
  Place second = place("bob");
  std::optional<base::Result<void>> woken;
  loop_.tasks().spawn(testing::keep_result(second.wait(base::Deadline::after(1h)), woken));
  loop_.poll();
  gate_.reset();
  EXPECT_EQ(second.standing()->place, 1U);
  first.leave(Outcome::kServed);
  loop_.until([&] { return woken.has_value(); });
  EXPECT_TRUE(woken->has_value());
}

TEST_F(GateTest, a_place_that_is_replaced_is_left) {
  Place kept = place("ann");
  EXPECT_EQ(gate().in_use(), 1U);
  make(room_for(2));
  kept = place("ann");
  Place moved = std::move(kept);
  EXPECT_EQ(gate().in_use(), 1U);
  moved = place("bob");
  EXPECT_EQ(gate().in_use(), 1U);
}

TEST_F(GateTest, metrics_show_the_line_by_tier_and_the_waits) {
  Place busy = place("ann");
  Place second = place("bob", "pro");
  auto third = std::make_unique<Place>(place("cid"));
  EXPECT_THAT(metrics_.render(), HasSubstr("parley_queue_depth{tier=\"pro\"} 1"));
  EXPECT_THAT(metrics_.render(), HasSubstr("parley_queue_depth{tier=\"default\"} 1"));
  third.reset();
  clock_.advance(3s);
  busy.leave(Outcome::kServed);
  const std::string metrics = metrics_.render();
  EXPECT_THAT(metrics, HasSubstr("parley_queue_depth{tier=\"pro\"} 0"));
  EXPECT_THAT(metrics, HasSubstr("parley_queue_depth{tier=\"default\"} 0"));
  EXPECT_THAT(metrics, HasSubstr("parley_queue_wait_seconds_count 2"));
  EXPECT_THAT(metrics, HasSubstr("parley_queue_wait_seconds_sum 3"));
}

}  // namespace
}  // namespace parley::limits
