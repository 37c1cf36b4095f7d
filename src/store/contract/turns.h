// The contract about turns: one begin, one end, once each.
#pragma once

#include "store/contract/suite.h"

namespace parley::store::contract {

TEST_P(StoreContract, a_turn_begins_with_the_users_message_and_a_streaming_answer) {
  const auto id = make(ada);
  auto wanted = saying(id, "hello", kStart + 1s);
  wanted.user_message->client_message_id = "m-1";
  const auto begun = good(begin(ada, wanted));
  EXPECT_FALSE(begun.replayed);
  const TurnState& state = begun.state;
  EXPECT_EQ(state.conversation->version, 2);
  EXPECT_EQ(state.conversation->message_count, 2);
  EXPECT_EQ(state.conversation->updated_at, kStart + 1s);
  EXPECT_EQ(state.user_message.position, 1);
  EXPECT_EQ(state.user_message.content, "hello");
  EXPECT_EQ(state.user_message.client_message_id, "m-1");
  EXPECT_EQ(state.user_message.status, MessageStatus::kComplete);
  EXPECT_EQ(state.answer.position, 2);
  EXPECT_EQ(state.answer.status, MessageStatus::kStreaming);
  EXPECT_EQ(state.answer.reply_to, state.user_message.id);
  EXPECT_EQ(state.answer.answer->route, "the default");
  EXPECT_EQ(state.turn.status, MessageStatus::kStreaming);
  EXPECT_EQ(state.turn.reserved_event, kEventReserve);
  EXPECT_EQ(state.turn.lease_until, kStart + 31s);
  EXPECT_EQ(good(wait(store().turn({}, ada, wanted.turn))), state);
  EXPECT_EQ(good(wait(store().messages({}, ada, {wanted.answer, wanted.user_message->id}))),
            (std::vector<std::optional<model::Message>>{state.answer, state.user_message}));
}

TEST_P(StoreContract, a_finished_turn_holds_the_answer_its_usage_and_its_events) {
  const auto id = make(ada);
  const auto begun = good(begin(ada, saying(id, "hello")));
  auto request = ending(begun.state.turn.id, "good day", kStart + 9s);
  request.info.error = model::TurnError{ErrorCode::kProviderUnavailable, "try later", 250ms};
  const auto ended = good(finish(ada, request));
  EXPECT_TRUE(ended.applied);
  EXPECT_EQ(ended.state.turn.status, MessageStatus::kComplete);
  EXPECT_EQ(ended.state.turn.ended_at, kStart + 9s);
  EXPECT_EQ(ended.state.turn.last_event, 3);
  EXPECT_EQ(ended.state.answer.content, "good day");
  EXPECT_EQ(ended.state.answer.answer, request.info);
  EXPECT_EQ(ended.state.conversation->version, 2) << "a turn's end is no change that a writer could miss";
  EXPECT_EQ(ended.state.conversation->updated_at, kStart + 9s);
  EXPECT_EQ(ended.state.conversation->usage, request.info.usage);
  const auto log = good(wait(store().turn_log({}, ada, request.turn)));
  EXPECT_EQ(log.state, ended.state);
  const auto events = good(model::decode_event_log(log.event_log, log.state.answer.content));
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[1].text, "good day");
}

TEST_P(StoreContract, a_turn_ends_once) {
  const auto id = make(ada);
  const auto begun = good(begin(ada, saying(id, "hello")));
  const auto first = good(finish(ada, ending(begun.state.turn.id, "first")));
  auto second = ending(begun.state.turn.id, "second", kStart + 5s);
  second.status = MessageStatus::kFailed;
  const auto refused = good(finish(ada, second));
  EXPECT_FALSE(refused.applied);
  EXPECT_EQ(refused.state, first.state);
  EXPECT_EQ(usage_of(ada).at(0).turns, 1);
  EXPECT_EQ(code(wait(store().checkpoint_turn({}, ada, {.turn = begun.state.turn.id, .text = "late"}))),
            ErrorCode::kConflict);
  EXPECT_EQ(good(wait(store().message({}, ada, first.state.answer.id))).content, "first");
}

TEST_P(StoreContract, finishing_an_unknown_turn_is_not_found) {
  EXPECT_EQ(code(finish(ada, ending(next<model::TurnId>(), "x"))), ErrorCode::kNotFound);
  EXPECT_EQ(code(wait(store().checkpoint_turn({}, ada, {.turn = next<model::TurnId>()}))),
            ErrorCode::kNotFound);
}

TEST_P(StoreContract, a_turn_can_make_its_conversation) {
  auto wanted = saying(std::nullopt, "hello");
  wanted.new_conversation = NewConversation{.id = next<model::ConversationId>(), .model = "small"};
  const auto begun = good(begin(ada, wanted));
  EXPECT_EQ(begun.state.conversation->id, wanted.new_conversation->id);
  EXPECT_EQ(begun.state.conversation->message_count, 2);
  EXPECT_EQ(good(wait(store().conversation({}, ada, wanted.new_conversation->id))), begun.state.conversation);
}

TEST_P(StoreContract, a_turn_that_cannot_begin_leaves_nothing) {
  auto wanted = saying(std::nullopt, "hello");
  wanted.new_conversation = NewConversation{.id = next<model::ConversationId>(), .model = "small"};
  wanted.idempotency = IdempotencyKey{"m:1", "f"};
  const auto taken = good(begin(bob, saying(make(bob), "hi"))).state;
  wanted.answer = taken.answer.id;
  EXPECT_EQ(code(begin(ada, wanted)), ErrorCode::kConflict);
  EXPECT_EQ(code(wait(store().conversation({}, ada, wanted.new_conversation->id))), ErrorCode::kNotFound);
  EXPECT_EQ(code(wait(store().message({}, ada, wanted.user_message->id))), ErrorCode::kNotFound);
  wanted.answer = next<model::MessageId>();
  EXPECT_FALSE(good(begin(ada, wanted)).replayed) << "the key was not used up";
}

TEST_P(StoreContract, a_stateless_turn_has_no_conversation) {
  const auto begun = good(begin(ada, saying(std::nullopt, "hello")));
  EXPECT_FALSE(begun.state.conversation);
  EXPECT_FALSE(begun.state.answer.conversation);
  good(begin(ada, saying(std::nullopt, "at the same time")));
  const auto ended = good(finish(ada, ending(begun.state.turn.id, "hi")));
  EXPECT_EQ(good(wait(store().turn({}, ada, begun.state.turn.id))), ended.state);
  const auto rows = usage_of(ada, false, true);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_FALSE(rows[0].conversation);
}

TEST_P(StoreContract, a_conversation_has_one_running_turn) {
  const auto id = make(ada);
  const auto first = good(begin(ada, saying(id, "one")));
  EXPECT_EQ(code(begin(ada, saying(id, "two"))), ErrorCode::kTurnInProgress);
  good(begin(ada, saying(make(ada), "elsewhere")));
  good(finish(ada, ending(first.state.turn.id, "done")));
  EXPECT_EQ(good(begin(ada, saying(id, "two"))).state.user_message.position, 3);
}

TEST_P(StoreContract, a_known_key_gives_the_same_turn_as_it_is_now) {
  const auto id = make(ada);
  auto wanted = saying(id, "hello");
  wanted.idempotency = IdempotencyKey{"m:abc", "fingerprint"};
  const auto first = good(begin(ada, wanted));
  auto repeated = saying(id, "hello");
  repeated.idempotency = wanted.idempotency;
  repeated.expected_version = 1;
  auto again = good(begin(ada, repeated));
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.state, first.state);
  const auto ended = good(finish(ada, ending(first.state.turn.id, "done")));
  again = good(begin(ada, repeated));
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.state, ended.state);

  repeated.idempotency->fingerprint = "another";
  EXPECT_EQ(code(begin(ada, repeated)), ErrorCode::kIdempotencyMismatch);
  repeated.idempotency = IdempotencyKey{"k:abc", "fingerprint"};
  repeated.expected_version.reset();
  EXPECT_FALSE(good(begin(ada, repeated)).replayed) << "another kind of id is another id";
  auto bobs = saying(make(bob), "hello");
  bobs.idempotency = wanted.idempotency;
  EXPECT_FALSE(good(begin(bob, bobs)).replayed);
  EXPECT_EQ(good(wait(store().conversation({}, ada, id))).message_count, 4);
}

TEST_P(StoreContract, a_known_key_can_be_asked_for_alone) {
  const auto id = make(ada);
  auto wanted = saying(id, "hello");
  wanted.idempotency = IdempotencyKey{"m:abc", "f"};
  wanted.only_known = true;
  EXPECT_EQ(code(begin(ada, wanted)), ErrorCode::kNotFound);
  EXPECT_EQ(good(wait(store().conversation({}, ada, id))).message_count, 0);
  wanted.only_known = false;
  const auto first = good(begin(ada, wanted));
  wanted.only_known = true;
  const auto again = good(begin(ada, wanted));
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.state, first.state);
  wanted.idempotency->fingerprint = "another";
  EXPECT_EQ(code(begin(ada, wanted)), ErrorCode::kIdempotencyMismatch);
}

TEST_P(StoreContract, a_key_outlives_its_conversation) {
  const auto id = make(ada);
  auto wanted = saying(id, "hello");
  wanted.idempotency = IdempotencyKey{"m:abc", "f"};
  good(finish(ada, ending(good(begin(ada, wanted)).state.turn.id, "done")));
  good(wait(store().delete_conversation({}, ada, id, kStart)));
  auto repeated = saying(make(ada), "hello");
  repeated.idempotency = wanted.idempotency;
  EXPECT_EQ(code(begin(ada, repeated)), ErrorCode::kNotFound);
}

TEST_P(StoreContract, an_answer_given_anew_supersedes_the_old_one_once_it_is_complete) {
  const auto id = make(ada);
  const auto old = converse(ada, id, "hello");
  auto again = saying(std::nullopt, "");
  again.user_message.reset();
  again.regenerate = old.user_message.id;
  auto begun = good(begin(ada, again));
  EXPECT_EQ(begun.state.user_message, old.user_message);
  EXPECT_EQ(begun.state.answer.position, 3);
  EXPECT_EQ(begun.state.answer.reply_to, old.user_message.id);
  EXPECT_EQ(begun.state.conversation->message_count, 3);
  auto failed = ending(begun.state.turn.id, "");
  failed.status = MessageStatus::kFailed;
  good(finish(ada, failed));
  EXPECT_FALSE(good(wait(store().message({}, ada, old.answer.id))).superseded);

  again.turn = next<model::TurnId>();
  again.answer = next<model::MessageId>();
  good(begin(ada, again));
  good(finish(ada, ending(again.turn, "better")));
  EXPECT_TRUE(good(wait(store().message({}, ada, old.answer.id))).superseded);
  EXPECT_FALSE(good(wait(store().message({}, ada, again.answer))).superseded);
  again.regenerate = old.answer.id;
  EXPECT_EQ(code(begin(ada, again)), ErrorCode::kNotFound) << "only what a user said is answered";
}

TEST_P(StoreContract, usage_is_summed_by_day_model_and_conversation) {
  const auto one = make(ada);
  const auto two = make(ada);
  const auto day = std::chrono::floor<std::chrono::days>(kStart);
  int n = 0;
  for (const auto& id : {one, two, one}) {
    const auto begun = good(begin(ada, saying(id, "x")));
    auto request = ending(begun.state.turn.id, "y", kStart + std::chrono::days(n == 2 ? 1 : 0));
    if (n++ == 1) request.info.model = "small";
    good(finish(ada, request));
  }
  good(finish(bob, ending(good(begin(bob, saying(make(bob), "x"))).state.turn.id, "y")));
  const auto days = usage_of(ada);
  ASSERT_EQ(days.size(), 2U);
  EXPECT_EQ(days[0].day, day);
  EXPECT_EQ(days[0].turns, 2);
  EXPECT_EQ(days[0].usage.input, model::Tokens(20));
  EXPECT_EQ(days[0].usage.cost, model::MicroUsd(1400));
  EXPECT_EQ(days[0].saved, model::Tokens(6));
  EXPECT_FALSE(days[0].model);
  EXPECT_EQ(days[1].day, day + std::chrono::days(1));
  const auto models = usage_of(ada, true);
  ASSERT_EQ(models.size(), 2U);
  EXPECT_EQ(models[0].model, "large");
  EXPECT_EQ(models[0].turns, 2);
  EXPECT_EQ(models[1].turns, 1);
  const auto conversations = usage_of(ada, false, true);
  ASSERT_EQ(conversations.size(), 2U);
  EXPECT_EQ(conversations[0].conversation, one);
  EXPECT_EQ(conversations[0].turns, 2);
  const auto total = good(wait(store().usage({}, ada, {.from = day, .to = day, .by_day = false})));
  ASSERT_EQ(total.size(), 1U);
  EXPECT_EQ(total[0].turns, 2);
}

}  // namespace parley::store::contract
