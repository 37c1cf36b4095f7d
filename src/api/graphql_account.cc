// What the user may do and spend: `me { budget limits }`.
#include <algorithm>
#include <limits>
#include <utility>

#include "api/cursor.h"
#include "api/graphql_resolvers.h"
#include "base/time.h"
#include "model/budget.h"

namespace parley::api {

using base::Awaitable;
using graphql::FieldBatch;
using graphql::Object;
using graphql::Resolved;
using graphql::Resolvers;
using graphql::Values;

namespace json = boost::json;

namespace {

// What an organisation spends is told to those alone who may see it all.
constexpr std::string_view kAdminScope = "admin";

struct PeriodView {
  std::chrono::sys_days from;
  base::WallTime resets_at{};
  model::Spending spent{};
  std::optional<model::Tokens> tokens{};
  std::optional<model::MicroUsd> cost{};
};

struct AccountView {
  PeriodView today;
  PeriodView month;
};

struct BudgetView {
  AccountView user;
  std::optional<AccountView> organisation{};
};

// A GraphQL Int has 32 bits.
std::int64_t as_int(std::int64_t value) {
  using Int = std::numeric_limits<std::int32_t>;
  return std::clamp<std::int64_t>(value, Int::min(), Int::max());
}

std::int64_t as_seconds(std::chrono::milliseconds time) {
  return as_int(std::chrono::ceil<std::chrono::seconds>(time).count());
}

double usd(model::MicroUsd money) {
  return static_cast<double>(money.count()) / 1e6;
}

AccountView account_view(std::chrono::sys_days day, const store::BudgetAccount& spent,
                         const model::BudgetLimits& limits) {
  const std::chrono::sys_days month = model::first_of_month(day);
  return {.today = {.from = day,
                    .resets_at = day + std::chrono::days(1),
                    .spent = spent.day,
                    .tokens = limits.tokens_per_day,
                    .cost = limits.cost_per_day},
          .month = {.from = month,
                    .resets_at = model::first_of_next_month(day),
                    .spent = spent.month,
                    .tokens = limits.tokens_per_month,
                    .cost = limits.cost_per_month}};
}

// The same value for every parent: each is the caller, as there is no other user to see.
Values for_all(const FieldBatch& batch, const Resolved& value) {
  return Values(batch.parents.size(), value);
}

Awaitable<Values> budget(const FieldBatch& batch) {
  const auto& context = batch.of_request<GraphqlContext>();
  const Caller& caller = context.caller;
  auto spent = co_await context.services.conversations.spent(quick(context), caller.owner);
  if (!spent) co_return for_all(batch, Resolved(std::move(spent).error()));
  const limits::PolicyPtr policy = context.services.limiter.policy();
  BudgetView view{.user = account_view(spent->day, spent->spent.user,
                                       policy->budget(caller.owner, caller.principal.tier))};
  if (caller.principal.has_scope(kAdminScope)) {
    view.organisation =
        account_view(spent->day, spent->spent.organisation, policy->organisation(caller.owner.tenant).budget);
  }
  co_return for_all(batch, Resolved::object(std::move(view)));
}

Awaitable<Values> limits_of_user(const FieldBatch& batch) {
  const auto& context = batch.of_request<GraphqlContext>();
  auto standings = co_await context.services.limiter.standings(quick(context), context.caller.owner,
                                                               context.caller.principal.tier);
  if (!standings) co_return for_all(batch, Resolved(std::move(standings).error()));
  Resolved::List list;
  for (limits::LimitStanding& one : *standings) list.push_back(Resolved::object(std::move(one)));
  co_return for_all(batch, Resolved(std::move(list)));
}

template <class Whole, class Part>
graphql::PlainResolver part(Part Whole::* member) {
  return [member](const Object& parent, const json::object&, void*) -> Resolved {
    const auto whole = std::static_pointer_cast<const Whole>(parent.data);
    return Resolved::object(std::shared_ptr<const Part>(whole, &((*whole).*member)));
  };
}

Resolved organisation(const Object& parent, const json::object&, void*) {
  const auto view = std::static_pointer_cast<const BudgetView>(parent.data);
  if (!view->organisation) return {};
  return Resolved::object(std::shared_ptr<const AccountView>(view, &*view->organisation));
}

template <PeriodView AccountView::* period>
Resolved period_of_user(const Object& parent, const json::object&, void*) {
  const auto view = std::static_pointer_cast<const BudgetView>(parent.data);
  return Resolved::object(std::shared_ptr<const PeriodView>(view, &(view->user.*period)));
}

void add_budget(Resolvers& r) {
  using T = BudgetView;
  r.member<T>("Budget.day", [](const T& b) { return base::format_date(b.user.today.from); });
  r.member<T>("Budget.limit", [](const T& b) {
    return b.user.today.tokens ? Resolved(as_int(b.user.today.tokens->count())) : Resolved();
  });
  r.member<T>("Budget.used", [](const T& b) { return as_int(b.user.today.spent.used.count()); });
  r.member<T>("Budget.reserved", [](const T& b) { return as_int(b.user.today.spent.reserved.count()); });
  r.member<T>("Budget.resetsAt", [](const T& b) { return base::format_time(b.user.today.resets_at); });
  r.plain("Budget.today", period_of_user<&AccountView::today>);
  r.plain("Budget.thisMonth", period_of_user<&AccountView::month>);
  r.plain("Budget.organisation", organisation);
  r.plain("OrganisationBudget.today", part(&AccountView::today));
  r.plain("OrganisationBudget.thisMonth", part(&AccountView::month));

  using P = PeriodView;
  r.member<P>("BudgetPeriod.from", [](const P& p) { return base::format_date(p.from); });
  r.member<P>("BudgetPeriod.resetsAt", [](const P& p) { return base::format_time(p.resets_at); });
  r.member<P>("BudgetPeriod.tokenLimit", [](const P& p) {
    return p.tokens ? Resolved(static_cast<double>(p.tokens->count())) : Resolved();
  });
  r.member<P>("BudgetPeriod.tokensUsed",
              [](const P& p) { return static_cast<double>(p.spent.used.count()); });
  r.member<P>("BudgetPeriod.tokensReserved",
              [](const P& p) { return static_cast<double>(p.spent.reserved.count()); });
  r.member<P>("BudgetPeriod.costLimitUsd",
              [](const P& p) { return p.cost ? Resolved(usd(*p.cost)) : Resolved(); });
  r.member<P>("BudgetPeriod.costUsedUsd", [](const P& p) { return usd(p.spent.used_cost); });
  r.member<P>("BudgetPeriod.costReservedUsd", [](const P& p) { return usd(p.spent.reserved_cost); });
}

void add_limits(Resolvers& r) {
  using T = limits::LimitStanding;
  r.member<T>("RateLimit.name", [](const T& l) { return std::string(l.name); });
  r.member<T>("RateLimit.limit", [](const T& l) { return as_int(l.limit); });
  r.member<T>("RateLimit.windowSeconds", [](const T& l) { return as_seconds(l.window); });
  r.member<T>("RateLimit.remaining", [](const T& l) { return as_int(l.remaining); });
  r.member<T>("RateLimit.requests",
              [](const T& l) { return l.requests > 0 ? Resolved(as_int(l.requests)) : Resolved(); });
  r.member<T>("RateLimit.perSeconds",
              [](const T& l) { return l.requests > 0 ? Resolved(as_seconds(l.every)) : Resolved(); });
  r.member<T>("RateLimit.fullAfterMs", [](const T& l) { return as_int(l.full_after.count()); });
}

}  // namespace

void add_account(Resolvers& r) {
  r.member<UserView>("User.id", [](const UserView& user) { return user_id(user.owner.user); });
  r.member<UserView>("User.tier", [](const UserView& user) { return user.tier; });
  r.batch("User.budget", budget);
  r.batch("User.limits", limits_of_user);
  add_budget(r);
  add_limits(r);
}

}  // namespace parley::api
