// Charges: what is paid for and is no turn. A row while one runs. On the writer's thread, inside its
// transaction; errors as Store says.
#pragma once

#include <optional>

#include "store/requests.h"
#include "store/sqlite/records.h"

namespace parley::store::sqlite {

base::Result<std::optional<Reserved>> begin_charge(Connection& db, OwnerKey owner, const BeginCharge& begin);
base::Result<bool> finish_charge(Connection& db, OwnerKey owner, const FinishCharge& finish);
// Ends lost ones as having used nothing: at most kReapCharges.
void reap_charges(Connection& db, const ReapTurns& reap);

}  // namespace parley::store::sqlite
