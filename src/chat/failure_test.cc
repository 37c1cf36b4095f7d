// What a provider does wrong, and how the turn ends then.
#include <gtest/gtest.h>

#include "testing/scene.h"

namespace parley::chat {
namespace {

using namespace std::chrono_literals;
using base::ErrorCode;
using model::MessageStatus;
using model::Tokens;
using model::TurnEventKind;
using providers::ExtraDelta;
using providers::Finish;
using providers::ProviderEvent;
using providers::TextDelta;
using providers::UsageReport;
using testing::good;
using testing::Hold;
using testing::kAda;
using testing::say;
using testing::Scene;
using testing::Script;

struct Said {
  base::Error error;
  model::TurnError told;
};

std::vector<Said> failures() {
  return {
      {{.code = ErrorCode::kContextTooLong, .message = "too long"},
       {ErrorCode::kContextTooLong, "too long", {}}},
      {{.code = ErrorCode::kProviderRejected, .message = "no"}, {ErrorCode::kProviderRejected, "no", {}}},
      {{.code = ErrorCode::kProviderUnavailable, .message = "busy", .cause = "secret", .retry_after = 1500ms},
       {ErrorCode::kProviderUnavailable, "busy", 1500ms}},
      {{.code = ErrorCode::kDeadlineExceeded, .message = "late"}, {ErrorCode::kDeadlineExceeded, "late", {}}},
      // What a provider may not say is not passed on.
      {{.code = ErrorCode::kUnauthenticated, .message = "bad key sk-123"},
       {ErrorCode::kProviderUnavailable, "the provider broke off the answer", {}}},
      {{.code = ErrorCode::kCancelled, .message = "cancelled"},
       {ErrorCode::kProviderUnavailable, "the provider broke off the answer", {}}},
  };
}

TEST(ProviderFails, before_the_first_token_and_only_what_was_sent_and_waited_for_in_vain_is_charged) {
  Scene scene;
  model::Usage charged{};
  for (const Said& said : failures()) {
    scene.provider.scripts.push_back({.refuse = said.error});
    const auto ended = scene.converse({.content = "hi"});
    EXPECT_EQ(ended.turn.status, MessageStatus::kFailed);
    EXPECT_EQ(ended.answer.content, "");
    EXPECT_EQ(ended.answer.answer->error, said.told);
    const model::Usage& usage = ended.answer.answer->usage;
    EXPECT_EQ(usage.input, Tokens(said.error.code == ErrorCode::kDeadlineExceeded ? 5 : 0))
        << "a frame and two bytes";
    EXPECT_EQ(usage.output, Tokens(0));
    charged += usage;
    EXPECT_FALSE(ended.answer.answer->first_token);
  }
  EXPECT_EQ(scene.usage().turns, static_cast<std::int64_t>(failures().size()));
  EXPECT_EQ(scene.usage().usage, charged);
}

TEST(ProviderFails, after_the_first_token_and_the_text_is_kept) {
  Scene scene;
  for (const Said& said : failures()) {
    Script script = say({"one ", "two "});
    script.steps.resize(2);
    script.steps.emplace_back(said.error);
    scene.provider.scripts.push_back(script);
    const auto ended = scene.converse({.content = "hi"});
    EXPECT_EQ(ended.turn.status, MessageStatus::kFailed);
    EXPECT_EQ(ended.answer.content, "one two ");
    EXPECT_EQ(ended.answer.answer->error, said.told);
    EXPECT_EQ(ended.answer.answer->usage.output, Tokens(2)) << "8 bytes";
    EXPECT_FALSE(ended.answer.answer->finish_reason);
    auto follower =
        good(scene.loop.wait(scene.streams.follow({}, kAda, ended.turn.id, ended.turn.last_event - 1)));
    const auto last = good(scene.loop.wait(follower->next({})));
    EXPECT_EQ(last->event.kind, TurnEventKind::kFailed);
    EXPECT_EQ(last->error, said.told);
    EXPECT_EQ(last->message->content, "one two ");
  }
}

TEST(ProviderFails, by_ending_without_a_word) {
  Scene scene;
  Script script = say({"one "});
  script.steps.resize(1);
  script.steps.emplace_back(testing::BreakOff{});
  scene.provider.scripts.push_back(script);
  const auto ended = scene.converse({.content = "hi"});
  EXPECT_EQ(ended.turn.status, MessageStatus::kFailed);
  EXPECT_EQ(ended.answer.answer->error->code, ErrorCode::kProviderUnavailable);
  EXPECT_EQ(ended.answer.content, "one ");
}

TEST(ProviderFails, by_taking_too_long) {
  auto options = testing::patient();
  options.turn_timeout = 30ms;
  Scene scene(options);
  Script script = say({"one ", "two"});
  script.steps.insert(script.steps.begin() + 1, Hold{});
  // The provider may notice by itself, or not.
  for (const bool heeds : {true, false}) {
    scene.provider.heeds_deadline = heeds;
    scene.provider.scripts.push_back(script);
    const auto ended = scene.converse({.content = "hi"});
    EXPECT_EQ(ended.turn.status, MessageStatus::kFailed);
    EXPECT_EQ(ended.answer.answer->error->code, ErrorCode::kDeadlineExceeded);
    EXPECT_EQ(ended.answer.content, "one ");
  }
  EXPECT_EQ(scene.provider.cut_off, 2);
}

TEST(Answer, that_grows_too_long_is_ended_there) {
  auto options = testing::patient();
  options.max_answer_bytes = 8;
  Scene scene(options);
  scene.provider.scripts.push_back(say({"12345", "678", "9", "never sent"}));
  const auto ended = scene.converse({.content = "hi"});
  EXPECT_EQ(ended.turn.status, MessageStatus::kComplete);
  EXPECT_EQ(ended.answer.content, "123456789");
  EXPECT_EQ(ended.answer.answer->finish_reason, "length");
  EXPECT_EQ(scene.provider.cut_off, 1) << "the rest is not waited for";
  EXPECT_NE(ended.answer.answer->route.find("estimate"), std::string::npos);
}

TEST(Answer, that_grows_too_long_without_text_is_ended_too) {
  auto options = testing::patient();
  options.max_answer_bytes = 1000;
  options.max_answer_events = 5;
  Scene scene(options);
  Script endless;
  for (int i = 0; i < 100; ++i) endless.steps.emplace_back(ProviderEvent(ExtraDelta{R"({"n":1})"}));
  scene.provider.scripts = {endless, endless};
  const auto many = scene.converse({.content = "hi"});
  EXPECT_EQ(many.answer.answer->finish_reason, "length");
  EXPECT_EQ(good(scene.events(many.turn.id)).size(), 5U + 1 + 1)
      << "the piece that was too much, and the end";
  Script large;
  for (int i = 0; i < 3; ++i) large.steps.emplace_back(ProviderEvent(ExtraDelta{std::string(600, '{')}));
  scene.provider.scripts = {large};
  const auto long_one = scene.converse({.content = "hi"});
  EXPECT_EQ(long_one.answer.answer->finish_reason, "length");
  EXPECT_EQ(good(scene.events(long_one.turn.id)).size(), 4U);
}

TEST(Usage, that_is_not_reported_is_estimated_and_marked_so) {
  Scene scene;
  scene.provider.scripts.push_back(say({"one ", "two ", "three"}, false));
  const auto ended = scene.converse({.content = "hello"});
  EXPECT_EQ(ended.turn.status, MessageStatus::kComplete);
  const model::AnswerInfo& info = *ended.answer.answer;
  EXPECT_EQ(info.route, "the default model; tokens are an estimate, the provider reported none");
  // "hello" and a message's frame; 13 bytes.
  EXPECT_EQ(info.usage.input, Tokens(2 + 4));
  EXPECT_EQ(info.usage.output, Tokens(4));
  EXPECT_EQ(info.usage.cost, model::MicroUsd(6 + 8));
  EXPECT_EQ(scene.usage().usage, info.usage);
}

TEST(Usage, that_makes_no_sense_is_none) {
  Scene scene;
  const auto report = [](std::int64_t input, std::int64_t cached, std::int64_t output) {
    Script script;
    script.steps.emplace_back(ProviderEvent(UsageReport{
        .usage = {.input = Tokens(input), .cached_input = Tokens(cached), .output = Tokens(output)}}));
    script.steps.emplace_back(ProviderEvent(Finish{"stop"}));
    return script;
  };
  scene.provider.scripts = {report(-1, -1, -1), report(10, 20, 0)};
  EXPECT_EQ(scene.converse({.content = "hi"}).answer.answer->usage, model::Usage{});
  EXPECT_EQ(scene.converse({.content = "hi"}).answer.answer->usage.cached_input, Tokens(10));
}

TEST(ToolCalls, pass_through_and_are_told_again_from_the_store) {
  Scene scene;
  const std::string call =
      R"({"tool_calls":[{"index":0,"id":"c1","function":{"name":"tea","arguments":"{}"}}]})";
  scene.provider.scripts.push_back(
      {.steps = {ProviderEvent(TextDelta{"Let me look. "}), ProviderEvent(ExtraDelta{call}),
                 ProviderEvent(ExtraDelta{R"({"refusal":null})"}), ProviderEvent(TextDelta{"So."}),
                 ProviderEvent(Finish{"tool_calls"})}});
  const auto ended = scene.converse({.stateless = true, .messages = {{.role = "user", .content = "tea?"}}});
  EXPECT_EQ(ended.answer.content, "Let me look. So.");
  EXPECT_EQ(ended.answer.answer->finish_reason, "tool_calls");
  const auto events = good(scene.events(ended.turn.id));
  ASSERT_EQ(events.size(), 6U);
  EXPECT_EQ(events[1].text, "Let me look. ");
  EXPECT_EQ(events[2].extra, call);
  EXPECT_EQ(events[2].text, "");
  EXPECT_EQ(events[3].extra, R"({"refusal":null})");
  EXPECT_EQ(events[4].text, "So.");
  scene.clock.advance(1h);
  EXPECT_EQ(good(scene.events(ended.turn.id)), events);
  EXPECT_EQ(scene.hub.turns(), 0U) << "the hub has forgotten it";
}

}  // namespace
}  // namespace parley::chat
