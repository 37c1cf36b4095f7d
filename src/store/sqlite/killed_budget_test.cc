// A process is killed before every single operation on its disk, so before, within and after each commit:
// whatever it had written, budgets are exact, and nothing stays held back once its turns are taken over.
#include <csignal>
#include <set>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/time.h"
#include "store/contract/suite.h"
#include "store/sqlite/fault_vfs.h"
#include "store/sqlite/scenario.h"
#include "store/sqlite/scratch.h"
#include "store/sqlite/sqlite_store.h"

namespace parley::store::sqlite {
namespace {

using contract::good;
using contract::wait;

const model::Owner kAda{"acme", "ada"};

// A turn that ends, a charge that ends, a turn that goes on.
class Story {
 public:
  Story() : ids_(clock_, base::Random(17)), first_(turn()), second_(turn()) {
    charge_ = {.charge = ids_.next<model::ChargeId>(), .model = "vectors", .node = "before", .now = kNow};
    charge_.reserve = some_reserve();
    charge_.reserve->output_wanted = model::Tokens(0);
  }

  void tell(Store& store) const {
    good(wait(store.begin_turn({}, kAda, first_)));
    good(wait(store.checkpoint_turn({}, kAda, so_far(first_.turn, "half", 2))));
    good(wait(store.begin_charge({}, kAda, charge_)));
    good(wait(store.finish_turn({}, kAda, answering(first_.turn, "whole", 5))));
    good(wait(store.finish_charge(
        {}, kAda, {.charge = charge_.charge, .usage = {.input = model::Tokens(9)}, .now = kNow})));
    good(wait(store.begin_turn({}, kAda, second_)));
    good(wait(store.checkpoint_turn({}, kAda, so_far(second_.turn, "half", 3))));
  }

  // Of whatever a part of it left.
  void check(Store& store) const {
    std::int64_t running = 0;
    for (const BeginTurn* one : {&first_, &second_}) {
      const auto state = wait(store.turn({}, kAda, one->turn));
      if (state && !model::ended(state->turn.status)) ++running;
    }
    const auto before = budget(store);
    const std::int64_t of_the_charge = before.reserved.count() - 30 * running;
    EXPECT_TRUE(of_the_charge == 0 || of_the_charge == 10) << of_the_charge;
    EXPECT_EQ(before.used, used(store));
    EXPECT_EQ(std::ssize(good(wait(store.reap_turns({}, {.now = kNow, .sole_node = "after"})))), running);
    const auto after = budget(store);
    EXPECT_EQ(after.reserved, model::Tokens(0));
    EXPECT_EQ(after.reserved_cost, model::MicroUsd(0));
    EXPECT_EQ(after.used, used(store));
    EXPECT_FALSE(good(wait(store.finish_charge(
        {}, kAda, {.charge = charge_.charge, .usage = {.input = model::Tokens(9)}, .now = kNow}))));
    EXPECT_EQ(budget(store), after);
  }

  static model::Tokens used(Store& store) {
    const auto rows = good(wait(store.usage({}, kAda, that_day())));
    return rows.empty() ? model::Tokens() : rows[0].usage.total();
  }

 private:
  BeginTurn turn() {
    BeginTurn begin = saying(ids_, std::nullopt, "hello");
    begin.reserve = some_reserve();
    return begin;
  }

  // The user's, which is the organisation's too.
  static model::Spending budget(Store& store) {
    const auto state = good(wait(store.budget({}, kAda, base::day_of(kNow))));
    EXPECT_EQ(state.user, state.organisation);
    EXPECT_EQ(state.user.day, state.user.month);
    return state.user.day;
  }

  base::SystemClock clock_;
  model::IdGenerator ids_;
  BeginTurn first_;
  BeginTurn second_;
  BeginCharge charge_;
};

[[noreturn]] void tell_until_killed(const std::string& path, const Story& story, FaultVfs& disk,
                                    std::int64_t k) {
  base::Metrics metrics;
  const base::Log log = base::Log::none();
  try {
    const auto store = good(open_store({.path = path, .readers = 1}, metrics, log));
    disk.fail(k, Fault::kKilled);
    story.tell(*store);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "the child failed: %s\n", error.what());
    ::_exit(2);
  }
  ::_exit(0);
}

TEST(KilledBudget, is_exact_whichever_operation_was_the_last) {
  const Story story;
  // The child fails its own copy of it.
  FaultVfs disk;
  base::Metrics metrics;
  const base::Log log = base::Log::none();
  std::set<std::int64_t> sums;
  std::int64_t k = 1;
  for (bool killed = true; killed && !HasFailure(); ++k) {
    SCOPED_TRACE("killed before operation " + std::to_string(k));
    const Scratch scratch;
    const pid_t child = ::fork();
    if (child == 0) tell_until_killed(scratch.path(), story, disk, k);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    killed = WIFSIGNALED(status);
    if (!killed) EXPECT_EQ(WEXITSTATUS(status), 0);
    const auto store = good(open_store({.path = scratch.path()}, metrics, log));
    story.check(*store);
    sums.insert(Story::used(*store).count());
  }
  // Nothing; the first turn as far as its checkpoint, and whole; the charge; the second turn.
  EXPECT_EQ(sums, (std::set<std::int64_t>{0, 2, 5, 14, 17}));
  RecordProperty("operations", static_cast<int>(k));
  EXPECT_GT(k, 30) << "the scenario should reach the disk more often";
}

}  // namespace
}  // namespace parley::store::sqlite
