#include "store/sqlite/conversations.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string>

#include "store/sqlite/page.h"
#include "store/sqlite/settle.h"

namespace parley::store::sqlite {

using base::ErrorCode;
using model::Conversation;
using model::ConversationId;

namespace {

constexpr ConversationCursor kOldest{
    .updated_at = base::WallTime(std::chrono::milliseconds(std::numeric_limits<std::int64_t>::min()))};

constexpr ConversationCursor newest() {
  model::UlidBytes last{};
  last.fill(0xff);
  return {.updated_at = base::WallTime(std::chrono::milliseconds(std::numeric_limits<std::int64_t>::max())),
          .id = ConversationId(last)};
}

bool newer_first(const Conversation& a, const Conversation& b) {
  return std::pair(b.updated_at, b.id) < std::pair(a.updated_at, a.id);
}

// A part of the list, archived or not: from its newest, or backward from its oldest.
std::vector<Conversation> fetch_part(Connection& db, OwnerKey owner, bool archived,
                                     const std::optional<std::string>& title, bool forward,
                                     const std::optional<ConversationCursor>& after,
                                     const std::optional<ConversationCursor>& before, int count) {
  static const std::string kBegin =
      "SELECT " + std::string(kConversationColumns) +
      " FROM conversations WHERE owner=?1 AND archived=?2 AND (updated_at,id)<(?3,?4)"
      " AND (updated_at,id)>(?5,?6) AND (?7 IS NULL OR instr(lower(title),lower(?7))>0)"
      " ORDER BY ";
  static const std::string kForward = kBegin + "updated_at DESC,id DESC LIMIT ?8";
  static const std::string kBackward = kBegin + "updated_at,id LIMIT ?8";
  const ConversationCursor upper = after.value_or(newest());
  const ConversationCursor lower = before.value_or(kOldest);
  auto row = db.query(forward ? kForward : kBackward, owner, archived, upper.updated_at, upper.id,
                      lower.updated_at, lower.id, title, count);
  std::vector<Conversation> found;
  while (row.next()) found.push_back(read_conversation(row).value);
  return found;
}

bool part_beyond(Connection& db, OwnerKey owner, bool archived, const std::optional<std::string>& title,
                 bool forward, const ConversationCursor& cursor) {
  static const std::string kBegin =
      "SELECT 1 FROM conversations WHERE owner=?1 AND archived=?2 AND (updated_at,id)";
  static const std::string kEnd = "(?3,?4) AND (?5 IS NULL OR instr(lower(title),lower(?5))>0) LIMIT 1";
  static const std::string kForward = kBegin + "<=" + kEnd;
  static const std::string kBackward = kBegin + ">=" + kEnd;
  return db.query(forward ? kForward : kBackward, owner, archived, cursor.updated_at, cursor.id, title)
      .next();
}

// The conversation that `key` made before; nothing when the key is new.
std::optional<base::Result<CreatedConversation>> made_before(Connection& db, OwnerKey owner,
                                                             const std::string& key) {
  std::optional<ConversationId> id;
  {
    auto row = db.query("SELECT conversation_id FROM idempotency WHERE owner=?1 AND key=?2", owner, key);
    if (!row.next()) return std::nullopt;
    id = row.take<std::optional<ConversationId>>();
  }
  auto found = id ? find_conversation(db, owner, *id) : std::nullopt;
  if (!found) return no_conversation();
  return CreatedConversation{.conversation = std::move(found->value), .created = false};
}

}  // namespace

std::unexpected<base::Error> no_conversation() {
  return base::fail(ErrorCode::kNotFound, "there is no such conversation");
}

std::unexpected<base::Error> stale(std::int64_t current_version) {
  auto failed = base::fail(ErrorCode::kConflict, "the conversation was changed in the meantime");
  failed.error().current_version = current_version;
  return failed;
}

std::unexpected<base::Error> turn_in_progress() {
  return base::fail(ErrorCode::kTurnInProgress,
                    "a turn of this conversation is running: wait for it or stop it");
}

base::Result<CreatedConversation> create_conversation(Connection& db, OwnerKey owner,
                                                      const NewConversation& created, base::WallTime now) {
  if (created.client_id) {
    const std::string key = "c:" + *created.client_id;
    if (auto before = made_before(db, owner, key)) return std::move(*before);
    db.run("INSERT INTO idempotency(owner,key,fingerprint,conversation_id,created_at) VALUES(?1,?2,'',?3,?4)",
           owner, key, created.id, now);
  }
  db.run(
      "INSERT INTO "
      "conversations(id,owner,title,version,model,briefing,system_prompt,archived,created_at,updated_at,"
      "client_id) VALUES(?1,?2,?3,1,?4,?5,?6,0,?7,?7,?8)",
      created.id, owner, created.title, created.model, created.briefing, created.system_prompt, now,
      created.client_id);
  return CreatedConversation{.conversation = {.id = created.id,
                                              .title = created.title,
                                              .version = 1,
                                              .model = created.model,
                                              .briefing = created.briefing,
                                              .system_prompt = created.system_prompt,
                                              .created_at = now,
                                              .updated_at = now,
                                              .client_conversation_id = created.client_id}};
}

base::Result<Conversation> update_conversation(Connection& db, OwnerKey owner,
                                               const ConversationUpdate& update) {
  auto found = find_conversation(db, owner, update.id);
  if (!found) return no_conversation();
  Conversation& c = found->value;
  if (update.expected_version && *update.expected_version != c.version) return stale(c.version);
  if (update.title) c.title = *update.title;
  if (update.model) c.model = *update.model;
  if (update.system_prompt) c.system_prompt = *update.system_prompt;
  if (update.archived) c.archived = *update.archived;
  ++c.version;
  c.updated_at = std::max(c.updated_at, update.now);
  db.run(
      "UPDATE conversations SET title=?3,model=?4,system_prompt=?5,archived=?6,version=?7,updated_at=?8,"
      "revision=revision+1"
      " WHERE id=?1 AND owner=?2",
      c.id, owner, c.title, c.model, c.system_prompt, c.archived, c.version, c.updated_at);
  return std::move(c);
}

base::Result<Conversation> note_conversation(Connection& db, OwnerKey owner, const ConversationNotes& notes) {
  auto found = find_conversation(db, owner, notes.id);
  if (!found) return no_conversation();
  Conversation& c = found->value;
  if (notes.title_if_none && !c.title) c.title = notes.title_if_none;
  if (notes.summary && notes.summary_position > c.summary_position) {
    c.summary = notes.summary;
    c.summary_position = notes.summary_position;
  }
  db.run(
      "UPDATE conversations SET title=?3,summary=?4,summary_position=?5,revision=revision+1 WHERE id=?1 AND "
      "owner=?2",
      c.id, owner, c.title, c.summary, c.summary_position);
  return std::move(c);
}

base::Result<void> delete_conversation(Connection& db, OwnerKey owner, ConversationId id,
                                       base::WallTime now) {
  if (!find_conversation(db, owner, id)) return no_conversation();
  // A lost turn is settled before it goes: what it used was used.
  if (auto cleared = clear_lost_turn(db, owner, id, now); !cleared) return base::fail(std::move(cleared));
  db.run("DELETE FROM turns WHERE owner=?2 AND id IN (SELECT turn_id FROM messages WHERE conversation_id=?1)",
         id, owner);
  db.run("DELETE FROM conversations WHERE id=?1 AND owner=?2", id, owner);
  return {};
}

base::Result<ConversationPage> list_conversations(Connection& db, OwnerKey owner,
                                                  const ConversationFilter& filter,
                                                  const ConversationPageRequest& request) {
  const auto& title = filter.title_contains;
  const auto fetch = [&](bool forward, const auto& after, const auto& before, int count) {
    if (filter.archived) return fetch_part(db, owner, *filter.archived, title, forward, after, before, count);
    // Both parts are read by the index and merged, so that no sort is needed.
    const auto active = fetch_part(db, owner, false, title, forward, after, before, count);
    const auto archived = fetch_part(db, owner, true, title, forward, after, before, count);
    std::vector<Conversation> merged;
    std::ranges::merge(active, archived, std::back_inserter(merged), [forward](const auto& a, const auto& b) {
      return forward ? newer_first(a, b) : newer_first(b, a);
    });
    if (merged.size() > static_cast<std::size_t>(count)) merged.resize(static_cast<std::size_t>(count));
    return merged;
  };
  const auto beyond = [&](bool forward, const ConversationCursor& cursor) {
    if (filter.archived) return part_beyond(db, owner, *filter.archived, title, forward, cursor);
    return part_beyond(db, owner, false, title, forward, cursor) ||
           part_beyond(db, owner, true, title, forward, cursor);
  };
  return read_page<Conversation>(request, fetch, beyond);
}

}  // namespace parley::store::sqlite
