// Rows as values: what every group of statements shares.
#pragma once

#include <optional>
#include <string_view>

#include "model/conversation.h"
#include "model/message.h"
#include "model/owner.h"
#include "model/turn.h"
#include "store/sqlite/database.h"

namespace parley::store::sqlite {

// The small number of an owner.
enum class OwnerKey : std::int64_t { kNone = 0 };

// kNone, which owns nothing, for an owner that was never written. An organisation, which has budgets like a
// user, is the owner of its tenant whose user has no name: no caller is without one (auth/claims.h).
OwnerKey find_owner(Connection& db, const model::Owner& owner);
// Written if it was not, and its organisation before it.
OwnerKey make_owner(Connection& db, const model::Owner& owner);

// A conversation, the position of its last message, and a number that is another one whenever its row or what
// is said in it has changed.
struct ConversationRow {
  model::Conversation value;
  std::int64_t last_position = 0;
  std::int64_t revision = 0;
};

// Tokens and money: what is held back of the budgets for a turn or a charge, or what one used.
struct Held {
  model::Tokens tokens{};
  model::MicroUsd cost{};

  friend bool operator==(const Held&, const Held&) = default;
};

// A turn and what is held back for it while it runs.
struct TurnRow {
  model::Turn value;
  Held held{};
};

// The columns that read_conversation() and read_message() take, in their order.
inline constexpr std::string_view kConversationColumns =
    "id,title,version,model,briefing,system_prompt,archived,created_at,updated_at,message_count,summary,"
    "summary_position,input_tokens,cached_input_tokens,output_tokens,cost_micro_usd,client_id,last_position,"
    "revision";
inline constexpr std::string_view kMessageColumns =
    "id,conversation_id,turn_id,position,role,content,status,pinned,superseded,reply_to,client_message_id,"
    "created_at,"
    "answer_model,provider,route,source,input_tokens,cached_input_tokens,output_tokens,cost_micro_usd,saved_"
    "tokens,"
    "first_token_ms,total_ms,finish_reason,error_code,error_message,error_retry_ms";

ConversationRow read_conversation(Query& row);
model::Message read_message(Query& row);

std::optional<ConversationRow> find_conversation(Connection& db, OwnerKey owner, model::ConversationId id);
std::optional<model::Message> find_message(Connection& db, OwnerKey owner, model::MessageId id);
std::optional<TurnRow> find_turn(Connection& db, OwnerKey owner, model::TurnId id);

void insert_message(Connection& db, OwnerKey owner, const model::Message& message);
// Writes an answer's content, status and info.
void update_answer(Connection& db, OwnerKey owner, const model::Message& answer);

}  // namespace parley::store::sqlite
