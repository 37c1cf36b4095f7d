// The store fails at any one operation of a turn, before or after it was done, or for good: the turn ends, at
// the latest when it is reaped, is charged once, and who reads it is told.
#include <array>

#include <gtest/gtest.h>

#include "base/time.h"
#include "testing/scene.h"

namespace parley::chat {
namespace {

using namespace std::chrono_literals;
using base::ErrorCode;
using model::MessageStatus;
using model::Tokens;
using model::TurnEvent;
using testing::FailingStore;
using testing::good;
using testing::Hold;
using testing::kAda;
using testing::Scene;
using When = FailingStore::When;

// Reads to the end whatever fails in between.
base::Awaitable<void> read_stubbornly(Scene& scene, model::TurnId turn, std::vector<TurnEvent>& seen,
                                      bool& done) {
  streams::TurnFollower follower(scene.streams, kAda, turn, 0);
  for (;;) {
    auto event = co_await follower.next({});
    if (!event) {
      if (event.error().code == ErrorCode::kCancelled) co_return;
      auto slept = co_await base::sleep_until(base::Deadline::after(1ms));
      if (!slept) co_return;
      continue;
    }
    if (*event == nullptr) break;
    seen.push_back((*event)->event);
  }
  done = true;
}

struct Case {
  When when;
  ErrorCode code;
};

class EveryStoreFault : public ::testing::TestWithParam<Case> {
 protected:
  // False once a turn has less than k operations.
  static bool fails_at(std::int64_t k) {
    auto options = testing::patient();
    options.checkpoint_every = 2ms;
    options.settle_timeout = 15ms;
    Scene scene(options);
    limits::Policy policy;
    policy.tiers["default"].budget.tokens_per_day = Tokens(1'000'000);
    scene.limiter.reload(std::make_shared<const limits::Policy>(std::move(policy)));
    const auto talk = scene.make_conversation();
    scene.converse({.conversation = talk, .content = "before"});

    auto script = testing::say({"one ", "two"});
    script.steps.insert(script.steps.begin() + 1, Hold{});
    scene.provider.scripts.push_back(script);
    const std::size_t asked_before = scene.provider.requests.size();
    const TurnInput asked{.conversation = talk, .content = "hello", .client_message_id = "c-1"};
    scene.store.fail_at(k, GetParam().when, GetParam().code);
    const auto started = scene.start(asked);
    std::vector<TurnEvent> seen;
    bool told = false;
    if (started) {
      scene.loop.tasks().spawn(read_stubbornly(scene, started->state.turn.id, seen, told));
      // The disk may be gone at a moment in which the turn only waits.
      if (GetParam().when == When::kFromThenOn) {
        while (scene.store.operations() < k && scene.provider.holding == 0) scene.loop.step();
      }
    }
    scene.until_ended();
    const bool fired = scene.store.operations() >= k;
    scene.store.heal();
    scene.clock.advance(31s);
    good(scene.loop.wait(scene.engine.reap({}, false)));

    const bool reported = scene.provider.requests.size() > asked_before;
    const auto page = good(scene.loop.wait(scene.disk->message_page({}, kAda, talk, {.first = 100})));
    EXPECT_TRUE(page.items.size() == 2 || page.items.size() == 4) << "no half turn";
    const bool exists = page.items.size() == 4;
    EXPECT_EQ(scene.usage().turns, exists ? 2 : 1);
    // What was held back is settled or given back, once, whatever failed.
    const auto spent =
        good(scene.loop.wait(scene.disk->budget({}, kAda, base::day_of(scene.clock.wall_now()))));
    EXPECT_EQ(spent.user.day.reserved, Tokens(0));
    EXPECT_EQ(spent.user.day.reserved_cost, model::MicroUsd(0));
    EXPECT_EQ(spent.user.day.used, scene.usage().usage.total());
    EXPECT_EQ(spent.user.day.used_cost, scene.usage().usage.cost);
    EXPECT_EQ(spent.organisation, spent.user);
    if (started) EXPECT_TRUE(exists);
    if (!exists) {
      EXPECT_FALSE(reported);
      const auto later = good(scene.start(asked));
      EXPECT_FALSE(later.replayed) << "the id was not used up";
      scene.until_ended();
      EXPECT_EQ(scene.stored(later.state.turn.id).answer.content, "one two");
      return fired;
    }
    const auto state = scene.stored(page.items[3].turn);
    EXPECT_TRUE(model::ended(state.turn.status));
    EXPECT_TRUE(std::string_view("one two").starts_with(state.answer.content));
    const auto& usage = state.answer.answer->usage;
    EXPECT_EQ(scene.usage().usage.input, Tokens(100) + usage.input);
    EXPECT_EQ(scene.usage().usage.cost, model::MicroUsd(86) + usage.cost);
    EXPECT_EQ(state.conversation->usage, scene.usage().usage);
    if (state.turn.status == MessageStatus::kComplete) {
      EXPECT_EQ(usage.input, Tokens(100)) << "as the provider said";
      EXPECT_EQ(state.answer.content, "one two");
    }
    if (!reported) EXPECT_EQ(usage, model::Usage{});
    // The same id is the same turn, and the provider is not asked again.
    const auto again = good(scene.start(asked));
    EXPECT_TRUE(again.replayed);
    EXPECT_EQ(again.state, state);
    EXPECT_LE(scene.provider.requests.size(), asked_before + 1);

    if (started) {
      scene.loop.until([&] { return told; });
      EXPECT_FALSE(seen.empty());
      std::int64_t last = 0;
      for (const TurnEvent& event : seen) {
        EXPECT_GT(event.number, last);
        last = event.number;
      }
      EXPECT_EQ(seen.back().kind, model::final_event(state.turn.status));
      EXPECT_EQ(seen.back().number, state.turn.last_event);
    }
    return fired;
  }
};

TEST_P(EveryStoreFault, leaves_a_turn_that_ends_is_charged_once_and_is_told) {
  std::int64_t k = 1;
  for (; k <= 60; ++k) {
    SCOPED_TRACE("the operation that failed: " + std::to_string(k));
    if (!fails_at(k) || HasFailure()) break;
  }
  // Read the context, begin and finish, at the least.
  EXPECT_GT(k, 3);
}

std::string name_of(const ::testing::TestParamInfo<Case>& tested) {
  const std::array<std::string, 3> names{"before", "after", "for_good"};
  return names.at(static_cast<std::size_t>(tested.param.when)) + "_" +
         std::string(base::name(tested.param.code));
}

INSTANTIATE_TEST_SUITE_P(Store, EveryStoreFault,
                         ::testing::Values(Case{When::kBefore, ErrorCode::kOverloaded},
                                           Case{When::kBefore, ErrorCode::kInternal},
                                           Case{When::kBefore, ErrorCode::kDeadlineExceeded},
                                           Case{When::kAfter, ErrorCode::kInternal},
                                           Case{When::kAfter, ErrorCode::kDeadlineExceeded},
                                           Case{When::kFromThenOn, ErrorCode::kInternal},
                                           Case{When::kFromThenOn, ErrorCode::kOverloaded}),
                         name_of);

}  // namespace
}  // namespace parley::chat
