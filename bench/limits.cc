// links: parley_limits parley_state_memory
// What a decision about a rate costs in memory, at many keys, and what the keys take.
//
//   limits [KEYS [FLOOD]]    KEYS (1,000,000) users who are known, FLOOD (10,000,000) new ones who come after
//
// A decision is a call as a worker makes it, the making of its key included: take() of one claim, and a whole
// Limiter::admit with one limit (ban, user) and with three (ban, user, API, organisation). Its CPU time, and
// the time by the wall, which is the same where nothing else runs and no lock is waited for.
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <unistd.h>

#include "base/task_group.h"
#include "limits/limiter.h"
#include "state/memory/memory_state.h"

namespace parley {
namespace {

using Steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::int64_t kDecisions = 1'000'000;
// Long enough that nobody's time passes while this runs.
constexpr limits::RateLimit kLimit{.requests = 1000, .window = 24h, .burst = 1'000'000};

model::Owner owner(std::uint64_t number) {
  return {.tenant = "tenant-" + std::to_string(number % 1000), .user = "user-" + std::to_string(number)};
}

void require(bool sound, const char* what) {
  if (sound) return;
  std::fprintf(stderr, "limits: %s\n", what);
  std::_Exit(1);
}

std::int64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t size = 0;
  std::int64_t resident = 0;
  statm >> size >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

base::Awaitable<void> take(state::SharedState& state, std::uint64_t from, std::int64_t count) {
  const state::Rate rate = kLimit.rate();
  for (std::uint64_t i = from; i < from + static_cast<std::uint64_t>(count); ++i) {
    std::vector<state::RateClaim> claims;
    claims.push_back({.key = limits::rate_key("user", owner(i)), .rate = rate});
    auto standings = co_await state.take({}, std::move(claims));
    require(standings && standings->front().allowed, "a request was refused");
  }
}

base::Awaitable<void> take_at_random(state::SharedState& state, std::uint64_t keys, std::uint64_t seed) {
  base::Random random(seed);
  const state::Rate rate = kLimit.rate();
  for (std::int64_t i = 0; i < kDecisions; ++i) {
    std::vector<state::RateClaim> claims;
    claims.push_back({.key = limits::rate_key("user", owner(random.below(keys))), .rate = rate});
    auto standings = co_await state.take({}, std::move(claims));
    require(standings && standings->front().allowed, "a request was refused");
  }
}

base::Awaitable<void> admit_at_random(limits::Limiter& limiter, std::uint64_t keys, std::uint64_t seed) {
  base::Random random(seed);
  for (std::int64_t i = 0; i < kDecisions; ++i) {
    const limits::Admission admission =
        co_await limiter.admit({}, owner(random.below(keys)), "default", limits::Api::kGraphql);
    require(!admission.refused, "a request was refused");
  }
}

struct Cost {
  double cpu_ns = 0;
  double wall_ns = 0;
};

std::int64_t thread_cpu_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

// What this thread's `work` costs, by the decision.
Cost cost_of(std::int64_t decisions, const std::function<void()>& work) {
  const auto began = Steady::now();
  const std::int64_t cpu_began = thread_cpu_ns();
  work();
  const auto each = [decisions](std::int64_t ns) {
    return static_cast<double>(ns) / static_cast<double>(decisions);
  };
  return {.cpu_ns = each(thread_cpu_ns() - cpu_began),
          .wall_ns = each(std::chrono::nanoseconds(Steady::now() - began).count())};
}

// The mean of so many workers at once.
using Work = std::function<void(std::uint64_t worker, boost::asio::io_context& io)>;
Cost measure(std::size_t workers, const Work& work) {
  std::vector<Cost> costs(workers);
  std::atomic<std::size_t> ready{0};
  std::vector<std::thread> threads;
  for (std::size_t w = 0; w < workers; ++w) {
    threads.emplace_back([&, w] {
      boost::asio::io_context io(1);
      ++ready;
      while (ready < workers) std::this_thread::yield();
      costs[w] = cost_of(kDecisions, [&] { work(w, io); });
    });
  }
  for (auto& thread : threads) thread.join();
  Cost mean;
  for (const Cost& one : costs) {
    mean.cpu_ns += one.cpu_ns / static_cast<double>(workers);
    mean.wall_ns += one.wall_ns / static_cast<double>(workers);
  }
  return mean;
}

void run_one(boost::asio::io_context& io, base::Awaitable<void> work) {
  base::TaskGroup tasks(io.get_executor());
  tasks.spawn(std::move(work));
  io.restart();
  while (tasks.size() > 0) io.run_one();
}

int run(std::uint64_t keys, std::int64_t flood) {
  const base::SystemClock clock;
  base::Metrics metrics;
  const base::Log log(base::LogLevel::kWarn);
  const auto state = state::memory::open_state({.max_keys = keys}, clock, metrics);
  const auto held = [&] {
    return metrics
        .gauge("parley_state_keys", "Keys that the shared state holds in memory.", {"kind"}, {"rates"})
        .value();
  };
  boost::asio::io_context io(1);

  const std::int64_t empty = resident_bytes();
  run_one(io, take(*state, 0, static_cast<std::int64_t>(keys)));
  const std::int64_t full = resident_bytes();
  std::printf("%lld keys held, %.1f bytes each\n", static_cast<long long>(held()),
              static_cast<double>(full - empty) / static_cast<double>(held()));

  for (const std::size_t workers : {1U, 2U}) {
    const Cost cost = measure(workers, [&](std::uint64_t worker, boost::asio::io_context& own) {
      run_one(own, take_at_random(*state, keys, worker));
    });
    std::printf("take, %zu workers: %.0f ns of CPU, %.0f ns\n", workers, cost.cpu_ns, cost.wall_ns);
  }
  for (const bool all : {false, true}) {
    limits::Policy policy;
    policy.tiers["default"].requests = kLimit;
    if (all) {
      policy.tiers["default"].graphql = kLimit;
      policy.any_organisation.requests = kLimit;
      policy.any_organisation.requests.burst = 1'000'000'000;
    }
    const auto shared = std::make_shared<const limits::Policy>(std::move(policy));
    for (const std::size_t workers : {1U, 2U}) {
      const Cost cost = measure(workers, [&](std::uint64_t worker, boost::asio::io_context& own) {
        limits::Limiter limiter(own.get_executor(), *state, shared, base::Random(worker), metrics, log);
        run_one(own, admit_at_random(limiter, keys, worker));
        run_one(own, limiter.shutdown());
      });
      std::printf("admit by %s, %zu workers: %.0f ns of CPU, %.0f ns\n", all ? "three limits" : "one limit",
                  workers, cost.cpu_ns, cost.wall_ns);
    }
  }

  const std::int64_t before = resident_bytes();
  const Cost cost = cost_of(flood, [&] { run_one(io, take(*state, 1'000'000'000, flood)); });
  std::printf("flood of %lld new keys: %.0f ns of CPU each, %lld keys held, %+.1f MiB\n",
              static_cast<long long>(flood), cost.cpu_ns, static_cast<long long>(held()),
              static_cast<double>(resident_bytes() - before) / (1 << 20));
  return 0;
}

bool read(const char* text, std::int64_t& number) {
  const std::string_view all = text;
  const auto [end, error] = std::from_chars(all.data(), all.data() + all.size(), number);
  return error == std::errc{} && end == all.data() + all.size() && number >= 1;
}

}  // namespace
}  // namespace parley

int main(int argc, char** argv) {
  std::int64_t keys = 1'000'000;
  std::int64_t flood = 10'000'000;
  if (argc > 3 || (argc > 1 && !parley::read(argv[1], keys)) || (argc > 2 && !parley::read(argv[2], flood))) {
    std::fprintf(stderr, "usage: %s [KEYS [FLOOD]]\n", argv[0]);
    return 2;
  }
  return parley::run(static_cast<std::uint64_t>(keys), flood);
}
