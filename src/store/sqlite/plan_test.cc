// No statement reads a whole table, and a page costs the same however long the conversation is.
#include <algorithm>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "base/guarded.h"
#include "base/time.h"
#include "store/contract/suite.h"
#include "store/sqlite/bulk.h"
#include "store/sqlite/messages.h"
#include "store/sqlite/scenario.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/scratch.h"
#include "store/sqlite/sqlite_store.h"

namespace parley::store::sqlite {
namespace {

using contract::good;
using contract::wait;
using Texts = std::set<std::string>;

const model::Owner kAda{"acme", "ada"};

// SQLite hands an automatic extension no context, so what it notes is kept here.
base::Guarded<Texts>& noted() {
  static base::Guarded<Texts> texts;
  return texts;
}

int note(unsigned, void*, void* statement, void*) {
  noted().with([&](Texts& texts) { texts.emplace(sqlite3_sql(static_cast<sqlite3_stmt*>(statement))); });
  return 0;
}

int watch(sqlite3* db, char**, const void*) {
  return sqlite3_trace_v2(db, SQLITE_TRACE_STMT, note, nullptr);
}

// While it lives, the text of every statement that any connection runs is noted.
class Watching {
 public:
  Watching() {
    noted().with([](Texts& texts) { texts.clear(); });
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(watch));
  }
  ~Watching() { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(watch)); }
  Watching(const Watching&) = delete;
  Watching& operator=(const Watching&) = delete;
};

// Every operation of the store, with every way through it that has a statement of its own.
void use_everything(Store& store, model::IdGenerator& ids) {
  const auto id = ids.next<model::ConversationId>();
  good(wait(store.create_conversation({}, kAda, {.id = id, .model = "small", .client_id = "c"}, kNow)));
  good(wait(store.create_conversation({}, kAda, {.id = id, .model = "small", .client_id = "c"}, kNow)));
  good(wait(store.update_conversation({}, kAda, {.id = id, .title = "t", .now = kNow})));
  good(wait(store.note_conversation({}, kAda, {.id = id, .summary = "s", .summary_position = 1})));
  auto begin = saying(ids, id, "hello");
  begin.idempotency = IdempotencyKey{"m:1", "f"};
  begin.reserve = Reserve{.input = model::Tokens(5), .output_wanted = model::Tokens(50)};
  good(wait(store.begin_turn({}, kAda, begin)));
  good(wait(store.begin_turn({}, kAda, begin)));
  good(wait(store.checkpoint_turn({}, kAda, so_far(begin.turn, "half", 1))));
  good(wait(store.finish_turn({}, kAda, answering(begin.turn, "whole", 2))));
  auto again = saying(ids, std::nullopt, "");
  again.user_message.reset();
  again.regenerate = begin.user_message->id;
  good(wait(store.begin_turn({}, kAda, again)));
  good(wait(store.finish_turn({}, kAda, answering(again.turn, "better", 2))));
  good(wait(store.begin_turn({}, kAda, saying(ids, id, "lost"))));
  const auto charge = ids.next<model::ChargeId>();
  good(wait(store.begin_charge(
      {}, kAda,
      {.charge = charge, .model = "vectors", .reserve = begin.reserve, .node = "before", .now = kNow})));
  good(wait(
      store.finish_charge({}, kAda, {.charge = charge, .usage = {.input = model::Tokens(4)}, .now = kNow})));
  good(wait(
      store.begin_charge({}, kAda, {.charge = charge, .model = "vectors", .node = "before", .now = kNow})));
  good(wait(store.budget({}, kAda, base::day_of(kNow))));
  good(wait(store.reap_turns({}, {.now = kNow})));
  good(wait(store.reap_turns({}, {.now = kNow, .sole_node = "after"})));
  good(wait(store.pin_message({}, kAda, begin.answer, true)));
  good(wait(store.context({}, kAda, {.conversation = id})));
  good(wait(store.turns({}, kAda, {begin.turn})));
  good(wait(store.turn_log({}, kAda, begin.turn)));
  good(wait(store.usage({}, kAda, that_day())));
  good(wait(store.conversations({}, kAda, {id})));
  const ConversationCursor cursor{.updated_at = kNow, .id = id};
  const ConversationFilter all{.archived = std::nullopt, .title_contains = "t"};
  good(wait(store.list_conversations({}, kAda, all, {.first = 5, .after = cursor, .before = cursor})));
  good(wait(store.list_conversations({}, kAda, all, {.after = cursor, .last = 5, .before = cursor})));
  good(wait(store.message_page({}, kAda, id, {.first = 5, .after = 2, .before = 3})));
  good(wait(store.message_page({}, kAda, id, {.after = 2, .last = 5, .before = 3})));
  good(wait(store.messages({}, kAda, {begin.answer})));
  good(wait(store.delete_conversation({}, kAda, id, kNow)));
  good(wait(store.ping({})));
}

bool reads_or_writes_rows(const std::string& sql) {
  return sql.starts_with("SELECT") || sql.starts_with("INSERT") || sql.starts_with("UPDATE") ||
         sql.starts_with("DELETE");
}

// The lines of EXPLAIN QUERY PLAN, those of the foreign keys' actions too.
std::vector<std::string> plan(Connection& db, const std::string& sql) {
  std::vector<std::string> lines;
  auto row = db.query("EXPLAIN QUERY PLAN " + sql);
  while (row.next()) {
    for (int column = 0; column < 3; ++column) row.take<std::int64_t>();
    lines.push_back(row.take<std::string>());
  }
  EXPECT_FALSE(db.failed()) << sql;
  return lines;
}

TEST(QueryPlans, every_statement_of_the_store_searches_an_index_and_sorts_nothing) {
  const Scratch scratch;
  base::Metrics metrics;
  const base::Log log(base::LogLevel::kError);
  base::SystemClock clock;
  model::IdGenerator ids(clock, base::Random(3));
  {
    // Beforehand: a step from one version to the next may look at whole tables.
    good(open_store({.path = scratch.path()}, metrics, log));
    const Watching watching;
    const auto store = good(open_store({.path = scratch.path()}, metrics, log));
    use_everything(*store, ids);
  }
  EXPECT_EQ(metrics.render().find("parley_store_operation_duration_seconds_count{operation=\"ping\"} 0"),
            std::string::npos);
  for (std::size_t at = 0, operations = 0;; ++operations) {
    const std::string rendered = metrics.render();
    at = rendered.find("parley_store_operation_duration_seconds_count", at);
    if (at == std::string::npos) {
      EXPECT_EQ(operations, 21U);
      break;
    }
    const std::string line = rendered.substr(at, rendered.find('\n', at) - at);
    EXPECT_FALSE(line.ends_with(" 0")) << "not used by this test: " << line;
    at += line.size();
  }

  const auto db =
      good(Connection::open(scratch.path(), Connection::Mode::kWrite, std::chrono::milliseconds(100)));
  sqlite3_db_config(db->handle(), SQLITE_DBCONFIG_TRIGGER_EQP, 1, nullptr);
  const Texts texts = noted().with([](Texts& all) { return all; });
  int explained = 0;
  for (const std::string& sql : texts) {
    // The look whether a file of version 0 is empty reads SQLite's own table of tables.
    if (!reads_or_writes_rows(sql) || sql.ends_with("FROM sqlite_schema")) continue;
    ++explained;
    for (const std::string& line : plan(*db, sql)) {
      EXPECT_FALSE(line.starts_with("SCAN")) << line << "\nof " << sql;
      EXPECT_EQ(line.find("TEMP B-TREE"), std::string::npos) << line << "\nof " << sql;
      EXPECT_EQ(line.find("AUTOMATIC"), std::string::npos) << line << "\nof " << sql;
    }
  }
  EXPECT_GT(explained, 35) << "the statements were not noted";
}

// The steps that SQLite's machine took for what the connection's statements did since the last call.
int steps_taken(Connection& db) {
  int steps = 0;
  for (sqlite3_stmt* s = nullptr; (s = sqlite3_next_stmt(db.handle(), s)) != nullptr;) {
    steps += sqlite3_stmt_status(s, SQLITE_STMTSTATUS_VM_STEP, 1);
    EXPECT_EQ(sqlite3_stmt_status(s, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1), 0) << sqlite3_sql(s);
    EXPECT_EQ(sqlite3_stmt_status(s, SQLITE_STMTSTATUS_SORT, 1), 0) << sqlite3_sql(s);
  }
  return steps;
}

TEST(QueryPlans, a_page_of_a_conversation_of_200000_messages_costs_what_one_of_100_costs) {
  constexpr std::int64_t kMany = 200'000;
  const Scratch scratch;
  const auto db =
      good(Connection::open(scratch.path(), Connection::Mode::kWrite, std::chrono::milliseconds(100)));
  good(migrate(*db));
  db->script("PRAGMA synchronous=OFF");
  base::SystemClock clock;
  model::IdGenerator ids(clock, base::Random(3));
  const auto few = ids.next<model::ConversationId>();
  const auto many = ids.next<model::ConversationId>();
  fill_conversation(*db, kAda, few, 100, "x", kNow);
  fill_conversation(*db, kAda, many, kMany, "x", kNow);
  ASSERT_FALSE(db->failed());
  const OwnerKey key = find_owner(*db, kAda);
  const auto cost = [&](model::ConversationId id, MessagePageRequest page) {
    (void)good(message_page(*db, key, id, page));
    steps_taken(*db);
    const auto found = good(message_page(*db, key, id, page));
    EXPECT_EQ(found.items.size(), 50U);
    return steps_taken(*db);
  };
  EXPECT_EQ(cost(many, {.first = 50}), cost(few, {.first = 50}));
  EXPECT_EQ(cost(many, {.last = 50}), cost(few, {.last = 50}));
  EXPECT_EQ(cost(many, {.first = 50, .after = kMany / 2}), cost(few, {.first = 50, .after = 25}));
  EXPECT_EQ(cost(many, {.last = 50, .before = kMany / 2}), cost(few, {.last = 50, .before = 75}));
  const auto context_cost = [&](model::ConversationId id) {
    (void)steps_taken(*db);
    EXPECT_EQ(good(read_context(*db, key, {.conversation = id, .last = 50})).recent.size(), 50U);
    return steps_taken(*db);
  };
  context_cost(few);
  EXPECT_EQ(context_cost(many), context_cost(few));
}

}  // namespace
}  // namespace parley::store::sqlite
