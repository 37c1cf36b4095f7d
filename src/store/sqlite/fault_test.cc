// The disk fails at every single operation of a scenario, once or for good, or is full: what was acknowledged
// is there, what failed is not there at all, and the store goes on once the disk does.
#include <gtest/gtest.h>

#include "store/contract/suite.h"
#include "store/sqlite/fault_vfs.h"
#include "store/sqlite/scenario.h"
#include "store/sqlite/scratch.h"
#include "store/sqlite/sqlite_store.h"

namespace parley::store::sqlite {
namespace {

using base::ErrorCode;
using contract::good;
using contract::wait;
using model::MessageStatus;

const model::Owner kAda{"acme", "ada"};

// One conversation with a turn that is begun, checkpointed and finished, a charge, and one turn that makes
// its own conversation and goes on.
class Story {
 public:
  Story() : ids_(clock_, base::Random(11)) {
    conversation_ = ids_.next<model::ConversationId>();
    begin_ = saying(ids_, conversation_, "hello");
    begin_.idempotency = IdempotencyKey{"m:1", "f"};
    other_ = saying(ids_, std::nullopt, "elsewhere");
    other_.new_conversation = NewConversation{.id = ids_.next<model::ConversationId>(), .model = "small"};
    other_.idempotency = IdempotencyKey{"m:2", "f"};
    // All of it fits at once, and nothing beside it: what a failed try left behind would keep the last one
    // from beginning.
    begin_.reserve = some_reserve();
    begin_.reserve->user.tokens_per_day = model::Tokens(67);
    other_.reserve = begin_.reserve;
    charge_ = {.charge = ids_.next<model::ChargeId>(), .model = "vectors", .node = "before", .now = kNow};
    charge_.reserve = begin_.reserve;
    charge_.reserve->input = model::Tokens(7);
    charge_.reserve->output_wanted = model::Tokens(0);
  }

  // Writes what is not acknowledged yet.
  void tell(Store& store) {
    if (!made_) {
      made_ = written(wait(store.create_conversation(
          {}, kAda, {.id = conversation_, .model = "small", .client_id = "c"}, kNow)));
    }
    if (!begun_) begun_ = written(wait(store.begin_turn({}, kAda, begin_)));
    if (!kept_ && !ended_) {
      kept_ = written(wait(store.checkpoint_turn({}, kAda, so_far(begin_.turn, "half", 2))));
    }
    if (!charged_) charged_ = written(wait(store.begin_charge({}, kAda, charge_)));
    if (!ended_) ended_ = written(wait(store.finish_turn({}, kAda, answering(begin_.turn, "whole", 2))));
    if (charged_ && !charge_ended_) {
      charge_ended_ = written(wait(store.finish_charge(
          {}, kAda, {.charge = charge_.charge, .usage = {.input = model::Tokens(5)}, .now = kNow})));
    }
    if (!other_begun_) other_begun_ = written(wait(store.begin_turn({}, kAda, other_)));
  }
  bool told() const { return made_ && begun_ && ended_ && charge_ended_ && other_begun_; }

  // What was acknowledged is there, and nothing else.
  void check(Store& store) const {
    const auto conversation = wait(store.conversation({}, kAda, conversation_));
    ASSERT_EQ(conversation.has_value(), made_);
    if (made_) EXPECT_EQ(conversation->message_count, begun_ ? 2 : 0);
    if (made_) EXPECT_EQ(conversation->version, begun_ ? 2 : 1);
    const auto turn = wait(store.turn({}, kAda, begin_.turn));
    ASSERT_EQ(turn.has_value(), begun_);
    EXPECT_EQ(wait(store.message({}, kAda, begin_.user_message->id)).has_value(), begun_);
    EXPECT_EQ(wait(store.message({}, kAda, begin_.answer)).has_value(), begun_);
    if (begun_) {
      EXPECT_EQ(turn->turn.status, ended_ ? MessageStatus::kComplete : MessageStatus::kStreaming);
      EXPECT_EQ(turn->answer.status, turn->turn.status);
      EXPECT_EQ(turn->answer.content, ended_ ? "whole" : kept_ ? "half" : "");
      EXPECT_EQ(turn->turn.last_event, ended_ ? 3 : kept_ ? 2 : 0);
    }
    const auto usage = good(wait(store.usage({}, kAda, that_day())));
    ASSERT_EQ(usage.size(), ended_ || charge_ended_ ? 1U : 0U);
    if (!usage.empty()) EXPECT_EQ(usage[0].usage.output, model::Tokens(ended_ ? 2 : 0));
    if (!usage.empty()) EXPECT_EQ(usage[0].usage.input, model::Tokens(charge_ended_ ? 5 : 0));
    if (ended_) EXPECT_EQ(conversation->usage.output, model::Tokens(2));
    const auto budget = good(wait(store.budget({}, kAda, base::day_of(kNow))));
    EXPECT_EQ(budget.user.day.used, model::Tokens((ended_ ? 2 : 0) + (charge_ended_ ? 5 : 0)));
    const int turns = int{begun_ && !ended_} + int{other_begun_};
    const bool charge_runs = charged_ && !charge_ended_;
    EXPECT_EQ(budget.user.day.reserved, model::Tokens(30 * turns + (charge_runs ? 7 : 0)));
    EXPECT_EQ(budget.user.day.reserved_cost, model::MicroUsd(210 * turns + (charge_runs ? 7 : 0)));
    EXPECT_EQ(budget.organisation, budget.user);
    EXPECT_EQ(wait(store.turn({}, kAda, other_.turn)).has_value(), other_begun_);
    EXPECT_EQ(wait(store.conversation({}, kAda, other_.new_conversation->id)).has_value(), other_begun_);
  }

 private:
  template <class T>
  static bool written(const base::Result<T>& result) {
    if (result) {
      if constexpr (std::is_same_v<T, BegunTurn>) EXPECT_FALSE(result->replayed);
      if constexpr (std::is_same_v<T, FinishedTurn>) EXPECT_TRUE(result->applied);
      if constexpr (std::is_same_v<T, CreatedConversation>) EXPECT_TRUE(result->created);
      if constexpr (std::is_same_v<T, bool>) EXPECT_TRUE(*result);
      return true;
    }
    const ErrorCode code = result.error().code;
    // NOT_FOUND: what it builds upon was not written.
    EXPECT_TRUE(code == ErrorCode::kInternal || code == ErrorCode::kOverloaded ||
                code == ErrorCode::kNotFound)
        << base::name(code);
    return false;
  }

  base::SystemClock clock_;
  model::IdGenerator ids_;
  model::ConversationId conversation_;
  BeginTurn begin_;
  BeginTurn other_;
  BeginCharge charge_;
  bool charged_ = false;
  bool charge_ended_ = false;
  bool made_ = false;
  bool begun_ = false;
  bool kept_ = false;
  bool ended_ = false;
  bool other_begun_ = false;
};

class EveryFault : public ::testing::TestWithParam<Fault> {
 protected:
  // Tells the story while the k-th operation fails. False once the story has less than k.
  bool fails_at(std::int64_t k) {
    const Scratch scratch;
    FaultVfs disk;
    const SqliteOptions options{.path = scratch.path(), .readers = 1};
    Story story;
    disk.fail(k, GetParam());
    if (auto store = open_store(options, metrics_, log_)) {
      story.tell(**store);
      // Else the fault is still to come, when the file is closed.
      if (disk.fired()) disk.heal();
      disk.pause();
      story.check(**store);
      story.tell(**store);
      story.check(**store);
      EXPECT_TRUE(story.told());
      disk.resume();
    }
    disk.heal();
    auto store = good(open_store(options, metrics_, log_));
    story.check(*store);
    story.tell(*store);
    story.check(*store);
    EXPECT_TRUE(story.told());
    return disk.fired();
  }

  base::Metrics metrics_;
  base::Log log_ = base::Log::none();
};

TEST_P(EveryFault, leaves_all_that_was_acknowledged_and_nothing_of_what_failed) {
  std::int64_t k = 1;
  for (; k < 2000; ++k) {
    SCOPED_TRACE("the operation that failed: " + std::to_string(k));
    if (!fails_at(k) || HasFailure()) break;
  }
  EXPECT_GT(k, 50) << "the scenario should reach the disk more often";
  EXPECT_LT(k, 2000);
  RecordProperty("operations", static_cast<int>(k));
}

std::string name_of(const ::testing::TestParamInfo<Fault>& tested) {
  if (tested.param == Fault::kOnce) return "fails_once";
  return tested.param == Fault::kBroken ? "is_broken" : "is_full";
}

INSTANTIATE_TEST_SUITE_P(Disk, EveryFault, ::testing::Values(Fault::kOnce, Fault::kBroken, Fault::kFull),
                         name_of);

TEST(Durability, what_is_acknowledged_was_synced_to_the_log) {
  const Scratch scratch;
  FaultVfs disk;
  base::Metrics metrics;
  const base::Log log = base::Log::none();
  const auto store = good(open_store({.path = scratch.path()}, metrics, log));
  base::SystemClock clock;
  model::IdGenerator ids(clock, base::Random(5));
  for (int i = 0; i < 20; ++i) {
    const auto begin = saying(ids, std::nullopt, "hello");
    good(wait(store->begin_turn({}, kAda, begin)));
    EXPECT_FALSE(disk.log_unsynced());
    good(wait(store->checkpoint_turn({}, kAda, so_far(begin.turn, "half", 1))));
    EXPECT_FALSE(disk.log_unsynced());
    good(wait(store->finish_turn({}, kAda, answering(begin.turn, "whole", 2))));
    EXPECT_FALSE(disk.log_unsynced());
  }
}

}  // namespace
}  // namespace parley::store::sqlite
