// Who is let in: rates, bans and how much may be open at once, over the state that nodes share.
//
// One for each worker, used on it; what it refers to outlives it. Where the shared state is not to be had the
// answer is what Limiter::kWithoutState says, and it is counted.
//
// Counts parley_limit_decisions_total{limit,decision}: limit "address", "user", "organisation", "graphql",
// "chat_completions", "embeddings", "turns", "streams", "ban"; decision "allowed", "refused", "failed".
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "base/async.h"
#include "base/call.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/random.h"
#include "base/task_group.h"
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
          base::Random random, base::Metrics& metrics, const base::Log& log);
  // shutdown() comes first.
  ~Limiter();
  Limiter(const Limiter&) = delete;
  Limiter& operator=(const Limiter&) = delete;

  void reload(PolicyPtr policy) { policy_ = std::move(policy); }
  const PolicyPtr& policy() const { return policy_; }

  // Before anything is known of who asks: the address's ban and rate. `address` as net::client_key() gives
  // it. A request that is refused for its rate is an offence.
  base::Awaitable<Admission> admit_address(base::Call call, std::string address);
  // Once the caller is known: the user's ban, and the rates of user, organisation and API, all or none.
  base::Awaitable<Admission> admit(base::Call call, model::Owner owner, std::string tier, Api api);
  // A bad token came from there: counted, and banned where there were too many.
  base::Awaitable<void> failed_login(base::Call call, std::string address);

  // One more turn, or stream, of this user. RATE_LIMITED, naming the limit.
  base::Awaitable<base::Result<Slot>> open_turn(base::Call call, model::Owner owner, std::string tier);
  base::Awaitable<base::Result<Slot>> open_stream(base::Call call, model::Owner owner, std::string tier);

  // Where the user stands with every limit that holds for them; nothing is taken. Slots are told as limits of
  // window 0.
  base::Awaitable<base::Result<std::vector<LimitStanding>>> standings(base::Call call, model::Owner owner,
                                                                      std::string tier);

  // Gives back every slot that is still held, and waits for that.
  base::Awaitable<void> shutdown();

 private:
  friend class Slot;
  // The implementation's own.
};

// "user:acme/ada", "ip:192.0.2.7": what bans are set on.
std::string ban_subject(const model::Owner& owner);
std::string ban_subject(std::string_view address);

}  // namespace parley::limits
