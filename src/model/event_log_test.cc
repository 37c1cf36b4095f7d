#include "model/event_log.h"

#include <random>

#include <gtest/gtest.h>

namespace parley::model {
namespace {

using Kind = TurnEventKind;

TurnEvent event(std::int64_t number, Kind kind, std::string text = {}) {
  return {number, kind, std::move(text)};
}

TEST(EventLog, gives_back_the_events_of_a_plain_answer) {
  const std::vector events{event(1, Kind::kStarted), event(2, Kind::kDelta, "Hel"),
                           event(3, Kind::kDelta, "lo"), event(4, Kind::kDelta, ""),
                           event(5, Kind::kComplete)};
  const std::string log = encode_event_log(events, "Hello");
  EXPECT_EQ(log.size(), 6U) << "one byte a short event, and one for the version";
  EXPECT_EQ(decode_event_log(log, "Hello"), events);
}

TEST(EventLog, keeps_the_text_of_before_a_restart) {
  const std::vector events{event(1, Kind::kStarted),      event(2, Kind::kDelta, "wrong"),
                           event(3, Kind::kRestarted),    event(4, Kind::kDelta, "ri"),
                           event(5, Kind::kDelta, "ght"), event(6, Kind::kComplete)};
  EXPECT_EQ(decode_event_log(encode_event_log(events, "right"), "right"), events);
}

TEST(EventLog, keeps_deltas_that_do_not_add_up_to_the_text) {
  const std::vector events{event(1, Kind::kStarted), event(2, Kind::kDelta, "abc"), event(3, Kind::kFailed)};
  for (const char* text : {"", "ab", "abcd", "xyz"}) {
    EXPECT_EQ(decode_event_log(encode_event_log(events, text), text), events) << text;
  }
}

TEST(EventLog, keeps_the_other_members_of_deltas) {
  std::vector events{event(1, Kind::kStarted), event(2, Kind::kDelta, "let me look"), event(3, Kind::kDelta),
                     event(4, Kind::kDelta, "done"), event(5, Kind::kComplete)};
  events[2].extra = R"({"tool_calls":[{"index":0}]})";
  EXPECT_EQ(decode_event_log(encode_event_log(events, "let me lookdone"), "let me lookdone"), events);
  EXPECT_EQ(decode_event_log(encode_event_log(events, ""), ""), events);
}

TEST(EventLog, appends_the_final_event_above_a_gap) {
  std::vector events{event(1, Kind::kStarted), event(2, Kind::kDelta, "abc")};
  const auto log = append_event(encode_event_log(events, "abc"), 2, 4097, Kind::kInterrupted);
  events.push_back(event(4097, Kind::kInterrupted));
  EXPECT_EQ(decode_event_log(log, "abc"), events);
  EXPECT_EQ(decode_event_log(append_event("", 0, 4097, Kind::kInterrupted), ""),
            std::vector{event(4097, Kind::kInterrupted)});
}

TEST(EventLog, gives_back_any_events) {
  std::mt19937 random(5);
  for (int round = 0; round < 500; ++round) {
    std::vector<TurnEvent> events;
    std::string text;
    std::int64_t number = 0;
    for (auto left = random() % 60; left > 0; --left) {
      number += 1 + (random() % 10 == 0 ? random() % 5000 : 0);
      const auto dice = random() % 12;
      if (dice == 0) {
        events.push_back(event(number, Kind::kRestarted));
        text.clear();
      } else {
        events.push_back(event(number, Kind::kDelta, std::string(random() % (dice == 1 ? 3000 : 20), 'x')));
        text += events.back().text;
        if (events.back().text.empty()) events.back().extra = std::string(random() % 300, '{');
      }
    }
    events.push_back(event(number + 1, Kind::kComplete));
    EXPECT_EQ(decode_event_log(encode_event_log(events, text), text), events);
  }
}

TEST(EventLog, refuses_bytes_that_are_no_log) {
  EXPECT_EQ(decode_event_log("", "text"), std::vector<TurnEvent>{});
  const std::vector events{event(1, Kind::kStarted), event(2, Kind::kDelta, std::string(300, 'x')),
                           event(3, Kind::kRestarted), event(4, Kind::kDelta, "abc")};
  const auto log = encode_event_log(events, "abc");
  EXPECT_FALSE(decode_event_log(log, "ab"));
  EXPECT_FALSE(decode_event_log("\x02", ""));
  EXPECT_FALSE(decode_event_log("\x01\x0b", "")) << "an unknown event";
  EXPECT_FALSE(decode_event_log("\x01\xff", "")) << "half a number";
  EXPECT_FALSE(decode_event_log("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "")) << "a number too large";
  std::mt19937 random(6);
  for (int round = 0; round < 2000; ++round) {
    std::string broken = log;
    broken[random() % broken.size()] = static_cast<char>(random());
    broken.resize(random() % (broken.size() + 1));
    (void)decode_event_log(broken, "abc");
  }
}

}  // namespace
}  // namespace parley::model
