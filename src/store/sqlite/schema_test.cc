#include "store/sqlite/schema.h"

#include <array>
#include <limits>

#include <gtest/gtest.h>

#include "base/time.h"
#include "store/contract/suite.h"
#include "store/sqlite/scenario.h"
#include "store/sqlite/scratch.h"
#include "store/sqlite/sqlite_store.h"

namespace parley::store::sqlite {
namespace {

using base::ErrorCode;
using contract::good;

class Schema : public ::testing::Test {
 protected:
  std::unique_ptr<Connection> open() {
    return good(Connection::open(scratch_.path(), Connection::Mode::kWrite, std::chrono::milliseconds(100)));
  }
  base::Result<std::unique_ptr<Store>> store() {
    return open_store({.path = scratch_.path()}, metrics_, log_);
  }

  static std::int64_t number(Connection& db, std::string_view sql) {
    auto row = db.query(sql);
    return row.next() ? row.take<std::int64_t>() : -1;
  }

  Scratch scratch_;
  base::Metrics metrics_;
  base::Log log_ = base::Log::none();
};

constexpr std::array kOld{"CREATE TABLE notes(id INTEGER PRIMARY KEY, text TEXT) STRICT;"};
constexpr std::array kNew{kOld[0],
                          "ALTER TABLE notes ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;"
                          "UPDATE notes SET seen=length(text);",
                          "CREATE INDEX notes_seen ON notes(seen);"};

TEST_F(Schema, an_older_file_is_brought_up_to_date_with_what_it_holds) {
  auto db = open();
  good(migrate(*db, kOld));
  db->run("INSERT INTO notes(text) VALUES('four')");
  EXPECT_EQ(number(*db, "PRAGMA user_version"), 1);
  db = open();
  good(migrate(*db, kNew));
  EXPECT_EQ(number(*db, "PRAGMA user_version"), 3);
  EXPECT_EQ(number(*db, "SELECT seen FROM notes WHERE text='four'"), 4);
  good(migrate(*db, kNew));
  EXPECT_EQ(number(*db, "SELECT count(*) FROM notes"), 1) << "a second time changes nothing";
}

TEST_F(Schema, a_step_that_fails_leaves_the_version_before_it) {
  constexpr std::array kBad{kNew[0], kNew[1], "CREATE TABLE more(x); INSERT INTO nowhere VALUES(1);"};
  auto db = open();
  EXPECT_FALSE(migrate(*db, kBad));
  EXPECT_EQ(number(*db, "PRAGMA user_version"), 2);
  EXPECT_EQ(number(*db, "SELECT count(*) FROM sqlite_schema WHERE name='more'"), 0);
  good(migrate(*db, kNew));
  EXPECT_EQ(number(*db, "PRAGMA user_version"), 3);
}

// As a program of version 1 left it: two users of a tenant with what they used, and a turn of Ada's that ran.
constexpr const char* kVersionOne = R"sql(
INSERT INTO owners(id, tenant, user) VALUES(7, 'acme', 'ada'), (8, 'acme', 'bob'), (9, 'globex', 'ada');
INSERT INTO usage_daily VALUES
  (7, 20484, 'small', x'', 2, 100, 40, 20, 30, 0), (7, 20484, 'large', x'', 1, 5, 0, 5, 1, 0),
  (7, 20483, 'small', x'', 1, 1000, 0, 0, 9, 0), (8, 20484, 'small', x'', 1, 200, 0, 0, 4, 0),
  (9, 20484, 'small', x'', 1, 9223372036854775807, 0, 1, 9223372036854775807, 0),
  (9, 20484, 'large', x'', 1, 9223372036854775807, 0, -4, 1, 0);
INSERT INTO messages(id, owner, position, turn_id, role, status, created_at, content) VALUES
  (x'01000000000000000000000000000000', 7, 1, x'03000000000000000000000000000000', 1, 0, 1769851800000, 'hello'),
  (x'02000000000000000000000000000000', 7, 2, x'03000000000000000000000000000000', 2, 1, 1769851800000, 'half');
UPDATE messages SET answer_model='small', route='', source=0, input_tokens=10, cached_input_tokens=0,
  output_tokens=3, cost_micro_usd=2, saved_tokens=0 WHERE role=2;
INSERT INTO turns(id, owner, user_message_id, answer_id, status, reserved_event, node, lease_until, begun_at)
  VALUES(x'03000000000000000000000000000000', 7, x'01000000000000000000000000000000',
  x'02000000000000000000000000000000', 1, 4096, 'old', 1769851830000, 1769851800000);
)sql";

TEST_F(Schema, a_file_of_version_1_knows_what_was_used_and_its_running_turns_are_settled) {
  {
    auto db = open();
    good(migrate(*db, schema_steps().first(1)));
    db->script(kVersionOne);
    ASSERT_FALSE(db->failed()) << db->take_error().cause;
  }
  const auto store = good(this->store());
  const auto day = base::day_of(kNow);
  ASSERT_EQ(day.time_since_epoch().count(), 20484);
  const auto budget = [&](model::Owner owner) { return good(contract::wait(store->budget({}, owner, day))); };
  BudgetState ada = budget({"acme", "ada"});
  EXPECT_EQ(ada.user.day, (model::Spending{.used = model::Tokens(130), .used_cost = model::MicroUsd(31)}));
  EXPECT_EQ(ada.user.month, (model::Spending{.used = model::Tokens(1130), .used_cost = model::MicroUsd(40)}));
  EXPECT_EQ(ada.organisation.day.used, model::Tokens(330));
  EXPECT_EQ(ada.organisation.month.used_cost, model::MicroUsd(44));
  EXPECT_EQ(budget({"globex", "ada"}).user.day.used.count(), std::numeric_limits<std::int64_t>::max());

  EXPECT_EQ(good(contract::wait(store->reap_turns({}, {.now = kNow, .sole_node = "new"}))).size(), 1U);
  ada = budget({"acme", "ada"});
  EXPECT_EQ(ada.user.day, (model::Spending{.used = model::Tokens(143), .used_cost = model::MicroUsd(33)}));
  EXPECT_EQ(ada.organisation.day.used, model::Tokens(343));
  // New owners join their organisation.
  base::SystemClock clock;
  model::IdGenerator ids(clock, base::Random(1));
  for (const char* user : {"ada", "new"}) {
    auto begin = saying(ids, std::nullopt, "hello");
    begin.reserve = some_reserve();
    good(contract::wait(store->begin_turn({}, {"acme", user}, begin)));
  }
  EXPECT_EQ(budget({"acme", "new"}).organisation.day.reserved, model::Tokens(60));
  EXPECT_EQ(budget({"acme", "ada"}).user.day.reserved, model::Tokens(30));
}

TEST_F(Schema, a_newer_file_is_refused_and_left_as_it_is) {
  good(store());
  auto db = open();
  const auto newer = static_cast<std::int64_t>(schema_steps().size()) + 1;
  db->script(("PRAGMA user_version=" + std::to_string(newer)).c_str());
  db.reset();
  const auto refused = store();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInternal);
  EXPECT_EQ(refused.error().message, "the store was written by a newer version of the program");
  EXPECT_EQ(refused.error().cause,
            "schema version " + std::to_string(newer) + ", this program knows " + std::to_string(newer - 1));
  db = open();
  EXPECT_EQ(number(*db, "PRAGMA user_version"), newer);
}

TEST_F(Schema, another_programs_file_is_refused_and_left_as_it_is) {
  auto db = open();
  db->script("CREATE TABLE owners(name TEXT)");
  db.reset();
  const auto refused = store();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "the file is another program's database");
  db = open();
  EXPECT_EQ(number(*db, "SELECT count(*) FROM sqlite_schema"), 1);
}

TEST_F(Schema, a_file_that_cannot_be_opened_is_an_error) {
  const auto refused = open_store({.path = "/nowhere/at/all/parley.db"}, metrics_, log_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInternal);
  EXPECT_NE(refused.error().cause.find("/nowhere/at/all/parley.db"), std::string::npos);
}

}  // namespace
}  // namespace parley::store::sqlite
