// Long conversations in a moment, past the store. Tests and benchmarks only.
#pragma once

#include "store/sqlite/conversations.h"

namespace parley::store::sqlite {

// Makes conversation `id` with `count` complete messages of `content`.
inline void fill_conversation(Connection& db, const model::Owner& owner, model::ConversationId id,
                              std::int64_t count, const std::string& content, base::WallTime now) {
  db.run("BEGIN IMMEDIATE");
  const OwnerKey key = make_owner(db, owner);
  (void)create_conversation(db, key, {.id = id, .title = "long", .model = "small"}, now);
  db.run(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<?3)"
      " INSERT INTO messages(id,owner,conversation_id,position,turn_id,role,status,created_at,content)"
      " SELECT randomblob(16),?2,?1,i,randomblob(16),2-i%2,0,?4,?5 FROM n",
      id, key, count, now, content);
  db.run("UPDATE conversations SET message_count=?2,last_position=?2 WHERE id=?1", id, count);
  db.run("COMMIT");
}

}  // namespace parley::store::sqlite
