// What is bounded: the queues, and the room on the disk.
#include <gtest/gtest.h>

#include "store/contract/suite.h"
#include "store/sqlite/database.h"
#include "store/sqlite/scenario.h"
#include "store/sqlite/scratch.h"
#include "store/sqlite/sqlite_store.h"

namespace parley::store::sqlite {
namespace {

using base::ErrorCode;
using contract::good;
using contract::keep;
using contract::wait;
using contract::wait_all;

const model::Owner kAda{"acme", "ada"};

class Bounds : public ::testing::Test {
 protected:
  std::unique_ptr<Store> open(SqliteOptions options) {
    options.path = scratch_.path();
    return good(open_store(options, metrics_, log_));
  }

  base::Metrics metrics_;
  base::SystemClock clock_;
  base::Log log_ = base::Log::none();
  Scratch scratch_;
  model::IdGenerator ids_{clock_, base::Random(9)};
};

base::Awaitable<void> let_go(Connection& db) {
  db.run("ROLLBACK");
  co_return;
}

TEST_F(Bounds, writes_past_the_queue_are_overloaded_and_a_settlement_is_not) {
  using namespace std::chrono_literals;
  const auto store = open({.queue = 8, .max_group = 1, .busy_timeout = 60s});
  const auto running = saying(ids_, std::nullopt, "hello");
  good(wait(store->begin_turn({}, kAda, running)));
  // Another process writes, so the store's writer waits and its queue fills.
  const auto other = good(Connection::open(scratch_.path(), Connection::Mode::kWrite, 1s));
  other->run("BEGIN IMMEDIATE");
  boost::asio::io_context io;
  base::TaskGroup group(io.get_executor());
  std::vector<std::optional<base::Result<BegunTurn>>> begun(50);
  for (auto& one : begun) {
    group.spawn(keep(store->begin_turn({}, kAda, saying(ids_, std::nullopt, "x")), one));
  }
  std::optional<base::Result<FinishedTurn>> finished;
  group.spawn(keep(store->finish_turn({}, kAda, answering(running.turn, "done", 1)), finished));
  group.spawn(let_go(*other));
  io.run();
  int done = 0;
  for (const auto& one : begun) {
    if (*one) {
      ++done;
      continue;
    }
    EXPECT_EQ(one->error().code, ErrorCode::kOverloaded);
    EXPECT_EQ(one->error().retry_after, 1s);
  }
  EXPECT_GE(done, 8);
  EXPECT_LE(done, 9) << "eight wait and one is being done";
  EXPECT_TRUE(good(std::move(*finished)).applied);
  EXPECT_TRUE(wait(store->begin_turn({}, kAda, saying(ids_, std::nullopt, "x")))) << "it goes on";
}

TEST_F(Bounds, while_another_process_holds_the_file_writes_are_overloaded_and_reads_go_on) {
  using namespace std::chrono_literals;
  const auto store = open({.busy_timeout = 20ms});
  const auto running = saying(ids_, std::nullopt, "hello");
  good(wait(store->begin_turn({}, kAda, running)));
  const auto other = good(Connection::open(scratch_.path(), Connection::Mode::kWrite, 1s));
  other->run("BEGIN IMMEDIATE");
  const auto refused = wait(store->begin_turn({}, kAda, saying(ids_, std::nullopt, "x")));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kOverloaded);
  EXPECT_TRUE(wait(store->turn({}, kAda, running.turn)));
  other->run("ROLLBACK");
  EXPECT_TRUE(wait(store->begin_turn({}, kAda, saying(ids_, std::nullopt, "x"))));
}

TEST_F(Bounds, a_write_that_does_not_fit_on_the_disk_does_not_take_others_with_it) {
  const auto store = open({.max_pages = 400});
  std::vector<BeginTurn> requests;
  std::vector<Reply<BegunTurn>> calls;
  for (int i = 0; i < 20; ++i) {
    requests.push_back(saying(ids_, std::nullopt, i == 10 ? std::string(4'000'000, 'x') : "x"));
    calls.push_back(store->begin_turn({}, kAda, requests.back()));
  }
  const auto results = wait_all(std::move(calls));
  for (std::size_t i = 0; i < results.size(); ++i) {
    ASSERT_EQ(results[i].has_value(), i != 10);
    EXPECT_EQ(wait(store->turn({}, kAda, requests[i].turn)).has_value(), i != 10);
  }
  EXPECT_EQ(results[10].error().code, ErrorCode::kOverloaded);
  EXPECT_TRUE(results[10].error().retry_after);
  EXPECT_FALSE(wait(store->message({}, kAda, requests[10].user_message->id)));
}

}  // namespace
}  // namespace parley::store::sqlite
