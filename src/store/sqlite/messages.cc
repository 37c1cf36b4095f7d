#include "store/sqlite/messages.h"

#include <algorithm>
#include <limits>
#include <string>

#include "store/sqlite/conversations.h"
#include "store/sqlite/page.h"

namespace parley::store::sqlite {

using base::ErrorCode;
using model::Message;

namespace {

constexpr auto kLast = std::numeric_limits<std::int64_t>::max();

const std::string kSelect =
    "SELECT " + std::string(kMessageColumns) + " FROM messages WHERE conversation_id=?1 AND owner=?2";

std::vector<Message> all(Query&& row) {
  std::vector<Message> found;
  while (row.next()) found.push_back(read_message(row));
  return found;
}

}  // namespace

base::Result<MessagePage> message_page(Connection& db, OwnerKey owner, model::ConversationId id,
                                       const MessagePageRequest& request) {
  static const std::string kBetween = kSelect + " AND position>?3 AND position<?4 ORDER BY position ";
  static const std::string kForward = kBetween + "LIMIT ?5";
  static const std::string kBackward = kBetween + "DESC LIMIT ?5";
  const auto fetch = [&](bool forward, const auto& after, const auto& before, int count) {
    return all(db.query(forward ? kForward : kBackward, id, owner, after.value_or(0), before.value_or(kLast),
                        count));
  };
  const auto beyond = [&](bool forward, MessageCursor cursor) {
    return db
        .query(forward
                   ? "SELECT 1 FROM messages WHERE conversation_id=?1 AND owner=?2 AND position>=?3 LIMIT 1"
                   : "SELECT 1 FROM messages WHERE conversation_id=?1 AND owner=?2 AND position<=?3 LIMIT 1",
               id, owner, cursor)
        .next();
  };
  return read_page<Message>(request, fetch, beyond);
}

base::Result<Context> read_context(Connection& db, OwnerKey owner, const ContextQuery& query) {
  if (query.last < 0 || query.last > kMaxPage || query.max_pinned < 0 || query.max_pinned > kMaxPage) {
    return base::fail(ErrorCode::kBadUserInput, "a context wants from 0 to 200 messages");
  }
  auto conversation = find_conversation(db, owner, query.conversation);
  if (!conversation) return no_conversation();
  // The numbers are Role's and MessageStatus': nothing that streams or failed.
  static const std::string kSaid = " AND superseded=0 AND status IN (0,2,3)";
  static const std::string kRecent =
      kSelect + " AND position<=?3" + kSaid + " ORDER BY position DESC LIMIT ?4";
  static const std::string kPinned =
      kSelect + " AND pinned=1 AND position<=?3" + kSaid + " ORDER BY position DESC LIMIT ?4";
  Context context{.conversation = std::move(conversation->value), .revision = conversation->revision};
  std::int64_t up_to = query.up_to.value_or(kLast);
  context.recent = all(db.query(kRecent, query.conversation, owner, up_to, query.last));
  if (!context.recent.empty()) up_to = context.recent.back().position - 1;
  context.pinned = all(db.query(kPinned, query.conversation, owner, up_to, query.max_pinned));
  std::ranges::reverse(context.recent);
  std::ranges::reverse(context.pinned);
  return context;
}

base::Result<Message> pin_message(Connection& db, OwnerKey owner, model::MessageId id, bool pinned) {
  auto found = find_message(db, owner, id);
  if (!found) return base::fail(ErrorCode::kNotFound, "there is no such message");
  if (found->pinned == pinned) return std::move(*found);
  db.run("UPDATE messages SET pinned=?3 WHERE id=?1 AND owner=?2", id, owner, pinned);
  db.run("UPDATE conversations SET revision=revision+1 WHERE id=?1 AND owner=?2", found->conversation, owner);
  found->pinned = pinned;
  return std::move(*found);
}

}  // namespace parley::store::sqlite
