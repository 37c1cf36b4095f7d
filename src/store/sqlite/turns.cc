#include "store/sqlite/turns.h"

#include <algorithm>
#include <utility>

#include "store/sqlite/budgets.h"
#include "store/sqlite/conversations.h"
#include "store/sqlite/settle.h"

namespace parley::store::sqlite {

using base::ErrorCode;
using model::MessageStatus;

namespace {

// The turn that the key began before; nothing when the key is new.
std::optional<base::Result<BegunTurn>> begun_before(Connection& db, OwnerKey owner,
                                                    const IdempotencyKey& key) {
  std::string fingerprint;
  std::optional<model::TurnId> id;
  {
    auto row =
        db.query("SELECT fingerprint,turn_id FROM idempotency WHERE owner=?1 AND key=?2", owner, key.key);
    if (!row.next()) return std::nullopt;
    fingerprint = row.take<std::string>();
    id = row.take<std::optional<model::TurnId>>();
  }
  if (fingerprint != key.fingerprint) {
    return base::fail(ErrorCode::kIdempotencyMismatch, "this id was used before for a different request");
  }
  auto turn = id ? find_turn(db, owner, *id) : std::nullopt;
  if (!turn) return base::fail(ErrorCode::kNotFound, "the turn of this id was deleted");
  auto state = turn_state(db, owner, std::move(turn->value));
  if (!state) return base::fail(std::move(state));
  return BegunTurn{.state = std::move(*state), .replayed = true};
}

// Where the turn takes place, found or made; nothing for a stateless turn. `again` is the message answered
// anew.
base::Result<std::optional<ConversationRow>> place(Connection& db, OwnerKey owner, const BeginTurn& begin,
                                                   const std::optional<model::Message>& again) {
  using Place = std::optional<ConversationRow>;
  if (begin.new_conversation) {
    auto made = create_conversation(db, owner, *begin.new_conversation, begin.now);
    if (!made) return base::fail(std::move(made));
    if (made->created) return Place(ConversationRow{.value = std::move(made->conversation)});
    return find_conversation(db, owner, made->conversation.id);
  }
  const auto id = again ? again->conversation : begin.conversation;
  if (!id) return Place();
  auto found = find_conversation(db, owner, *id);
  if (!found) return no_conversation();
  return found;
}

std::optional<base::Error> wrong_use(const BeginTurn& begin) {
  const bool one_message = begin.user_message.has_value() != begin.regenerate.has_value();
  const int places = int{begin.conversation.has_value()} + int{begin.new_conversation.has_value()};
  if (one_message && places + int{begin.regenerate.has_value()} <= 1) return std::nullopt;
  return base::Error{.code = ErrorCode::kInternal,
                     .message = "the turn could not begin",
                     .cause = "begin_turn wants one message and at most one conversation"};
}

model::Message new_answer(const BeginTurn& begin, const model::Message& user_message) {
  return {.id = begin.answer,
          .conversation = user_message.conversation,
          .turn = begin.turn,
          .position = user_message.position + 1,
          .role = model::Role::kAssistant,
          .status = MessageStatus::kStreaming,
          .reply_to = user_message.id,
          .created_at = begin.now,
          .answer = begin.info};
}

void insert_turn(Connection& db, OwnerKey owner, const model::Turn& turn, const Reserved& held) {
  db.run(
      "INSERT INTO "
      "turns(id,owner,conversation_id,user_message_id,answer_id,status,reserved_event,node,lease_until,"
      "begun_at,reserved_tokens,reserved_micro_usd) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)",
      turn.id, owner, turn.conversation, turn.user_message, turn.answer, turn.status, turn.reserved_event,
      turn.node, turn.lease_until, turn.begun_at, held.total(), held.cost);
}

}  // namespace

base::Result<BegunTurn> begin_turn(Connection& db, OwnerKey owner, const BeginTurn& begin) {
  if (auto wrong = wrong_use(begin)) return std::unexpected(std::move(*wrong));
  if (begin.idempotency) {
    if (auto before = begun_before(db, owner, *begin.idempotency)) return std::move(*before);
  }
  if (begin.only_known) return base::fail(ErrorCode::kNotFound, "no turn has that id");
  std::optional<model::Message> again;
  if (begin.regenerate) {
    again = find_message(db, owner, *begin.regenerate);
    if (!again || again->role != model::Role::kUser) {
      return base::fail(ErrorCode::kNotFound, "there is no such message of the user");
    }
  }
  auto where = place(db, owner, begin, again);
  if (!where) return base::fail(std::move(where));

  BegunTurn begun;
  std::int64_t last_position = again ? again->position : 0;
  if (*where) {
    const model::Conversation& found = (*where)->value;
    if (begin.expected_version && *begin.expected_version != found.version) return stale(found.version);
    auto cleared = clear_lost_turn(db, owner, found.id, begin.now);
    if (!cleared) return base::fail(std::move(cleared));
    begun.reaped = std::move(*cleared);
    if (begin.expected_revision && (begun.reaped || *begin.expected_revision != (*where)->revision)) {
      return base::fail(ErrorCode::kConflict, "the conversation has changed meanwhile");
    }
    // Its usage has grown by the lost turn's.
    begun.state.conversation = begun.reaped ? begun.reaped->conversation : found;
    last_position = (*where)->last_position;
  }
  // After a lost turn has made way: what was held back for it is free again.
  if (begin.reserve) {
    auto held = hold_back(db, owner, *begin.reserve, begin.now);
    if (!held) return base::fail(std::move(held));
    begun.reserved = *held;
  }

  TurnState& state = begun.state;
  const auto id = state.conversation ? std::optional(state.conversation->id) : std::nullopt;
  std::int64_t added = 1;
  if (again) {
    state.user_message = std::move(*again);
  } else {
    state.user_message = {.id = begin.user_message->id,
                          .conversation = id,
                          .turn = begin.turn,
                          .position = ++last_position,
                          .role = model::Role::kUser,
                          .content = begin.user_message->content,
                          .client_message_id = begin.user_message->client_message_id,
                          .created_at = begin.now};
    insert_message(db, owner, state.user_message);
    ++added;
  }
  state.answer = new_answer(begin, state.user_message);
  state.answer.position = ++last_position;
  insert_message(db, owner, state.answer);
  state.turn = {.id = begin.turn,
                .conversation = id,
                .user_message = state.user_message.id,
                .answer = begin.answer,
                .reserved_event = kEventReserve,
                .node = begin.node,
                .lease_until = begin.now + begin.lease,
                .begun_at = begin.now};
  insert_turn(db, owner, state.turn, begun.reserved.value_or(Reserved{}));
  if (state.conversation) {
    model::Conversation& c = *state.conversation;
    ++c.version;
    c.message_count += added;
    c.updated_at = std::max(c.updated_at, begin.now);
    db.run(
        "UPDATE conversations SET version=?3,message_count=?4,last_position=?5,updated_at=?6,"
        "revision=revision+1 WHERE id=?1 AND owner=?2",
        c.id, owner, c.version, c.message_count, last_position, c.updated_at);
  }
  if (begin.idempotency) {
    db.run("INSERT INTO idempotency(owner,key,fingerprint,turn_id,created_at) VALUES(?1,?2,?3,?4,?5)", owner,
           begin.idempotency->key, begin.idempotency->fingerprint, begin.turn, begin.now);
  }
  return begun;
}

base::Result<void> checkpoint_turn(Connection& db, OwnerKey owner, const CheckpointTurn& checkpoint) {
  const auto turn = find_turn(db, owner, checkpoint.turn);
  if (!turn) return base::fail(ErrorCode::kNotFound, "there is no such turn");
  if (model::ended(turn->value.status)) return base::fail(ErrorCode::kConflict, "the turn has ended");
  db.run(
      "UPDATE turns SET "
      "lease_until=max(lease_until,?3),last_event=?4,reserved_event=max(reserved_event,?5,?4),"
      "event_log=CAST(?6 AS BLOB) WHERE id=?1 AND owner=?2",
      turn->value.id, owner, checkpoint.now + checkpoint.lease, checkpoint.last_event, checkpoint.reserve_to,
      checkpoint.event_log);
  const model::Usage& used = checkpoint.usage;
  db.run(
      "UPDATE messages SET "
      "content=?3,input_tokens=?4,cached_input_tokens=?5,output_tokens=?6,cost_micro_usd=?7"
      " WHERE id=?1 AND owner=?2",
      turn->value.answer, owner, checkpoint.text, used.input, used.cached_input, used.output, used.cost);
  return {};
}

}  // namespace parley::store::sqlite
