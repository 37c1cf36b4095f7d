// Who ends a turn: stop() does, a client that leaves does not.
#include <gtest/gtest.h>

#include "testing/scene.h"

namespace parley::chat {
namespace {

using base::ErrorCode;
using model::MessageStatus;
using model::TurnEventKind;
using testing::code;
using testing::good;
using testing::Hold;
using testing::kAda;
using testing::kBob;
using testing::Scene;
using testing::Script;

constexpr int kPieces = 4;

std::string piece(int n) {
  return "piece " + std::to_string(n) + " ";
}
std::string pieces(int count) {
  std::string text;
  for (int n = 1; n <= count; ++n) text += piece(n);
  return text;
}

// Waits before each piece, and before its usage and its end.
Script held_script() {
  Script script;
  for (int n = 1; n <= kPieces; ++n) {
    script.steps.emplace_back(Hold{});
    script.steps.emplace_back(providers::ProviderEvent(providers::TextDelta{piece(n)}));
  }
  script.steps.emplace_back(Hold{});
  const auto end = testing::say({}).steps;
  script.steps.insert(script.steps.end(), end.begin(), end.end());
  return script;
}

TEST(Stop, ends_a_turn_at_any_event_with_what_got_through) {
  Scene scene;
  for (int k = 0; k <= kPieces; ++k) {
    scene.provider.scripts.push_back(held_script());
    const auto turn = good(scene.start({.content = "go"})).state.turn.id;
    for (int n = 1; n <= k; ++n) {
      scene.until_held();
      scene.provider.release();
      scene.until_told(turn, n + 1);
    }
    scene.until_held();
    const auto ended = good(scene.loop.wait(scene.engine.stop({}, kAda, turn)));
    EXPECT_EQ(ended.turn.status, MessageStatus::kCancelled);
    EXPECT_EQ(ended.answer.content, pieces(k));
    EXPECT_FALSE(ended.answer.answer->error);
    EXPECT_FALSE(ended.answer.answer->finish_reason);
    EXPECT_NE(ended.answer.answer->route.find("estimate"), std::string::npos);
    EXPECT_EQ(ended.answer.answer->usage.output.count(),
              (static_cast<std::int64_t>(pieces(k).size()) + 3) / 4);
    EXPECT_EQ(scene.provider.cut_off, k + 1) << "the provider is told to stop";
    EXPECT_EQ(scene.provider.open, 0);
    const auto events = good(scene.events(turn));
    EXPECT_EQ(events.size(), static_cast<std::size_t>(k) + 2);
    EXPECT_EQ(events.back().kind, TurnEventKind::kCancelled);
    EXPECT_EQ(good(scene.loop.wait(scene.engine.stop({}, kAda, turn))), ended)
        << "a second time changes nothing";
  }
  EXPECT_EQ(scene.usage().turns, kPieces + 1);
}

TEST(Stop, before_the_providers_first_word_pays_for_what_was_sent) {
  Scene scene;
  scene.provider.scripts.push_back(held_script());
  scene.provider.hold_head = true;
  const auto turn = good(scene.start({.content = "go"})).state.turn.id;
  scene.until_held();
  const auto ended = good(scene.loop.wait(scene.engine.stop({}, kAda, turn)));
  EXPECT_EQ(ended.turn.status, MessageStatus::kCancelled);
  EXPECT_EQ(ended.answer.answer->usage.input.count(), 5) << "a frame and two bytes";
  EXPECT_EQ(ended.answer.answer->usage.output.count(), 0);
}

TEST(Stop, leaves_an_ended_turn_as_it_is) {
  Scene scene;
  const auto ended = scene.converse({.content = "go"});
  EXPECT_EQ(good(scene.loop.wait(scene.engine.stop({}, kAda, ended.turn.id))), ended);
  EXPECT_EQ(scene.usage().turns, 1);
}

TEST(Stop, is_for_the_turns_owner_only) {
  Scene scene;
  scene.provider.scripts.push_back(held_script());
  const auto turn = good(scene.start({.content = "go"})).state.turn.id;
  EXPECT_EQ(code(scene.loop.wait(scene.engine.stop({}, kBob, turn))), ErrorCode::kNotFound);
  EXPECT_EQ(code(scene.loop.wait(scene.engine.stop({}, kAda, model::TurnId(model::UlidBytes{1})))),
            ErrorCode::kNotFound);
  scene.until_ended();
  EXPECT_EQ(scene.stored(turn).turn.status, MessageStatus::kComplete);
}

TEST(Stop, of_a_turn_of_another_node_is_to_be_asked_again) {
  Scene scene;
  store::BeginTurn begin{
      .turn = model::TurnId(model::UlidBytes{1}),
      .answer = model::MessageId(model::UlidBytes{2}),
      .user_message = store::NewUserMessage{.id = model::MessageId(model::UlidBytes{3}), .content = "x"},
      .node = "elsewhere",
      .now = scene.clock.wall_now()};
  good(scene.loop.wait(scene.disk->begin_turn({}, kAda, begin)));
  const auto refused = scene.loop.wait(scene.engine.stop({}, kAda, begin.turn));
  EXPECT_EQ(code(refused), ErrorCode::kOverloaded);
  EXPECT_TRUE(refused.error().retry_after);
}

TEST(Stop, at_any_moment_ends_the_turn_once_as_stopped_or_as_complete) {
  Scene scene;
  int stopped = 0;
  int completed = 0;
  for (int steps = 0; steps < 300; ++steps) {
    const auto turn = good(scene.start({.content = "go"})).state.turn.id;
    for (int n = 0; n < steps && scene.engine.open_turns() > 0; ++n) scene.loop.step();
    const bool too_late = scene.engine.open_turns() == 0;
    const auto ended = good(scene.loop.wait(scene.engine.stop({}, kAda, turn)));
    scene.until_ended();
    EXPECT_EQ(scene.stored(turn), ended);
    const bool complete = ended.turn.status == MessageStatus::kComplete;
    EXPECT_TRUE(complete || ended.turn.status == MessageStatus::kCancelled);
    ++(complete ? completed : stopped);
    std::string told;
    for (const auto& event : good(scene.events(turn))) told += event.text;
    EXPECT_EQ(told, ended.answer.content);
    EXPECT_TRUE(std::string_view("one two three").starts_with(told));
    if (complete) EXPECT_EQ(told, "one two three");
    if (complete) EXPECT_EQ(ended.answer.answer->usage.input.count(), 100);
    if (too_late) break;
  }
  EXPECT_GT(stopped, 3);
  EXPECT_GT(completed, 0);
  EXPECT_EQ(scene.usage().turns, stopped + completed);
  EXPECT_EQ(scene.provider.open, 0);
}

TEST(Disconnect, of_the_caller_at_any_moment_does_not_stop_the_turn) {
  Scene scene;
  int begun = 0;
  for (int steps = 0; steps < 300; ++steps) {
    const TurnInput asked{.content = "go", .client_message_id = "c-" + std::to_string(steps)};
    const std::size_t before = scene.provider.requests.size();
    bool answered = false;
    {
      base::TaskGroup client(scene.loop.executor());
      std::optional<base::Result<StartedTurn>> result;
      client.spawn(testing::keep_result(scene.engine.start_turn({}, kAda, asked), result));
      for (int n = 0; n < steps && client.size() > 0; ++n) scene.loop.step();
      client.cancel();
      scene.loop.until([&] { return client.size() == 0; });
      answered = result && result->has_value();
    }
    scene.until_ended();
    const std::size_t asked_upstream = scene.provider.requests.size() - before;
    // The client comes back with the same id.
    const auto again = good(scene.start(asked));
    EXPECT_EQ(again.replayed, asked_upstream == 1);
    if (asked_upstream == 1) ++begun;
    if (again.replayed) EXPECT_EQ(again.state.turn.status, MessageStatus::kComplete);
    const auto ended = good(scene.end_of(again.state.turn.id));
    EXPECT_EQ(ended.answer.content, "one two three");
    EXPECT_EQ(scene.provider.requests.size(), before + 1);
    if (answered) break;
  }
  EXPECT_GT(begun, 1) << "the caller left while the turn was about to begin";
  EXPECT_EQ(scene.provider.cut_off, 0);
}

TEST(Disconnect, of_a_reader_does_not_stop_the_turn) {
  Scene scene;
  scene.provider.scripts.push_back(held_script());
  const auto turn = good(scene.start({.content = "go"})).state.turn.id;
  {
    base::TaskGroup client(scene.loop.executor());
    std::optional<base::Result<std::vector<model::TurnEvent>>> result;
    client.spawn(testing::keep_result(scene.read_events(turn, 0, 100), result));
    scene.until_held();
    client.cancel();
    scene.loop.until([&] { return client.size() == 0; });
    EXPECT_EQ(code(*result), ErrorCode::kCancelled);
  }
  scene.until_ended();
  EXPECT_EQ(scene.stored(turn).turn.status, MessageStatus::kComplete);
  EXPECT_EQ(scene.stored(turn).answer.content, pieces(kPieces));
}

TEST(Wait, ends_with_its_caller_and_not_with_the_turn) {
  Scene scene;
  scene.provider.scripts.push_back(held_script());
  const auto turn = good(scene.start({.content = "go"})).state.turn.id;
  const base::Call hasty{.deadline = base::Deadline::after(std::chrono::milliseconds(1))};
  EXPECT_EQ(code(scene.loop.wait(scene.engine.wait(hasty, kAda, turn))), ErrorCode::kDeadlineExceeded);
  EXPECT_EQ(code(scene.loop.wait(scene.engine.wait({}, kBob, turn))), ErrorCode::kNotFound);
  EXPECT_EQ(scene.engine.open_turns(), 1U);
  scene.until_ended();
  EXPECT_EQ(good(scene.end_of(turn)).turn.status, MessageStatus::kComplete);
}

}  // namespace
}  // namespace parley::chat
