#include <atomic>
#include <future>
#include <vector>

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include "base/random.h"
#include "base/task_group.h"
#include "limits/gate.h"
#include "testing/workers.h"

namespace parley::limits {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kWorkers = 4;
constexpr std::size_t kRoom = 5;
constexpr int kVisitors = 40;
constexpr int kVisits = 25;

struct Counts {
  std::atomic<std::size_t> inside{0};
  std::atomic<std::size_t> most_inside{0};
  std::atomic<int> served{0};
  std::atomic<int> gave_up{0};
  std::atomic<int> refused{0};
};

void go_in(Counts& counts) {
  const std::size_t inside = ++counts.inside;
  std::size_t most = counts.most_inside.load();
  while (inside > most && !counts.most_inside.compare_exchange_weak(most, inside)) {
  }
}

base::Awaitable<void> let_others_run() {
  co_await boost::asio::post(co_await boost::asio::this_coro::executor, base::kTuple);
}

// Enters again and again: mostly waits for the grant, sometimes leaves at once, after a moment, or at the
// very time of the grant.
base::Awaitable<void> visit(Gate& gate, Counts& counts, std::uint64_t seed) {
  base::Random random(seed);
  const auto executor = co_await boost::asio::this_coro::executor;
  for (int i = 0; i < kVisits; ++i) {
    auto place = gate.enter({.owner = {.tenant = "acme", .user = std::to_string(random.below(10))},
                             .tier = random.below(2) == 0 ? "free" : "pro",
                             .weight = 1 + static_cast<std::int64_t>(random.below(3)),
                             .patience = 1h},
                            executor);
    if (!place) {
      ++counts.refused;
      co_await let_others_run();
      continue;
    }
    const std::uint64_t mood = random.below(10);
    if (mood == 0) {
      ++counts.gave_up;
      continue;
    }
    if (mood <= 2) {
      for (std::uint64_t turns = random.below(5); turns > 0; --turns) co_await let_others_run();
    }
    const auto deadline = mood <= 4 ? base::Deadline::after(std::chrono::microseconds(random.below(300)))
                                    : base::Deadline::after(1h);
    (void)place->standing();
    const auto granted = co_await place->wait(deadline);
    if (!granted) {
      // The grant may come now, to one who will not look for it any more.
      for (std::uint64_t turns = random.below(3); turns > 0; --turns) co_await let_others_run();
      ++counts.gave_up;
      continue;
    }
    go_in(counts);
    place->first_token();
    for (std::uint64_t turns = random.below(3); turns > 0; --turns) co_await let_others_run();
    --counts.inside;
    ++counts.served;
    place->leave(random.below(20) == 0 ? Outcome::kPushedBack : Outcome::kServed);
  }
}

base::Awaitable<void> visit_many(Gate& gate, Counts& counts, std::uint64_t seed) {
  base::TaskGroup visitors(co_await boost::asio::this_coro::executor);
  for (int i = 0; i < kVisitors; ++i) {
    visitors.spawn(visit(gate, counts, seed * 1000 + static_cast<std::uint64_t>(i)));
  }
  co_await visitors.join();
}

TEST(GateThreads, no_grant_is_lost_or_doubled_however_many_enter_and_leave_at_once) {
  const base::SystemClock clock;
  base::Metrics metrics;
  Counts counts;
  Gate gate(
      "openai",
      {.min_concurrency = kRoom, .initial_concurrency = kRoom, .max_concurrency = kRoom, .max_waiting = 100},
      clock, metrics);
  {
    testing::Workers workers(kWorkers);
    std::vector<std::future<void>> ends;
    for (std::size_t i = 0; i < kWorkers; ++i) {
      ends.push_back(workers.start(i, visit_many(gate, counts, i + 1)));
    }
    // A grant that was lost would leave its waiter, and this, waiting for an hour.
    for (auto& end : ends) {
      ASSERT_EQ(end.wait_for(120s), std::future_status::ready)
          << counts.served << " served, " << gate.waiting() << " waiting, " << gate.in_use() << " in use";
    }
  }
  EXPECT_LE(counts.most_inside, kRoom);
  EXPECT_EQ(counts.served + counts.gave_up + counts.refused,
            static_cast<int>(kWorkers) * kVisitors * kVisits);
  EXPECT_GT(counts.served, 0);
  EXPECT_GT(counts.gave_up, 0);
  EXPECT_EQ(gate.in_use(), 0U);
  EXPECT_EQ(gate.waiting(), 0U);
}

// Keeps its worker's thread until told.
base::Awaitable<void> hold(std::promise<void>& held, std::shared_future<void> until) {
  held.set_value();
  until.wait();
  co_return;
}

base::Awaitable<void> enter_and_wait(Gate& gate, std::promise<void>& entered) {
  auto place = gate.enter({.owner = {.tenant = "acme", .user = "bob"}, .tier = "default"},
                          co_await boost::asio::this_coro::executor);
  entered.set_value();
  EXPECT_TRUE(place.has_value());
  const auto granted = co_await place->wait(base::Deadline::after(1h));
  EXPECT_TRUE(granted.has_value());
}

base::Awaitable<std::optional<Place>> enter_here(Gate& gate) {
  auto place = gate.enter({.owner = {.tenant = "acme", .user = "ann"}, .tier = "default"},
                          co_await boost::asio::this_coro::executor);
  co_return std::move(*place);
}

base::Awaitable<void> leave_and_hold(std::optional<Place>& place, std::promise<void>& left,
                                     std::shared_future<void> until) {
  place->leave(Outcome::kServed);
  co_await hold(left, until);
}

TEST(GateThreads, a_grant_arrives_though_the_thread_that_gave_way_is_busy) {
  const base::SystemClock clock;
  base::Metrics metrics;
  Gate gate("openai", {.min_concurrency = 1, .initial_concurrency = 1, .max_concurrency = 1}, clock, metrics);
  testing::Workers workers(2);
  std::optional<Place> first = workers.run(0, enter_here(gate));
  std::promise<void> entered;
  auto granted = workers.start(1, enter_and_wait(gate, entered));
  entered.get_future().wait();
  std::promise<void> left;
  std::promise<void> go_on;
  auto held = workers.start(0, leave_and_hold(first, left, go_on.get_future().share()));
  left.get_future().wait();
  EXPECT_EQ(granted.wait_for(30s), std::future_status::ready);
  go_on.set_value();
  held.get();
}

}  // namespace
}  // namespace parley::limits
