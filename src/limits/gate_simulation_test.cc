#include <algorithm>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "limits/simulation.h"

namespace parley::limits {
namespace {

std::string words(const LoadFigures& f) {
  return fmt::format(
      "load {:.2f}: goodput {:.3f} of the capacity, refused {:.3f}; of the admitted late {:.3f}, pushed back "
      "{:.3f}; from entering to end p50 {:.1f} s, p99 {:.1f} s; pro for free {:.2f}; waits by estimate "
      "{:.2f}, far longer {:.3f}; "
      "sent for nobody {}",
      f.offered, f.goodput, f.refused, f.late, f.pushed_back, f.p50_seconds, f.p99_seconds, f.pro_for_free,
      f.wait_by_estimate, f.far_longer, f.sent_for_nobody);
}

// A turn's: 30 s in line, and the longest answer.
constexpr double kDeadlineSeconds = 60;

TEST(GateSimulation, a_user_with_a_thousand_requests_delays_anothers_first_by_one_turn_at_most) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Simulation::Options options{.capacity = 10, .seed = seed};
    options.gate = {.min_concurrency = 10,
                    .initial_concurrency = 10,
                    .max_concurrency = 10,
                    .max_waiting = 2000,
                    .max_waiting_per_user = 1000};
    Simulation simulation(options);
    for (int i = 0; i < 1010; ++i) simulation.arrive({.user = "crowd", .patience = std::chrono::hours(10)});
    ASSERT_EQ(simulation.gate().waiting(), 1000U);
    std::vector<std::size_t> others;
    for (int i = 0; i < 15; ++i) {
      simulation.at(20.0 * i + 20 * simulation.random().unit(), [&simulation, &others, i] {
        others.push_back(simulation.arrive({.user = "other" + std::to_string(i)}));
      });
    }
    simulation.run(330);
    ASSERT_EQ(others.size(), 15U);
    ASSERT_GE(simulation.gate().waiting(), 200U) << "the crowd was there all the time";
    for (const std::size_t other : others) {
      const auto& turn = simulation.turns()[other];
      ASSERT_GE(turn.granted, 0);
      int of_the_crowd = 0;
      for (const std::size_t granted : simulation.grants()) {
        if (granted == other) break;
        const auto& before = simulation.turns()[granted];
        if (before.arrival.user == "crowd" && before.granted > turn.entered) ++of_the_crowd;
      }
      EXPECT_LE(of_the_crowd, 1) << turn.arrival.user << ", seed " << seed;
    }
  }
}

Load load_of(double of_capacity, std::uint64_t seed, bool queues_inside) {
  Load load{.of_capacity = of_capacity, .seconds = 300};
  load.options.seed = seed;
  load.options.queues_inside = queues_inside;
  if (queues_inside) {
    load.options.gate.first_token_target = std::chrono::milliseconds(1500);
    load.options.gate.initial_concurrency = 100;
  }
  return load;
}

TEST(GateSimulation, at_three_times_the_capacity_goodput_stays_and_turns_end_within_their_deadline) {
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    for (const bool queues_inside : {false, true}) {
      double peak = 0;
      for (const double load : {0.8, 1.0, 1.5}) {
        peak = std::max(peak, simulate(load_of(load, seed, queues_inside)).goodput);
      }
      const LoadFigures figures = simulate(load_of(3, seed, queues_inside));
      SCOPED_TRACE(::testing::Message()
                   << "seed " << seed << (queues_inside ? ", queues inside" : ", refuses") << ", peak "
                   << peak << "; " << words(figures));
      EXPECT_GE(peak, 0.9);
      EXPECT_GE(figures.goodput, 0.9 * peak);
      EXPECT_LE(figures.p99_seconds, kDeadlineSeconds);
      // Who is admitted is served.
      EXPECT_LE(figures.late, 0.1);
      EXPECT_LE(figures.pushed_back, 0.05);
      EXPECT_NEAR(figures.pro_for_free, 4, 0.4);
      // Who was told an estimate waited for about as long.
      EXPECT_NEAR(figures.wait_by_estimate, 1, 0.15);
      EXPECT_LE(figures.far_longer, 0.1);
    }
  }
}

TEST(GateSimulation, nobody_is_refused_or_late_below_the_capacity) {
  const LoadFigures figures = simulate(load_of(0.8, 1, false));
  EXPECT_EQ(figures.refused, 0) << words(figures);
  EXPECT_EQ(figures.late, 0) << words(figures);
  EXPECT_LE(figures.pushed_back, 0.03) << words(figures);
}

TEST(GateSimulation, places_that_were_given_up_cost_nothing) {
  Load load = load_of(3, 1, false);
  const LoadFigures all_stay = simulate(load);
  load.gives_up = 0.5;
  const LoadFigures half_leave = simulate(load);
  EXPECT_GE(half_leave.goodput, all_stay.goodput - 0.02) << words(all_stay) << "\n" << words(half_leave);
  EXPECT_EQ(half_leave.sent_for_nobody, 0U);
  EXPECT_LT(half_leave.refused, all_stay.refused) << "their places are others'";
}

TEST(GateSimulation, who_comes_back_when_told_is_let_in) {
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    for (const double newcomers : {0.0, 0.5}) {
      const auto admitted = simulate_burst(newcomers, seed).admitted;
      const int refused = 1000 - admitted[0];
      SCOPED_TRACE(::testing::Message()
                   << "seed " << seed << ", newcomers " << newcomers << ": at once " << admitted[0]
                   << ", then " << admitted[1] << ", " << admitted[2] << ", " << admitted[3] << ", "
                   << admitted[4] << ", " << admitted[5] << ", never " << admitted[6]);
      EXPECT_GE(refused, 300) << "it was a burst";
      EXPECT_GE(admitted[1], (newcomers == 0 ? 0.9 : 0.8) * refused);
      EXPECT_EQ(admitted[6], 0);
    }
  }
}

}  // namespace
}  // namespace parley::limits
