// Who may do how much: what the configuration says about tiers, users, organisations and addresses, as one
// immutable value. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "model/budget.h"
#include "model/owner.h"
#include "state/state.h"

namespace parley::limits {

// So many requests in `window`, and at most `burst` of them at once. 0 requests: no limit.
struct RateLimit {
  std::int64_t requests = 0;
  std::chrono::milliseconds window{60'000};
  // 0: as many as `requests`.
  std::int64_t burst = 0;

  bool any() const { return requests > 0; }
  // Only where any(). One an interval of window / requests, rounded up to a whole microsecond: where it does
  // not divide evenly there are ever so few less, and never one too many. 600 in a minute are one in 100 ms.
  // A burst that would take longer than state::kMaxRateSpan to be there again is cut.
  state::Rate rate() const;

  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

// What a request is counted as, beside the user's total.
enum class Api : std::uint8_t { kGraphql, kChatCompletions, kEmbeddings, kOther };
inline constexpr std::size_t kApis = 4;
// "graphql", "chat_completions", "embeddings", "other".
std::string_view name(Api api);

struct TierPolicy {
  // Of one user, over all APIs and of each.
  RateLimit requests{.requests = 600, .burst = 100};
  RateLimit graphql{};
  RateLimit chat_completions{};
  RateLimit embeddings{};
  // Of one user at once, over all nodes, up to state::kMaxSlots; 0: no limit. A turn that waits in line
  // counts.
  std::int64_t max_turns = 100;
  // Subscriptions and event streams that are open.
  std::int64_t max_streams = 100;
  // Share of the provider's capacity beside that of other tiers, from 1 to 1000.
  std::int64_t weight = 1;
  // How long a turn may wait in line.
  std::chrono::milliseconds max_wait{30'000};
  model::BudgetLimits budget{};

  // Nothing where this API has no limit of its own.
  const RateLimit* of(Api api) const;
};

struct OrganisationPolicy {
  RateLimit requests{};
  model::BudgetLimits budget{};
};

// 0 offences: none brings a ban.
struct BanPolicy {
  // Bad tokens, by address.
  state::BanRule logins{.offences = 100};
  // Requests over a rate, by user or address.
  state::BanRule rates{.offences = 600};
};

struct Policy {
  std::string default_tier = "default";
  // Always has the default one. A tier that is not here is held to the default one's.
  std::map<std::string, TierPolicy, std::less<>> tiers{{"default", {}}};
  // By the tenant's name; any other is held to `any_organisation`.
  std::map<std::string, OrganisationPolicy, std::less<>> organisations{};
  OrganisationPolicy any_organisation{};
  // By "tenant/user": each limit that is set takes the tier's place. Not for a tenant with a slash in its
  // name.
  std::map<std::string, model::BudgetLimits, std::less<>> users{};
  // Of one address: an IPv4 address, or an IPv6 network of 64 bits.
  RateLimit per_address{.requests = 6000, .burst = 1000};
  BanPolicy bans{};
  // An answer's cap where a budget holds and the client names none; and the least that a turn begins with
  // when a budget leaves less.
  model::Tokens answer_wanted{4096};
  model::Tokens answer_least{256};

  // The tier's policy, and the name under which it is in `tiers`.
  const TierPolicy& tier(std::string_view name) const;
  std::string_view known_tier(std::string_view name) const;
  const OrganisationPolicy& organisation(std::string_view tenant) const;
  // The tier's budget with what is said of this user alone.
  model::BudgetLimits budget(const model::Owner& owner, std::string_view tier) const;
};

using PolicyPtr = std::shared_ptr<const Policy>;

}  // namespace parley::limits
