// The Limiter's slots: opened, renewed while they are open, given back.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "limits/limiter.h"

namespace parley::limits {

using base::Awaitable;
using base::ErrorCode;
using base::Result;

namespace {

// Nobody waits for these calls.
constexpr std::chrono::seconds kOffTheWay{2};
constexpr std::chrono::seconds kTryAgain{1};

}  // namespace

Slot::Slot(Slot&& other) noexcept
    : limiter_(std::exchange(other.limiter_, nullptr)), name_(std::move(other.name_)) {}

Slot& Slot::operator=(Slot&& other) noexcept {
  std::swap(limiter_, other.limiter_);
  std::swap(name_, other.name_);
  return *this;
}

Slot::~Slot() {
  if (limiter_ != nullptr) limiter_->give_back(name_);
}

std::string Limiter::new_holder() {
  return fmt::format("{:016x}{:016x}", random_.next(), random_.next());
}

Awaitable<Result<Slot>> Limiter::open_turn(base::Call call, model::Owner owner, std::string tier) {
  const std::int64_t most = policy_->tier(tier).max_turns;
  co_return co_await open(std::move(call), Limit::kTurns, std::move(owner), most);
}

Awaitable<Result<Slot>> Limiter::open_stream(base::Call call, model::Owner owner, std::string tier) {
  const std::int64_t most = policy_->tier(tier).max_streams;
  co_return co_await open(std::move(call), Limit::kStreams, std::move(owner), most);
}

Awaitable<Result<Slot>> Limiter::open(base::Call call, Limit limit, model::Owner owner, std::int64_t most) {
  if (ended_) co_return base::fail(ErrorCode::kOverloaded, "the server is shutting down");
  if (most <= 0) co_return Slot{};
  const state::SlotName slot{.key = slot_key(name(limit), owner), .holder = new_holder()};
  auto held = co_await state_.acquire(in_time(call), {.key = slot.key,
                                                      .holder = slot.holder,
                                                      .limit = std::min(most, state::kMaxSlots),
                                                      .lease = options_.lease});
  if (held && !*held) {
    decisions(limit).refused->add();
    co_return std::unexpected(base::Error{
        .code = ErrorCode::kRateLimited,
        .message = fmt::format("{} {} of yours are open already, the most at once", most, name(limit)),
        .retry_after = kTryAgain});
  }
  if (ended_) {
    // Nobody is left to renew it: it runs out, should this fail.
    if (held) (void)co_await state_.release(in_time(call), slot);
    co_return base::fail(ErrorCode::kOverloaded, "the server is shutting down");
  }
  if (!held) {
    if (held.error().code == ErrorCode::kCancelled || call.deadline.passed()) {
      // It may have been taken all the same.
      tasks_.spawn(release(slot));
      co_return base::fail(std::move(held));
    }
    failed(limit, held.error());
    // Open without the state's word for it; renewing tells it as soon as it is there again.
  } else {
    decisions(limit).allowed->add();
  }
  open_.emplace(slot.holder, slot.key);
  if (!renewal_) renewal_ = tasks_.spawn(keep_renewing());
  Slot opened;
  opened.limiter_ = this;
  opened.name_ = slot;
  co_return opened;
}

void Limiter::give_back(const state::SlotName& name) {
  if (open_.erase(name.holder) > 0) tasks_.spawn(release(name));
}

Awaitable<void> Limiter::release(state::SlotName name) {
  auto released = co_await state_.release({.deadline = base::Deadline::after(kOffTheWay)}, std::move(name));
  if (!released) complain("giving back", released.error());
}

Awaitable<void> Limiter::keep_renewing() {
  for (;;) {
    auto slept = co_await base::sleep_until(base::Deadline::after(options_.lease / 3));
    if (!slept || open_.empty()) break;
    co_await renew_all();
  }
  renewal_.reset();
}

Awaitable<void> Limiter::renew_all() {
  std::vector<state::SlotName> all;
  all.reserve(open_.size());
  for (const auto& [holder, key] : open_) all.push_back({.key = key, .holder = holder});
  for (std::size_t from = 0; from < all.size(); from += state::kMaxRenewals) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(from);
    const auto count = static_cast<std::ptrdiff_t>(std::min(state::kMaxRenewals, all.size() - from));
    std::vector<state::SlotName> some(begin, begin + count);
    auto renewed =
        co_await state_.renew({.deadline = base::Deadline::after(kOffTheWay)}, some, options_.lease);
    if (!renewed) complain("renewing", renewed.error());
    // What was given back meanwhile may have been taken again by this.
    for (state::SlotName& one : some) {
      if (!open_.contains(one.holder)) tasks_.spawn(release(std::move(one)));
    }
  }
}

Awaitable<void> Limiter::shutdown() {
  ended_ = true;
  if (renewal_) tasks_.cancel(*renewal_);
  for (const auto& [holder, key] : std::exchange(open_, {}))
    tasks_.spawn(release({.key = key, .holder = holder}));
  co_await tasks_.join();
}

}  // namespace parley::limits
