// The contract about conversations: making, changing, deleting, and keeping them apart.
#pragma once

#include "store/contract/suite.h"

namespace parley::store::contract {

TEST_P(StoreContract, a_conversation_is_read_as_it_was_made) {
  const auto id = next<model::ConversationId>();
  const NewConversation wanted{.id = id,
                               .title = "Gärten",
                               .model = "small",
                               .briefing = "be brief",
                               .system_prompt = std::string("a\0b", 3),
                               .client_id = "c-1"};
  const auto made = good(wait(store().create_conversation({}, ada, wanted, kStart)));
  EXPECT_TRUE(made.created);
  EXPECT_EQ(made.conversation.version, 1);
  EXPECT_EQ(made.conversation.created_at, kStart);
  EXPECT_EQ(made.conversation.system_prompt, std::string("a\0b", 3));
  EXPECT_EQ(good(wait(store().conversation({}, ada, id))), made.conversation);
}

TEST_P(StoreContract, a_client_id_makes_one_conversation) {
  NewConversation wanted{
      .id = next<model::ConversationId>(), .title = "one", .model = "small", .client_id = "mine"};
  const auto first = good(wait(store().create_conversation({}, ada, wanted, kStart)));
  wanted.id = next<model::ConversationId>();
  wanted.title = "two";
  const auto again = good(wait(store().create_conversation({}, ada, wanted, kStart + 5s)));
  EXPECT_FALSE(again.created);
  EXPECT_EQ(again.conversation, first.conversation);
  for (const auto& owner : {bob, other_ada}) {
    wanted.id = next<model::ConversationId>();
    EXPECT_TRUE(good(wait(store().create_conversation({}, owner, wanted, kStart))).created);
  }
  good(wait(store().delete_conversation({}, ada, first.conversation.id, kStart)));
  wanted.id = next<model::ConversationId>();
  EXPECT_EQ(code(wait(store().create_conversation({}, ada, wanted, kStart))), ErrorCode::kNotFound)
      << "a late repetition does not bring a deleted conversation back";
}

TEST_P(StoreContract, an_id_is_not_taken_twice) {
  const auto id = make(ada);
  EXPECT_EQ(code(wait(store().create_conversation({}, bob, {.id = id, .model = "small"}, kStart))),
            ErrorCode::kConflict);
}

TEST_P(StoreContract, an_update_changes_what_is_set_and_raises_the_version) {
  const auto id = make(ada);
  auto changed = good(wait(store().update_conversation(
      {}, ada, {.id = id, .expected_version = 1, .title = "new", .archived = true, .now = kStart + 1s})));
  EXPECT_EQ(changed.title, "new");
  EXPECT_TRUE(changed.archived);
  EXPECT_EQ(changed.model, "small");
  EXPECT_EQ(changed.version, 2);
  EXPECT_EQ(changed.updated_at, kStart + 1s);
  EXPECT_EQ(good(wait(store().conversation({}, ada, id))), changed);
  ConversationUpdate clear{.id = id, .model = "large", .now = kStart};
  clear.title.emplace(std::nullopt);
  changed = good(wait(store().update_conversation({}, ada, clear)));
  EXPECT_EQ(changed.title, std::nullopt);
  EXPECT_EQ(changed.model, "large");
  EXPECT_EQ(changed.updated_at, kStart + 1s) << "a clock that steps back does not";
}

TEST_P(StoreContract, a_stale_writer_is_told_the_current_version) {
  const auto id = make(ada);
  good(wait(store().update_conversation({}, ada, {.id = id, .title = "new", .now = kStart})));
  const auto stale =
      wait(store().update_conversation({}, ada, {.id = id, .expected_version = 1, .title = "late"}));
  EXPECT_EQ(code(stale), ErrorCode::kConflict);
  EXPECT_EQ(stale.error().current_version, 2);
  auto turn = saying(id, "hello");
  turn.expected_version = 1;
  const auto late = begin(ada, turn);
  EXPECT_EQ(code(late), ErrorCode::kConflict);
  EXPECT_EQ(late.error().current_version, 2);
  EXPECT_EQ(good(wait(store().conversation({}, ada, id))).title, "new");
  turn.expected_version = 2;
  EXPECT_EQ(good(begin(ada, turn)).state.conversation->version, 3);
}

TEST_P(StoreContract, notes_change_neither_version_nor_order) {
  const auto id = next<model::ConversationId>();
  good(wait(store().create_conversation({}, ada, {.id = id, .model = "small"}, kStart)));
  good(wait(store().note_conversation(
      {}, ada, {.id = id, .title_if_none = "found", .summary = "so far", .summary_position = 4})));
  auto noted = good(wait(store().note_conversation(
      {}, ada, {.id = id, .title_if_none = "later", .summary = "older", .summary_position = 2})));
  EXPECT_EQ(noted.title, "found");
  EXPECT_EQ(noted.summary, "so far");
  EXPECT_EQ(noted.summary_position, 4);
  EXPECT_EQ(noted.version, 1);
  EXPECT_EQ(noted.updated_at, kStart);
}

TEST_P(StoreContract, deleting_takes_messages_and_turns_but_not_the_usage) {
  const auto id = make(ada);
  const auto state = converse(ada, id, "hello");
  good(wait(store().delete_conversation({}, ada, id, kStart)));
  EXPECT_EQ(code(wait(store().conversation({}, ada, id))), ErrorCode::kNotFound);
  EXPECT_EQ(code(wait(store().message({}, ada, state.answer.id))), ErrorCode::kNotFound);
  EXPECT_EQ(code(wait(store().turn({}, ada, state.turn.id))), ErrorCode::kNotFound);
  EXPECT_EQ(code(wait(store().turn_log({}, ada, state.turn.id))), ErrorCode::kNotFound);
  EXPECT_EQ(code(wait(store().delete_conversation({}, ada, id, kStart))), ErrorCode::kNotFound);
  ASSERT_EQ(usage_of(ada).size(), 1U);
  EXPECT_EQ(usage_of(ada)[0].turns, 1);
}

TEST_P(StoreContract, a_conversation_with_a_running_turn_is_not_deleted_unless_the_turn_is_lost) {
  const auto id = make(ada);
  good(begin(ada, saying(id, "hello")));
  EXPECT_EQ(code(wait(store().delete_conversation({}, ada, id, kStart + 29s))), ErrorCode::kTurnInProgress);
  good(wait(store().delete_conversation({}, ada, id, kStart + 30s)));
  EXPECT_EQ(usage_of(ada).at(0).turns, 1) << "the lost turn was settled first";
}

TEST_P(StoreContract, another_owners_things_are_not_found) {
  const auto id = make(ada);
  const auto state = converse(ada, id, "secret");
  const auto running = good(begin(ada, saying(id, "more"))).state;
  for (const auto& owner : {bob, other_ada, model::Owner{"nobody", "here"}}) {
    EXPECT_EQ(code(wait(store().conversation({}, owner, id))), ErrorCode::kNotFound);
    EXPECT_EQ(code(wait(store().update_conversation({}, owner, {.id = id, .title = "x"}))),
              ErrorCode::kNotFound);
    EXPECT_EQ(code(wait(store().note_conversation({}, owner, {.id = id}))), ErrorCode::kNotFound);
    EXPECT_EQ(code(wait(store().delete_conversation({}, owner, id, kStart))), ErrorCode::kNotFound);
    EXPECT_EQ(code(wait(store().message_page({}, owner, id, {.first = 5}))), ErrorCode::kNotFound);
    EXPECT_EQ(code(wait(store().message({}, owner, state.answer.id))), ErrorCode::kNotFound);
    EXPECT_EQ(code(wait(store().pin_message({}, owner, state.answer.id, true))), ErrorCode::kNotFound);
    EXPECT_EQ(code(wait(store().context({}, owner, {.conversation = id}))), ErrorCode::kNotFound);
    EXPECT_EQ(code(wait(store().turn({}, owner, state.turn.id))), ErrorCode::kNotFound);
    EXPECT_EQ(code(wait(store().turn_log({}, owner, state.turn.id))), ErrorCode::kNotFound);
    EXPECT_EQ(code(begin(owner, saying(id, "intrude"))), ErrorCode::kNotFound);
    auto again = saying(std::nullopt, "");
    again.user_message.reset();
    again.regenerate = state.user_message.id;
    EXPECT_EQ(code(begin(owner, again)), ErrorCode::kNotFound);
    EXPECT_EQ(code(finish(owner, ending(running.turn.id, "stolen"))), ErrorCode::kNotFound);
    EXPECT_EQ(code(wait(store().checkpoint_turn({}, owner, {.turn = running.turn.id, .text = "x"}))),
              ErrorCode::kNotFound);
    EXPECT_TRUE(good(wait(store().list_conversations({}, owner, {.archived = std::nullopt}, {.first = 5})))
                    .items.empty());
    EXPECT_TRUE(usage_of(owner).empty());
  }
  EXPECT_EQ(good(wait(store().turn({}, ada, running.turn.id))), running) << "nobody changed anything";
}

TEST_P(StoreContract, many_conversations_are_read_at_once_in_the_order_asked) {
  const auto one = make(ada, "one");
  const auto foreign = make(bob, "foreign");
  const auto two = make(ada, "two");
  const auto found =
      good(wait(store().conversations({}, ada, {two, foreign, one, next<model::ConversationId>(), two})));
  ASSERT_EQ(found.size(), 5U);
  EXPECT_EQ(found[0]->title, "two");
  EXPECT_FALSE(found[1]);
  EXPECT_EQ(found[2]->title, "one");
  EXPECT_FALSE(found[3]);
  EXPECT_EQ(found[4], found[0]);
  EXPECT_EQ(code(wait(store().conversations({}, ada, std::vector<model::ConversationId>(kMaxPage + 1)))),
            ErrorCode::kBadUserInput);
}

}  // namespace parley::store::contract
