// A gate and a provider behind it in simulated time, with turns that come, wait, give up and come back: what
// the tests and the benchmark of the line share. Deterministic for a seed; nothing sleeps.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "base/random.h"
#include "base/task_group.h"
#include "limits/gate.h"

namespace parley::limits {

class Simulation {
 public:
  using Seconds = std::chrono::duration<double>;

  struct Options {
    GateOptions gate{};
    // How many the provider serves at once; whether more are refused after a moment, or wait inside.
    std::size_t capacity = 50;
    bool queues_inside = false;
    // Of a request; the rest is exponential, up to `longest_service`.
    Seconds shortest_service{0.5};
    Seconds mean_service{5};
    Seconds longest_service{30};
    std::uint64_t seed = 1;
  };

  struct Arrival {
    std::string user;
    std::string tier = "default";
    std::int64_t weight = 1;
    std::chrono::milliseconds patience{30'000};
    // Leaves the line after so long, where it is not served by then.
    std::optional<Seconds> gives_up_after{};
    // How often it comes back when it is told to.
    int returns = 0;
  };

  enum class End : std::uint8_t { kStillThere, kRefused, kGaveUp, kLate, kPushedBack, kServed };

  struct Turn {
    Arrival arrival;
    double entered = 0;
    double granted = -1;
    double ended = -1;
    double service = 0;
    // Of its wait, when it came.
    double estimate = 0;
    End end = End::kStillThere;
    bool admitted = false;
    int returns = 0;
    std::optional<Place> place{};
    std::uint64_t task = 0;
  };

  explicit Simulation(Options options)
      : options_(options), random_(options.seed), gate_("simulated", options.gate, clock_, metrics_) {}
  ~Simulation() {
    tasks_.cancel();
    for (auto& turn : turns_) turn.place.reset();
    settle();
  }
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  Gate& gate() { return gate_; }
  base::Random& random() { return random_; }
  double now() const { return Seconds(clock_.now - kStart).count(); }
  void capacity(std::size_t capacity) { options_.capacity = capacity; }
  // In the order in which they came first.
  const std::deque<Turn>& turns() const { return turns_; }
  // Of `turns`, in the order of the grants.
  const std::vector<std::size_t>& grants() const { return grants_; }
  // Requests that were sent for someone who had left.
  std::size_t sent_for_nobody() const { return sent_for_nobody_; }

  void at(double when, std::function<void()> what) {
    events_.emplace(kStart + std::chrono::ceil<base::SteadyTime::duration>(Seconds(when)), std::move(what));
  }

  std::size_t arrive(Arrival arrival) {
    const std::size_t index = turns_.size();
    Turn& turn = turns_.emplace_back();
    turn.arrival = std::move(arrival);
    turn.entered = now();
    const double more = (options_.mean_service - options_.shortest_service).count();
    turn.service = std::min(options_.shortest_service.count() - more * std::log(1 - random_.unit()),
                            options_.longest_service.count());
    enter(index);
    return index;
  }

  // So many a second from now on until `until`, at random times.
  void arrive_at_random(double per_second, double until, std::function<Arrival()> who) {
    const double next = now() - std::log(1 - random_.unit()) / per_second;
    if (next >= until) return;
    at(next, [this, per_second, until, who] {
      arrive(who());
      arrive_at_random(per_second, until, who);
    });
  }

  void run(double until) {
    settle();
    const base::SteadyTime end = kStart + std::chrono::ceil<base::SteadyTime::duration>(Seconds(until));
    while (!events_.empty() && events_.begin()->first <= end) {
      const auto event = events_.extract(events_.begin());
      clock_.now = event.key();
      event.mapped()();
      settle();
    }
    clock_.now = end;
  }

 private:
  static constexpr base::SteadyTime kStart{std::chrono::hours(1)};
  static constexpr double kRefusalTakes = 0.05;
  static constexpr double kFirstTokenTakes = 0.3;

  struct VirtualClock final : base::Clock {
    base::WallTime wall_now() const override { return {}; }
    base::SteadyTime steady_now() const override { return now; }
    base::SteadyTime now = kStart;
  };

  void settle() {
    io_.restart();
    io_.poll();
  }

  void enter(std::size_t index) {
    Turn& turn = turns_[index];
    auto place = gate_.enter({.owner = {.tenant = "acme", .user = turn.arrival.user},
                              .tier = turn.arrival.tier,
                              .weight = turn.arrival.weight,
                              .patience = turn.arrival.patience},
                             io_.get_executor());
    if (!place) {
      end(turn, End::kRefused);
      if (turn.returns == turn.arrival.returns) return;
      at(now() + Seconds(place.error().retry_after.value()).count(), [this, index] {
        ++turns_[index].returns;
        turns_[index].entered = now();
        enter(index);
      });
      return;
    }
    turn.admitted = true;
    turn.end = End::kStillThere;
    turn.place.emplace(*std::move(place));
    if (turn.place->granted()) return granted(index);
    turn.estimate = Seconds(turn.place->standing().value().estimate).count();
    turn.task = tasks_.spawn(wait_in_line(index));
    leave_after(index, Seconds(turn.arrival.patience), End::kLate);
    if (turn.arrival.gives_up_after) leave_after(index, *turn.arrival.gives_up_after, End::kGaveUp);
  }

  base::Awaitable<void> wait_in_line(std::size_t index) {
    const auto woken = co_await turns_[index].place->wait({});
    if (woken) granted(index);
  }

  void leave_after(std::size_t index, Seconds time, End why) {
    at(now() + time.count(), [this, index, why] {
      Turn& turn = turns_[index];
      if (turn.end != End::kStillThere || turn.granted >= 0) return;
      end(turn, why);
      tasks_.cancel(turn.task);
      turn.place.reset();
    });
  }

  void granted(std::size_t index) {
    Turn& turn = turns_[index];
    if (turn.end != End::kStillThere) ++sent_for_nobody_;
    turn.granted = now();
    grants_.push_back(index);
    if (serving_ < options_.capacity) return serve(index);
    if (options_.queues_inside) return inside_.push_back(index);
    at(now() + kRefusalTakes, [this, index] {
      end(turns_[index], End::kPushedBack);
      turns_[index].place->leave(Outcome::kPushedBack);
    });
  }

  void serve(std::size_t index) {
    ++serving_;
    const double service = turns_[index].service;
    at(now() + std::min(kFirstTokenTakes, service), [this, index] { turns_[index].place->first_token(); });
    at(now() + service, [this, index] {
      --serving_;
      end(turns_[index], End::kServed);
      turns_[index].place->leave(Outcome::kServed);
      if (inside_.empty() || serving_ >= options_.capacity) return;
      const std::size_t next = inside_.front();
      inside_.pop_front();
      serve(next);
    });
  }

  void end(Turn& turn, End why) {
    turn.end = why;
    turn.ended = now();
  }

  Options options_;
  base::Random random_;
  VirtualClock clock_;
  base::Metrics metrics_;
  Gate gate_;
  boost::asio::io_context io_{1};
  base::TaskGroup tasks_{io_.get_executor()};
  std::multimap<base::SteadyTime, std::function<void()>> events_{};
  std::deque<Turn> turns_{};
  std::vector<std::size_t> grants_{};
  std::deque<std::size_t> inside_{};
  std::size_t serving_ = 0;
  std::size_t sent_for_nobody_ = 0;
};

// What a provider under a steady load looks like from outside.
struct LoadFigures {
  // Of the capacity.
  double offered = 0;
  double goodput = 0;
  // Of those who came.
  double refused = 0;
  // Of those who were admitted.
  double late = 0;
  double pushed_back = 0;
  // From entering to the end, of those who were served.
  double p50_seconds = 0;
  double p99_seconds = 0;
  // Those who waited and were served: how long all together, by what they were told; and the share of them
  // that waited for more than 1.5 times what it was told, and 1 s more.
  double wait_by_estimate = 0;
  double far_longer = 0;
  // Served of tier "pro", whose weight is 4, for each of tier "free"; the same number of each come.
  double pro_for_free = 0;
  // Told to come back, and admitted then.
  double came_back = 0;
  double admitted_then = 0;
  std::size_t sent_for_nobody = 0;
};

struct Load {
  double of_capacity = 1;
  // The share of those in line that leaves it, some time within 20 seconds.
  double gives_up = 0;
  int returns = 0;
  double seconds = 400;
  Simulation::Options options{};
};

// 200 users, some with far more turns than others, in two tiers.
inline LoadFigures simulate(const Load& load) {
  constexpr double kWarmUp = 100;
  Simulation simulation(load.options);
  const double per_second =
      load.of_capacity * static_cast<double>(load.options.capacity) / load.options.mean_service.count();
  simulation.arrive_at_random(per_second, load.seconds, [&simulation, &load] {
    base::Random& random = simulation.random();
    const double draw = random.unit();
    const bool pro = random.below(2) == 0;
    Simulation::Arrival arrival{.user = std::to_string(static_cast<int>(200 * draw * draw)),
                                .tier = pro ? "pro" : "free",
                                .weight = pro ? 4 : 1,
                                .returns = load.returns};
    if (random.unit() < load.gives_up) arrival.gives_up_after = Simulation::Seconds(20 * random.unit());
    return arrival;
  });
  simulation.run(load.seconds + 100);

  LoadFigures figures{.offered = load.of_capacity, .sent_for_nobody = simulation.sent_for_nobody()};
  double came = 0, refused = 0, admitted = 0, late = 0, pushed_back = 0, work = 0, pro = 0, free = 0;
  double told = 0, then = 0;
  double waited = 0, estimated = 0, waits = 0, longer = 0;
  std::vector<double> took;
  for (const auto& turn : simulation.turns()) {
    using End = Simulation::End;
    if (turn.end == End::kServed && turn.ended > kWarmUp && turn.ended <= load.seconds) {
      work += turn.service;
      took.push_back(turn.ended - turn.entered);
      (turn.arrival.tier == "pro" ? pro : free) += 1;
      if (turn.estimate > 0) {
        const double wait = turn.granted - turn.entered;
        waited += wait;
        estimated += turn.estimate;
        waits += 1;
        longer += wait > 1.5 * turn.estimate + 1 ? 1 : 0;
      }
    }
    if (turn.entered < kWarmUp || turn.entered > load.seconds) continue;
    came += 1;
    if (turn.returns > 0) {
      told += 1;
      then += turn.admitted && turn.returns == 1 ? 1 : 0;
    }
    refused += turn.admitted ? 0 : 1;
    if (!turn.admitted) continue;
    admitted += 1;
    late += turn.end == End::kLate ? 1 : 0;
    pushed_back += turn.end == End::kPushedBack ? 1 : 0;
  }
  std::ranges::sort(took);
  const auto quantile = [&took](double q) {
    return took.empty() ? 0.0 : took[static_cast<std::size_t>(q * static_cast<double>(took.size() - 1))];
  };
  figures.goodput = work / ((load.seconds - kWarmUp) * static_cast<double>(load.options.capacity));
  figures.refused = refused / came;
  figures.late = late / admitted;
  figures.pushed_back = pushed_back / admitted;
  figures.wait_by_estimate = waited / std::max(estimated, 1.0);
  figures.far_longer = longer / std::max(waits, 1.0);
  figures.p50_seconds = quantile(0.5);
  figures.p99_seconds = quantile(0.99);
  figures.pro_for_free = pro / std::max(free, 1.0);
  figures.came_back = told / came;
  figures.admitted_then = told == 0 ? 0 : then / told;
  return figures;
}

struct BurstFigures {
  // Of a thousand who come at once: admitted then, on the first return, on the second, ...; the last: never.
  std::array<int, 7> admitted{};
};

// A thousand users come at once, and newcomers take that share of the capacity besides; all do as they are
// told. The gate has seen an overload before, so that it knows what the provider bears.
inline BurstFigures simulate_burst(double newcomers, std::uint64_t seed = 1) {
  Simulation simulation({.seed = seed});
  const auto someone = [&simulation] {
    return Simulation::Arrival{.user = std::to_string(simulation.random().below(5000)), .returns = 5};
  };
  simulation.arrive_at_random(12, 100, someone);
  simulation.run(160);
  if (newcomers > 0) simulation.arrive_at_random(10 * newcomers, 600, someone);
  simulation.run(170);
  const std::size_t first = simulation.turns().size();
  for (int i = 0; i < 1000; ++i) simulation.arrive(someone());
  simulation.run(900);
  BurstFigures figures;
  for (std::size_t i = first; i < first + 1000; ++i) {
    const auto& turn = simulation.turns()[i];
    ++figures.admitted.at(turn.admitted ? static_cast<std::size_t>(turn.returns) : 6);
  }
  return figures;
}

}  // namespace parley::limits
