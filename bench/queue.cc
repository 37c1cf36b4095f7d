// links: parley_limits
// What the line for a provider does under load, in simulated time, and what it costs.
//
//   queue
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "limits/fair_queue.h"
#include "limits/simulation.h"

namespace parley::limits {
namespace {

using Clock = std::chrono::steady_clock;

double ns_since(Clock::time_point then, int times) {
  return std::chrono::duration<double, std::nano>(Clock::now() - then).count() / times;
}

void print(const char* what, const LoadFigures& f) {
  std::printf("| %s | %.1f | %.1f %% | %.1f %% | %.1f %% | %.1f %% | %.1f s | %.1f s | %.2f | %.2f | ", what,
              f.offered, 100 * f.goodput, 100 * f.refused, 100 * f.late, 100 * f.pushed_back, f.p50_seconds,
              f.p99_seconds, f.pro_for_free, f.wait_by_estimate);
  if (f.came_back > 0) {
    std::printf("%.0f %% |\n", 100 * f.admitted_then);
  } else {
    std::puts("|");
  }
}

void loads() {
  std::puts(
      "Provider: 50 at once, 5 s each. Goodput by its capacity; refused of those who came; late in line and "
      "pushed "
      "back of the admitted; from entering to the end; served of weight 4 for one of weight 1; wait by "
      "estimate; "
      "admitted when they come back as told.\n"
      "| provider, clients | load | goodput | refused | late | pushed back | p50 | p99 | 4:1 | estimate | "
      "came back |\n"
      "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
  for (const double load : {0.5, 0.8, 1.0, 1.2, 2.0, 3.0, 5.0}) {
    print("refuses what is beyond", simulate({.of_capacity = load}));
  }
  for (const double load : {1.0, 3.0}) {
    Simulation::Options options{.queues_inside = true};
    options.gate.first_token_target = std::chrono::milliseconds(1500);
    options.gate.initial_concurrency = 100;
    print("queues inside, target 1.5 s", simulate({.of_capacity = load, .options = options}));
  }
  print("half of those in line give up", simulate({.of_capacity = 3, .gives_up = 0.5}));
  for (const double load : {0.9, 1.2, 3.0}) {
    print("comes back when told, once", simulate({.of_capacity = load, .returns = 1}));
  }
}

void burst(double newcomers) {
  const auto admitted = simulate_burst(newcomers).admitted;
  std::printf("1000 at once, newcomers take %.0f %% of the capacity: admitted at once %d, on returns 1 to 5:",
              100 * newcomers, admitted[0]);
  for (std::size_t i = 1; i <= 5; ++i) std::printf(" %d", admitted[i]);
  std::printf(", never %d\n", admitted[6]);
}

struct Waiter : FairQueue::Item {};

void costs(int waiting) {
  constexpr int kTimes = 200'000;
  const base::SystemClock clock;
  base::Metrics metrics;
  boost::asio::io_context io;
  const std::size_t most = waiting == 0 ? 100 : 1;
  Gate gate(
      "bench",
      {.min_concurrency = most, .initial_concurrency = most, .max_concurrency = most, .max_waiting = 20'000},
      clock, metrics);
  std::vector<Place> line;
  const auto enter = [&](const std::string& user) {
    return *gate.enter(
        {.owner = {.tenant = "acme", .user = user}, .tier = "default", .patience = std::chrono::hours(24)},
        io.get_executor());
  };
  for (int i = 0; i < waiting + (waiting > 0 ? 1 : 0); ++i)
    line.push_back(enter("user" + std::to_string(i / 2)));
  auto began = Clock::now();
  for (int i = 0; i < kTimes; ++i) {
    Place place = enter("ann");
    place.leave(Outcome::kServed);
  }
  std::printf("%6d waiting: enter and leave %.0f ns", waiting, ns_since(began, kTimes));
  if (waiting > 0) {
    began = Clock::now();
    for (int i = 0; i < kTimes / 100; ++i) {
      Place place = enter("user" + std::to_string(i));
      place.leave(Outcome::kServed);
    }
    std::printf(", of a user with two in line %.0f ns", ns_since(began, kTimes / 100));
    began = Clock::now();
    for (int i = 0; i < kTimes; ++i) (void)line[static_cast<std::size_t>(1 + i % waiting)].standing();
    std::printf(", standing %.0f ns", ns_since(began, kTimes));
  }
  std::puts("");
}

void count_all(int waiting) {
  FairQueue queue({.max_waiting = 1'000'000, .max_waiting_per_user = 1'000'000});
  std::vector<Waiter> waiters(static_cast<std::size_t>(waiting));
  int i = 0;
  for (auto& waiter : waiters) {
    const std::string tier = "tier" + std::to_string(i % 3);
    queue.enter(waiter, tier, 1 + i % 3, {.tenant = "acme", .user = std::to_string(i / 2)});
    ++i;
  }
  auto began = Clock::now();
  queue.number();
  std::printf("%6d waiting: all places counted in %.0f us", waiting, ns_since(began, 1000));
  began = Clock::now();
  while (queue.next() != nullptr) {
  }
  std::printf(", next %.0f ns\n", ns_since(began, waiting));
}

}  // namespace
}  // namespace parley::limits

int main() {
  using namespace parley::limits;
  loads();
  burst(0);
  burst(0.5);
  burst(0.8);
  costs(0);
  costs(1000);
  costs(10'000);
  count_all(10'000);
}
