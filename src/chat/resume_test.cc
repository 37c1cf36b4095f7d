// A client that drops at any event of a turn comes back and finds every event once.
#include <gtest/gtest.h>

#include "testing/scene.h"

namespace parley::chat {
namespace {

using namespace std::chrono_literals;
using model::TurnEvent;
using testing::good;
using testing::Hold;
using testing::kAda;
using testing::Scene;
using testing::Script;
using Events = std::vector<TurnEvent>;

// Every piece comes by itself.
Script slow_script() {
  Script script;
  const auto add = [&](providers::ProviderEvent event) {
    script.steps.emplace_back(Hold{});
    script.steps.emplace_back(std::move(event));
  };
  for (int n = 1; n <= 6; ++n) {
    if (n == 3) add(providers::ExtraDelta{R"({"tool_calls":[]})"});
    add(providers::TextDelta{"piece " + std::to_string(n) + " "});
  }
  add(providers::Finish{"stop"});
  return script;
}
constexpr std::int64_t kEvents = 1 + 7 + 1;

EngineOptions saving_often() {
  auto options = testing::patient();
  options.checkpoint_every = 1ms;
  return options;
}

class Resume : public ::testing::TestWithParam<std::size_t> {};

TEST_P(Resume, after_any_event_while_the_turn_runs_after_its_end_and_after_the_hub_forgot) {
  Scene scene(saving_often(), {.max_turn_bytes = GetParam(), .keep_after_end = 60s});
  std::optional<Events> whole;
  for (std::int64_t k = 0; k < kEvents; ++k) {
    scene.provider.scripts.push_back(slow_script());
    const auto turn = good(scene.start({.content = "go"})).state.turn.id;
    while (scene.provider.holding == 0) scene.loop.step();
    for (std::int64_t n = 1; n < k; ++n) {
      scene.provider.release();
      scene.until_told(turn, n + 1);
      scene.until_held();
    }
    Events seen = good(scene.loop.wait(scene.read_events(turn, 0, static_cast<std::size_t>(k))));
    ASSERT_EQ(seen.size(), static_cast<std::size_t>(k));
    // Back again while it runs; the rest comes meanwhile.
    std::optional<base::Result<Events>> rest;
    scene.loop.tasks().spawn(testing::keep_result(scene.read_events(turn, k, 1000), rest));
    scene.until_ended();
    scene.loop.until([&] { return rest.has_value(); });
    good(*rest);
    const Events back = **rest;
    seen.insert(seen.end(), back.begin(), back.end());
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(kEvents));
    if (!whole) whole = seen;
    EXPECT_EQ(seen, *whole) << "after " << k;
    EXPECT_EQ(good(scene.events(turn, k)), back) << "after its end";
    scene.clock.advance(61s);
    EXPECT_EQ(good(scene.events(turn, k)), back) << "after the hub forgot it";
    EXPECT_EQ(good(scene.events(turn)), *whole);
  }
}

// A turn that is held whole, and one of which the hub keeps the last event only.
INSTANTIATE_TEST_SUITE_P(Kept, Resume, ::testing::Values(std::size_t{1} << 20, std::size_t{0}),
                         [](const auto& tested) { return tested.param == 0 ? "trimmed" : "whole"; });

TEST(ResumeAtRandom, finds_every_event_once_whenever_the_reader_was_cut_off) {
  Scene scene(saving_often(), {.max_turn_bytes = 1500});
  Script fast;
  for (int n = 0; n < 40; ++n)
    fast.steps.emplace_back(providers::ProviderEvent(providers::TextDelta{"x" + std::to_string(n)}));
  fast.steps.emplace_back(providers::ProviderEvent(providers::Finish{"stop"}));
  scene.provider.otherwise = fast;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    base::Random random(seed);
    const auto turn = good(scene.start({.content = "go"})).state.turn.id;
    Events seen;
    while (seen.empty() || !model::ends_turn(seen.back().kind)) {
      streams::TurnFollower follower(scene.streams, kAda, turn, seen.empty() ? 0 : seen.back().number);
      base::TaskGroup client(scene.loop.executor());
      std::optional<base::Result<streams::EventPtr>> next;
      for (std::uint64_t left = random.below(4); left < 4; ++left) {
        next.reset();
        client.spawn(testing::keep_result(follower.next({}), next));
        for (std::uint64_t steps = random.below(30); steps > 0 && !next; --steps) scene.loop.step();
        if (!next) break;
        if (!*next || **next == nullptr) break;
        seen.push_back((**next)->event);
      }
      client.cancel();
      scene.loop.until([&] { return client.size() == 0; });
    }
    std::string text;
    std::int64_t number = 0;
    for (const TurnEvent& event : seen) {
      EXPECT_EQ(event.number, ++number) << "seed " << seed;
      text += event.text;
    }
    EXPECT_EQ(text, good(scene.end_of(turn)).answer.content) << "seed " << seed;
    scene.until_ended();
  }
}

}  // namespace
}  // namespace parley::chat
