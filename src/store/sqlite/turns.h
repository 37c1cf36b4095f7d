// How turns begin and go on. On the writer's thread, inside its transaction; errors as Store says.
#pragma once

#include "store/requests.h"
#include "store/sqlite/records.h"

namespace parley::store::sqlite {

base::Result<BegunTurn> begin_turn(Connection& db, OwnerKey owner, const BeginTurn& begin);
base::Result<void> checkpoint_turn(Connection& db, OwnerKey owner, const CheckpointTurn& checkpoint);

}  // namespace parley::store::sqlite
