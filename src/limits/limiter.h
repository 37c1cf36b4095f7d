// Who is let in: rates, bans and how much may be open at once, over the state that nodes share.
//
// One for each worker, used on it; what it refers to outlives it. Where the shared state is not to be had, or
// does not answer within LimiterOptions::state_deadline, callers are let in (budgets hold all the same: they
// are in the store), it is counted as "failed" and said in the log.
//
// Counts parley_limit_decisions_total{limit,decision}: limit "address", "user", "organisation", "graphql",
// "chat_completions", "embeddings", "turns", "streams", "ban"; decision "allowed", "refused", "failed". And
// parley_limit_bans_total{why}: "failed_logins", "refusals".
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "base/async.h"
#include "base/call.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/random.h"
#include "base/task_group.h"
#include "limits/keys.h"
#include "limits/policy.h"
#include "state/state.h"

namespace parley::limits {

// Where a caller stands with one limit, as `me { limits }` and the RateLimit headers tell it.
struct LimitStanding {
  // "user", "organisation", "address", "graphql", ...
  std::string_view name;
  // The burst, and how long it takes to be there again from nothing.
  std::int64_t limit = 0;
  std::chrono::milliseconds window{};
  std::int64_t remaining = 0;
  // Until `limit` is there again.
  std::chrono::milliseconds full_after{};
  // The long run: so many requests in so long a time.
  std::int64_t requests = 0;
  std::chrono::milliseconds every{};
};

struct Admission {
  // The RATE_LIMITED error, with retry_after, where the caller is refused.
  std::optional<base::Error> refused{};
  // Every limit that was looked at, also where one refused.
  std::vector<LimitStanding> standings{};
};

struct LimiterOptions {
  // The most that a decision waits for the state, each time that it asks.
  std::chrono::milliseconds state_deadline{50};
  // How long a slot outlives a node that died. Renewed every third of it.
  std::chrono::milliseconds lease{60'000};
};

class Limiter;

// Something that is open and counts as one; given back at its end. Movable; empty where nothing is counted.
// Not outlived by its Limiter.
class Slot {
 public:
  Slot() = default;
  Slot(Slot&& other) noexcept;
  Slot& operator=(Slot&& other) noexcept;
  ~Slot();

 private:
  friend class Limiter;
  Limiter* limiter_ = nullptr;
  state::SlotName name_{};
};

class Limiter {
 public:
  Limiter(boost::asio::any_io_executor executor, state::SharedState& state, PolicyPtr policy,
          base::Random random, base::Metrics& metrics, const base::Log& log, LimiterOptions options = {});
  // shutdown() comes first.
  ~Limiter();
  Limiter(const Limiter&) = delete;
  Limiter& operator=(const Limiter&) = delete;

  void reload(PolicyPtr policy) { policy_ = std::move(policy); }
  const PolicyPtr& policy() const { return policy_; }

  // Before anything is known of who asks: the address's ban and rate. `address` as net::client_key() gives
  // it. A request that is refused for its rate is an offence of the address.
  base::Awaitable<Admission> admit_address(base::Call call, std::string address);
  // Once the caller is known: the user's ban, and the rates of user, API and organisation, all or none. One
  // that is refused for the user's or the API's rate is an offence of the user; the organisation's is not
  // their doing.
  base::Awaitable<Admission> admit(base::Call call, model::Owner owner, std::string tier, Api api);
  // A bad token came from there: counted, and banned where there were too many.
  base::Awaitable<void> failed_login(base::Call call, std::string address);

  // One more turn, or stream, of this user. RATE_LIMITED, naming the limit; CANCELLED; DEADLINE_EXCEEDED, the
  // caller's own; OVERLOADED after shutdown().
  base::Awaitable<base::Result<Slot>> open_turn(base::Call call, model::Owner owner, std::string tier);
  base::Awaitable<base::Result<Slot>> open_stream(base::Call call, model::Owner owner, std::string tier);

  // Where the user stands with every limit that holds for them; nothing is taken. Slots are told as limits of
  // window 0. The state's errors.
  base::Awaitable<base::Result<std::vector<LimitStanding>>> standings(base::Call call, model::Owner owner,
                                                                      std::string tier);

  // Gives back every slot that is still held, and waits for that.
  base::Awaitable<void> shutdown();

 private:
  friend class Slot;

  enum class Limit : std::uint8_t {
    kAddress,
    kUser,
    kOrganisation,
    kGraphql,
    kChatCompletions,
    kEmbeddings,
    kTurns,
    kStreams,
    kBan
  };
  static constexpr std::size_t kLimits = 9;
  static std::string_view name(Limit limit);
  static Limit limit_of(Api api);

  // What came of asking for one limit.
  struct Decisions {
    base::Counter* allowed = nullptr;
    base::Counter* refused = nullptr;
    base::Counter* failed = nullptr;
  };
  // A rate that is to hold for a request.
  struct Wanted {
    Limit limit = Limit::kUser;
    RateLimit rate{};
    std::string key{};
  };
  // What is counted against a subject, and as what.
  struct Offence {
    std::string subject;
    state::BanRule rule;
    std::string_view reason;
    base::Counter* bans;
  };

  Decisions& decisions(Limit limit) { return decisions_[static_cast<std::size_t>(limit)]; }
  // The smaller of the call's deadline and the state's.
  base::Call in_time(base::Call call) const;
  // The state failed where this limit was to be decided: counted, and said once in a while.
  void failed(Limit limit, const base::Error& error);
  void complain(std::string_view what, const base::Error& error);

  static std::vector<Wanted> wanted(const Policy& policy, const model::Owner& owner, std::string_view tier,
                                    std::optional<Api> api);
  static std::vector<state::RateClaim> claims(const std::vector<Wanted>& wanted, std::int64_t cost);
  static LimitStanding told(const Wanted& wanted, const state::RateStanding& standing);
  static std::optional<base::Error> refusal(const std::vector<Wanted>& wanted,
                                            const std::vector<state::RateStanding>& standings);
  base::Awaitable<Admission> judge(base::Call call, std::vector<Wanted> wanted, Offence offence);
  base::Awaitable<std::optional<base::Error>> look_for_ban(base::Call call, std::string subject);
  base::Awaitable<std::optional<state::Ban>> count(base::Call call, Offence offence);

  base::Awaitable<base::Result<Slot>> open(base::Call call, Limit limit, model::Owner owner,
                                           std::int64_t most);
  std::string new_holder();
  void give_back(const state::SlotName& name);
  base::Awaitable<void> release(state::SlotName name);
  base::Awaitable<void> keep_renewing();
  base::Awaitable<void> renew_all();

  state::SharedState& state_;
  PolicyPtr policy_;
  base::Random random_;
  const base::Log& log_;
  LimiterOptions options_;
  std::array<Decisions, kLimits> decisions_{};
  base::Counter& login_bans_;
  base::Counter& refusal_bans_;
  base::SteadyTime complained_{};
  // Holder to key, of the slots that are open here.
  std::unordered_map<std::string, std::string> open_{};
  // The task that renews them, while there are any.
  std::optional<std::uint64_t> renewal_{};
  bool ended_ = false;
  base::TaskGroup tasks_;
};

}  // namespace parley::limits
