#include "limits/concurrency.h"

#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"

namespace parley::limits {
namespace {

using namespace std::chrono_literals;
using base::SteadyTime;

constexpr SteadyTime kStart{std::chrono::hours(1)};

// So many requests at once, all with the same end.
void round_of(Concurrency& limit, std::size_t count, Outcome outcome) {
  std::vector<Concurrency::Permit> permits;
  while (permits.size() < count && limit.room()) permits.push_back(limit.grant(kStart));
  for (const auto& permit : permits) limit.release(permit, outcome);
}

TEST(Concurrency, doubles_in_a_round_until_the_first_congestion) {
  Concurrency limit({.min = 1, .initial = 10, .max = 1000});
  round_of(limit, 10, Outcome::kServed);
  EXPECT_GE(limit.limit(), 11U);
  Concurrency steady({.min = 1, .initial = 10, .max = 1000});
  std::vector<Concurrency::Permit> open;
  for (int i = 0; i < 200; ++i) {
    while (steady.room()) open.push_back(steady.grant(kStart));
    steady.release(open.front(), Outcome::kServed);
    open.erase(open.begin());
  }
  EXPECT_GE(steady.limit(), 200U);
}

TEST(Concurrency, grows_only_while_it_is_used) {
  Concurrency limit({.min = 1, .initial = 100, .max = 1000});
  for (int i = 0; i < 100; ++i) round_of(limit, 80, Outcome::kServed);
  EXPECT_EQ(limit.limit(), 100U);
}

TEST(Concurrency, answers_an_episode_of_congestion_once) {
  Concurrency limit({.min = 1, .initial = 100, .max = 1000});
  std::vector<Concurrency::Permit> open;
  while (limit.room()) open.push_back(limit.grant(kStart));
  // Five are noise, the sixth is not; those after it, while as many as the limit are in flight, are old news.
  for (int i = 0; i < 15; ++i) {
    limit.release(open.back(), Outcome::kPushedBack);
    open.pop_back();
    EXPECT_EQ(limit.limit(), i < 5 ? 100U : 85U) << i;
  }
  for (const auto& permit : open) limit.release(permit, Outcome::kServed);
  EXPECT_EQ(limit.limit(), 85U) << "what was served was sent before, too";
}

TEST(Concurrency, finds_the_capacity_in_one_round_of_refusals) {
  Concurrency limit({.min = 1, .initial = 256, .max = 1000});
  std::vector<Concurrency::Permit> open;
  while (limit.room()) open.push_back(limit.grant(kStart));
  while (open.size() > 20) {
    limit.release(open.back(), Outcome::kPushedBack);
    open.pop_back();
  }
  EXPECT_EQ(limit.limit(), 20U);
  for (const auto& permit : open) limit.release(permit, Outcome::kServed);
}

TEST(Concurrency, stays_within_its_bounds) {
  Concurrency limit({.min = 4, .initial = 1, .max = 16});
  EXPECT_EQ(limit.limit(), 4U);
  for (int i = 0; i < 100; ++i) round_of(limit, 1000, Outcome::kPushedBack);
  EXPECT_EQ(limit.limit(), 4U);
  std::vector<Concurrency::Permit> open;
  for (int i = 0; i < 2000; ++i) {
    while (limit.room()) open.push_back(limit.grant(kStart));
    limit.release(open.front(), Outcome::kServed);
    open.erase(open.begin());
    ASSERT_LE(limit.limit(), 16U);
  }
  EXPECT_EQ(limit.limit(), 16U);
  for (const auto& permit : open) limit.release(permit, Outcome::kUnknown);
  limit.set({.min = 1, .initial = 1, .max = 8});
  EXPECT_EQ(limit.limit(), 8U);
  limit.set({.min = 12, .initial = 1, .max = 3});
  EXPECT_EQ(limit.limit(), 12U) << "bounds that contradict each other: the least holds";
}

TEST(Concurrency, takes_stray_failures_for_noise) {
  Concurrency limit({.min = 1, .initial = 100, .max = 200});
  base::Random random(1);
  for (int i = 0; i < 5000; ++i) {
    std::vector<Concurrency::Permit> open;
    while (limit.room()) open.push_back(limit.grant(kStart));
    for (const auto& permit : open) {
      limit.release(permit, random.unit() < 0.02 ? Outcome::kPushedBack : Outcome::kServed);
    }
  }
  EXPECT_GE(limit.limit(), 100U);
}

TEST(Concurrency, what_says_nothing_changes_nothing) {
  Concurrency limit({.min = 1, .initial = 50, .max = 200});
  for (int i = 0; i < 100; ++i) round_of(limit, 50, Outcome::kUnknown);
  EXPECT_EQ(limit.limit(), 50U);
  EXPECT_EQ(limit.in_use(), 0U);
}

TEST(Concurrency, comes_back_by_doubling_after_the_provider_was_down) {
  Concurrency limit({.min = 1, .initial = 256, .max = 1000});
  for (int i = 0; i < 200; ++i) round_of(limit, 256, Outcome::kPushedBack);
  EXPECT_EQ(limit.limit(), 1U);
  std::vector<Concurrency::Permit> open;
  std::size_t served = 0;
  for (; limit.limit() < 200 && served < 10'000; ++served) {
    while (limit.room()) open.push_back(limit.grant(kStart));
    limit.release(open.front(), Outcome::kServed);
    open.erase(open.begin());
  }
  // 1 + 2 + 4 + ... + 128: eight rounds.
  EXPECT_LE(served, 256U);
  for (const auto& permit : open) limit.release(permit, Outcome::kUnknown);
}

// A provider of a hidden capacity, in simulated time, kept as busy as the limit lets it. What is beyond the
// capacity is refused after 50 ms, or waits inside for a first token that comes later and later.
class Provider {
 public:
  enum class Beyond : std::uint8_t { kRefuses, kQueues };

  Provider(Concurrency::Options options, Beyond beyond, std::size_t capacity, std::uint64_t seed)
      : limit_(options), beyond_(beyond), capacity_(capacity), random_(seed) {}

  Concurrency& limit() { return limit_; }
  void capacity(std::size_t capacity) {
    capacity_ = capacity;
    serve_waiting();
  }
  // The share of requests that fail for no reason.
  void noise(double share) { noise_ = share; }

  struct Seen {
    double served_of_capacity = 0;
    double refused_of_sent = 0;
    double mean_limit = 0;
    double mean_queue = 0;
  };

  // Lets so much time pass and says how it went. Goodput is the work that was done, in seconds of service, by
  // what the capacity could have done.
  Seen run(std::chrono::seconds time) {
    Seen seen;
    const SteadyTime end = now_ + time;
    double sent = 0, refused = 0, served = 0;
    fill(sent);
    while (!events_.empty() && events_.begin()->first <= end) {
      const auto event = events_.extract(events_.begin());
      account(event.key(), seen, served);
      event.mapped()(refused);
      fill(sent);
    }
    account(end, seen, served);
    const double seconds = std::chrono::duration<double>(time).count();
    seen.served_of_capacity = served / (seconds * static_cast<double>(capacity_));
    seen.refused_of_sent = refused / sent;
    seen.mean_limit /= seconds;
    seen.mean_queue /= seconds;
    return seen;
  }

 private:
  struct Request {
    Concurrency::Permit permit;
    bool noisy = false;
  };

  void account(SteadyTime to, Seen& seen, double& served) {
    const double seconds = std::chrono::duration<double>(to - now_).count();
    seen.mean_limit += seconds * static_cast<double>(limit_.limit());
    seen.mean_queue += seconds * static_cast<double>(inside_.size());
    served += seconds * static_cast<double>(serving_);
    now_ = to;
  }

  void fill(double& sent) {
    while (limit_.room()) {
      ++sent;
      send({.permit = limit_.grant(now_), .noisy = random_.unit() < noise_});
    }
  }

  void send(Request request) {
    if (request.noisy || (beyond_ == Beyond::kRefuses && serving_ >= capacity_)) {
      at(50ms, [this, request](double& refused) {
        ++refused;
        limit_.release(request.permit, Outcome::kPushedBack);
      });
    } else if (serving_ >= capacity_) {
      inside_.push_back(request);
    } else {
      serve(request);
    }
  }

  void serve(Request request) {
    ++serving_;
    at(300ms, [this, request](double&) { limit_.first_token(request.permit, now_); });
    // Mostly short, some long: a mean of 5 s.
    const std::chrono::duration<double> took(0.5 - 4.5 * std::log(1 - random_.unit()));
    at(std::chrono::ceil<std::chrono::milliseconds>(took), [this, request](double&) {
      --serving_;
      limit_.release(request.permit, Outcome::kServed);
      serve_waiting();
    });
  }

  void serve_waiting() {
    while (!inside_.empty() && serving_ < capacity_) {
      serve(inside_.front());
      inside_.erase(inside_.begin());
    }
  }

  void at(std::chrono::milliseconds after, std::function<void(double&)> event) {
    events_.emplace(now_ + after, std::move(event));
  }

  Concurrency limit_;
  Beyond beyond_;
  std::size_t capacity_;
  base::Random random_;
  double noise_ = 0;
  SteadyTime now_ = kStart;
  std::multimap<SteadyTime, std::function<void(double&)>> events_{};
  std::vector<Request> inside_{};
  std::size_t serving_ = 0;
};

std::ostream& operator<<(std::ostream& out, const Provider::Seen& seen) {
  return out << "served " << seen.served_of_capacity << " of the capacity, refused " << seen.refused_of_sent
             << " of the sent, limit " << seen.mean_limit << ", queue " << seen.mean_queue;
}

TEST(ConcurrencyProperty, finds_the_capacity_of_a_provider_that_refuses) {
  for (const std::size_t capacity : {1U, 3U, 10U, 50U, 300U}) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      Provider provider({}, Provider::Beyond::kRefuses, capacity, seed);
      provider.run(30s);
      const auto seen = provider.run(600s);
      SCOPED_TRACE(::testing::Message() << "capacity " << capacity << ", seed " << seed << ": " << seen);
      EXPECT_GE(seen.served_of_capacity, 0.9);
      EXPECT_LE(seen.refused_of_sent, capacity < 5 ? 0.5 : 0.1);
      EXPECT_NEAR(seen.mean_limit, static_cast<double>(capacity), 0.15 * static_cast<double>(capacity) + 1);
    }
  }
}

TEST(ConcurrencyProperty, keeps_the_queue_of_a_provider_that_never_refuses_short) {
  for (const std::size_t capacity : {2U, 10U, 50U, 300U}) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      Provider provider({.initial = 10 * capacity, .first_token_target = 1500ms}, Provider::Beyond::kQueues,
                        capacity, seed);
      provider.run(300s);
      const auto seen = provider.run(900s);
      SCOPED_TRACE(::testing::Message() << "capacity " << capacity << ", seed " << seed << ": " << seen);
      EXPECT_GE(seen.served_of_capacity, 0.88);
      // 1.5 s less 0.3 s, at a departure each 5 s by the capacity, would be 0.24 of it; and one more.
      EXPECT_LE(seen.mean_queue, 0.3 * static_cast<double>(capacity) + 2);
    }
  }
}

TEST(ConcurrencyProperty, survives_changes_of_the_capacity) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    for (const auto beyond : {Provider::Beyond::kRefuses, Provider::Beyond::kQueues}) {
      Provider provider({.first_token_target = 1500ms}, beyond, 100, seed);
      provider.run(300s);
      provider.capacity(20);
      provider.run(beyond == Provider::Beyond::kRefuses ? 30s : 90s);
      const auto low = provider.run(200s);
      provider.capacity(200);
      provider.run(120s);
      const auto high = provider.run(200s);
      SCOPED_TRACE(::testing::Message()
                   << "seed " << seed << (beyond == Provider::Beyond::kRefuses ? ", refuses" : ", queues")
                   << "; at 20: " << low << "; at 200: " << high);
      EXPECT_NEAR(low.mean_limit, 20, 7);
      EXPECT_GE(low.served_of_capacity, 0.85);
      EXPECT_GE(high.served_of_capacity, 0.85);
      EXPECT_NEAR(high.mean_limit, 200, 60);
    }
  }
}

TEST(ConcurrencyProperty, noise_does_not_cost_capacity) {
  Provider provider({}, Provider::Beyond::kRefuses, 100, 1);
  provider.noise(0.02);
  provider.run(60s);
  const auto seen = provider.run(600s);
  EXPECT_GE(seen.served_of_capacity, 0.85) << seen;
}

}  // namespace
}  // namespace parley::limits
