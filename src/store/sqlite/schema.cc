#include "store/sqlite/schema.h"

#include <array>

#include <fmt/format.h>

namespace parley::store::sqlite {
namespace {

// Times are milliseconds and days since 1970, ids their 16 bytes. An owner is a small number, so that the
// indexes that begin with it stay small.
constexpr const char* kFirst = R"sql(
CREATE TABLE owners(
  id INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  user TEXT NOT NULL,
  UNIQUE(tenant, user)
) STRICT;

CREATE TABLE conversations(
  id BLOB PRIMARY KEY NOT NULL,
  owner INTEGER NOT NULL REFERENCES owners(id),
  title TEXT,
  version INTEGER NOT NULL,
  model TEXT NOT NULL,
  briefing TEXT,
  system_prompt TEXT,
  archived INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  message_count INTEGER NOT NULL DEFAULT 0,
  last_position INTEGER NOT NULL DEFAULT 0,
  summary TEXT,
  summary_position INTEGER NOT NULL DEFAULT 0,
  input_tokens INTEGER NOT NULL DEFAULT 0,
  cached_input_tokens INTEGER NOT NULL DEFAULT 0,
  output_tokens INTEGER NOT NULL DEFAULT 0,
  cost_micro_usd INTEGER NOT NULL DEFAULT 0,
  client_id TEXT
) STRICT;
CREATE INDEX conversations_by_update ON conversations(owner, archived, updated_at, id);

CREATE TABLE messages(
  id BLOB PRIMARY KEY NOT NULL,
  owner INTEGER NOT NULL,
  conversation_id BLOB REFERENCES conversations(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  turn_id BLOB NOT NULL,
  reply_to BLOB,
  role INTEGER NOT NULL,
  status INTEGER NOT NULL,
  pinned INTEGER NOT NULL DEFAULT 0,
  superseded INTEGER NOT NULL DEFAULT 0,
  client_message_id TEXT,
  created_at INTEGER NOT NULL,
  answer_model TEXT,
  provider TEXT,
  route TEXT,
  source INTEGER,
  input_tokens INTEGER,
  cached_input_tokens INTEGER,
  output_tokens INTEGER,
  cost_micro_usd INTEGER,
  saved_tokens INTEGER,
  first_token_ms INTEGER,
  total_ms INTEGER,
  finish_reason TEXT,
  error_code TEXT,
  error_message TEXT,
  error_retry_ms INTEGER,
  content TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX messages_by_position ON messages(conversation_id, position) WHERE conversation_id IS NOT NULL;
CREATE INDEX messages_pinned ON messages(conversation_id, position) WHERE pinned = 1;

CREATE TABLE turns(
  id BLOB PRIMARY KEY NOT NULL,
  owner INTEGER NOT NULL,
  conversation_id BLOB,
  user_message_id BLOB NOT NULL,
  answer_id BLOB NOT NULL,
  status INTEGER NOT NULL,
  last_event INTEGER NOT NULL DEFAULT 0,
  reserved_event INTEGER NOT NULL,
  node TEXT NOT NULL,
  lease_until INTEGER NOT NULL,
  begun_at INTEGER NOT NULL,
  ended_at INTEGER,
  event_log BLOB
) STRICT;
CREATE UNIQUE INDEX turns_running ON turns(conversation_id) WHERE status = 1 AND conversation_id IS NOT NULL;
CREATE INDEX turns_leases ON turns(lease_until) WHERE status = 1;

CREATE TABLE idempotency(
  owner INTEGER NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  turn_id BLOB,
  conversation_id BLOB,
  created_at INTEGER NOT NULL,
  PRIMARY KEY(owner, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE usage_daily(
  owner INTEGER NOT NULL,
  day INTEGER NOT NULL,
  model TEXT NOT NULL,
  conversation_id BLOB NOT NULL,
  turns INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  cached_input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cost_micro_usd INTEGER NOT NULL,
  saved_tokens INTEGER NOT NULL,
  PRIMARY KEY(owner, day, model, conversation_id)
) STRICT, WITHOUT ROWID;
)sql";

// Budgets. An organisation is an owner without a user's name. What was used before counts for the day on
// which it ended; total() and not sum(), which fails where it overflows.
constexpr const char* kBudgets = R"sql(
ALTER TABLE owners ADD COLUMN organisation INTEGER REFERENCES owners(id);
INSERT OR IGNORE INTO owners(tenant, user) SELECT DISTINCT tenant, '' FROM owners;
UPDATE owners SET organisation = (SELECT o.id FROM owners o WHERE o.tenant = owners.tenant AND o.user = '')
  WHERE user <> '';

-- What is held back while the turn runs.
ALTER TABLE turns ADD COLUMN reserved_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE turns ADD COLUMN reserved_micro_usd INTEGER NOT NULL DEFAULT 0;

CREATE TABLE charges(
  id BLOB PRIMARY KEY NOT NULL,
  owner INTEGER NOT NULL,
  model TEXT NOT NULL,
  begun_at INTEGER NOT NULL,
  reserved_tokens INTEGER NOT NULL,
  reserved_micro_usd INTEGER NOT NULL,
  node TEXT NOT NULL,
  lease_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX charges_leases ON charges(lease_until);

-- reserved is at any time the sum over the running turns and the charges that began on that day.
CREATE TABLE budget_days(
  owner INTEGER NOT NULL,
  day INTEGER NOT NULL,
  used_tokens INTEGER NOT NULL,
  used_micro_usd INTEGER NOT NULL,
  reserved_tokens INTEGER NOT NULL,
  reserved_micro_usd INTEGER NOT NULL,
  PRIMARY KEY(owner, day)
) STRICT, WITHOUT ROWID;
WITH spent(owner, day, tokens, cost) AS (
  SELECT owner, day, max(input_tokens, 0) + max(output_tokens, 0), max(cost_micro_usd, 0) FROM usage_daily
  UNION ALL
  SELECT o.organisation, u.day, max(u.input_tokens, 0) + max(u.output_tokens, 0), max(u.cost_micro_usd, 0)
    FROM usage_daily u JOIN owners o ON o.id = u.owner WHERE o.organisation IS NOT NULL
)
INSERT INTO budget_days
  SELECT owner, day, CAST(total(tokens) AS INTEGER), CAST(total(cost) AS INTEGER), 0, 0
  FROM spent GROUP BY owner, day;
)sql";

constexpr const char* kRevisions = R"sql(
ALTER TABLE conversations ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
)sql";

constexpr std::array kSteps{kFirst, kBudgets, kRevisions};

std::int64_t number(Connection& db, std::string_view sql) {
  auto found = db.query(sql);
  return found.next() ? found.take<std::int64_t>() : 0;
}

}  // namespace

SchemaSteps schema_steps() {
  return kSteps;
}

base::Result<void> migrate(Connection& db, SchemaSteps steps) {
  const auto wanted = static_cast<std::int64_t>(steps.size());
  for (;;) {
    db.script("BEGIN IMMEDIATE");
    const std::int64_t version = number(db, "PRAGMA user_version");
    const bool foreign = version == 0 && number(db, "SELECT count(*) FROM sqlite_schema") > 0;
    const bool outdated = version >= 0 && version < wanted && !foreign;
    if (outdated && !db.failed()) {
      db.script(steps[static_cast<std::size_t>(version)]);
      db.script(fmt::format("PRAGMA user_version={}", version + 1).c_str());
    }
    db.script("COMMIT");
    if (db.failed()) {
      auto error = db.take_error();
      if (db.in_transaction()) db.script("ROLLBACK");
      return std::unexpected(std::move(error));
    }
    if (foreign) {
      return base::fail(base::ErrorCode::kInternal, "the file is another program's database");
    }
    if (version > wanted || version < 0) {
      return base::fail(base::ErrorCode::kInternal, "the store was written by a newer version of the program",
                        fmt::format("schema version {}, this program knows {}", version, wanted));
    }
    if (!outdated) return {};
  }
}

}  // namespace parley::store::sqlite
