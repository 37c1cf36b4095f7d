// The promise about rates, by property: random arrivals, from one caller and from many at once.
//
// What is known of a request is the time just before and just after it, and whether it got through. Every
// span of time is looked at, and every refusal.
#pragma once

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

#include "state/contract/suite.h"

namespace parley::state::contract {

struct SeenRequest {
  std::int64_t began = 0;
  std::int64_t ended = 0;
  bool allowed = false;
};

// In every span at most burst + floor(length / interval) got through.
inline void expect_never_too_many(const std::vector<SeenRequest>& seen, const Rate& rate) {
  std::vector<SeenRequest> granted;
  std::ranges::copy_if(seen, std::back_inserter(granted), &SeenRequest::allowed);
  std::ranges::sort(granted, {}, &SeenRequest::ended);
  for (const SeenRequest& first : granted) {
    std::int64_t inside = 0;
    for (const SeenRequest& last : granted) {
      if (last.began < first.began) continue;
      ++inside;
      ASSERT_LE(inside, rate.burst + (last.ended - first.began) / rate.interval.count())
          << "in " << last.ended - first.began << " us, one an interval of " << rate.interval.count()
          << " us and a burst of " << rate.burst;
    }
  }
}

// For every refusal there is a span, from some request that got through up to it, in which one more would
// have been too many.
inline void expect_none_refused_that_fits(const std::vector<SeenRequest>& seen, const Rate& rate) {
  std::vector<SeenRequest> granted;
  std::ranges::copy_if(seen, std::back_inserter(granted), &SeenRequest::allowed);
  std::vector<std::int64_t> begins;
  std::vector<std::int64_t> ends;
  for (const SeenRequest& one : granted) {
    begins.push_back(one.began);
    ends.push_back(one.ended);
  }
  std::ranges::sort(begins);
  std::ranges::sort(ends);
  for (const SeenRequest& refused : seen) {
    if (refused.allowed) continue;
    const auto later = begins.end() - std::ranges::upper_bound(begins, refused.ended);
    const bool too_many = std::ranges::any_of(granted, [&](const SeenRequest& first) {
      if (first.began > refused.ended) return false;
      const std::int64_t since = ends.end() - std::ranges::lower_bound(ends, first.began) - later;
      const std::int64_t span = std::max<std::int64_t>(0, refused.began - first.ended);
      return since + 1 > rate.burst + span / rate.interval.count();
    });
    ASSERT_TRUE(too_many) << "refused at " << refused.began << " us though it fits";
  }
}

class RatePromise : public StateContract {
 protected:
  using Random = std::mt19937_64;
  static std::int64_t below(Random& random, std::int64_t bound) {
    return std::uniform_int_distribution<std::int64_t>(0, bound - 1)(random);
  }

  SeenRequest request(const std::string& key, const Rate& rate, std::int64_t cost = 1) {
    SeenRequest seen{.began = subject().now().count()};
    seen.allowed = take(key, rate, cost).allowed;
    seen.ended = subject().now().count();
    return seen;
  }
  // From a fifth of a unit to two of them, which need not be whole intervals of anything.
  std::vector<Rate> rates() {
    const auto unit_us = std::chrono::microseconds(unit());
    return {{.interval = unit_us, .burst = 1},
            {.interval = unit_us / 3, .burst = 4},
            {.interval = unit_us / 5, .burst = 9},
            {.interval = 2 * unit_us, .burst = 2}};
  }
};

TEST_P(RatePromise, random_arrivals_get_through_exactly_where_they_fit) {
  Random random(11);
  const auto all = rates();
  std::vector<std::vector<SeenRequest>> seen(all.size());
  // A state whose time is the world's cannot be kept for long.
  const int arrivals = slack() == 0ms ? 6000 : 300;
  for (int i = 0; i < arrivals; ++i) {
    const auto key = static_cast<std::size_t>(below(random, static_cast<std::int64_t>(all.size())));
    if (below(random, 4) == 0) {
      advance(
          std::chrono::milliseconds(below(random, (below(random, 50) == 0 ? 5 : 1) * unit().count() / 4)));
    }
    seen[key].push_back(request(std::to_string(key), all[key]));
  }
  for (std::size_t key = 0; key < all.size(); ++key) {
    ASSERT_GT(std::ranges::count(seen[key], true, &SeenRequest::allowed), 10);
    ASSERT_GT(std::ranges::count(seen[key], false, &SeenRequest::allowed), 10);
    expect_never_too_many(seen[key], all[key]);
    expect_none_refused_that_fits(seen[key], all[key]);
  }
}

TEST_P(RatePromise, random_arrivals_from_many_threads_keep_it) {
  constexpr int kThreads = 4;
  const auto all = rates();
  const int arrivals = slack() == 0ms ? 1500 : 200;
  std::vector<std::vector<std::vector<SeenRequest>>> by_thread(
      kThreads, std::vector<std::vector<SeenRequest>>(all.size()));
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      Random random(100 + t);
      for (int i = 0; i < arrivals; ++i) {
        const auto key = static_cast<std::size_t>(below(random, static_cast<std::int64_t>(all.size())));
        by_thread[t][key].push_back(request(std::to_string(key), all[key]));
        // Any of them moves time while the others are at it.
        if (below(random, 8) == 0) {
          advance(std::chrono::milliseconds(below(random, std::max<std::int64_t>(2, unit().count() / 20))));
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (std::size_t key = 0; key < all.size(); ++key) {
    std::vector<SeenRequest> seen;
    for (const auto& of : by_thread) seen.insert(seen.end(), of[key].begin(), of[key].end());
    ASSERT_GT(std::ranges::count(seen, true, &SeenRequest::allowed), all[key].burst);
    expect_never_too_many(seen, all[key]);
    expect_none_refused_that_fits(seen, all[key]);
  }
}

TEST_P(RatePromise, while_time_stands_still_many_threads_get_exactly_the_burst) {
  constexpr int kThreads = 4;
  constexpr int kKeys = 8;
  constexpr int kBurst = 37;
  std::vector<std::atomic<int>> granted(kKeys);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      Random random(t);
      for (int i = 0; i < kKeys * kBurst; ++i) {
        const auto key = static_cast<std::size_t>(below(random, kKeys));
        if (take("k" + std::to_string(key), standing_still(kBurst)).allowed) ++granted[key];
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& count : granted) EXPECT_EQ(count, kBurst);
}

// Half of the callers want one of both keys, the other half of one alone: what is left adds up.
TEST_P(RatePromise, many_threads_take_all_or_none) {
  constexpr int kThreads = 4;
  const Rate scarce = standing_still(40);
  const Rate ample = standing_still(500);
  std::atomic<int> both{0};
  std::atomic<int> alone{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i) {
        if (t % 2 == 0) {
          // In either order, which must not make two callers wait for each other.
          std::vector<RateClaim> claims{{"scarce", scarce, 1}, {"ample", ample, 1}};
          if (i % 2 == 0) std::swap(claims[0], claims[1]);
          const auto standings = take(std::move(claims));
          if (standings[0].allowed && standings[1].allowed) ++both;
        } else if (take("ample", ample).allowed) {
          ++alone;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(both, 40);
  EXPECT_EQ(alone, 200);
  EXPECT_EQ(left("scarce", scarce), 0);
  EXPECT_EQ(left("ample", ample), 500 - both - alone);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RatePromise);

}  // namespace parley::state::contract
