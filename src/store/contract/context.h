// The contract about what a turn sends upstream, and about pins.
#pragma once

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

}  // namespace parley::store::contract
