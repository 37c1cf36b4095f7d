// What users and organisations have spent and what is held back of their budgets: a row for each account's
// day, an account being a user or the organisation that is the user's tenant. A month is the sum of its days.
// budget_days is written here and nowhere else. On the writer's thread, inside its transaction, but
// read_budget.
#pragma once

#include <chrono>

#include "store/requests.h"
#include "store/sqlite/records.h"

namespace parley::store::sqlite {

// Holds back of the day and month of `now` what grant() allows.
base::Result<Reserved> hold_back(Connection& db, OwnerKey owner, const Reserve& wanted, base::WallTime now);
// Gives back what was held of the day of `begun_at` and enters what was used there. Once for each turn and
// charge: whoever calls it has just marked it as ended.
void settle_budget(Connection& db, OwnerKey owner, base::WallTime begun_at, const Held& held,
                   const model::Usage& used);

// On a reader's thread.
base::Result<BudgetState> read_budget(Connection& db, const model::Owner& owner, std::chrono::sys_days day);

}  // namespace parley::store::sqlite
