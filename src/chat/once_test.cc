// The same client id is the same turn: one provider call, one charge, one answer.
#include <gtest/gtest.h>

#include "testing/scene.h"

namespace parley::chat {
namespace {

using base::ErrorCode;
using model::MessageStatus;
using testing::code;
using testing::good;
using testing::Hold;
using testing::kAda;
using testing::kBob;
using testing::Scene;

using Started = std::optional<base::Result<StartedTurn>>;

TEST(Once, an_id_that_is_known_gives_the_ended_turn) {
  Scene scene;
  const TurnInput asked{.content = "hi", .client_message_id = "c-1"};
  const auto first = scene.converse(asked);
  const auto again = good(scene.start(asked));
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.state, first);
  EXPECT_EQ(scene.provider.requests.size(), 1U);
  EXPECT_EQ(scene.usage().turns, 1);
  EXPECT_EQ(scene.engine.open_turns(), 0U);
}

TEST(Once, an_id_that_is_known_gives_the_turn_that_runs) {
  Scene scene;
  auto script = testing::say({"one ", "two"});
  script.steps.insert(script.steps.begin() + 1, Hold{});
  scene.provider.scripts.push_back(script);
  const TurnInput asked{.content = "hi", .client_message_id = "c-1"};
  const auto first = good(scene.start(asked));
  scene.until_told(first.state.turn.id, 2);
  const auto again = good(scene.start(asked));
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.state.turn.id, first.state.turn.id);
  EXPECT_EQ(again.state.turn.status, MessageStatus::kStreaming);
  scene.provider.release();
  // Both follow the same turn to the same end.
  EXPECT_EQ(good(scene.events(again.state.turn.id)).size(), 4U);
  EXPECT_EQ(good(scene.end_of(again.state.turn.id)).answer.content, "one two");
  EXPECT_EQ(scene.provider.requests.size(), 1U);
  EXPECT_EQ(scene.usage().turns, 1);
}

TEST(Once, an_id_that_is_sent_many_times_at_once_is_one_turn) {
  Scene scene;
  const auto talk = scene.make_conversation();
  const TurnInput asked{.conversation = talk, .content = "hi", .client_message_id = "c-1"};
  std::vector<Started> results(20);
  for (Started& result : results) {
    scene.loop.tasks().spawn(testing::keep_result(scene.engine.start_turn({}, kAda, asked), result));
  }
  scene.loop.until([&] { return scene.loop.tasks().size() == 0; });
  int fresh = 0;
  for (const Started& result : results) {
    const auto started = good(*result);
    fresh += started.replayed ? 0 : 1;
    EXPECT_EQ(started.state.turn.id, good(*results[0]).state.turn.id);
  }
  EXPECT_EQ(fresh, 1);
  EXPECT_EQ(good(scene.end_of(good(*results[0]).state.turn.id)).turn.status, MessageStatus::kComplete);
  EXPECT_EQ(scene.provider.requests.size(), 1U);
  EXPECT_EQ(scene.usage().turns, 1);
  EXPECT_EQ(good(scene.loop.wait(scene.conversations.get({}, kAda, talk))).message_count, 2);
}

TEST(Once, an_id_that_is_used_for_something_else_is_refused) {
  Scene scene;
  scene.converse({.content = "hi", .client_message_id = "c-1"});
  EXPECT_EQ(code(scene.start({.content = "ho", .client_message_id = "c-1"})),
            ErrorCode::kIdempotencyMismatch);
  EXPECT_EQ(code(scene.start({.content = "hi", .client_message_id = "c-1", .temperature = 1})),
            ErrorCode::kIdempotencyMismatch);
  EXPECT_EQ(scene.provider.requests.size(), 1U);
}

TEST(Once, a_message_id_and_an_idempotency_key_are_different_ids) {
  Scene scene;
  scene.converse({.content = "hi", .client_message_id = "1"});
  const TurnInput keyed{.content = "hi", .idempotency_key = "1"};
  const auto first = scene.converse(keyed);
  EXPECT_TRUE(good(scene.start(keyed)).replayed);
  EXPECT_EQ(scene.provider.requests.size(), 2U);
  // The message's id is looked at first.
  EXPECT_NE(
      good(scene.start({.content = "hi", .client_message_id = "1", .idempotency_key = "1"})).state.turn.id,
      first.turn.id);
}

TEST(Once, another_users_id_is_another_id) {
  Scene scene;
  scene.converse({.content = "hi", .client_message_id = "c-1"});
  const auto bobs =
      good(scene.loop.wait(scene.engine.start_turn({}, kBob, {.content = "hi", .client_message_id = "c-1"})));
  EXPECT_FALSE(bobs.replayed);
  EXPECT_EQ(code(scene.end_of(bobs.state.turn.id)), ErrorCode::kNotFound)
      << "and Ada does not see Bob's turn";
  EXPECT_EQ(good(scene.loop.wait(scene.engine.wait({}, kBob, bobs.state.turn.id))).turn.status,
            MessageStatus::kComplete);
}

TEST(Once, an_answer_given_anew_is_given_anew_once) {
  Scene scene;
  const auto old = scene.converse({.content = "hi"});
  const RegenerateInput asked{.message = old.answer.id, .client_message_id = "r-1"};
  const auto first = good(scene.loop.wait(scene.engine.regenerate({}, kAda, asked)));
  good(scene.end_of(first.state.turn.id));
  const auto again = good(scene.loop.wait(scene.engine.regenerate({}, kAda, asked)));
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.state.turn.id, first.state.turn.id);
  EXPECT_EQ(scene.provider.requests.size(), 2U);
  EXPECT_EQ(code(scene.start({.content = "hi", .client_message_id = "r-1"})),
            ErrorCode::kIdempotencyMismatch);
}

TEST(Once, an_id_is_known_to_the_next_process_too) {
  store::sqlite::Scratch scratch;
  const TurnInput asked{.content = "hi", .client_message_id = "c-1"};
  model::TurnId first;
  {
    Scene scene(testing::patient(), {}, scratch.path());
    first = scene.converse(asked).turn.id;
  }
  Scene scene(testing::patient(), {}, scratch.path());
  const auto again = good(scene.start(asked));
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.state.turn.id, first);
  EXPECT_TRUE(scene.provider.requests.empty());
}

}  // namespace
}  // namespace parley::chat
