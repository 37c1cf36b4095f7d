// How many requests at once one provider bears, found out by trying. A state machine without I/O or clock.
//
// AIMD with slow start on the provider's explicit push-back (429, 503, no head in time), and not on how long
// answers take: their length makes that, not the load. Limits that compare latency with a measured baseline
// (Vegas, Netflix' Gradient2, Envoy's) are reported to drift with a baseline that was taken under load
// (Netflix/concurrency-limits #134, #165; envoy #11579), to need phases of next to no traffic to take it
// again (envoy #8337, #46532) and to react to plain variance (envoy #9038). Plain AIMD has three faults of
// its own, each answered here:
//  - A few stray failures hold it down for ever (helidon #9542: 3 % slow, 68 % refused): push-backs of up to
//    kTolerated of the requests are taken as the provider's noise.
//  - It is slow to come back (concurrency-limits #147): in a round the limit grows by half its square root,
//    twofold up to where the last congestion began, and by a quarter after some rounds without any.
//  - A model server that queues on its own never pushes back (llm-d-batch-gateway #491): for those the
//    operator names a time to the first token that is still well; half of the requests being later than that
//    is congestion. A named target does not drift.
// As in TCP, a congestion episode is answered once: what was sent before the answer says nothing new (RFC
// 6582's `recover`), but when more of it is pushed back the limit follows the number that was not, which is
// what the provider bears. What is left counts from the requests in flight, not from a limit that nobody
// used, and only a limit that is used grows (RFC 5681 4.1, RFC 7661).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/clock.h"

namespace parley::limits {

// How a request to the provider went, as far as its capacity is concerned.
enum class Outcome : std::uint8_t {
  kServed,
  // 429, 503, no connection or no head in time: it has too much to do.
  kPushedBack,
  // Anything that says nothing about it: refused for another reason, stopped by its user.
  kUnknown
};

// Not thread-safe.
class Concurrency {
 public:
  // Share of the requests that may be pushed back for no reason.
  static constexpr double kTolerated = 0.05;
  // What is left of the limit after congestion.
  static constexpr double kLeft = 0.9;

  // Requests at once: never fewer than `min`, which is at least 1, and never more than `max`.
  struct Options {
    std::size_t min = 1;
    std::size_t initial = 256;
    std::size_t max = 1000;
    // Half of the requests have their first token within this, or there is congestion. 0: not looked at.
    std::chrono::milliseconds first_token_target{0};
  };

  // The right to one request.
  struct Permit {
    std::uint64_t episode = 0;
    base::SteadyTime granted{};
  };

  explicit Concurrency(Options options);
  // The limit stays where it is as far as the new bounds let it.
  void set(Options options);

  std::size_t limit() const { return static_cast<std::size_t>(limit_); }
  std::size_t in_use() const { return in_use_; }
  bool room() const { return in_use_ < limit(); }

  // Only where there is room.
  Permit grant(base::SteadyTime now);
  // The first token of the answer came; once a permit, before its release.
  void first_token(const Permit& permit, base::SteadyTime now);
  void release(const Permit& permit, Outcome outcome);

 private:
  void served(const Permit& permit);
  void pushed_back(const Permit& permit);
  void judge_first_tokens();
  void decrease(double left);
  // Within the options.
  void set_limit(double limit);
  // The most push-backs that are taken for noise at a time.
  double most_tolerated() const;

  Options options_;
  double limit_ = 0;
  std::size_t in_use_ = 0;
  // Where doubling ends: the limit at which congestion was met, less kLeft.
  double threshold_ = std::numeric_limits<double>::infinity();
  // One for each answer to congestion; a permit has that of its time.
  std::uint64_t episode_ = 0;
  // A request of this episode was served.
  bool served_since_ = true;
  double tolerated_ = 0;
  std::size_t served_in_round_ = 0;
  std::size_t clean_rounds_ = 0;
  // Of this episode's permits since the last judgement.
  std::vector<base::SteadyTime::duration> first_tokens_{};
  base::SteadyTime::duration last_slow_{};
  // First tokens are near the target.
  bool hold_ = false;
};

}  // namespace parley::limits
