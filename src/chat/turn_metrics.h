// The metrics of turns and embeddings, written when one has ended. Any thread.
#pragma once

#include <string_view>

#include "base/log.h"
#include "base/metrics.h"
#include "model/usage.h"
#include "store/requests.h"

namespace parley::chat {

// parley_tokens_total and parley_cost_usd_total, by the model as the catalog names it.
void count_usage(base::Metrics& metrics, std::string_view model, const model::Usage& usage);

// parley_turns_total, parley_turn_duration_seconds, parley_time_to_first_token_seconds, and its usage.
void count_turn(base::Metrics& metrics, const store::TurnState& state);

// parley_budget_overrun_tokens_total, and a line in the log: the provider says that it used more than was
// held back for the turn.
void count_overrun(base::Metrics& metrics, const base::Log& log, const store::FinishedTurn& finished);

}  // namespace parley::chat
