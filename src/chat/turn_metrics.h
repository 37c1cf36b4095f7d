// The metrics of turns, written when a turn has ended. Any thread.
#pragma once

#include "base/metrics.h"
#include "store/requests.h"

namespace parley::chat {

// parley_turns_total, parley_turn_duration_seconds, parley_time_to_first_token_seconds, parley_tokens_total
// and parley_cost_usd_total, by the model as the catalog names it.
void count_turn(base::Metrics& metrics, const store::TurnState& state);

}  // namespace parley::chat
