#include "streams/hub.h"

#include <algorithm>
#include <iterator>

#include <gtest/gtest.h>

#include "testing/loop.h"
#include "testing/manual_clock.h"

namespace parley::streams {
namespace {

using namespace std::chrono_literals;
using base::Deadline;
using base::ErrorCode;
using model::TurnEventKind;
using testing::good;

const model::Owner kAda{"acme", "ada"};
const model::Owner kBob{"acme", "bob"};

class HubTest : public ::testing::Test {
 protected:
  void make(HubOptions options = {}) { hub_.emplace(loop_.executor(), clock_, metrics_, options); }

  model::TurnId open(std::optional<model::ConversationId> conversation = std::nullopt) {
    const auto turn = ids_.next<model::TurnId>();
    hub().open(turn, kAda, conversation, [this] { ++stops_; });
    return turn;
  }
  std::int64_t say(model::TurnId turn, std::string text, std::int64_t number = 0) {
    return hub().append(
        {.turn = turn, .event = {.number = number, .kind = TurnEventKind::kDelta, .text = std::move(text)}});
  }
  std::int64_t end(model::TurnId turn, std::int64_t number = 0) {
    return hub().append({.turn = turn, .event = {.number = number, .kind = TurnEventKind::kComplete}});
  }
  // What a reader finds who does not wait.
  Next now(model::TurnId turn, std::int64_t after, const model::Owner& owner = kAda) {
    return good(loop_.wait(hub().read(turn, owner, after, Deadline::after(0ms))));
  }
  std::string text_at(model::TurnId turn, std::int64_t after) {
    const Next next = now(turn, after);
    const auto* event = std::get_if<EventPtr>(&next);
    return event == nullptr ? "(none)" : (*event)->event.text;
  }
  bool gone(model::TurnId turn, std::int64_t after, const model::Owner& owner = kAda) {
    return std::holds_alternative<Gone>(now(turn, after, owner));
  }

  // Reads from `after` to the end, or to what is gone, into `seen`.
  base::Awaitable<void> read_on(model::TurnId turn, std::int64_t after, std::vector<std::int64_t>& seen,
                                std::string& end) {
    for (;;) {
      auto next = co_await hub().read(turn, kAda, after, {});
      if (!next) {
        end = base::name(next.error().code);
        co_return;
      }
      if (std::holds_alternative<Gone>(*next)) end = "gone";
      if (std::holds_alternative<Ended>(*next)) end = "ended";
      if (!end.empty()) co_return;
      after = std::get<EventPtr>(*next)->event.number;
      seen.push_back(after);
    }
  }

  Hub& hub() { return *hub_; }

  testing::ManualClock clock_;
  base::Metrics metrics_;
  model::IdGenerator ids_{clock_, base::Random(4)};
  testing::Loop loop_;
  std::optional<Hub> hub_;
  int stops_ = 0;
};

using Numbers = std::vector<std::int64_t>;

TEST_F(HubTest, numbers_events_from_one_and_takes_higher_numbers_as_they_are) {
  make();
  const auto turn = open();
  EXPECT_EQ(say(turn, "a"), 1);
  EXPECT_EQ(say(turn, "b"), 2);
  EXPECT_EQ(say(turn, "c", 10), 10);
  EXPECT_EQ(say(turn, "d"), 11);
  EXPECT_EQ(end(turn, 5000), 5000);
}

TEST_F(HubTest, reads_the_next_event_above_any_number) {
  make();
  const auto turn = open();
  for (const char* text : {"a", "b", "c"}) say(turn, text);
  say(turn, "after the gap", 9);
  EXPECT_EQ(text_at(turn, 0), "a");
  EXPECT_EQ(text_at(turn, 2), "c");
  for (const std::int64_t n : {3, 4, 8}) EXPECT_EQ(text_at(turn, n), "after the gap") << n;
  end(turn);
  EXPECT_TRUE(std::get<EventPtr>(now(turn, 9))->last());
  EXPECT_TRUE(std::holds_alternative<Ended>(now(turn, 10)));
  EXPECT_TRUE(std::holds_alternative<Ended>(now(turn, 1'000'000)));
}

TEST_F(HubTest, a_reader_waits_for_what_is_not_said_yet) {
  make();
  const auto turn = open();
  Numbers seen;
  std::string how;
  loop_.tasks().spawn(read_on(turn, 0, seen, how));
  loop_.poll();
  EXPECT_TRUE(seen.empty());
  say(turn, "a");
  loop_.poll();
  EXPECT_EQ(seen, (Numbers{1}));
  say(turn, "b");
  say(turn, "c");
  loop_.poll();
  EXPECT_EQ(seen, (Numbers{1, 2, 3}));
  end(turn);
  loop_.poll();
  EXPECT_EQ(seen, (Numbers{1, 2, 3, 4}));
  EXPECT_EQ(how, "ended");
}

TEST_F(HubTest, a_wait_ends_at_its_deadline_and_when_cancelled) {
  make();
  const auto turn = open();
  EXPECT_EQ(testing::code(loop_.wait(hub().read(turn, kAda, 0, Deadline::after(1ms)))),
            ErrorCode::kDeadlineExceeded);
  Numbers seen;
  std::string how;
  loop_.tasks().spawn(read_on(turn, 0, seen, how));
  loop_.poll();
  loop_.finish();
  EXPECT_EQ(how, "CANCELLED");
}

TEST_F(HubTest, a_reader_whose_turn_is_abandoned_or_forgotten_goes_to_the_store) {
  make();
  const auto turn = open();
  Numbers seen;
  std::string how;
  loop_.tasks().spawn(read_on(turn, 0, seen, how));
  loop_.poll();
  hub().abandon(turn);
  loop_.poll();
  EXPECT_EQ(how, "gone");
  EXPECT_TRUE(gone(turn, 0));
  EXPECT_EQ(hub().turns(), 0U);
  EXPECT_EQ(hub().bytes(), 0U);
  hub().abandon(turn);
}

TEST_F(HubTest, another_owners_turn_is_not_there) {
  make();
  const auto turn = open();
  say(turn, "a");
  EXPECT_TRUE(gone(turn, 0, kBob));
  EXPECT_FALSE(hub().holds(turn, kBob));
  EXPECT_TRUE(hub().holds(turn, kAda));
  EXPECT_FALSE(hub().stop(turn, kBob));
  EXPECT_EQ(stops_, 0);
}

TEST_F(HubTest, asks_the_runner_to_stop_until_the_turn_has_ended) {
  make();
  const auto turn = open();
  EXPECT_TRUE(hub().stop(turn, kAda));
  EXPECT_TRUE(hub().stop(turn, kAda));
  EXPECT_EQ(stops_, 2);
  end(turn);
  EXPECT_FALSE(hub().stop(turn, kAda));
  EXPECT_FALSE(hub().stop(ids_.next<model::TurnId>(), kAda));
  const auto another = open();
  hub().abandon(another);
  EXPECT_FALSE(hub().stop(another, kAda));
  EXPECT_EQ(stops_, 2);
}

TEST_F(HubTest, keeps_a_turn_for_a_while_after_its_end) {
  make({.keep_after_end = 10s});
  const auto first = open();
  const auto running = open();
  say(running, "a");
  end(first);
  clock_.advance(5s);
  const auto second = open();
  end(second);
  clock_.advance(4999ms);
  EXPECT_FALSE(gone(first, 0));
  clock_.advance(1ms);
  EXPECT_TRUE(gone(first, 0)) << "looking is enough to have it forgotten";
  EXPECT_FALSE(gone(second, 0));
  EXPECT_EQ(hub().turns(), 2U);
  clock_.advance(1h);
  EXPECT_TRUE(gone(second, 0));
  EXPECT_FALSE(gone(running, 0)) << "a running turn stays however long it takes";
}

TEST_F(HubTest, a_large_turn_loses_its_oldest_events_only_once_the_store_has_them) {
  make({.max_turn_bytes = 4000});
  const auto turn = open();
  for (int i = 0; i < 100; ++i) say(turn, std::string(100, 'x'));
  EXPECT_EQ(text_at(turn, 0).size(), 100U) << "the store has nothing yet";
  const std::size_t all = hub().bytes();
  hub().stored(turn, 50);
  EXPECT_LT(hub().bytes(), all);
  EXPECT_TRUE(gone(turn, 0));
  EXPECT_TRUE(gone(turn, 49));
  EXPECT_EQ(text_at(turn, 50).size(), 100U) << "what the store has not is here";
  hub().stored(turn, 20);
  EXPECT_TRUE(gone(turn, 30)) << "what the store has it keeps";
  hub().stored(turn, 100);
  EXPECT_LE(hub().bytes(), 4000U);
  EXPECT_TRUE(gone(turn, 80));
  EXPECT_EQ(text_at(turn, 99).size(), 100U);
  say(turn, std::string(9000, 'x'));
  hub().stored(turn, 101);
  EXPECT_EQ(text_at(turn, 100).size(), 9000U) << "the last event stays, whatever its size";
}

TEST_F(HubTest, forgets_the_turns_that_ended_first_when_all_grow_too_large) {
  make({.max_bytes = 20'000});
  std::vector<model::TurnId> ended;
  for (int i = 0; i < 50; ++i) {
    ended.push_back(open());
    say(ended.back(), std::string(1000, 'x'));
    end(ended.back());
    EXPECT_LE(hub().bytes(), 20'000U);
  }
  EXPECT_TRUE(gone(ended[0], 0));
  EXPECT_FALSE(gone(ended[49], 0));
  // A running turn that takes all room for itself: the others go, and of its own what the store has.
  const auto running = open();
  for (int i = 0; i < 30; ++i) say(running, std::string(1000, 'x'));
  EXPECT_TRUE(gone(ended[49], 0));
  EXPECT_EQ(text_at(running, 0).size(), 1000U);
  hub().stored(running, 30);
  EXPECT_TRUE(gone(running, 28));
  EXPECT_EQ(text_at(running, 29).size(), 1000U);
  EXPECT_LE(hub().bytes(), 20'000U);
}

TEST_F(HubTest, shows_what_it_holds_in_metrics_and_takes_it_back) {
  make();
  const auto turn = open();
  say(turn, "abc");
  const std::string shown = metrics_.render();
  EXPECT_NE(shown.find("parley_streams_open 1\n"), std::string::npos) << shown;
  EXPECT_NE(shown.find("parley_stream_bytes " + std::to_string(hub().bytes()) + "\n"), std::string::npos);
  hub_.reset();
  EXPECT_NE(metrics_.render().find("parley_streams_open 0\n"), std::string::npos);
  EXPECT_NE(metrics_.render().find("parley_stream_bytes 0\n"), std::string::npos);
}

// Random events, trims and readers; what is gone a reader takes from `written`, as from a store.
class AnyOrder : public HubTest, public ::testing::WithParamInterface<std::uint64_t> {
 protected:
  struct Written {
    model::TurnId turn;
    Numbers numbers{};
    std::int64_t stored = 0;
    bool over = false;
  };
  struct Reader {
    std::size_t turn = 0;
    std::int64_t from = 0;
    Numbers seen{};
    bool done = false;
  };

  base::Awaitable<void> follow(Reader& reader) {
    Written& written = *turns_[reader.turn];
    std::int64_t after = reader.from;
    for (;;) {
      auto next = co_await hub().read(written.turn, kAda, after, {});
      if (!next) co_return;
      if (const auto* event = std::get_if<EventPtr>(&*next)) {
        after = (*event)->event.number;
        reader.seen.push_back(after);
        continue;
      }
      if (std::holds_alternative<Ended>(*next)) break;
      const std::int64_t before = after;
      for (const std::int64_t number : written.numbers) {
        if (number <= after || number > written.stored) continue;
        after = number;
        reader.seen.push_back(number);
      }
      if (written.over && after >= written.numbers.back()) break;
      EXPECT_GT(after, before) << "what is gone has to be in the store";
      if (after <= before) break;
    }
    reader.done = true;
  }

  std::vector<std::unique_ptr<Written>> turns_;
};

TEST_P(AnyOrder, every_reader_sees_every_event_once_and_in_order) {
  base::Random random(GetParam());
  make({.max_turn_bytes = 1500, .max_bytes = 6000, .keep_after_end = 50ms});
  std::vector<std::unique_ptr<Reader>> readers;
  for (int step = 0; step < 600; ++step) {
    const std::uint64_t dice = random.below(20);
    if (turns_.empty() || (dice == 0 && turns_.size() < 12)) {
      turns_.push_back(std::make_unique<Written>(Written{.turn = open()}));
    }
    const std::size_t chosen = random.below(turns_.size());
    Written& turn = *turns_[chosen];
    if (dice < 11 && !turn.over) {
      const std::int64_t last = turn.numbers.empty() ? 0 : turn.numbers.back();
      const auto gap = static_cast<std::int64_t>(random.below(10) == 0 ? random.below(100) : 0);
      turn.numbers.push_back(
          say(turn.turn, std::string(random.below(300), 'x'), gap == 0 ? 0 : last + 1 + gap));
    } else if (dice == 11 && !turn.over && !turn.numbers.empty()) {
      turn.over = true;
      turn.numbers.push_back(turn.numbers.back() + 1);
      turn.stored = turn.numbers.back();
      end(turn.turn);
    } else if (dice == 12 && !turn.numbers.empty() && !turn.over) {
      const std::int64_t number = turn.numbers[random.below(turn.numbers.size())];
      turn.stored = std::max(turn.stored, number);
      hub().stored(turn.turn, number);
    } else if (dice == 13) {
      clock_.advance(std::chrono::milliseconds(random.below(30)));
    } else if (dice < 18) {
      const std::int64_t last = turn.numbers.empty() ? 0 : turn.numbers.back();
      readers.push_back(std::make_unique<Reader>(
          Reader{.turn = chosen,
                 .from = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(last) + 2))}));
      loop_.tasks().spawn(follow(*readers.back()));
    } else {
      loop_.poll();
    }
  }
  for (const auto& turn : turns_) {
    if (turn->over) continue;
    turn->over = true;
    turn->numbers.push_back(turn->numbers.empty() ? 1 : turn->numbers.back() + 1);
    turn->stored = turn->numbers.back();
    end(turn->turn);
  }
  loop_.until([&] { return loop_.tasks().size() == 0; });
  ASSERT_GT(readers.size(), 20U);
  for (const auto& reader : readers) {
    EXPECT_TRUE(reader->done);
    Numbers expected;
    std::ranges::copy_if(turns_[reader->turn]->numbers, std::back_inserter(expected),
                         [&](std::int64_t number) { return number > reader->from; });
    EXPECT_EQ(reader->seen, expected);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, AnyOrder, ::testing::Range<std::uint64_t>(1, 31));

}  // namespace
}  // namespace parley::streams
