// Turns whose node is slow, lost, shut down or killed: they end, with the text that got through, and are
// charged once.
#include <csignal>
#include <map>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/event_log.h"
#include "testing/scene.h"

namespace parley::chat {
namespace {

using namespace std::chrono_literals;
using base::Deadline;
using base::ErrorCode;
using model::MessageStatus;
using model::Tokens;
using model::TurnEvent;
using model::TurnEventKind;
using providers::ExtraDelta;
using providers::ProviderEvent;
using testing::code;
using testing::FailingStore;
using testing::good;
using testing::Hold;
using testing::kAda;
using testing::Scene;
using testing::Script;

EngineOptions saving_often() {
  auto options = testing::patient();
  options.checkpoint_every = 1ms;
  options.settle_timeout = 20ms;
  return options;
}

// "one ", then nothing until released, then "two".
Script held_in_the_middle() {
  Script script = testing::say({"one ", "two"});
  script.steps.insert(script.steps.begin() + 1, Hold{});
  return script;
}

// Goes on until the store has the text.
void until_saved(Scene& scene, model::TurnId turn, const std::string& text) {
  while (scene.stored(turn).answer.content != text) scene.loop.step();
}

TEST(Checkpoint, keeps_the_text_the_events_and_an_estimate_of_what_was_used) {
  Scene scene(saving_often());
  scene.provider.scripts.push_back(held_in_the_middle());
  const auto turn = good(scene.start({.content = "hello"})).state.turn.id;
  until_saved(scene, turn, "one ");
  const auto log = good(scene.loop.wait(scene.disk->turn_log({}, kAda, turn)));
  EXPECT_EQ(log.state.turn.status, MessageStatus::kStreaming);
  EXPECT_EQ(good(model::decode_event_log(log.event_log, "one ")),
            (std::vector<TurnEvent>{{1, TurnEventKind::kStarted}, {2, TurnEventKind::kDelta, "one "}}));
  EXPECT_EQ(log.state.answer.answer->usage.input, Tokens(6));
  EXPECT_EQ(log.state.answer.answer->usage.output, Tokens(1));
  EXPECT_EQ(log.state.answer.answer->usage.cost, model::MicroUsd(6 + 2));
  scene.until_ended();
  EXPECT_EQ(scene.usage().usage.input, Tokens(100)) << "in the end what the provider said counts";
}

TEST(Checkpoint, renews_the_lease_of_a_turn_in_which_nothing_happens) {
  Scene scene(saving_often());
  scene.provider.scripts.push_back(held_in_the_middle());
  const auto started = good(scene.start({.content = "hello"}));
  const auto turn = started.state.turn.id;
  until_saved(scene, turn, "one ");
  for (int i = 0; i < 5; ++i) {
    scene.clock.advance(11s);
    const auto due = scene.clock.wall_now() + 30s;
    while (scene.stored(turn).turn.lease_until != due) scene.loop.step();
    EXPECT_EQ(good(scene.loop.wait(scene.engine.reap({}, false))), 0);
  }
  scene.until_ended();
  EXPECT_EQ(scene.stored(turn).turn.status, MessageStatus::kComplete);
}

TEST(Checkpoint, reserves_more_numbers_before_they_run_out) {
  auto options = saving_often();
  options.settle_timeout = 60s;
  Scene scene(options);
  Script script;
  for (int i = 0; i < 10'000; ++i) script.steps.emplace_back(ProviderEvent(ExtraDelta{"{}"}));
  script.steps.emplace_back(Hold{});
  script.steps.emplace_back(ProviderEvent(providers::Finish{"stop"}));
  scene.provider.scripts.push_back(script);
  scene.provider.spread = false;
  const auto turn = good(scene.start({.content = "hi"})).state.turn.id;
  scene.until_told(turn, 10'001);
  scene.provider.release();
  const auto ended = good(scene.end_of(turn));
  EXPECT_EQ(ended.turn.status, MessageStatus::kComplete);
  const auto events = good(scene.events(ended.turn.id));
  ASSERT_EQ(events.size(), 10'002U);
  for (std::size_t i = 0; i < events.size(); ++i)
    ASSERT_EQ(events[i].number, static_cast<std::int64_t>(i) + 1);
}

TEST(Checkpoint, that_fails_now_and_then_costs_nothing) {
  Scene scene(saving_often());
  scene.store.fail_at_random(5, 3);
  scene.provider.scripts.push_back(held_in_the_middle());
  auto started = scene.start({.content = "hello", .client_message_id = "c"});
  while (!started) started = scene.start({.content = "hello", .client_message_id = "c"});
  scene.until_ended();
  scene.store.heal();
  EXPECT_TRUE(model::ended(scene.stored(started->state.turn.id).turn.status));
  EXPECT_EQ(scene.usage().turns, 1);
}

// The disk is gone from the moment on in which the provider waits.
model::TurnId lose(Scene& scene, const TurnInput& input) {
  scene.provider.scripts.push_back(held_in_the_middle());
  const auto turn = good(scene.start(input)).state.turn.id;
  until_saved(scene, turn, "one ");
  scene.store.fail_at(1, FailingStore::When::kFromThenOn);
  scene.provider.release();
  scene.loop.until([&] { return scene.engine.open_turns() == 0; });
  scene.store.heal();
  return turn;
}

TEST(LostTurn, ends_interrupted_with_the_text_that_got_through_once_its_lease_ran_out) {
  Scene scene(saving_often());
  std::optional<base::Result<std::vector<TurnEvent>>> seen;
  const auto turn = lose(scene, {.content = "hello"});
  EXPECT_EQ(scene.stored(turn).turn.status, MessageStatus::kStreaming);
  EXPECT_EQ(scene.usage().turns, 0);
  // Somebody waits for it.
  scene.loop.tasks().spawn(testing::keep_result(scene.read_events(turn, 0, 100), seen));
  EXPECT_EQ(good(scene.loop.wait(scene.engine.reap({}, false))), 0) << "its lease holds still";
  scene.clock.advance(31s);
  EXPECT_EQ(good(scene.loop.wait(scene.engine.reap({}, false))), 1);
  const auto state = scene.stored(turn);
  EXPECT_EQ(state.turn.status, MessageStatus::kInterrupted);
  EXPECT_EQ(state.answer.content, "one ");
  EXPECT_EQ(scene.usage().turns, 1);
  EXPECT_EQ(scene.usage().usage, state.answer.answer->usage);
  EXPECT_EQ(state.answer.answer->usage.output, Tokens(1));
  scene.loop.until([&] { return seen.has_value(); });
  EXPECT_EQ(good(*seen), (std::vector<TurnEvent>{{1, TurnEventKind::kStarted},
                                                 {2, TurnEventKind::kDelta, "one "},
                                                 {store::kEventReserve + 1, TurnEventKind::kInterrupted}}));
  EXPECT_EQ(good(scene.loop.wait(scene.engine.reap({}, false))), 0);
  EXPECT_NE(scene.metrics.render().find("parley_turns_total{outcome=\"interrupted\",model=\"small\"} 1\n"),
            std::string::npos);
}

TEST(LostTurn, makes_way_for_the_next_question) {
  Scene scene(saving_often());
  const auto talk = scene.make_conversation();
  const auto turn = lose(scene, {.conversation = talk, .content = "hello"});
  EXPECT_EQ(code(scene.start({.conversation = talk, .content = "still there?"})), ErrorCode::kTurnInProgress);
  scene.clock.advance(31s);
  scene.converse({.conversation = talk, .content = "still there?"});
  EXPECT_EQ(scene.stored(turn).turn.status, MessageStatus::kInterrupted);
  EXPECT_EQ(testing::wire(scene.provider.requests.back()),
            R"({"model":"fake-small-1","messages":[{"role":"user","content":"hello"},)"
            R"({"role":"assistant","content":"one "},{"role":"user","content":"still there?"}]})");
  EXPECT_EQ(scene.usage().turns, 2);
}

TEST(LostTurn, that_was_ended_by_another_node_is_let_go_of_and_not_counted_twice) {
  Scene scene(saving_often());
  scene.provider.scripts.push_back(held_in_the_middle());
  const auto turn = good(scene.start({.content = "hello"})).state.turn.id;
  until_saved(scene, turn, "one ");
  // Another node's clock is ahead.
  const auto reaped = good(scene.loop.wait(scene.disk->reap_turns({}, {.now = scene.clock.wall_now() + 1h})));
  ASSERT_EQ(reaped.size(), 1U);
  // The runner learns of it when it renews the lease.
  scene.clock.advance(11s);
  scene.loop.until([&] { return scene.engine.open_turns() == 0; });
  EXPECT_EQ(scene.provider.cut_off, 1);
  EXPECT_EQ(scene.stored(turn), reaped[0].state);
  EXPECT_EQ(good(scene.events(turn)).back(),
            (TurnEvent{store::kEventReserve + 1, TurnEventKind::kInterrupted}));
  EXPECT_EQ(good(scene.end_of(turn)), reaped[0].state);
  EXPECT_EQ(scene.usage().turns, 1);
  EXPECT_EQ(scene.metrics.render().find("parley_turns_total{"), std::string::npos)
      << "the other node counts it";
}

// Reads what the hub tells, as long as it does.
base::Awaitable<void> follow_hub(Scene& scene, model::TurnId turn, std::int64_t& seen) {
  for (;;) {
    auto next = co_await scene.hub.read(turn, kAda, seen, {});
    if (!next || !std::holds_alternative<streams::EventPtr>(*next)) co_return;
    seen = std::get<streams::EventPtr>(*next)->event.number;
  }
}

TEST(LostTurn, has_told_nobody_a_number_that_its_end_takes) {
  auto options = testing::patient();
  options.settle_timeout = 20ms;
  Scene scene(options, {.max_turn_bytes = std::size_t{64} << 20});
  // More than was reserved, and no checkpoint to reserve more.
  Script script;
  for (int i = 0; i < 5000; ++i) script.steps.emplace_back(ProviderEvent(ExtraDelta{"{}"}));
  script.steps.emplace_back(Hold{});
  script.steps.emplace_back(ProviderEvent(providers::Finish{"stop"}));
  scene.provider.scripts = {script, script};
  scene.provider.spread = false;
  const auto turn = good(scene.start({.content = "hello"})).state.turn.id;
  std::int64_t seen = 0;
  scene.loop.tasks().spawn(follow_hub(scene, turn, seen));
  scene.until_held();
  scene.until_told(turn, store::kEventReserve);
  scene.store.fail_at(1, FailingStore::When::kFromThenOn);
  scene.provider.release();
  scene.loop.until([&] { return scene.engine.open_turns() == 0; });
  scene.store.heal();
  EXPECT_EQ(seen, store::kEventReserve);
  scene.clock.advance(31s);
  EXPECT_EQ(good(scene.loop.wait(scene.engine.reap({}, false))), 1);
  const auto rest = good(scene.events(turn, store::kEventReserve));
  EXPECT_EQ(rest, (std::vector<TurnEvent>{{store::kEventReserve + 1, TurnEventKind::kInterrupted}}));
  // The same with a disk that is there: all are told, once each.
  const auto ended = scene.start({.content = "again"});
  scene.until_ended();
  const auto all = good(scene.events(good(ended).state.turn.id));
  ASSERT_EQ(all.size(), 5002U);
  for (std::size_t i = 0; i < all.size(); ++i) ASSERT_EQ(all[i].number, static_cast<std::int64_t>(i) + 1);
}

TEST(Reap, takes_all_lost_turns_however_many) {
  Scene scene;
  model::IdGenerator ids(scene.clock, base::Random(3));
  for (int i = 0; i < 250; ++i) {
    good(scene.loop.wait(scene.disk->begin_turn(
        {}, kAda,
        {.turn = ids.next<model::TurnId>(),
         .answer = ids.next<model::MessageId>(),
         .user_message = store::NewUserMessage{.id = ids.next<model::MessageId>(), .content = "x"},
         .node = "dead",
         .now = scene.clock.wall_now()})));
  }
  EXPECT_EQ(good(scene.loop.wait(scene.engine.reap({}, false))), 0);
  EXPECT_EQ(good(scene.loop.wait(scene.engine.reap({}, true))), 250)
      << "the only node does not wait for leases";
  EXPECT_EQ(scene.usage().turns, 250);
}

TEST(Shutdown, lets_turns_end_and_takes_no_new_ones) {
  Scene scene;
  scene.provider.scripts.push_back(held_in_the_middle());
  const auto turn = good(scene.start({.content = "hello"})).state.turn.id;
  scene.until_held();
  base::TaskGroup closing(scene.loop.executor());
  closing.spawn(scene.engine.shutdown(Deadline::after(1h)));
  scene.loop.poll();
  const auto refused = scene.start({.content = "too late"});
  EXPECT_EQ(code(refused), ErrorCode::kOverloaded);
  EXPECT_TRUE(refused.error().retry_after);
  EXPECT_EQ(closing.size(), 1U);
  scene.provider.release();
  scene.loop.until([&] { return closing.size() == 0; });
  EXPECT_EQ(scene.stored(turn).turn.status, MessageStatus::kComplete);
}

TEST(Shutdown, ends_what_does_not_end_in_time_with_what_there_is) {
  Scene scene;
  std::vector<model::TurnId> turns;
  for (int i = 0; i < 3; ++i) {
    scene.provider.scripts.push_back(held_in_the_middle());
    turns.push_back(good(scene.start({.content = "hello"})).state.turn.id);
    scene.until_told(turns.back(), 2);
  }
  std::optional<base::Result<std::vector<TurnEvent>>> seen;
  scene.loop.tasks().spawn(testing::keep_result(scene.read_events(turns[0], 0, 100), seen));
  // And one that has not even begun.
  scene.provider.otherwise = held_in_the_middle();
  std::optional<base::Result<StartedTurn>> begun;
  scene.loop.tasks().spawn(
      testing::keep_result(scene.engine.start_turn({}, kAda, {.content = "hello"}), begun));
  while (scene.engine.open_turns() < 4) scene.loop.step();
  scene.loop.wait(scene.engine.shutdown(Deadline::after(1ms)));
  EXPECT_EQ(scene.engine.open_turns(), 0U);
  for (const auto turn : turns) {
    EXPECT_EQ(scene.stored(turn).turn.status, MessageStatus::kInterrupted);
    EXPECT_EQ(scene.stored(turn).answer.content, "one ");
  }
  scene.loop.until([&] { return seen.has_value() && begun.has_value(); });
  EXPECT_EQ(good(*seen).back().kind, TurnEventKind::kInterrupted);
  EXPECT_EQ(scene.stored(good(*begun).state.turn.id).turn.status, MessageStatus::kInterrupted);
  EXPECT_EQ(scene.usage().turns, 4);
  EXPECT_EQ(scene.provider.open, 0);
}

// ---- a process that is killed

struct Seen {
  model::UlidBytes turn;
  std::int64_t number;
};
constexpr int kTalkers = 4;
const std::string kWhole = "one two three four five six seven eight nine ten";

base::Awaitable<void> talk(Scene& scene, int pipe) {
  for (;;) {
    auto started = co_await scene.engine.start_turn({}, kAda, {.content = "count"});
    if (!started) {
      std::fprintf(stderr, "start_turn: %s (%s)\n", started.error().message.c_str(),
                   started.error().cause.c_str());
      ::_exit(3);
    }
    streams::TurnFollower follower(scene.streams, kAda, started->state.turn.id, 0);
    for (;;) {
      auto event = co_await follower.next({});
      if (!event) ::_exit(4);
      if (*event == nullptr) break;
      const Seen seen{.turn = (*event)->turn.bytes(), .number = (*event)->event.number};
      if (::write(pipe, &seen, sizeof seen) != static_cast<ssize_t>(sizeof seen)) ::_exit(5);
    }
  }
}

[[noreturn]] void talk_until_killed(const std::string& path, int round, int pipe) {
  try {
    auto options = saving_often();
    options.node = "killed " + std::to_string(round);
    Scene scene(options, {}, path);
    Script script;
    for (std::size_t at = 0; at < kWhole.size(); at += 4) {
      script.steps.emplace_back(ProviderEvent(providers::TextDelta{kWhole.substr(at, 4)}));
    }
    const auto end = testing::say({}).steps;
    script.steps.insert(script.steps.end(), end.begin(), end.end());
    scene.provider.otherwise = script;
    for (int i = 0; i < kTalkers; ++i) scene.loop.tasks().spawn(talk(scene, pipe));
    for (;;) scene.loop.step();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "the child failed: %s\n", error.what());
  }
  ::_exit(2);
}

// Lets a child talk until it has told `events` events, kills it, and returns the last number of each turn.
std::map<model::TurnId, std::int64_t> run_and_kill(const std::string& path, int round, std::uint64_t events) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    talk_until_killed(path, round, ends[1]);
  }
  ::close(ends[1]);
  std::map<model::TurnId, std::int64_t> last;
  Seen seen{};
  for (std::uint64_t n = 0; ::read(ends[0], &seen, sizeof seen) == static_cast<ssize_t>(sizeof seen); ++n) {
    last[model::TurnId(seen.turn)] = seen.number;
    if (n == events) ::kill(child, SIGKILL);
  }
  ::close(ends[0]);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "the child ended by itself: " << status;
  return last;
}

TEST(KilledProcess, leaves_turns_that_end_with_the_text_that_got_through) {
  store::sqlite::Scratch scratch;
  base::Random random(17);
  int interrupted = 0;
  std::int64_t told = 0;
  for (int round = 0; round < 8; ++round) {
    const auto last_seen = run_and_kill(scratch.path(), round, 20 + random.below(200));
    ASSERT_GT(last_seen.size(), 0U);
    auto options = testing::patient();
    options.node = "after " + std::to_string(round);
    Scene scene(options, {}, scratch.path());
    const std::int64_t reaped = good(scene.loop.wait(scene.engine.reap({}, true)));
    EXPECT_LE(reaped, kTalkers);
    for (const auto& [turn, last] : last_seen) {
      const auto state = scene.stored(turn);
      ASSERT_TRUE(model::ended(state.turn.status));
      EXPECT_TRUE(kWhole.starts_with(state.answer.content));
      const bool complete = state.turn.status == MessageStatus::kComplete;
      if (complete) EXPECT_EQ(state.answer.content, kWhole);
      if (!complete) ++interrupted;
      // Who saw events that the store has not is told the end all the same, and nothing twice.
      const auto rest = good(scene.events(turn, last));
      if (last < state.turn.last_event) {
        ASSERT_FALSE(rest.empty());
        EXPECT_EQ(rest.back().number, state.turn.last_event);
        EXPECT_EQ(rest.back().kind, complete ? TurnEventKind::kComplete : TurnEventKind::kInterrupted);
        EXPECT_GT(rest.front().number, last);
      }
      std::string text;
      for (const TurnEvent& event : good(scene.events(turn))) text += event.text;
      EXPECT_EQ(text, state.answer.content);
    }
    // Each is charged once, and so are those of which nobody saw an event yet.
    told += static_cast<std::int64_t>(last_seen.size());
    EXPECT_GE(scene.usage().turns, told);
    EXPECT_LE(scene.usage().turns, told + (round + 1) * kTalkers);
  }
  EXPECT_GT(interrupted, 4) << "the child should be killed in the middle of turns";
}

}  // namespace
}  // namespace parley::chat
