#include "store/sqlite/records.h"

#include <string>

namespace parley::store::sqlite {
namespace {

std::string select(std::string_view columns, std::string_view rest) {
  std::string sql = "SELECT ";
  sql += columns;
  sql += rest;
  return sql;
}

model::Usage take_usage(Query& row) {
  model::Usage usage;
  usage.input = row.take<model::Tokens>();
  usage.cached_input = row.take<model::Tokens>();
  usage.output = row.take<model::Tokens>();
  usage.cost = row.take<model::MicroUsd>();
  return usage;
}

using Text = std::optional<std::string>;

// Runs a statement whose first parameters are `first`, and whose last are what an answer's info has columns
// for.
template <class... First>
void run_with(Connection& db, std::string_view sql, const model::AnswerInfo& info, const First&... first) {
  const auto& error = info.error;
  db.run(sql, first..., info.model, info.provider, info.route, info.source, info.usage.input,
         info.usage.cached_input, info.usage.output, info.usage.cost, info.saved, info.first_token,
         info.total, info.finish_reason, error ? Text(std::string(base::name(error->code))) : Text(),
         error ? Text(error->message) : Text(), error ? error->retry_after : std::nullopt);
}

}  // namespace

OwnerKey find_owner(Connection& db, const model::Owner& owner) {
  auto row = db.query("SELECT id FROM owners WHERE tenant=?1 AND user=?2", owner.tenant, owner.user);
  return row.next() ? OwnerKey(row.take<std::int64_t>()) : OwnerKey::kNone;
}

OwnerKey make_owner(Connection& db, const model::Owner& owner) {
  const OwnerKey known = find_owner(db, owner);
  if (known != OwnerKey::kNone) return known;
  std::optional<OwnerKey> organisation;
  if (!owner.user.empty()) organisation = make_owner(db, {.tenant = owner.tenant, .user = {}});
  db.run("INSERT INTO owners(tenant,user,organisation) VALUES(?1,?2,?3)", owner.tenant, owner.user,
         organisation);
  return find_owner(db, owner);
}

ConversationRow read_conversation(Query& row) {
  ConversationRow found;
  model::Conversation& c = found.value;
  c.id = row.take<model::ConversationId>();
  c.title = row.take<Text>();
  c.version = row.take<std::int64_t>();
  c.model = row.take<std::string>();
  c.briefing = row.take<Text>();
  c.system_prompt = row.take<Text>();
  c.archived = row.take<bool>();
  c.created_at = row.take<base::WallTime>();
  c.updated_at = row.take<base::WallTime>();
  c.message_count = row.take<std::int64_t>();
  c.summary = row.take<Text>();
  c.summary_position = row.take<std::int64_t>();
  c.usage = take_usage(row);
  c.client_conversation_id = row.take<Text>();
  found.last_position = row.take<std::int64_t>();
  found.revision = row.take<std::int64_t>();
  return found;
}

model::Message read_message(Query& row) {
  model::Message m;
  m.id = row.take<model::MessageId>();
  m.conversation = row.take<std::optional<model::ConversationId>>();
  m.turn = row.take<model::TurnId>();
  m.position = row.take<std::int64_t>();
  m.role = row.take<model::Role>();
  m.content = row.take<std::string>();
  m.status = row.take<model::MessageStatus>();
  m.pinned = row.take<bool>();
  m.superseded = row.take<bool>();
  m.reply_to = row.take<std::optional<model::MessageId>>();
  m.client_message_id = row.take<Text>();
  m.created_at = row.take<base::WallTime>();
  const auto answer_model = row.take<Text>();
  if (!answer_model) return m;
  model::AnswerInfo& info = m.answer.emplace();
  info.model = *answer_model;
  info.provider = row.take<Text>();
  info.route = row.take<std::string>();
  info.source = row.take<model::AnswerSource>();
  info.usage = take_usage(row);
  info.saved = row.take<model::Tokens>();
  info.first_token = row.take<std::optional<std::chrono::milliseconds>>();
  info.total = row.take<std::optional<std::chrono::milliseconds>>();
  info.finish_reason = row.take<Text>();
  const auto code = row.take<Text>();
  if (!code) return m;
  model::TurnError& error = info.error.emplace();
  error.code = base::error_code_from_name(*code).value_or(base::ErrorCode::kInternal);
  error.message = row.take<std::string>();
  error.retry_after = row.take<std::optional<std::chrono::milliseconds>>();
  return m;
}

std::optional<ConversationRow> find_conversation(Connection& db, OwnerKey owner, model::ConversationId id) {
  static const std::string kSql =
      select(kConversationColumns, " FROM conversations WHERE id=?1 AND owner=?2");
  auto row = db.query(kSql, id, owner);
  if (!row.next()) return std::nullopt;
  return read_conversation(row);
}

std::optional<model::Message> find_message(Connection& db, OwnerKey owner, model::MessageId id) {
  static const std::string kSql = select(kMessageColumns, " FROM messages WHERE id=?1 AND owner=?2");
  auto row = db.query(kSql, id, owner);
  if (!row.next()) return std::nullopt;
  return read_message(row);
}

std::optional<TurnRow> find_turn(Connection& db, OwnerKey owner, model::TurnId id) {
  auto row = db.query(
      "SELECT id,conversation_id,user_message_id,answer_id,status,last_event,reserved_event,node,lease_until,"
      "begun_at,ended_at,reserved_tokens,reserved_micro_usd FROM turns WHERE id=?1 AND owner=?2",
      id, owner);
  if (!row.next()) return std::nullopt;
  TurnRow found;
  model::Turn& turn = found.value;
  turn.id = row.take<model::TurnId>();
  turn.conversation = row.take<std::optional<model::ConversationId>>();
  turn.user_message = row.take<model::MessageId>();
  turn.answer = row.take<model::MessageId>();
  turn.status = row.take<model::MessageStatus>();
  turn.last_event = row.take<std::int64_t>();
  turn.reserved_event = row.take<std::int64_t>();
  turn.node = row.take<std::string>();
  turn.lease_until = row.take<base::WallTime>();
  turn.begun_at = row.take<base::WallTime>();
  turn.ended_at = row.take<std::optional<base::WallTime>>();
  found.held.tokens = row.take<model::Tokens>();
  found.held.cost = row.take<model::MicroUsd>();
  return found;
}

void insert_message(Connection& db, OwnerKey owner, const model::Message& m) {
  constexpr std::string_view kMessage =
      "INSERT INTO messages(id,owner,conversation_id,turn_id,position,role,content,status,reply_to,"
      "client_message_id,created_at) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)";
  constexpr std::string_view kAnswer =
      "INSERT INTO messages(id,owner,conversation_id,turn_id,position,role,content,status,reply_to,"
      "client_message_id,created_at,answer_model,provider,route,source,input_tokens,cached_input_tokens,"
      "output_tokens,cost_micro_usd,saved_tokens,first_token_ms,total_ms,finish_reason,error_code,"
      "error_message,error_retry_ms) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,"
      "?19,?20,?21,?22,?23,?24,?25,?26)";
  if (m.answer) {
    run_with(db, kAnswer, *m.answer, m.id, owner, m.conversation, m.turn, m.position, m.role, m.content,
             m.status, m.reply_to, m.client_message_id, m.created_at);
  } else {
    db.run(kMessage, m.id, owner, m.conversation, m.turn, m.position, m.role, m.content, m.status, m.reply_to,
           m.client_message_id, m.created_at);
  }
}

void update_answer(Connection& db, OwnerKey owner, const model::Message& m) {
  run_with(db,
           "UPDATE messages SET content=?3,status=?4,answer_model=?5,provider=?6,route=?7,source=?8,"
           "input_tokens=?9,cached_input_tokens=?10,output_tokens=?11,cost_micro_usd=?12,saved_tokens=?13,"
           "first_token_ms=?14,total_ms=?15,finish_reason=?16,error_code=?17,error_message=?18,"
           "error_retry_ms=?19 WHERE id=?1 AND owner=?2",
           m.answer.value_or(model::AnswerInfo{}), m.id, owner, m.content, m.status);
}

}  // namespace parley::store::sqlite
