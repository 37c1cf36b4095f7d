#include "limits/limiter.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/time.h"

namespace parley::limits {

using base::Awaitable;
using base::ErrorCode;
using base::Result;
using std::chrono::milliseconds;

namespace {

constexpr std::chrono::seconds kComplainEvery{1};
constexpr std::string_view kFailedLogins = "failed logins";
constexpr std::string_view kRefusals = "too many requests";

// "0.3 s", "12 s"; rounded up, so that whoever waits that long has waited long enough.
std::string in_words(milliseconds time) {
  if (time < std::chrono::seconds(10)) {
    const std::int64_t tenths = (time.count() + 99) / 100;
    return fmt::format("{}.{} s", tenths / 10, tenths % 10);
  }
  return fmt::format("{} s", std::chrono::ceil<std::chrono::seconds>(time).count());
}

base::Error limited(std::string message, milliseconds retry_after) {
  const milliseconds wait = std::max(milliseconds(1), retry_after);
  return {.code = ErrorCode::kRateLimited,
          .message = fmt::format("{}; try again in {}", message, in_words(wait)),
          .retry_after = wait};
}

base::Error banned(const state::Ban& ban) {
  return limited(fmt::format("banned until {}: {}", base::format_time(ban.until), ban.reason), ban.left);
}

}  // namespace

Limiter::Limiter(boost::asio::any_io_executor executor, state::SharedState& state, PolicyPtr policy,
                 base::Random random, base::Metrics& metrics, const base::Log& log, LimiterOptions options)
    : state_(state),
      policy_(std::move(policy)),
      random_(random),
      log_(log),
      options_(options),
      login_bans_(metrics.counter("parley_limit_bans_total", "Bans that offences brought.", {"why"},
                                  {"failed_logins"})),
      refusal_bans_(
          metrics.counter("parley_limit_bans_total", "Bans that offences brought.", {"why"}, {"refusals"})),
      tasks_(std::move(executor)) {
  for (std::size_t i = 0; i < kLimits; ++i) {
    const auto counter = [&](std::string_view decision) {
      return &metrics.counter("parley_limit_decisions_total", "Requests by limit and what came of it.",
                              {"limit", "decision"}, {name(static_cast<Limit>(i)), decision});
    };
    decisions_[i] = {
        .allowed = counter("allowed"), .refused = counter("refused"), .failed = counter("failed")};
  }
}

Limiter::~Limiter() = default;

std::string_view Limiter::name(Limit limit) {
  static constexpr std::array<std::string_view, kLimits> kNames{
      "address",    "user",  "organisation", "graphql", "chat_completions",
      "embeddings", "turns", "streams",      "ban"};
  return kNames[static_cast<std::size_t>(limit)];
}

Limiter::Limit Limiter::limit_of(Api api) {
  switch (api) {
    case Api::kGraphql:
      return Limit::kGraphql;
    case Api::kChatCompletions:
      return Limit::kChatCompletions;
    case Api::kEmbeddings:
      return Limit::kEmbeddings;
    case Api::kOther:
      break;
  }
  return Limit::kUser;
}

base::Call Limiter::in_time(base::Call call) const {
  call.deadline = call.deadline.sooner(options_.state_deadline);
  return call;
}

void Limiter::failed(Limit limit, const base::Error& error) {
  // A caller who left says nothing about the state.
  if (error.code == ErrorCode::kCancelled) return;
  decisions(limit).failed->add();
  complain(name(limit), error);
}

void Limiter::complain(std::string_view what, const base::Error& error) {
  const base::SteadyTime now = std::chrono::steady_clock::now();
  if (complained_ != base::SteadyTime{} && now - complained_ < kComplainEvery) return;
  complained_ = now;
  log_.warn("limits_without_state", {{"doing", what},
                                     {"code", base::name(error.code)},
                                     {"message", error.message},
                                     {"cause", error.cause}});
}

// ---- rates

std::vector<Limiter::Wanted> Limiter::wanted(const Policy& policy, const model::Owner& owner,
                                             std::string_view tier, std::optional<Api> api) {
  const TierPolicy& of = policy.tier(tier);
  std::vector<Wanted> all;
  if (of.requests.any()) all.push_back({Limit::kUser, of.requests, rate_key(name(Limit::kUser), owner)});
  for (const Api each : {Api::kGraphql, Api::kChatCompletions, Api::kEmbeddings}) {
    const RateLimit* own = api && *api != each ? nullptr : of.of(each);
    if (own == nullptr) continue;
    all.push_back({limit_of(each), *own, rate_key(name(limit_of(each)), owner)});
  }
  const RateLimit& shared = policy.organisation(owner.tenant).requests;
  if (shared.any()) all.push_back({Limit::kOrganisation, shared, organisation_key(owner.tenant)});
  return all;
}

std::vector<state::RateClaim> Limiter::claims(const std::vector<Wanted>& wanted, std::int64_t cost) {
  std::vector<state::RateClaim> claims;
  claims.reserve(wanted.size());
  for (const Wanted& one : wanted) claims.push_back({.key = one.key, .rate = one.rate.rate(), .cost = cost});
  return claims;
}

LimitStanding Limiter::told(const Wanted& wanted, const state::RateStanding& standing) {
  const state::Rate rate = wanted.rate.rate();
  return {.name = name(wanted.limit),
          .limit = rate.burst,
          .window = std::chrono::ceil<milliseconds>(rate.interval * rate.burst),
          .remaining = standing.remaining,
          .full_after = std::chrono::ceil<milliseconds>(standing.full_after),
          .requests = wanted.rate.requests,
          .every = wanted.rate.window};
}

// The limit that is the longest to wait for, where one refused: before that it would only refuse again.
std::optional<base::Error> Limiter::refusal(const std::vector<Wanted>& wanted,
                                            const std::vector<state::RateStanding>& standings) {
  const auto last = std::ranges::max_element(
      standings, {}, [](const state::RateStanding& one) { return std::pair(!one.allowed, one.retry_after); });
  if (last == standings.end() || last->allowed) return std::nullopt;
  const Wanted& by = wanted[static_cast<std::size_t>(last - standings.begin())];
  return limited(fmt::format("too many requests for the limit `{}`: {} in {}, and {} at once", name(by.limit),
                             by.rate.requests, in_words(by.rate.window), by.rate.rate().burst),
                 std::chrono::ceil<milliseconds>(last->retry_after));
}

Awaitable<std::optional<base::Error>> Limiter::look_for_ban(base::Call call, std::string subject) {
  std::vector<std::string> subjects;
  subjects.push_back(std::move(subject));
  auto found = co_await state_.banned(in_time(std::move(call)), std::move(subjects));
  if (!found) {
    failed(Limit::kBan, found.error());
    co_return std::nullopt;
  }
  (*found ? decisions(Limit::kBan).refused : decisions(Limit::kBan).allowed)->add();
  if (!*found) co_return std::nullopt;
  co_return banned(**found);
}

Awaitable<std::optional<state::Ban>> Limiter::count(base::Call call, Offence offence) {
  if (offence.rule.offences <= 0) co_return std::nullopt;
  auto ban = co_await state_.offend(in_time(std::move(call)), std::move(offence.subject),
                                    std::string(offence.reason), offence.rule);
  if (!ban) {
    failed(Limit::kBan, ban.error());
    co_return std::nullopt;
  }
  if (!*ban) co_return std::nullopt;
  offence.bans->add();
  log_.info("banned", {{"reason", (*ban)->reason},
                       {"times", (*ban)->times},
                       {"seconds", std::chrono::ceil<std::chrono::seconds>((*ban)->left).count()}});
  co_return std::move(*ban);
}

Awaitable<Admission> Limiter::judge(base::Call call, std::vector<Wanted> wanted, Offence offence) {
  Admission admission;
  admission.refused = co_await look_for_ban(call, offence.subject);
  if (admission.refused || wanted.empty()) co_return admission;

  auto taken = co_await state_.take(in_time(call), claims(wanted, 1));
  if (!taken) {
    for (const Wanted& one : wanted) failed(one.limit, taken.error());
    co_return admission;
  }
  admission.refused = refusal(wanted, *taken);
  bool own_doing = false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const bool allowed = (*taken)[i].allowed;
    admission.standings.push_back(told(wanted[i], (*taken)[i]));
    if (!allowed) decisions(wanted[i].limit).refused->add();
    // Where another one refused, nothing was taken of this one.
    if (!admission.refused) decisions(wanted[i].limit).allowed->add();
    own_doing = own_doing || (!allowed && wanted[i].limit != Limit::kOrganisation);
  }
  if (own_doing) {
    const auto ban = co_await count(std::move(call), std::move(offence));
    if (ban) admission.refused = banned(*ban);
  }
  co_return admission;
}

Awaitable<Admission> Limiter::admit_address(base::Call call, std::string address) {
  const PolicyPtr policy = policy_;
  std::vector<Wanted> wanted;
  if (policy->per_address.any()) {
    wanted.push_back({Limit::kAddress, policy->per_address, address_key(address)});
  }
  co_return co_await judge(std::move(call), std::move(wanted),
                           Offence{.subject = ban_subject(address),
                                   .rule = policy->bans.rates,
                                   .reason = kRefusals,
                                   .bans = &refusal_bans_});
}

Awaitable<Admission> Limiter::admit(base::Call call, model::Owner owner, std::string tier, Api api) {
  const PolicyPtr policy = policy_;
  co_return co_await judge(std::move(call), wanted(*policy, owner, tier, api),
                           Offence{.subject = ban_subject(owner),
                                   .rule = policy->bans.rates,
                                   .reason = kRefusals,
                                   .bans = &refusal_bans_});
}

Awaitable<void> Limiter::failed_login(base::Call call, std::string address) {
  (void)co_await count(std::move(call), Offence{.subject = ban_subject(address),
                                                .rule = policy_->bans.logins,
                                                .reason = kFailedLogins,
                                                .bans = &login_bans_});
}

Awaitable<Result<std::vector<LimitStanding>>> Limiter::standings(base::Call call, model::Owner owner,
                                                                 std::string tier) {
  const PolicyPtr policy = policy_;
  const std::vector<Wanted> rates = wanted(*policy, owner, tier, std::nullopt);
  auto looked = co_await state_.take(in_time(call), claims(rates, 0));
  if (!looked) co_return base::fail(std::move(looked));
  std::vector<LimitStanding> all;
  for (std::size_t i = 0; i < rates.size(); ++i) all.push_back(told(rates[i], (*looked)[i]));

  const TierPolicy& of = policy->tier(tier);
  for (const auto& [limit, most] :
       {std::pair(Limit::kTurns, of.max_turns), {Limit::kStreams, of.max_streams}}) {
    if (most <= 0) continue;
    auto held = co_await state_.held(in_time(call), slot_key(name(limit), owner));
    if (!held) co_return base::fail(std::move(held));
    all.push_back({.name = name(limit), .limit = most, .remaining = std::max<std::int64_t>(0, most - *held)});
  }
  co_return all;
}

}  // namespace parley::limits
