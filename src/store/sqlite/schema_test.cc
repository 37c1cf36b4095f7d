#include "store/sqlite/schema.h"

#include <array>

#include <gtest/gtest.h>

#include "store/contract/suite.h"
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
