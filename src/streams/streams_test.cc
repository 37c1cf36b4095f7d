#include "streams/streams.h"

#include <algorithm>
#include <iterator>

#include <gtest/gtest.h>

#include "base/task_group.h"
#include "testing/stage.h"

namespace parley::streams {
namespace {

using namespace std::chrono_literals;
using base::Awaitable;
using base::Deadline;
using base::ErrorCode;
using base::Result;
using model::TurnEvent;
using testing::code;
using testing::good;
using testing::Stage;
using testing::Told;

const model::Owner kAda{"acme", "ada"};
const model::Owner kBob{"acme", "bob"};
using Events = std::vector<TurnEvent>;

// Reads on from `after` to the end, or until there are `most` events.
Awaitable<Result<Events>> read(const Streams& streams, model::Owner owner, model::TurnId turn,
                               std::int64_t after, std::size_t most = 1'000'000) {
  Events seen;
  auto follower = co_await streams.follow({}, owner, turn, after);
  if (!follower) co_return base::fail(std::move(follower));
  while (seen.size() < most) {
    auto event = co_await (*follower)->next(Deadline::after(testing::kPatience));
    if (!event) co_return base::fail(std::move(event));
    if (*event == nullptr) break;
    EXPECT_EQ((*event)->turn, turn);
    EXPECT_EQ((*follower)->after(), (*event)->event.number);
    seen.push_back((*event)->event);
  }
  co_return seen;
}

Events above(const Told& told, std::int64_t after) {
  Events rest;
  std::ranges::copy_if(told.events, std::back_inserter(rest),
                       [&](const TurnEvent& event) { return event.number > after; });
  return rest;
}

class StreamsTest : public ::testing::Test {
 protected:
  Events read_on(std::size_t worker, const Told& told, std::int64_t after, std::size_t most = 1'000'000) {
    return good(stage_.workers().run(worker, read(stage_.streams(), told.owner, told.id, after, most)));
  }
  ErrorCode refused(model::Owner owner, model::TurnId turn, std::int64_t after) {
    return code(stage_.workers().run(1, read(stage_.streams(), std::move(owner), turn, after)));
  }

  Stage stage_{3, {.max_turn_bytes = 2000, .keep_after_end = 60s}, {.poll = 20ms, .watch_limit = 50}};
};

// The turn of most tests: text, tool calls, and a part that only the store has.
std::unique_ptr<Told> long_turn(Stage& stage, std::size_t worker, bool here = true) {
  auto told = stage.begin(worker, kAda, std::nullopt, here);
  for (int i = 0; i < 20; ++i) {
    stage.tell(*told, "piece " + std::to_string(i) + " ");
    if (i % 5 == 0) stage.tell(*told, "", R"({"tool_calls":[{"index":)" + std::to_string(i) + "}]}");
    if (i == 15) stage.checkpoint(*told, here);
  }
  return told;
}

TEST_F(StreamsTest, a_reader_who_drops_at_any_event_of_a_running_turn_finds_the_rest_once) {
  const auto told = long_turn(stage_, 0);
  const std::int64_t last = told->events.back().number;
  for (std::int64_t k = 0; k < last; ++k) {
    for (const std::size_t worker : {0, 2}) {
      Events seen = read_on(worker, *told, 0, static_cast<std::size_t>(k));
      const Events rest = read_on(worker, *told, k, static_cast<std::size_t>(last - k));
      seen.insert(seen.end(), rest.begin(), rest.end());
      EXPECT_EQ(seen, told->events) << k;
    }
  }
}

TEST_F(StreamsTest, a_reader_who_comes_back_after_the_end_finds_the_rest_once) {
  const auto told = long_turn(stage_, 0);
  stage_.finish(*told);
  for (const TurnEvent& event : told->events) {
    for (const std::size_t worker : {0, 2}) {
      EXPECT_EQ(read_on(worker, *told, event.number), above(*told, event.number));
    }
  }
  EXPECT_EQ(read_on(1, *told, 0), told->events);
  EXPECT_TRUE(read_on(1, *told, 1'000'000).empty()) << "a number that was never given ends at once";
}

TEST_F(StreamsTest, a_reader_who_comes_back_after_the_hub_forgot_finds_the_rest_once) {
  const auto told = long_turn(stage_, 0);
  stage_.finish(*told);
  stage_.clock().advance(61s);
  EXPECT_EQ(read_on(2, *told, 0), told->events);
  EXPECT_EQ(stage_.turns_held(0), 0U);
  for (const TurnEvent& event : told->events) {
    EXPECT_EQ(read_on(1, *told, event.number), above(*told, event.number));
  }
}

TEST_F(StreamsTest, the_answer_comes_with_the_first_and_the_last_event_from_hub_and_store_alike) {
  const auto told = long_turn(stage_, 0);
  stage_.finish(*told);
  for (int round = 0; round < 2; ++round, stage_.clock().advance(61s)) {
    auto follower = good(stage_.workers().run(1, stage_.streams().follow({}, kAda, told->id, 0)));
    for (const TurnEvent& expected : told->events) {
      const auto event = good(stage_.workers().run(1, follower->next({})));
      EXPECT_EQ(event->event, expected);
      if (expected.kind == model::TurnEventKind::kStarted) {
        EXPECT_EQ(event->message->status, model::MessageStatus::kStreaming);
        EXPECT_EQ(event->message->content, "");
        EXPECT_EQ(event->message->answer->route, "told");
      } else if (event->last()) {
        EXPECT_EQ(event->message->status, model::MessageStatus::kComplete);
        EXPECT_EQ(event->message->content, told->text);
      } else {
        EXPECT_EQ(event->message, nullptr);
      }
    }
    EXPECT_EQ(good(stage_.workers().run(1, follower->next({}))), nullptr);
    EXPECT_EQ(good(stage_.workers().run(1, follower->next({}))), nullptr) << "and again";
  }
}

TEST_F(StreamsTest, another_owners_turn_is_not_found_whether_it_runs_or_has_ended) {
  const auto told = long_turn(stage_, 0);
  EXPECT_EQ(refused(kBob, told->id, 0), ErrorCode::kNotFound);
  EXPECT_EQ(refused({"globex", "ada"}, told->id, 0), ErrorCode::kNotFound);
  EXPECT_FALSE(good(stage_.workers().run(1, stage_.streams().stop({}, kBob, told->id))));
  stage_.finish(*told);
  EXPECT_EQ(refused(kBob, told->id, 0), ErrorCode::kNotFound);
  stage_.clock().advance(61s);
  EXPECT_EQ(refused(kBob, told->id, 0), ErrorCode::kNotFound);
  EXPECT_EQ(refused(kAda, model::TurnId(model::UlidBytes{1}), 0), ErrorCode::kNotFound);
}

TEST_F(StreamsTest, a_negative_number_is_refused) {
  const auto told = long_turn(stage_, 0);
  EXPECT_EQ(refused(kAda, told->id, -1), ErrorCode::kBadUserInput);
}

TEST_F(StreamsTest, a_turn_of_another_node_is_read_from_the_store_as_it_grows) {
  const auto told = long_turn(stage_, 0, false);
  auto reading = stage_.workers().start(1, read(stage_.streams(), kAda, told->id, 2));
  stage_.tell(*told, "more");
  stage_.checkpoint(*told, false);
  EXPECT_EQ(read_on(2, *told, 0, 5), Events(told->events.begin(), told->events.begin() + 5));
  stage_.finish(*told, false);
  EXPECT_EQ(good(reading.get()), above(*told, 2));
}

TEST_F(StreamsTest, readers_of_an_abandoned_turn_see_its_end_once_it_was_reaped) {
  const auto told = long_turn(stage_, 0);
  const std::int64_t last = told->events.back().number;
  auto reading = stage_.workers().start(1, read(stage_.streams(), kAda, told->id, 0));
  EXPECT_EQ(read_on(0, *told, last - 1, 1).size(), 1U);
  stage_.abandon(*told);
  stage_.clock().advance(31s);
  const auto reaped =
      good(stage_.workers().run(0, stage_.store().reap_turns({}, {.now = stage_.clock().wall_now()})));
  ASSERT_EQ(reaped.size(), 1U);
  const Events seen = good(reading.get());
  EXPECT_EQ(seen.back(),
            (TurnEvent{.number = store::kEventReserve + 1, .kind = model::TurnEventKind::kInterrupted}));
  EXPECT_EQ(std::ranges::adjacent_find(seen, std::ranges::greater_equal{}, &TurnEvent::number), seen.end());
  // Who has seen more than the last checkpoint kept is told the end and nothing twice.
  EXPECT_EQ(read_on(2, *told, last), Events{seen.back()});
}

// Reads on another worker, and is cancelled while it waits there.
Awaitable<void> read_into(const Streams& streams, model::TurnId turn, Deadline deadline,
                          std::optional<ErrorCode>& end) {
  TurnFollower follower(streams, kAda, turn, 0);
  for (;;) {
    auto event = co_await follower.next(deadline);
    if (event && *event != nullptr) continue;
    if (!event) end = event.error().code;
    co_return;
  }
}
Awaitable<std::optional<ErrorCode>> cancelled_read(const Streams& streams, model::TurnId turn, bool at_once) {
  base::TaskGroup group(co_await boost::asio::this_coro::executor);
  std::optional<ErrorCode> end;
  group.spawn(read_into(streams, turn, {}, end));
  if (!at_once) co_await base::sleep_until(Deadline::after(20ms));
  group.cancel();
  co_await group.join();
  co_return end;
}

TEST_F(StreamsTest, a_wait_on_another_worker_ends_when_its_reader_leaves) {
  const auto told = stage_.begin(0, kAda);
  for (const std::size_t worker : {0, 1}) {
    for (const bool before_it_asked : {false, true}) {
      EXPECT_EQ(stage_.workers().run(worker, cancelled_read(stage_.streams(), told->id, before_it_asked)),
                ErrorCode::kCancelled);
    }
  }
}

Awaitable<std::optional<ErrorCode>> late_read(const Streams& streams, model::TurnId turn) {
  std::optional<ErrorCode> end;
  co_await read_into(streams, turn, Deadline::after(20ms), end);
  co_return end;
}

TEST_F(StreamsTest, a_wait_ends_at_its_deadline_wherever_the_turn_is) {
  const auto told = long_turn(stage_, 0);
  const auto remote = long_turn(stage_, 0, false);
  for (const auto turn : {told->id, remote->id}) {
    for (const std::size_t worker : {0, 1}) {
      EXPECT_EQ(stage_.workers().run(worker, late_read(stage_.streams(), turn)),
                ErrorCode::kDeadlineExceeded);
    }
  }
}

TEST_F(StreamsTest, a_watcher_sees_the_turns_of_all_workers) {
  const auto talk = stage_.make_conversation(kAda);
  EXPECT_EQ(code(stage_.workers().run(0, stage_.streams().watch({}, kBob, talk))), ErrorCode::kNotFound);
  auto queue = good(stage_.workers().run(0, stage_.streams().watch({}, kAda, talk)));
  for (const std::size_t worker : {0, 1, 2}) {
    const auto told = stage_.begin(worker, kAda, talk);
    stage_.tell(*told, "hello");
    stage_.finish(*told);
    for (const TurnEvent& expected : told->events) {
      const auto event = good(stage_.workers().run(0, queue->next(Deadline::after(testing::kPatience))));
      EXPECT_EQ(event->turn, told->id);
      EXPECT_EQ(event->event, expected);
    }
  }
}

TEST_F(StreamsTest, a_watcher_who_falls_behind_is_told_so) {
  const auto talk = stage_.make_conversation(kAda);
  auto queue = good(stage_.workers().run(0, stage_.streams().watch({}, kAda, talk)));
  const auto told = stage_.begin(1, kAda, talk);
  for (int i = 0; i < 100; ++i) stage_.tell(*told, "x");
  for (std::int64_t n = 1; n <= 50; ++n) {
    EXPECT_EQ(good(stage_.workers().run(0, queue->next(Deadline::after(testing::kPatience))))->event.number,
              n);
  }
  EXPECT_EQ(code(stage_.workers().run(0, queue->next(Deadline::after(testing::kPatience)))),
            ErrorCode::kOverloaded);
}

// ---- turns and readers on all workers at once

struct Drawn {
  std::size_t worker;
  std::uint64_t seed;
};

Awaitable<Result<bool>> talk(Stage& stage, Told& told, std::uint64_t seed) {
  base::Random random(seed);
  const std::uint64_t events = 5 + random.below(60);
  for (std::uint64_t i = 0; i < events; ++i) {
    auto said =
        co_await (random.below(5) == 0 ? stage.tell_there(told, "", "{\"n\":" + std::to_string(i) + "}")
                                       : stage.tell_there(told, std::string(1 + random.below(80), 'x'), ""));
    if (!said) co_return said;
    if (random.below(8) == 0) {
      auto kept = co_await stage.checkpoint_there(told, true);
      if (!kept) co_return kept;
    }
    if (random.below(3) == 0)
      co_await base::sleep_until(Deadline::after(std::chrono::microseconds(random.below(300))));
  }
  co_return co_await stage.finish_there(told, true);
}

// Reads a turn to its end, leaving and coming back at random.
Awaitable<Result<Events>> read_in_parts(const Streams& streams, const model::TurnId turn,
                                        std::uint64_t seed) {
  base::Random random(seed);
  Events seen;
  while (seen.empty() || !model::ends_turn(seen.back().kind)) {
    auto part =
        co_await read(streams, kAda, turn, seen.empty() ? 0 : seen.back().number, 1 + random.below(15));
    if (!part) co_return part;
    if (part->empty()) break;
    seen.insert(seen.end(), part->begin(), part->end());
  }
  co_return seen;
}

class ManyReaders : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(ManyReaders, each_see_each_event_once_and_in_order_from_any_worker) {
  base::Random random(GetParam());
  // Small enough that turns are trimmed and forgotten under the readers.
  Stage stage(3, {.max_turn_bytes = 3000, .max_bytes = 15'000}, {.poll = 5ms});
  std::vector<std::unique_ptr<Told>> turns;
  for (std::size_t i = 0; i < 12; ++i) turns.push_back(stage.begin(random.below(3), kAda));
  struct Reading {
    std::size_t turn;
    std::future<Result<Events>> events;
  };
  std::vector<Reading> readings;
  const auto join = [&](std::size_t turn) {
    readings.push_back(
        {turn, stage.workers().start(random.below(3),
                                     read_in_parts(stage.streams(), turns[turn]->id, random.next()))});
  };
  std::vector<std::future<Result<bool>>> talking;
  for (std::size_t i = 0; i < turns.size(); ++i) {
    join(i);
    talking.push_back(
        stage.workers().start(stage.worker_of(turns[i]->id), talk(stage, *turns[i], random.next())));
    join(random.below(turns.size()));
    join(i);
  }
  for (auto& done : talking) good(done.get());
  for (std::size_t i = 0; i < turns.size(); ++i) join(i);
  for (Reading& reading : readings) {
    EXPECT_EQ(good(reading.events.get()), turns[reading.turn]->events);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ManyReaders, ::testing::Range<std::uint64_t>(1, 13));

}  // namespace
}  // namespace parley::streams
