#include "limits/concurrency.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace parley::limits {
namespace {

// In a round, by the limit's square root; and how many without congestion until growth is faster.
constexpr double kGrowth = 0.5;
constexpr std::size_t kPatientRounds = 4;
// In a round, after those.
constexpr double kFastGrowth = 0.25;
// Of the limit: who uses less has no need of more.
constexpr double kUsed = 0.9;
// First tokens that are judged together: half the limit, between these.
constexpr std::size_t kFewTokens = 6;
constexpr std::size_t kManyTokens = 30;
// Of the target: from here on the limit does not grow.
constexpr double kNearTarget = 0.7;

}  // namespace

Concurrency::Concurrency(Options options) {
  set(options);
  set_limit(static_cast<double>(options.initial));
  tolerated_ = most_tolerated();
}

void Concurrency::set(Options options) {
  options.min = std::max<std::size_t>(options.min, 1);
  options.max = std::max(options.max, options.min);
  options_ = options;
  set_limit(limit_);
  if (options_.first_token_target.count() == 0) hold_ = false;
}

Concurrency::Permit Concurrency::grant(base::SteadyTime now) {
  assert(room());
  ++in_use_;
  return {.episode = episode_, .granted = now};
}

void Concurrency::first_token(const Permit& permit, base::SteadyTime now) {
  if (options_.first_token_target.count() == 0 || permit.episode != episode_) return;
  first_tokens_.push_back(now - permit.granted);
  if (first_tokens_.size() >= std::clamp(limit() / 2, kFewTokens, kManyTokens)) judge_first_tokens();
}

void Concurrency::release(const Permit& permit, Outcome outcome) {
  assert(in_use_ > 0);
  if (outcome == Outcome::kServed) served(permit);
  if (outcome == Outcome::kPushedBack) pushed_back(permit);
  --in_use_;
}

void Concurrency::served(const Permit& permit) {
  tolerated_ = std::min(tolerated_ + kTolerated, most_tolerated());
  if (permit.episode != episode_) return;
  served_since_ = true;
  if (hold_ || static_cast<double>(in_use_) < kUsed * std::floor(limit_)) return;
  if (limit_ < threshold_) {
    set_limit(std::min(limit_ + 1, threshold_));
  } else {
    const double fast = clean_rounds_ >= kPatientRounds ? kFastGrowth * limit_ : 0;
    set_limit(limit_ + std::max({1.0, kGrowth * std::sqrt(limit_), fast}) / limit_);
  }
  if (++served_in_round_ >= limit()) {
    served_in_round_ = 0;
    ++clean_rounds_;
  }
}

void Concurrency::pushed_back(const Permit& permit) {
  if (permit.episode != episode_) {
    set_limit(std::min(limit_, static_cast<double>(in_use_ - 1)));
    return;
  }
  tolerated_ -= 1;
  if (tolerated_ < 0) decrease(kLeft);
}

void Concurrency::judge_first_tokens() {
  const auto middle = first_tokens_.begin() + static_cast<std::ptrdiff_t>(first_tokens_.size() / 2);
  std::nth_element(first_tokens_.begin(), middle, first_tokens_.end());
  const auto median = *middle;
  first_tokens_.clear();
  const double of_target = std::chrono::duration<double>(median) / options_.first_token_target;
  hold_ = of_target > kNearTarget;
  if (of_target <= 1) {
    last_slow_ = {};
    return;
  }
  // Where asking for less changed nothing, it is not these requests that make it slow.
  const double of_last = last_slow_.count() == 0
                             ? 0
                             : static_cast<double>(median.count()) / static_cast<double>(last_slow_.count());
  if (of_last > 0.95 && of_last < 1.2) return;
  last_slow_ = median;
  decrease(std::clamp(1 / of_target, 0.5, 0.9));
}

void Concurrency::decrease(double left) {
  // A provider that serves nothing, for a while, bears as much as before once it is back.
  if (served_since_) threshold_ = left * limit_;
  set_limit(left * std::min(limit_, static_cast<double>(in_use_)));
  ++episode_;
  served_since_ = false;
  tolerated_ = 0;
  served_in_round_ = clean_rounds_ = 0;
  first_tokens_.clear();
}

void Concurrency::set_limit(double limit) {
  limit_ = std::clamp(limit, static_cast<double>(options_.min), static_cast<double>(options_.max));
}

double Concurrency::most_tolerated() const {
  return std::max(1.0, kTolerated * limit_);
}

}  // namespace parley::limits
