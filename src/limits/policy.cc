#include "limits/policy.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "state/gcra.h"

namespace parley::limits {

state::Rate RateLimit::rate() const {
  const std::int64_t window_us = std::chrono::microseconds(window).count();
  const std::int64_t interval = std::max<std::int64_t>(1, (window_us + requests - 1) / requests);
  const std::int64_t at_once = std::max<std::int64_t>(1, burst > 0 ? burst : requests);
  return {.interval = std::chrono::microseconds(interval),
          .burst = std::min(at_once, state::kMaxRateSpan / interval)};
}

std::string_view name(Api api) {
  static constexpr std::array<std::string_view, kApis> kNames{"graphql", "chat_completions", "embeddings",
                                                              "other"};
  return kNames[static_cast<std::size_t>(api)];
}

const RateLimit* TierPolicy::of(Api api) const {
  const RateLimit* limit = nullptr;
  switch (api) {
    case Api::kGraphql:
      limit = &graphql;
      break;
    case Api::kChatCompletions:
      limit = &chat_completions;
      break;
    case Api::kEmbeddings:
      limit = &embeddings;
      break;
    case Api::kOther:
      break;
  }
  return limit != nullptr && limit->any() ? limit : nullptr;
}

std::string_view Policy::known_tier(std::string_view name) const {
  return tiers.contains(name) ? name : std::string_view(default_tier);
}

const TierPolicy& Policy::tier(std::string_view name) const {
  const auto found = tiers.find(known_tier(name));
  assert(found != tiers.end() && "the default tier is always there");
  return found->second;
}

const OrganisationPolicy& Policy::organisation(std::string_view tenant) const {
  const auto found = organisations.find(tenant);
  return found == organisations.end() ? any_organisation : found->second;
}

model::BudgetLimits Policy::budget(const model::Owner& owner, std::string_view tier_name) const {
  model::BudgetLimits budget = tier(tier_name).budget;
  // A tenant with a slash could pass for another one's user.
  if (users.empty() || owner.tenant.contains('/')) return budget;
  const auto found = users.find(owner.tenant + "/" + owner.user);
  if (found == users.end()) return budget;
  const model::BudgetLimits& own = found->second;
  if (own.tokens_per_day) budget.tokens_per_day = own.tokens_per_day;
  if (own.tokens_per_month) budget.tokens_per_month = own.tokens_per_month;
  if (own.cost_per_day) budget.cost_per_day = own.cost_per_day;
  if (own.cost_per_month) budget.cost_per_month = own.cost_per_month;
  return budget;
}

}  // namespace parley::limits
