// The contract about what a turn sends upstream, and about pins.
#pragma once

#include <set>

#include "store/contract/suite.h"

namespace parley::store::contract {

inline std::vector<std::string> contents(const std::vector<model::Message>& messages) {
  std::vector<std::string> found;
  for (const auto& message : messages) found.push_back(message.content);
  return found;
}

TEST_P(StoreContract, the_context_is_the_last_messages_and_older_pinned_ones) {
  using Texts = std::vector<std::string>;
  const auto id = make(ada);
  std::vector<TurnState> turns;
  for (const char* said : {"a", "b", "c", "d"}) turns.push_back(converse(ada, id, said));
  good(wait(store().pin_message({}, ada, turns[0].user_message.id, true)));
  good(wait(store().pin_message({}, ada, turns[1].answer.id, true)));
  good(wait(store().pin_message({}, ada, turns[3].answer.id, true)));
  auto found = good(wait(store().context({}, ada, {.conversation = id, .last = 3})));
  EXPECT_EQ(contents(found.recent), (Texts{"re: c", "d", "re: d"}));
  EXPECT_EQ(contents(found.pinned), (Texts{"a", "re: b"}));
  EXPECT_TRUE(found.pinned[0].pinned);
  EXPECT_EQ(found.conversation.id, id);
  found = good(wait(store().context({}, ada, {.conversation = id, .last = 3, .max_pinned = 1})));
  EXPECT_EQ(contents(found.pinned), (Texts{"re: b"})) << "the newest";
  found = good(wait(
      store().context({}, ada, {.conversation = id, .last = 2, .up_to = turns[2].user_message.position})));
  EXPECT_EQ(contents(found.recent), (Texts{"re: b", "c"}));
  EXPECT_EQ(contents(found.pinned), (Texts{"a"}));
  found = good(wait(store().context({}, ada, {.conversation = id, .last = 0})));
  EXPECT_TRUE(found.recent.empty());
  EXPECT_EQ(found.pinned.size(), 3U);
  good(wait(store().pin_message({}, ada, turns[0].user_message.id, false)));
  found = good(wait(store().context({}, ada, {.conversation = id, .last = 3})));
  EXPECT_EQ(contents(found.pinned), (Texts{"re: b"}));
  EXPECT_EQ(code(wait(store().context({}, ada, {.conversation = id, .last = -1}))), ErrorCode::kBadUserInput);
}

TEST_P(StoreContract, the_context_leaves_out_what_was_not_said) {
  using Texts = std::vector<std::string>;
  const auto id = make(ada);
  const auto old = converse(ada, id, "a");
  auto again = saying(std::nullopt, "");
  again.user_message.reset();
  again.regenerate = old.user_message.id;
  good(begin(ada, again));
  good(finish(ada, ending(again.turn, "better")));
  auto failed = ending(good(begin(ada, saying(id, "b"))).state.turn.id, "half");
  failed.status = MessageStatus::kFailed;
  good(finish(ada, failed));
  auto stopped = ending(good(begin(ada, saying(id, "c"))).state.turn.id, "stopped");
  stopped.status = MessageStatus::kCancelled;
  good(finish(ada, stopped));
  good(begin(ada, saying(id, "d")));
  const auto found = good(wait(store().context({}, ada, {.conversation = id, .last = 50})));
  EXPECT_EQ(contents(found.recent), (Texts{"a", "better", "b", "c", "stopped", "d"}));
}

TEST_P(StoreContract, whatever_changes_what_a_context_tells_gives_it_another_revision) {
  const auto id = make(ada);
  std::set<std::int64_t> seen;
  const auto changed = [&] {
    return seen.insert(good(wait(store().context({}, ada, {.conversation = id}))).revision).second;
  };
  EXPECT_TRUE(changed());
  EXPECT_FALSE(changed()) << "reading changes nothing";
  const auto first = good(begin(ada, saying(id, "a")));
  EXPECT_TRUE(changed());
  good(wait(store().checkpoint_turn({}, ada, {.turn = first.state.turn.id, .text = "half"})));
  EXPECT_FALSE(changed()) << "what streams is not told";
  good(finish(ada, ending(first.state.turn.id, "whole")));
  EXPECT_TRUE(changed());
  good(wait(store().pin_message({}, ada, first.state.answer.id, true)));
  EXPECT_TRUE(changed());
  good(wait(store().pin_message({}, ada, first.state.answer.id, true)));
  EXPECT_FALSE(changed()) << "it was pinned already";
  good(wait(store().update_conversation({}, ada, {.id = id, .system_prompt = "be brief", .now = kStart})));
  EXPECT_TRUE(changed());
  good(wait(store().note_conversation({}, ada, {.id = id, .summary = "s", .summary_position = 1})));
  EXPECT_TRUE(changed());
  good(begin(ada, saying(id, "lost")));
  EXPECT_TRUE(changed());
  EXPECT_EQ(good(wait(store().reap_turns({}, {.now = kStart + 1h}))).size(), 1U);
  EXPECT_TRUE(changed());
}

TEST_P(StoreContract, a_turn_begins_only_on_the_context_that_was_read) {
  const auto id = make(ada);
  const auto revision = [&] { return good(wait(store().context({}, ada, {.conversation = id}))).revision; };
  auto stale = saying(id, "stale");
  stale.expected_revision = revision();
  const auto first = good(begin(ada, saying(id, "first")));
  EXPECT_EQ(code(begin(ada, stale)), ErrorCode::kTurnInProgress);
  good(finish(ada, ending(first.state.turn.id, "done")));
  auto refused = begin(ada, stale);
  EXPECT_EQ(code(refused), ErrorCode::kConflict);
  EXPECT_FALSE(refused.error().current_version);
  stale.expected_revision = revision();
  EXPECT_FALSE(good(begin(ada, stale)).replayed);

  // A lost turn says something that the context does not tell before it is reaped.
  auto next = saying(id, "next", kStart + 1h);
  next.expected_revision = revision();
  EXPECT_EQ(code(begin(ada, next)), ErrorCode::kConflict);
  EXPECT_EQ(good(wait(store().reap_turns({}, {.now = kStart + 1h}))).size(), 1U);
  next.expected_revision = revision();
  EXPECT_FALSE(good(begin(ada, next)).reaped);
}

}  // namespace parley::store::contract
