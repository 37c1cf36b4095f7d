// Turns that wait in line for their provider, and how many a user may have.
#include <gtest/gtest.h>

#include "model/event_log.h"
#include "testing/scene.h"

namespace parley::chat {
namespace {

using namespace std::chrono_literals;
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

// A provider that takes one at a time, and is busy with Ada's first turn.
struct Busy : Scene {
  explicit Busy(limits::Policy policy = {}, limits::GateOptions options = {.max_concurrency = 1}) {
    limiter.reload(std::make_shared<const limits::Policy>(std::move(policy)));
    gate->set(options);
    Script script{.steps = {Hold{}}};
    const auto end = testing::say({"first"}).steps;
    script.steps.insert(script.steps.end(), end.begin(), end.end());
    provider.scripts.push_back(std::move(script));
    first = good(start({.content = "first"})).state.turn.id;
    until_held();
  }
  model::TurnId first;
};

TEST(Line, a_turn_in_line_is_durable_and_says_its_place_and_is_served_in_its_turn) {
  Busy scene;
  const auto second = good(scene.start({.content = "second"})).state.turn.id;
  scene.until_told(second, 2);
  EXPECT_EQ(scene.stored(second).user_message.content, "second");
  const auto next = good(scene.loop.wait(scene.hub.read(second, kAda, 1, base::Deadline::after(1s))));
  const auto& event = std::get<streams::EventPtr>(next);
  EXPECT_EQ(event->event.kind, TurnEventKind::kQueued);
  EXPECT_EQ(event->place, 1U);
  EXPECT_EQ(scene.provider.requests.size(), 1U);
  EXPECT_EQ(scene.gate->waiting(), 1U);
  scene.provider.release();
  EXPECT_EQ(good(scene.end_of(second)).turn.status, MessageStatus::kComplete);
  EXPECT_EQ(scene.provider.requests.size(), 2U);
  const auto events = good(scene.events(second));
  EXPECT_EQ(events.at(0).kind, TurnEventKind::kStarted);
  EXPECT_EQ(events.at(1).kind, TurnEventKind::kQueued);
  EXPECT_EQ(events.back().kind, TurnEventKind::kComplete);
  EXPECT_EQ(scene.gate->in_use(), 0U);
}

TEST(Line, events_of_a_turn_that_waited_are_the_same_from_the_store) {
  Busy scene;
  const auto second = good(scene.start({.content = "second"})).state.turn.id;
  scene.until_told(second, 2);
  scene.provider.release();
  good(scene.end_of(second));
  const auto from_memory = good(scene.events(second));
  const auto log = good(scene.loop.wait(scene.disk->turn_log({}, kAda, second)));
  EXPECT_EQ(good(model::decode_event_log(log.event_log, log.state.answer.content)), from_memory);
}

TEST(Line, stopping_a_turn_in_line_asks_nobody_and_charges_nothing) {
  Busy scene;
  const auto second = good(scene.start({.content = "second"})).state.turn.id;
  scene.until_told(second, 2);
  const auto ended = good(scene.loop.wait(scene.engine.stop({}, kAda, second)));
  EXPECT_EQ(ended.turn.status, MessageStatus::kCancelled);
  EXPECT_EQ(ended.answer.answer->usage, model::Usage{});
  EXPECT_EQ(scene.gate->waiting(), 0U);
  scene.until_ended();
  EXPECT_EQ(scene.provider.requests.size(), 1U);
}

TEST(Line, whoever_can_come_back_keeps_the_place_and_whoever_cannot_gives_it_up) {
  Busy scene;
  TurnInput stateless{.stateless = true};
  stateless.messages.push_back({.role = "user", .content = boost::json::value("anybody?")});
  const auto alone = good(scene.start(stateless)).state.turn.id;
  stateless.idempotency_key = "k-1";
  const auto with_key = good(scene.start(stateless)).state.turn.id;
  const auto talk = good(scene.start({.content = "in a conversation"})).state.turn.id;
  for (const auto turn : {alone, with_key, talk}) {
    scene.until_told(turn, 2);
    scene.engine.left(turn);
  }
  EXPECT_EQ(good(scene.end_of(alone)).turn.status, MessageStatus::kCancelled);
  EXPECT_EQ(scene.gate->waiting(), 2U);
  scene.engine.left(scene.first);
  scene.until_ended();
  for (const auto turn : {scene.first, with_key, talk}) {
    EXPECT_EQ(scene.stored(turn).turn.status, MessageStatus::kComplete);
  }
}

TEST(Line, that_is_full_refuses_at_once_and_stores_nothing) {
  Busy scene({}, {.max_concurrency = 1, .max_waiting = 1});
  const auto second = good(scene.start({.content = "second"})).state.turn.id;
  const auto id = scene.make_conversation();
  const auto third = scene.start({.conversation = id, .content = "third"});
  EXPECT_EQ(code(third), ErrorCode::kOverloaded);
  EXPECT_TRUE(third.error().retry_after);
  EXPECT_EQ(good(scene.loop.wait(scene.disk->conversation({}, kAda, id))).message_count, 0);
  scene.until_ended();
  EXPECT_EQ(scene.stored(second).turn.status, MessageStatus::kComplete);
}

TEST(Line, a_turn_that_waited_in_vain_says_so) {
  limits::Policy policy;
  policy.tiers["default"].max_wait = 20ms;
  Busy scene(policy);
  const auto second = scene.start({.content = "second"});
  // Admitted or not depends on how long a turn is thought to take: either way the answer is the same.
  if (!second) {
    EXPECT_EQ(second.error().code, ErrorCode::kOverloaded);
  } else {
    const auto ended = good(scene.end_of(second->state.turn.id));
    EXPECT_EQ(ended.turn.status, MessageStatus::kFailed);
    EXPECT_EQ(ended.answer.answer->error->code, ErrorCode::kOverloaded);
    EXPECT_TRUE(ended.answer.answer->error->retry_after);
    EXPECT_EQ(ended.answer.answer->usage, model::Usage{});
  }
  scene.until_ended();
  EXPECT_EQ(scene.provider.requests.size(), 1U);
}

TEST(Line, a_shutdown_interrupts_who_still_waits) {
  Busy scene;
  const auto second = good(scene.start({.content = "second"})).state.turn.id;
  scene.until_told(second, 2);
  scene.loop.wait(scene.engine.shutdown(base::Deadline::after(0s)));
  EXPECT_EQ(scene.stored(second).turn.status, MessageStatus::kInterrupted);
  EXPECT_EQ(scene.gate->waiting(), 0U);
  EXPECT_EQ(scene.gate->in_use(), 0U);
}

TEST(Line, an_answer_that_is_long_in_coming_whole_says_nothing_of_what_the_provider_bears) {
  for (const bool stream : {true, false}) {
    Scene scene;
    const std::size_t before = scene.gate->limit();
    scene.provider.otherwise = {
        .refuse = base::Error{.code = ErrorCode::kDeadlineExceeded, .message = "no answer in time"}};
    for (int n = 0; n < 50; ++n) {
      TurnInput input{.stateless = true, .stream = stream};
      input.messages.push_back({.role = "user", .content = "a long story"});
      good(scene.end_of(good(scene.start(std::move(input))).state.turn.id));
    }
    EXPECT_EQ(scene.gate->limit() < before, stream);
  }
}

TEST(Line, a_provider_that_pushes_back_gets_fewer_at_once) {
  Scene scene;
  const std::size_t before = scene.gate->limit();
  base::Error busy{.code = ErrorCode::kProviderUnavailable, .message = "busy"};
  scene.provider.otherwise = {.refuse = busy};
  for (int n = 0; n < 50; ++n) scene.converse({.content = "hello"});
  EXPECT_EQ(scene.gate->limit(), before) << "what fails and says nothing of load may be the request's doing";
  busy.retry_after = 1s;
  scene.provider.otherwise = {.refuse = busy};
  for (int n = 0; n < 50; ++n) scene.converse({.content = "hello"});
  EXPECT_LT(scene.gate->limit(), before);
}

TEST(Line, the_same_id_is_the_same_turn_also_where_nothing_new_is_let_in) {
  limits::Policy policy;
  policy.tiers["default"].max_turns = 2;
  Busy scene(policy, {.max_concurrency = 1, .max_waiting = 1});
  const TurnInput asked{.content = "second", .client_message_id = "m-1"};
  const auto second = good(scene.start(asked)).state.turn.id;
  // Its user has no turn left.
  const auto again = good(scene.start(asked));
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.state.turn.id, second);
  EXPECT_EQ(code(scene.start({.content = "third", .client_message_id = "m-2"})), ErrorCode::kRateLimited);
  EXPECT_EQ(code(scene.start({.content = "other", .client_message_id = "m-1"})),
            ErrorCode::kIdempotencyMismatch);
  // The line is full.
  policy.tiers["default"].max_turns = 0;
  scene.limiter.reload(std::make_shared<const limits::Policy>(policy));
  EXPECT_TRUE(good(scene.start(asked)).replayed);
  EXPECT_EQ(code(scene.start({.content = "third", .client_message_id = "m-2"})), ErrorCode::kOverloaded);
  scene.until_ended();
}

TEST(Turns, are_so_many_at_once_for_each_user) {
  limits::Policy policy;
  policy.tiers["default"].max_turns = 1;
  Busy scene(policy, {});
  const auto refused = scene.start({.content = "second"});
  EXPECT_EQ(code(refused), ErrorCode::kRateLimited);
  EXPECT_TRUE(refused.error().retry_after);
  EXPECT_TRUE(scene.loop.wait(scene.engine.start_turn({}, kBob, {.content = "mine"})));
  scene.until_ended();
  EXPECT_TRUE(scene.start({.content = "second again"}));
  scene.until_ended();
}

}  // namespace
}  // namespace parley::chat
