#include "testing/limiter_rig.h"

namespace parley::limits {
namespace {

class LimiterSlots : public LimiterTest {
 protected:
  LimiterSlots() {
    tier().max_turns = 2;
    tier().max_streams = 1;
    reload();
  }
  // Goes on until that many calls of renew() have been answered.
  void until_renewed(int times) {
    const int wanted = state.renewed + times;
    loop.until([&] { return state.renewed >= wanted; });
    loop.poll();
  }
  void until_held(std::int64_t turns) {
    loop.until([&] {
      loop.poll();
      return turns_held(ada) == turns;
    });
  }
};

TEST_F(LimiterSlots, a_user_has_so_many_turns_at_once) {
  auto first = good(open_turn(ada));
  auto second = good(open_turn(ada));
  const auto refused = open_turn(ada);
  ASSERT_EQ(code(refused), ErrorCode::kRateLimited);
  EXPECT_EQ(refused.error().message, "2 turns of yours are open already, the most at once");
  EXPECT_TRUE(refused.error().retry_after);
  EXPECT_TRUE(open_turn(bob));
  EXPECT_EQ(decided("turns", "allowed"), 3U);
  EXPECT_EQ(decided("turns", "refused"), 1U);

  first = Slot();
  loop.poll();
  EXPECT_TRUE(open_turn(ada));
}

TEST_F(LimiterSlots, turns_and_streams_are_counted_apart) {
  const auto turn = good(open_turn(ada));
  const auto stream = good(open_stream(ada));
  EXPECT_EQ(code(open_stream(ada)), ErrorCode::kRateLimited);
  EXPECT_TRUE(open_turn(ada));
}

TEST_F(LimiterSlots, a_slot_that_is_moved_is_given_back_once_by_its_last_owner) {
  auto slot = good(open_turn(ada));
  {
    Slot moved(std::move(slot));
    slot = std::move(moved);
  }
  loop.poll();
  EXPECT_EQ(turns_held(ada), 1);
  slot = Slot();
  loop.poll();
  EXPECT_EQ(turns_held(ada), 0);
  EXPECT_EQ(state.released, 1);
}

TEST_F(LimiterSlots, without_a_limit_nothing_is_counted) {
  tier().max_turns = 0;
  reload();
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(open_turn(ada));
  EXPECT_EQ(state.acquired, 0);
}

TEST_F(LimiterSlots, a_reload_holds_for_the_next_one) {
  const auto first = good(open_turn(ada));
  tier().max_turns = 1;
  reload();
  EXPECT_EQ(code(open_turn(ada)), ErrorCode::kRateLimited);
}

TEST_F(LimiterSlots, a_slot_is_held_for_as_long_as_it_is_open) {
  const auto slot = good(open_turn(ada));
  for (int i = 0; i < 5; ++i) {
    clock.advance(options.lease * 2 / 3);
    until_renewed(1);
  }
  EXPECT_EQ(turns_held(ada), 1);
}

TEST_F(LimiterSlots, the_slots_of_a_dead_node_run_out) {
  auto slot = std::make_unique<Slot>(good(open_turn(ada)));
  // Its node does not renew any more, and does not give it back.
  state.fail();
  clock.advance(options.lease);
  EXPECT_EQ(turns_held(ada), 0);
  slot.reset();
}

TEST_F(LimiterSlots, where_nothing_is_open_nothing_is_renewed) {
  auto slot = good(open_turn(ada));
  until_renewed(1);
  slot = Slot();
  // The renewing sees that nothing is left, and ends: then there is nothing left to do at all.
  const int before = state.renewed;
  int steps = 0;
  while (steps < 100 && loop.step()) ++steps;
  EXPECT_LT(steps, 100);
  EXPECT_EQ(state.renewed, before);
  slot = good(open_turn(ada));
  until_renewed(1);
}

TEST_F(LimiterSlots, a_slot_that_the_state_lost_is_told_to_it_again) {
  const auto slot = good(open_turn(ada));
  clock.advance(options.lease);
  ASSERT_EQ(turns_held(ada), 0);
  until_held(1);
}

TEST_F(LimiterSlots, without_a_state_turns_are_opened_and_counted_once_it_is_back) {
  state.fail();
  auto first = good(open_turn(ada));
  auto second = good(open_turn(ada));
  const auto third = good(open_turn(ada));
  EXPECT_EQ(decided("turns", "failed"), 3U);
  EXPECT_EQ(turns_held(ada), 0);
  state.heal();
  until_held(3);
  EXPECT_EQ(code(open_turn(ada)), ErrorCode::kRateLimited);
  first = Slot();
  second = Slot();
  loop.poll();
  EXPECT_EQ(turns_held(ada), 1);
  EXPECT_TRUE(open_turn(ada));
}

TEST_F(LimiterSlots, a_slot_whose_answer_was_lost_is_one_and_is_given_back) {
  state.lose_answers();
  auto slot = good(open_turn(ada));
  EXPECT_EQ(turns_held(ada), 1);
  state.heal();
  until_renewed(1);
  EXPECT_EQ(turns_held(ada), 1);
  slot = Slot();
  loop.poll();
  EXPECT_EQ(turns_held(ada), 0);
}

TEST_F(LimiterSlots, a_caller_who_leaves_while_the_state_thinks_leaves_no_slot_behind) {
  state.hang();
  std::optional<base::Result<Slot>> kept;
  base::TaskGroup group(loop.executor());
  group.spawn(testing::keep_result(limiter.open_turn({}, ada, "default"), kept));
  loop.until([&] { return state.acquired == 1; });
  group.cancel();
  loop.until([&] { return kept.has_value(); });
  EXPECT_EQ(code(*kept), ErrorCode::kCancelled);
  state.heal();
  loop.until([&] { return state.released == 1 && group.size() == 0; });
  EXPECT_EQ(turns_held(ada), 0);
}

TEST_F(LimiterSlots, a_slot_given_back_while_it_is_renewed_does_not_stay_held) {
  auto slot = good(open_turn(ada));
  state.renewals_wait = true;
  until_renewed(1);
  slot = Slot();
  loop.until([&] { return state.released == 1; });
  state.renewals_wait = false;
  loop.until([&] { return state.released == 2; });
  loop.poll();
  EXPECT_EQ(turns_held(ada), 0);
}

TEST_F(LimiterSlots, shutting_down_gives_every_slot_back_and_opens_no_more) {
  auto first = good(open_turn(ada));
  const auto second = good(open_turn(ada));
  loop.wait(limiter.shutdown());
  EXPECT_EQ(turns_held(ada), 0);
  EXPECT_EQ(state.released, 2);
  EXPECT_EQ(code(open_turn(ada)), ErrorCode::kOverloaded);
  first = Slot();
  loop.poll();
  EXPECT_EQ(state.released, 2);
}

TEST_F(LimiterSlots, many_slots_are_renewed_and_given_back) {
  tier().max_turns = 3000;
  reload();
  std::vector<Slot> slots;
  for (int i = 0; i < 2500; ++i) slots.push_back(good(open_turn(ada)));
  clock.advance(options.lease / 2);
  until_renewed(6);
  clock.advance(options.lease / 2);
  EXPECT_EQ(turns_held(ada), 2500);
  slots.clear();
  until_held(0);
}

}  // namespace
}  // namespace parley::limits
