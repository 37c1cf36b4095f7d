#include "app/configuration_limits.h"

#include <chrono>

#include "app/configuration_types.h"

namespace parley::app {

using namespace std::chrono_literals;

using base::duration;
using base::number;
using base::Reload;
using base::SettingRows;

using Config = Configuration;

namespace {

template <class Policy, class Budget>
void add_budget(SettingRows<Policy>& rows, Budget budget) {
  rows.add(
          "tokens_per_day", base::optional(tokens()),
          [budget](Policy& p) -> auto& { return budget(p).tokens_per_day; },
          "Input and output of one UTC day; left out: no limit.", Reload::kLive)
      .add(
          "tokens_per_month", base::optional(tokens()),
          [budget](Policy& p) -> auto& { return budget(p).tokens_per_month; }, "The same of a UTC month.",
          Reload::kLive)
      .add(
          "usd_per_day", base::optional(us_dollars()),
          [budget](Policy& p) -> auto& { return budget(p).cost_per_day; }, "Cost of one UTC day.",
          Reload::kLive)
      .add(
          "usd_per_month", base::optional(us_dollars()),
          [budget](Policy& p) -> auto& { return budget(p).cost_per_month; }, "The same of a UTC month.",
          Reload::kLive);
}

}  // namespace

SettingRows<Config> limits_rows() {
  SettingRows<Config> rows;
  rows.add(
          "address", rate(), [](Config& c) -> auto& { return c.limits.per_address; },
          "Requests from one IPv4 address or one /64 of IPv6, whoever asks. A trusted proxy is not an "
          "address.",
          Reload::kLive)
      .add(
          "failed_logins", number<std::int64_t>(0, 1'000'000),
          [](Config& c) -> auto& { return c.limits.bans.logins.offences; },
          "Forged or broken tokens from one address within `failed_logins_window` that bring a ban; 0: none "
          "does. Missing and expired ones do not count.",
          Reload::kLive)
      .add(
          "failed_logins_window", duration(1s, 24h),
          [](Config& c) -> auto& { return c.limits.bans.logins.window; }, "", Reload::kLive)
      .add(
          "refusals", number<std::int64_t>(0, 1'000'000),
          [](Config& c) -> auto& { return c.limits.bans.rates.offences; },
          "Requests refused for their rate, of one user or address within `refusals_window`, that bring a "
          "ban; "
          "0: none does.",
          Reload::kLive)
      .add(
          "refusals_window", duration(1s, 24h), [](Config& c) -> auto& { return c.limits.bans.rates.window; },
          "", Reload::kLive)
      .add(
          "ban", duration(1s, 24h * 30), [](Config& c) -> auto& { return c.limits.bans.logins.first; },
          "The first ban; the next ones double.", Reload::kLive)
      .add(
          "longest_ban", duration(1s, 24h * 365),
          [](Config& c) -> auto& { return c.limits.bans.logins.longest; }, "The most they grow to.",
          Reload::kLive)
      .add(
          "forget_bans", duration(1s, 24h * 365),
          [](Config& c) -> auto& { return c.limits.bans.logins.forget; },
          "After so long without a ban the next one is a first one again.", Reload::kLive)
      .add(
          "answer_tokens", tokens(), [](Config& c) -> auto& { return c.limits.answer_wanted; },
          "Where a budget holds and the client sets no cap: the answer's cap, as far as the budget goes.",
          Reload::kLive)
      .add(
          "least_answer_tokens", tokens(), [](Config& c) -> auto& { return c.limits.answer_least; },
          "A budget that leaves less than this for an answer is used up.", Reload::kLive)
      .add(
          "max_waiting", number<std::size_t>(0, 1'000'000), [](Config& c) -> auto& { return c.max_waiting; },
          "Turns that may wait in line for one provider; more are `OVERLOADED`.", Reload::kLive)
      .add(
          "max_waiting_per_user", number<std::size_t>(1, 1'000'000),
          [](Config& c) -> auto& { return c.max_waiting_per_user; }, "The same of one user.", Reload::kLive)
      .add(
          "max_keys", number<std::size_t>(1000, 100'000'000),
          [](Config& c) -> auto& { return c.state.max_keys; },
          "Users, addresses and organisations whose rates are kept in memory.");
  return rows;
}

SettingRows<limits::TierPolicy> tier_rows() {
  using Tier = limits::TierPolicy;
  SettingRows<Tier> rows;
  rows.add(
          "requests", rate(), [](Tier& t) -> auto& { return t.requests; },
          "Requests of one user, over all APIs.", Reload::kLive)
      .add(
          "graphql", rate(), [](Tier& t) -> auto& { return t.graphql; },
          "Of them, those to `/graphql`; each operation of a WebSocket is one.", Reload::kLive)
      .add(
          "chat_completions", rate(), [](Tier& t) -> auto& { return t.chat_completions; },
          "Of them, those to `/v1/chat/completions`.", Reload::kLive)
      .add(
          "embeddings", rate(), [](Tier& t) -> auto& { return t.embeddings; },
          "Of them, those to `/v1/embeddings`.", Reload::kLive)
      .add(
          "max_turns", number<std::int64_t>(0, state::kMaxSlots),
          [](Tier& t) -> auto& { return t.max_turns; },
          "Turns and embeddings of one user at once, those in line included; 0: no limit.", Reload::kLive)
      .add(
          "max_streams", number<std::int64_t>(0, state::kMaxSlots),
          [](Tier& t) -> auto& { return t.max_streams; },
          "Subscriptions and event streams that one user has open; 0: no limit.", Reload::kLive)
      .add(
          "weight", number<std::int64_t>(1, 1000), [](Tier& t) -> auto& { return t.weight; },
          "In line: a tier of weight 4 is served four times as often as one of weight 1.", Reload::kLive)
      .add(
          "max_wait", duration(0ms, 1h), [](Tier& t) -> auto& { return t.max_wait; },
          "How long a turn may wait in line; one that would have to wait longer is `OVERLOADED` at once.",
          Reload::kLive);
  add_budget(rows, [](Tier& t) -> auto& { return t.budget; });
  return rows;
}

SettingRows<limits::OrganisationPolicy> organisation_rows() {
  using Organisation = limits::OrganisationPolicy;
  SettingRows<Organisation> rows;
  rows.add(
      "requests", rate(), [](Organisation& o) -> auto& { return o.requests; },
      "Requests of all its users together.", Reload::kLive);
  add_budget(rows, [](Organisation& o) -> auto& { return o.budget; });
  return rows;
}

SettingRows<model::BudgetLimits> user_rows() {
  SettingRows<model::BudgetLimits> rows;
  add_budget(rows, [](model::BudgetLimits& limits) -> auto& { return limits; });
  return rows;
}

}  // namespace parley::app
