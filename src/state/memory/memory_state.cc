#include "state/memory/memory_state.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

#include "state/gcra.h"
#include "state/memory/bans.h"
#include "state/memory/fingerprint.h"
#include "state/memory/rates.h"
#include "state/memory/slots.h"

namespace parley::state::memory {

namespace {

namespace asio = boost::asio;
using base::ErrorCode;
using base::Result;

using Keys = std::array<Fingerprint, kMaxClaims>;

KeyMetrics metrics_of(base::Metrics& metrics, std::string_view kind) {
  return {.keys = metrics.gauge("parley_state_keys", "Keys that the shared state holds in memory.", {"kind"},
                                {kind}),
          .evicted = metrics.counter("parley_state_evicted_total",
                                     "Keys that made room though they still mattered.", {"kind"}, {kind})};
}

std::unexpected<base::Error> out_of_range(std::string what) {
  return base::fail(ErrorCode::kInternal, "the request could not be counted", std::move(what));
}

bool in_range(std::chrono::milliseconds time, std::chrono::milliseconds from) {
  return time >= from && time <= kMaxBanTime;
}

bool in_range(const BanRule& rule) {
  using std::chrono::milliseconds;
  return rule.offences >= 1 && in_range(rule.first, milliseconds(1)) &&
         in_range(rule.window, milliseconds(0)) && in_range(rule.longest, milliseconds(1)) &&
         in_range(rule.forget, milliseconds(0));
}

// Why a call is not to be done at all, if so.
Result<void> due(const base::Call& call, const asio::cancellation_state& state) {
  if (state.cancelled() != asio::cancellation_type::none)
    return base::fail(ErrorCode::kCancelled, "cancelled");
  if (call.deadline.passed()) return base::fail(ErrorCode::kDeadlineExceeded, "the deadline has passed");
  return {};
}

class MemoryState final : public SharedState {
 public:
  MemoryState(MemoryOptions options, const base::Clock& clock, base::Metrics& metrics)
      : rates_(options.max_keys, clock, metrics_of(metrics, "rates")),
        slots_(options.max_keys, clock, metrics_of(metrics, "slots")),
        bans_(options.max_subjects, clock, metrics_of(metrics, "bans")) {}

  Reply<std::vector<RateStanding>> take(base::Call call, std::vector<RateClaim> claims) override {
    auto go = due(call, co_await asio::this_coro::cancellation_state);
    if (!go) co_return base::fail(std::move(go));
    co_return take_now(claims);
  }

  Reply<bool> acquire(base::Call call, SlotClaim claim) override {
    auto go = due(call, co_await asio::this_coro::cancellation_state);
    if (!go) co_return base::fail(std::move(go));
    if (claim.limit < 0 || claim.limit > kMaxSlots || !in_range(claim.lease, std::chrono::milliseconds(1))) {
      co_return out_of_range("a slot's limit or lease");
    }
    co_return slots_.acquire(prints(claim.key, claim.holder), claim.limit, claim.lease);
  }

  Reply<void> renew(base::Call call, std::vector<SlotName> slots, std::chrono::milliseconds lease) override {
    auto go = due(call, co_await asio::this_coro::cancellation_state);
    if (!go) co_return base::fail(std::move(go));
    if (slots.size() > kMaxRenewals || !in_range(lease, std::chrono::milliseconds(1))) {
      co_return out_of_range("the slots to renew, or their lease");
    }
    bool all = true;
    for (const SlotName& slot : slots) all = slots_.renew(prints(slot.key, slot.holder), lease) && all;
    if (!all) co_return base::fail(ErrorCode::kOverloaded, "too much is open at once", "a key's slots");
    co_return Result<void>{};
  }

  Reply<void> release(base::Call call, SlotName slot) override {
    auto go = due(call, co_await asio::this_coro::cancellation_state);
    if (!go) co_return base::fail(std::move(go));
    slots_.release(prints(slot.key, slot.holder));
    co_return Result<void>{};
  }

  Reply<std::int64_t> held(base::Call call, std::string key) override {
    auto go = due(call, co_await asio::this_coro::cancellation_state);
    if (!go) co_return base::fail(std::move(go));
    co_return slots_.held(prints_.of(key));
  }

  Reply<std::optional<Ban>> offend(base::Call call, std::string subject, std::string reason,
                                   BanRule rule) override {
    auto go = due(call, co_await asio::this_coro::cancellation_state);
    if (!go) co_return base::fail(std::move(go));
    if (subject.size() > kMaxSubjectBytes || !in_range(rule)) co_return out_of_range("an offence");
    co_return bans_.offend(prints_.of(subject), subject, reason, rule);
  }

  Reply<std::optional<Ban>> banned(base::Call call, std::vector<std::string> subjects) override {
    auto go = due(call, co_await asio::this_coro::cancellation_state);
    if (!go) co_return base::fail(std::move(go));
    if (subjects.size() > kMaxClaims) co_return out_of_range("the subjects");
    std::optional<Ban> longest;
    for (const std::string& subject : subjects) {
      auto ban = bans_.banned(prints_.of(subject));
      if (ban && (!longest || ban->until > longest->until)) longest = std::move(ban);
    }
    co_return longest;
  }

  Reply<void> ban(base::Call call, Ban ban) override {
    auto go = due(call, co_await asio::this_coro::cancellation_state);
    if (!go) co_return base::fail(std::move(go));
    if (ban.subject.size() > kMaxSubjectBytes || ban.times < 1) co_return out_of_range("a ban");
    bans_.ban(prints_.of(ban.subject), ban);
    co_return Result<void>{};
  }

  Reply<bool> lift(base::Call call, std::string subject) override {
    auto go = due(call, co_await asio::this_coro::cancellation_state);
    if (!go) co_return base::fail(std::move(go));
    co_return bans_.lift(prints_.of(subject));
  }

  Reply<std::vector<Ban>> bans(base::Call call, std::string after, int limit) override {
    auto go = due(call, co_await asio::this_coro::cancellation_state);
    if (!go) co_return base::fail(std::move(go));
    co_return bans_.list(after, static_cast<std::size_t>(std::clamp(limit, 0, kMaxBans)));
  }

  Reply<void> ping(base::Call call) override {
    co_return due(call, co_await asio::this_coro::cancellation_state);
  }

 private:
  SlotPrints prints(std::string_view key, std::string_view holder) const {
    return {.key = prints_.of(key), .holder = prints_.of(holder)};
  }

  Result<std::vector<RateStanding>> take_now(std::span<const RateClaim> claims) {
    if (claims.size() > kMaxClaims) return out_of_range("the number of claims");
    Keys keys{};
    for (std::size_t i = 0; i < claims.size(); ++i) {
      if (!valid(claims[i].rate, claims[i].cost)) return out_of_range("a claim's rate or cost");
      keys[i] = prints_.of(claims[i].key);
      if (std::find(keys.begin(), keys.begin() + i, keys[i]) != keys.begin() + i) {
        return out_of_range("two claims of one key");
      }
    }
    return rates_.take(claims, std::span(keys).first(claims.size()));
  }

  Fingerprints prints_{};
  Rates rates_;
  Slots slots_;
  Bans bans_;
};

}  // namespace

std::unique_ptr<SharedState> open_state(MemoryOptions options, const base::Clock& clock,
                                        base::Metrics& metrics) {
  return std::make_unique<MemoryState>(options, clock, metrics);
}

}  // namespace parley::state::memory
