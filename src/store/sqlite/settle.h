// How turns end: finished by their node, or interrupted after it was lost. On the writer's thread, inside its
// transaction.
#pragma once

#include <optional>

#include "store/requests.h"
#include "store/sqlite/records.h"

namespace parley::store::sqlite {

base::Result<FinishedTurn> finish_turn(Connection& db, OwnerKey owner, const FinishTurn& finish);
base::Result<std::vector<ReapedTurn>> reap_turns(Connection& db, const ReapTurns& reap);

// Makes way in a conversation: TURN_IN_PROGRESS when a turn runs there; a lost one is interrupted and
// returned.
base::Result<std::optional<TurnState>> clear_lost_turn(Connection& db, OwnerKey owner,
                                                       model::ConversationId id, base::WallTime now);

// The turn with its messages and conversation; INTERNAL when a part is missing.
base::Result<TurnState> turn_state(Connection& db, OwnerKey owner, model::Turn turn);
base::Result<TurnLog> turn_log(Connection& db, OwnerKey owner, model::TurnId id);

}  // namespace parley::store::sqlite
