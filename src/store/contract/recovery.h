// The contract about lost turns: what their node wrote last is what they were.
#pragma once

#include "store/contract/suite.h"

namespace parley::store::contract {

TEST_P(StoreContract, a_checkpoint_keeps_the_text_and_renews_the_lease) {
  const auto begun = good(begin(ada, saying(make(ada), "hello")));
  good(wait(store().checkpoint_turn({}, ada,
                                    {.turn = begun.state.turn.id,
                                     .text = "good",
                                     .event_log = "log",
                                     .last_event = 7,
                                     .reserve_to = 9000,
                                     .usage = {.output = model::Tokens(2)},
                                     .lease = 30s,
                                     .now = kStart + 20s})));
  const auto state = good(wait(store().turn({}, ada, begun.state.turn.id)));
  EXPECT_EQ(state.answer.content, "good");
  EXPECT_EQ(state.answer.answer->usage.output, model::Tokens(2));
  EXPECT_EQ(state.turn.last_event, 7);
  EXPECT_EQ(state.turn.reserved_event, 9000);
  EXPECT_EQ(state.turn.lease_until, kStart + 50s);
  EXPECT_TRUE(good(wait(store().reap_turns({}, {.now = kStart + 49s}))).empty());
  good(wait(
      store().checkpoint_turn({}, ada, {.turn = begun.state.turn.id, .text = "good day", .reserve_to = 5})));
  EXPECT_EQ(good(wait(store().turn({}, ada, begun.state.turn.id))).turn.reserved_event, 9000)
      << "never lower";
}

TEST_P(StoreContract, a_lost_turn_ends_interrupted_with_the_text_that_got_through) {
  const auto id = make(ada);
  const auto begun = good(begin(ada, saying(id, "hello")));
  const std::vector<model::TurnEvent> events{{1, model::TurnEventKind::kStarted},
                                             {2, model::TurnEventKind::kDelta, "go"},
                                             {3, model::TurnEventKind::kDelta, "od"}};
  good(wait(store().checkpoint_turn({}, ada,
                                    {.turn = begun.state.turn.id,
                                     .text = "good",
                                     .event_log = model::encode_event_log(events, "good"),
                                     .last_event = 3,
                                     .reserve_to = 5000,
                                     .usage = {.input = model::Tokens(8), .output = model::Tokens(2)},
                                     .now = kStart})));
  const auto reaped = good(wait(store().reap_turns({}, {.now = kStart + 30s})));
  ASSERT_EQ(reaped.size(), 1U);
  EXPECT_EQ(reaped[0].owner, ada);
  const TurnState& state = reaped[0].state;
  EXPECT_EQ(state.turn.status, MessageStatus::kInterrupted);
  EXPECT_EQ(state.answer.status, MessageStatus::kInterrupted);
  EXPECT_EQ(state.answer.content, "good");
  EXPECT_EQ(state.turn.last_event, 5001) << "above everything that the lost node may have sent";
  EXPECT_EQ(state.turn.ended_at, kStart + 30s);
  EXPECT_EQ(state.conversation->usage.output, model::Tokens(2));
  const auto log = good(wait(store().turn_log({}, ada, state.turn.id)));
  EXPECT_EQ(log.state, state);
  auto expected = events;
  expected.push_back({5001, model::TurnEventKind::kInterrupted});
  EXPECT_EQ(good(model::decode_event_log(log.event_log, "good")), expected);
  EXPECT_EQ(usage_of(ada).at(0).usage.input, model::Tokens(8));

  EXPECT_TRUE(good(wait(store().reap_turns({}, {.now = kStart + 99s}))).empty());
  const auto late = good(finish(ada, ending(state.turn.id, "good day")));
  EXPECT_FALSE(late.applied) << "the node that was thought dead comes too late";
  EXPECT_EQ(late.state, state);
  EXPECT_EQ(usage_of(ada).at(0).turns, 1);
}

TEST_P(StoreContract, a_turn_lost_before_its_first_checkpoint_began_and_ended) {
  const auto begun = good(begin(ada, saying(std::nullopt, "hello")));
  const auto reaped = good(wait(store().reap_turns({}, {.now = kStart + 1h})));
  ASSERT_EQ(reaped.size(), 1U);
  EXPECT_EQ(reaped[0].state.turn.last_event, kEventReserve + 1);
  const auto log = good(wait(store().turn_log({}, ada, begun.state.turn.id)));
  EXPECT_EQ(good(model::decode_event_log(log.event_log, "")),
            (std::vector<model::TurnEvent>{{1, model::TurnEventKind::kStarted},
                                           {kEventReserve + 1, model::TurnEventKind::kInterrupted}}));
}

TEST_P(StoreContract, a_lost_turn_makes_way_for_the_next) {
  const auto id = make(ada);
  const auto lost = good(begin(ada, saying(id, "one")));
  EXPECT_EQ(code(begin(ada, saying(id, "two", kStart + 29s))), ErrorCode::kTurnInProgress);
  const auto begun = good(begin(ada, saying(id, "two", kStart + 30s)));
  ASSERT_TRUE(begun.reaped);
  EXPECT_EQ(begun.reaped->turn.id, lost.state.turn.id);
  EXPECT_EQ(begun.reaped->turn.status, MessageStatus::kInterrupted);
  EXPECT_EQ(good(wait(store().turn({}, ada, lost.state.turn.id))).turn, begun.reaped->turn);
  EXPECT_EQ(good(wait(store().conversation({}, ada, id))), begun.state.conversation);
}

TEST_P(StoreContract, the_only_node_takes_over_every_other_nodes_turns_at_once) {
  auto mine = saying(make(ada), "mine");
  mine.node = "now";
  good(begin(ada, mine));
  const auto before = good(begin(bob, saying(make(bob), "before the restart")));
  EXPECT_TRUE(good(wait(store().reap_turns({}, {.now = kStart}))).empty());
  const auto reaped = good(wait(store().reap_turns({}, {.now = kStart, .sole_node = "now"})));
  ASSERT_EQ(reaped.size(), 1U);
  EXPECT_EQ(reaped[0].owner, bob);
  EXPECT_EQ(reaped[0].state.turn.id, before.state.turn.id);
}

TEST_P(StoreContract, turns_are_reaped_a_few_at_a_time) {
  for (int i = 0; i < 5; ++i) good(begin(ada, saying(make(ada), "x")));
  const ReapTurns reap{.now = kStart + 1h, .limit = 3};
  EXPECT_EQ(good(wait(store().reap_turns({}, reap))).size(), 3U);
  EXPECT_EQ(good(wait(store().reap_turns({}, reap))).size(), 2U);
  EXPECT_EQ(good(wait(store().reap_turns({}, reap))).size(), 0U);
}

}  // namespace parley::store::contract
