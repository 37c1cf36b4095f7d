#include "store/sqlite/settle.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/time.h"
#include "model/event_log.h"
#include "store/sqlite/budgets.h"
#include "store/sqlite/charges.h"
#include "store/sqlite/conversations.h"
#include "store/sqlite/usage.h"

namespace parley::store::sqlite {

using base::ErrorCode;
using model::MessageStatus;

namespace {

std::string event_log(Connection& db, OwnerKey owner, model::TurnId id) {
  auto row = db.query("SELECT event_log FROM turns WHERE id=?1 AND owner=?2", id, owner);
  return row.next() ? row.take<std::optional<std::string>>().value_or("") : std::string();
}

// Everything that an ended turn writes, in one place: it is called once for each turn, which has just been
// read as running. `state` holds the end.
void settle(Connection& db, OwnerKey owner, TurnState& state, const Held& held, const std::string& log,
            base::WallTime now) {
  model::Turn& turn = state.turn;
  turn.ended_at = now;
  turn.reserved_event = std::max(turn.reserved_event, turn.last_event);
  update_answer(db, owner, state.answer);
  db.run(
      "UPDATE turns SET status=?3,last_event=?4,reserved_event=?5,ended_at=?6,event_log=CAST(?7 AS BLOB)"
      " WHERE id=?1 AND owner=?2 AND status=1",
      turn.id, owner, turn.status, turn.last_event, turn.reserved_event, turn.ended_at, log);

  const model::AnswerInfo info = state.answer.answer.value_or(model::AnswerInfo{});
  const model::Usage& used = info.usage;
  settle_budget(db, owner, turn.begun_at, held, used);
  add_usage(db, owner, base::day_of(now),
            {.model = info.model, .conversation = turn.conversation, .usage = used, .saved = info.saved});

  if (!state.conversation) return;
  model::Conversation& conversation = *state.conversation;
  conversation.usage += used;
  conversation.updated_at = std::max(conversation.updated_at, now);
  db.run(
      "UPDATE conversations SET "
      "input_tokens=?3,cached_input_tokens=?4,output_tokens=?5,cost_micro_usd=?6,updated_at=?7,"
      "revision=revision+1"
      " WHERE id=?1 AND owner=?2",
      conversation.id, owner, conversation.usage.input, conversation.usage.cached_input,
      conversation.usage.output, conversation.usage.cost, conversation.updated_at);
  // An answer given anew takes the place of the earlier ones, which stand between it and the question.
  if (turn.status == MessageStatus::kComplete && state.answer.position > state.user_message.position + 1) {
    db.run(
        "UPDATE messages SET superseded=1 WHERE conversation_id=?1 AND owner=?2 AND position>?3 AND "
        "position<?4"
        " AND reply_to=?5",
        conversation.id, owner, state.user_message.position, state.answer.position, state.user_message.id);
  }
}

// The end of a turn whose node was lost: what its last checkpoint knew is what it was.
base::Result<TurnState> interrupt(Connection& db, OwnerKey owner, TurnRow turn, base::WallTime now) {
  auto state = turn_state(db, owner, std::move(turn.value));
  if (!state) return state;
  const std::int64_t number = state->turn.reserved_event + 1;
  std::string log = event_log(db, owner, state->turn.id);
  if (log.empty()) {
    // Lost before its first checkpoint. Its readers were told, and every account of a turn begins, that it
    // started.
    log = model::append_event({}, 0, 1, model::TurnEventKind::kStarted);
    state->turn.last_event = 1;
  }
  log =
      model::append_event(std::move(log), state->turn.last_event, number, model::TurnEventKind::kInterrupted);
  state->turn.status = state->answer.status = MessageStatus::kInterrupted;
  state->turn.last_event = number;
  settle(db, owner, *state, turn.held, log, now);
  return state;
}

}  // namespace

base::Result<TurnState> turn_state(Connection& db, OwnerKey owner, model::Turn turn) {
  TurnState state;
  if (turn.conversation) {
    if (auto found = find_conversation(db, owner, *turn.conversation))
      state.conversation = std::move(found->value);
  }
  auto user_message = find_message(db, owner, turn.user_message);
  auto answer = find_message(db, owner, turn.answer);
  if (!user_message || !answer || state.conversation.has_value() != turn.conversation.has_value()) {
    return base::fail(ErrorCode::kInternal, "the turn cannot be read",
                      "a part of " + turn.id.str() + " is missing");
  }
  state.user_message = std::move(*user_message);
  state.answer = std::move(*answer);
  state.turn = std::move(turn);
  return state;
}

base::Result<TurnLog> turn_log(Connection& db, OwnerKey owner, model::TurnId id) {
  auto turn = find_turn(db, owner, id);
  if (!turn) return base::fail(ErrorCode::kNotFound, "there is no such turn");
  auto state = turn_state(db, owner, std::move(turn->value));
  if (!state) return base::fail(std::move(state));
  return TurnLog{.state = std::move(*state), .event_log = event_log(db, owner, id)};
}

base::Result<FinishedTurn> finish_turn(Connection& db, OwnerKey owner, const FinishTurn& finish) {
  if (!model::ended(finish.status)) {
    return base::fail(ErrorCode::kInternal, "a turn cannot be finished as streaming");
  }
  auto turn = find_turn(db, owner, finish.turn);
  if (!turn) return base::fail(ErrorCode::kNotFound, "there is no such turn");
  const Held held = turn->held;
  auto state = turn_state(db, owner, std::move(turn->value));
  if (!state) return base::fail(std::move(state));
  if (model::ended(state->turn.status)) return FinishedTurn{.applied = false, .state = std::move(*state)};
  state->turn.status = state->answer.status = finish.status;
  state->turn.last_event = std::max(state->turn.last_event, finish.last_event);
  state->answer.content = finish.text;
  state->answer.answer = finish.info;
  settle(db, owner, *state, held, finish.event_log, finish.now);
  FinishedTurn finished{.applied = true, .state = std::move(*state)};
  const model::Usage& used = finish.info.usage;
  if (held.tokens > model::Tokens()) {
    finished.overrun = std::max(used.total() - held.tokens, model::Tokens());
    finished.cost_overrun = std::max(used.cost - held.cost, model::MicroUsd());
  }
  return finished;
}

base::Result<std::optional<TurnState>> clear_lost_turn(Connection& db, OwnerKey owner,
                                                       model::ConversationId id, base::WallTime now) {
  std::optional<model::TurnId> running;
  {
    auto row = db.query("SELECT id FROM turns WHERE conversation_id=?1 AND owner=?2 AND status=1", id, owner);
    if (row.next()) running = row.take<model::TurnId>();
  }
  if (!running) return std::optional<TurnState>();
  auto turn = find_turn(db, owner, *running);
  if (!turn || turn->value.lease_until > now) return turn_in_progress();
  auto ended = interrupt(db, owner, std::move(*turn), now);
  if (!ended) return base::fail(std::move(ended));
  return std::optional(std::move(*ended));
}

base::Result<std::vector<ReapedTurn>> reap_turns(Connection& db, const ReapTurns& reap) {
  reap_charges(db, reap);
  struct Lost {
    model::TurnId id;
    OwnerKey key{};
    model::Owner owner;
  };
  std::vector<Lost> lost;
  const auto collect = [&](Query&& row) {
    while (row.next()) {
      Lost one{.id = row.take<model::TurnId>(), .key = row.take<OwnerKey>()};
      one.owner.tenant = row.take<std::string>();
      one.owner.user = row.take<std::string>();
      lost.push_back(std::move(one));
    }
  };
  if (reap.sole_node) {
    // The bound on lease_until is no bound: it has the index of running turns used.
    collect(db.query(
        "SELECT t.id,o.id,o.tenant,o.user FROM turns t CROSS JOIN owners o ON o.id=t.owner"
        " WHERE t.status=1 AND t.lease_until>=-9223372036854775807 AND (t.lease_until<=?1 OR t.node<>?2)"
        " ORDER BY t.lease_until LIMIT ?3",
        reap.now, *reap.sole_node, reap.limit));
  } else {
    collect(
        db.query("SELECT t.id,o.id,o.tenant,o.user FROM turns t CROSS JOIN owners o ON o.id=t.owner"
                 " WHERE t.status=1 AND t.lease_until<=?1 ORDER BY t.lease_until LIMIT ?2",
                 reap.now, reap.limit));
  }
  std::vector<ReapedTurn> reaped;
  for (Lost& one : lost) {
    auto turn = find_turn(db, one.key, one.id);
    if (!turn) continue;
    auto state = interrupt(db, one.key, std::move(*turn), reap.now);
    if (!state) return base::fail(std::move(state));
    reaped.push_back({.owner = std::move(one.owner), .state = std::move(*state)});
  }
  return reaped;
}

}  // namespace parley::store::sqlite
