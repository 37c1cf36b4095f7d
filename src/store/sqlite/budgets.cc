#include "store/sqlite/budgets.h"

#include <algorithm>

#include "base/time.h"
#include "store/budget.h"

namespace parley::store::sqlite {

using model::MicroUsd;
using model::Tokens;
using std::chrono::sys_days;

namespace {

// kNone for an owner without one, which is an organisation itself.
OwnerKey organisation_of(Connection& db, OwnerKey owner) {
  auto row = db.query("SELECT organisation FROM owners WHERE id=?1", owner);
  return row.next() ? row.take<OwnerKey>() : OwnerKey::kNone;
}

void add(model::Spending& sum, const model::Spending& more) {
  sum.used += more.used;
  sum.reserved += more.reserved;
  sum.used_cost += more.used_cost;
  sum.reserved_cost += more.reserved_cost;
}

// The day's, and with `month` the sum over the month that it is in.
BudgetAccount spent(Connection& db, OwnerKey account, sys_days day, bool month) {
  const sys_days from = month ? model::first_of_month(day) : day;
  const sys_days before = month ? model::first_of_next_month(day) : day + std::chrono::days(1);
  BudgetAccount sums;
  auto row = db.query(
      "SELECT day,used_tokens,reserved_tokens,used_micro_usd,reserved_micro_usd FROM budget_days"
      " WHERE owner=?1 AND day>=?2 AND day<?3",
      account, from, before);
  while (row.next()) {
    const auto its_day = row.take<sys_days>();
    model::Spending one;
    one.used = row.take<Tokens>();
    one.reserved = row.take<Tokens>();
    one.used_cost = row.take<MicroUsd>();
    one.reserved_cost = row.take<MicroUsd>();
    add(sums.month, one);
    if (its_day == day) sums.day = one;
  }
  return sums;
}

// Changes one row. What is used saturates, for a provider may claim anything; what is held back is bounded by
// grant() and is given back exactly.
void enter(Connection& db, OwnerKey account, sys_days day, const Held& used, const Held& held) {
  db.run(
      "INSERT INTO budget_days(owner,day,used_tokens,used_micro_usd,reserved_tokens,reserved_micro_usd)"
      " VALUES(?1,?2,?3,?4,?5,?6) ON CONFLICT DO UPDATE SET"
      " used_tokens=min(used_tokens,9223372036854775807-?3)+?3,"
      "used_micro_usd=min(used_micro_usd,9223372036854775807-?4)+?4,"
      "reserved_tokens=reserved_tokens+?5,reserved_micro_usd=reserved_micro_usd+?6",
      account, day, used.tokens, used.cost, held.tokens, held.cost);
}

void enter_both(Connection& db, OwnerKey user, OwnerKey organisation, sys_days day, const Held& used,
                const Held& held) {
  enter(db, user, day, used, held);
  if (organisation != OwnerKey::kNone) enter(db, organisation, day, used, held);
}

}  // namespace

base::Result<Reserved> hold_back(Connection& db, OwnerKey owner, const Reserve& wanted, base::WallTime now) {
  const OwnerKey organisation = organisation_of(db, owner);
  const sys_days day = base::day_of(now);
  const BudgetState state{.user = spent(db, owner, day, wanted.user.per_month()),
                          .organisation = spent(db, organisation, day, wanted.organisation.per_month())};
  auto reserved = grant(wanted, state, now);
  if (reserved) {
    enter_both(db, owner, organisation, day, {}, {.tokens = reserved->total(), .cost = reserved->cost});
  }
  return reserved;
}

void settle_budget(Connection& db, OwnerKey owner, base::WallTime begun_at, const Held& held,
                   const model::Usage& usage) {
  constexpr Held kNothing{};
  const Held used{.tokens = std::max(usage.input, kNothing.tokens) + std::max(usage.output, kNothing.tokens),
                  .cost = std::max(usage.cost, kNothing.cost)};
  // A cached answer's, for one.
  if (used == kNothing && held == kNothing) return;
  const Held back{.tokens = kNothing.tokens - held.tokens, .cost = kNothing.cost - held.cost};
  enter_both(db, owner, organisation_of(db, owner), base::day_of(begun_at), used, back);
}

base::Result<BudgetState> read_budget(Connection& db, const model::Owner& owner, sys_days day) {
  return BudgetState{
      .user = spent(db, find_owner(db, owner), day, true),
      .organisation = spent(db, find_owner(db, {.tenant = owner.tenant, .user = {}}), day, true)};
}

}  // namespace parley::store::sqlite
