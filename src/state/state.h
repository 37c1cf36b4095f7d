// What the nodes of one Parley share and may lose: rates, slots and bans.
//
// Made by `app`, used from every worker; each call completes on the executor of the coroutine that awaits it.
// Time is the state's own (its clock, or its server's), so that nodes whose clocks differ agree. One contract
// suite (state/contract/all.h) holds for every implementation. Nothing here is the truth about money: that is
// in the store.
//
// Keys and holders are any bytes of any length; what they are is not to be had back from the state.
//
// Errors any call may give: OVERLOADED (the state is not to be had, or full), DEADLINE_EXCEEDED, CANCELLED,
// INTERNAL (also for an argument outside of its range, which does nothing).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/call.h"
#include "base/clock.h"
#include "base/error.h"

namespace parley::state {

template <class T>
using Reply = base::Awaitable<base::Result<T>>;

// ---- rates

// One request every `interval` in the long run, and at most `burst` at once: the generic cell rate algorithm
// (gcra.h). Promise: in any span of time w, however it lies, at most burst + floor(w / interval)
// requests get through, at any concurrency; and a request that would not break this is never refused.
struct Rate {
  // From 1 us.
  std::chrono::microseconds interval{};
  // From 1; burst * interval at most kMaxRateSpan.
  std::int64_t burst = 1;

  friend bool operator==(const Rate&, const Rate&) = default;
};

struct RateClaim {
  std::string key;
  Rate rate;
  // How many requests' worth, up to `rate.burst`; 0 only looks.
  std::int64_t cost = 1;
};

struct RateStanding {
  bool allowed = true;
  // How many more would be allowed now.
  std::int64_t remaining = 0;
  // Until this claim would be allowed; 0 where it is.
  std::chrono::microseconds retry_after{};
  // Until all of `burst` is there again.
  std::chrono::microseconds full_after{};
};

// ---- slots

// One of `limit` things that may be open at once under a key, held for `lease` and longer by renewing it.
struct SlotClaim {
  std::string key;
  // Unique under the key; the same holder again holds one slot, renewed.
  std::string holder;
  std::int64_t limit = 1;
  std::chrono::milliseconds lease{60'000};
};

struct SlotName {
  std::string key;
  std::string holder;
};

// ---- bans

struct Ban {
  // Who: "ip:192.0.2.7", "user:acme/ada". Up to kMaxSubjectBytes.
  std::string subject;
  base::WallTime until{};
  // Which one in a row it is for this subject, from 1.
  std::int64_t times = 1;
  // For people, such as "failed logins". What is beyond kMaxReasonBytes is cut off.
  std::string reason{};
  // Until it ends, by the state's own time; told, not set.
  std::chrono::milliseconds left{};
};

// `offences` within `window` bring a ban of `first`; the next one doubles, up to `longest`; where `forget`
// has passed since the last one ended it begins anew. Offences are counted for each reason apart, in windows
// that begin with the first one, so that fewer than `offences` in a window never bring a ban, and twice as
// many in one always do. What comes while a ban holds was under way when it began and is not counted.
//
// `offences` from 1, `first` from 1 ms, everything up to kMaxBanTime.
struct BanRule {
  std::int64_t offences = 10;
  std::chrono::milliseconds window{60'000};
  std::chrono::milliseconds first{60'000};
  std::chrono::milliseconds longest{86'400'000};
  std::chrono::milliseconds forget{86'400'000};
};

// The most that bans() gives at once.
inline constexpr int kMaxBans = 200;
inline constexpr std::size_t kMaxSubjectBytes = 1100;
inline constexpr std::size_t kMaxReasonBytes = 200;
// About 31 years.
inline constexpr std::chrono::milliseconds kMaxBanTime{1'000'000'000'000};

// The most that one call may name of claims, or of subjects.
inline constexpr std::size_t kMaxClaims = 16;
// The most of one key's slots that may be held, and the most that one renew() may name.
inline constexpr std::int64_t kMaxSlots = 10'000;
inline constexpr std::size_t kMaxRenewals = 1000;

class SharedState {
 public:
  SharedState() = default;
  SharedState(const SharedState&) = delete;
  SharedState& operator=(const SharedState&) = delete;
  virtual ~SharedState() = default;

  // All or none: where one claim is refused, nothing is taken for the others. A standing for each claim, in
  // their order, after what was taken. At most kMaxClaims, each of another key.
  virtual Reply<std::vector<RateStanding>> take(base::Call call, std::vector<RateClaim> claims) = 0;

  // Whether the slot is held now. False where `limit` others hold one. `limit` from 0 to kMaxSlots, `lease`
  // from 1 ms to kMaxBanTime.
  virtual Reply<bool> acquire(base::Call call, SlotClaim claim) = 0;
  // Holds them for `lease` from now, at most kMaxRenewals of them. One that had run out is held again, limit
  // or not: whoever renews still has the thing open.
  virtual Reply<void> renew(base::Call call, std::vector<SlotName> slots,
                            std::chrono::milliseconds lease) = 0;
  // Nothing where it is not held.
  virtual Reply<void> release(base::Call call, SlotName slot) = 0;
  // How many are held.
  virtual Reply<std::int64_t> held(base::Call call, std::string key) = 0;

  // Counts an offence, beside others for the same reason; the ban where this one has brought it.
  virtual Reply<std::optional<Ban>> offend(base::Call call, std::string subject, std::string reason,
                                           BanRule rule) = 0;
  // The ban that ends last, of those that these subjects are under now. At most
  // kMaxClaims.
  virtual Reply<std::optional<Ban>> banned(base::Call call, std::vector<std::string> subjects) = 0;
  // Sets a ban, in the place of one that is there. `times` from 1.
  virtual Reply<void> ban(base::Call call, Ban ban) = 0;
  // Ends a ban and forgets the subject's offences. False where there was none.
  virtual Reply<bool> lift(base::Call call, std::string subject) = 0;
  // The bans that hold now, by subject, of those after `after`; at most kMaxBans.
  virtual Reply<std::vector<Ban>> bans(base::Call call, std::string after, int limit) = 0;

  // Succeeds when a call would be served within the deadline.
  virtual Reply<void> ping(base::Call call) = 0;
};

}  // namespace parley::state
