#include "store/sqlite/charges.h"

#include <string>
#include <vector>

#include "base/time.h"
#include "store/sqlite/budgets.h"
#include "store/sqlite/usage.h"

namespace parley::store::sqlite {

namespace {

struct Ended {
  std::string model;
  base::WallTime begun_at{};
  Held held{};
};

// Takes the row away: who gets it is the one who settles.
std::optional<Ended> take(Connection& db, OwnerKey owner, model::ChargeId id) {
  std::optional<Ended> ended;
  {
    auto row = db.query(
        "SELECT model,begun_at,reserved_tokens,reserved_micro_usd FROM charges WHERE id=?1 AND owner=?2", id,
        owner);
    if (!row.next()) return std::nullopt;
    ended.emplace().model = row.take<std::string>();
    ended->begun_at = row.take<base::WallTime>();
    ended->held.tokens = row.take<model::Tokens>();
    ended->held.cost = row.take<model::MicroUsd>();
  }
  db.run("DELETE FROM charges WHERE id=?1", id);
  return ended;
}

}  // namespace

base::Result<std::optional<Reserved>> begin_charge(Connection& db, OwnerKey owner, const BeginCharge& begin) {
  std::optional<Reserved> reserved;
  if (begin.reserve) {
    auto held = hold_back(db, owner, *begin.reserve, begin.now);
    if (!held) return base::fail(std::move(held));
    reserved = *held;
  }
  const Reserved held = reserved.value_or(Reserved{});
  db.run(
      "INSERT INTO charges(id,owner,model,begun_at,reserved_tokens,reserved_micro_usd,node,lease_until)"
      " VALUES(?1,?2,?3,?4,?5,?6,?7,?8)",
      begin.charge, owner, begin.model, begin.now, held.total(), held.cost, begin.node,
      begin.now + begin.lease);
  return reserved;
}

base::Result<bool> finish_charge(Connection& db, OwnerKey owner, const FinishCharge& finish) {
  const auto ended = take(db, owner, finish.charge);
  if (!ended) return false;
  settle_budget(db, owner, ended->begun_at, ended->held, finish.usage);
  if (finish.usage != model::Usage{}) {
    add_usage(db, owner, base::day_of(finish.now),
              {.model = ended->model, .turns = 0, .usage = finish.usage});
  }
  return true;
}

void reap_charges(Connection& db, const ReapTurns& reap) {
  struct Lost {
    model::ChargeId id;
    OwnerKey owner{};
  };
  std::vector<Lost> lost;
  const auto collect = [&](Query&& row) {
    while (row.next()) {
      const auto id = row.take<model::ChargeId>();
      lost.push_back({.id = id, .owner = row.take<OwnerKey>()});
    }
  };
  if (reap.sole_node) {
    // The bound on lease_until is no bound: it has the index used.
    collect(
        db.query("SELECT id,owner FROM charges WHERE lease_until>=-9223372036854775807"
                 " AND (lease_until<=?1 OR node<>?2) ORDER BY lease_until LIMIT ?3",
                 reap.now, *reap.sole_node, kReapCharges));
  } else {
    collect(db.query("SELECT id,owner FROM charges WHERE lease_until<=?1 ORDER BY lease_until LIMIT ?2",
                     reap.now, kReapCharges));
  }
  for (const Lost& one : lost) {
    if (const auto ended = take(db, one.owner, one.id)) {
      settle_budget(db, one.owner, ended->begun_at, ended->held, {});
    }
  }
}

}  // namespace parley::store::sqlite
