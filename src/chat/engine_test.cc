// A turn from the question to the answer: what goes upstream, what is stored, what is refused.
#include "chat/engine.h"

#include <gtest/gtest.h>

#include "testing/scene.h"

namespace parley::chat {
namespace {

using namespace std::chrono_literals;
using base::ErrorCode;
using model::MessageStatus;
using model::Tokens;
using model::TurnEventKind;
using testing::code;
using testing::good;
using testing::Hold;
using testing::kAda;
using testing::kBob;
using testing::say;
using testing::Scene;
using testing::Script;
using testing::wire;

std::string sent(std::string_view model,
                 std::initializer_list<std::pair<std::string, std::string>> messages) {
  std::string text = R"({"model":")" + std::string(model) + R"(","messages":[)";
  bool first = true;
  for (const auto& [role, content] : messages) {
    if (!first) text += ',';
    first = false;
    text += R"({"role":")" + role + R"(","content":")" + content + R"("})";
  }
  return text + "]}";
}

TEST(Turn, sends_the_last_ten_messages_and_the_new_one_byte_by_byte) {
  Scene scene;
  const auto talk = scene.make_conversation({.briefing = "We sell tea.", .system_prompt = "Be brief."});
  for (int i = 1; i <= 7; ++i) {
    scene.provider.scripts.push_back(say({"answer ", std::to_string(i)}));
    scene.converse({.conversation = talk, .content = "question " + std::to_string(i)});
  }
  scene.converse({.conversation = talk, .content = "the last"});
  ASSERT_EQ(scene.provider.requests.size(), 8U);
  EXPECT_EQ(wire(scene.provider.requests[0]),
            sent("fake-small-1", {{"system", "We sell tea.\\n\\nBe brief."}, {"user", "question 1"}}));
  EXPECT_EQ(wire(scene.provider.requests[1]), sent("fake-small-1", {{"system", "We sell tea.\\n\\nBe brief."},
                                                                    {"user", "question 1"},
                                                                    {"assistant", "answer 1"},
                                                                    {"user", "question 2"}}));
  EXPECT_EQ(wire(scene.provider.requests[7]), sent("fake-small-1", {{"system", "We sell tea.\\n\\nBe brief."},
                                                                    {"user", "question 3"},
                                                                    {"assistant", "answer 3"},
                                                                    {"user", "question 4"},
                                                                    {"assistant", "answer 4"},
                                                                    {"user", "question 5"},
                                                                    {"assistant", "answer 5"},
                                                                    {"user", "question 6"},
                                                                    {"assistant", "answer 6"},
                                                                    {"user", "question 7"},
                                                                    {"assistant", "answer 7"},
                                                                    {"user", "the last"}}));
}

TEST(Turn, sends_as_many_messages_as_are_configured_and_the_pinned_ones) {
  auto options = testing::patient();
  options.context_messages = 1;
  Scene scene(options);
  const auto talk = scene.make_conversation();
  const auto first = scene.converse({.conversation = talk, .content = "I am Ada."});
  good(scene.loop.wait(scene.conversations.pin({}, kAda, first.user_message.id, true)));
  scene.provider.scripts.push_back(say({"two"}));
  scene.converse({.conversation = talk, .content = "second"});
  scene.converse({.conversation = talk, .content = "third"});
  EXPECT_EQ(wire(scene.provider.requests.back()),
            sent("fake-small-1", {{"user", "I am Ada."}, {"assistant", "two"}, {"user", "third"}}));
}

TEST(Turn, does_not_send_failed_answers_and_sends_what_was_stopped) {
  Scene scene;
  const auto talk = scene.make_conversation();
  Script fails = say({"half"});
  fails.steps.insert(fails.steps.begin() + 1,
                     base::Error{.code = ErrorCode::kProviderUnavailable, .message = "gone"});
  scene.provider.scripts.push_back(fails);
  EXPECT_EQ(scene.converse({.conversation = talk, .content = "a"}).turn.status, MessageStatus::kFailed);
  Script held = say({"stopped"});
  held.steps.insert(held.steps.begin() + 1, Hold{});
  scene.provider.scripts.push_back(held);
  const auto started = good(scene.start({.conversation = talk, .content = "b"}));
  scene.until_told(started.state.turn.id, 2);
  good(scene.loop.wait(scene.engine.stop({}, kAda, started.state.turn.id)));
  scene.converse({.conversation = talk, .content = "c"});
  EXPECT_EQ(wire(scene.provider.requests.back()),
            sent("fake-small-1", {{"user", "a"}, {"user", "b"}, {"assistant", "stopped"}, {"user", "c"}}));
}

TEST(Turn, passes_the_clients_settings_on) {
  Scene scene;
  scene.converse({.content = "hi",
                  .max_output_tokens = 7,
                  .temperature = 0.5,
                  .extra = {{"top_p", 0.1}},
                  .stream = false});
  const auto& request = scene.provider.requests.at(0);
  EXPECT_EQ(request.max_output_tokens, 7);
  EXPECT_EQ(request.temperature, 0.5);
  EXPECT_EQ(request.extra, (boost::json::object{{"top_p", 0.1}}));
  EXPECT_FALSE(request.stream);
}

TEST(Turn, stores_the_answer_with_where_it_came_from_and_what_it_cost) {
  Scene scene;
  Script script = say({"one ", "two ", "three"});
  script.steps.insert(script.steps.begin(), Hold{});
  script.steps.insert(script.steps.begin() + 2, Hold{});
  scene.provider.scripts.push_back(script);
  const auto started = good(scene.start({.content = "count"}));
  EXPECT_FALSE(started.replayed);
  EXPECT_EQ(started.state.turn.status, MessageStatus::kStreaming);
  EXPECT_EQ(started.state.conversation->message_count, 2);
  scene.until_held();
  scene.clock.advance(120ms);
  scene.provider.release();
  scene.until_told(started.state.turn.id, 2);
  scene.until_held();
  scene.clock.advance(80ms);
  scene.provider.release();
  const auto ended = good(scene.end_of(started.state.turn.id));
  EXPECT_EQ(ended, scene.stored(started.state.turn.id));
  EXPECT_EQ(ended.turn.status, MessageStatus::kComplete);
  EXPECT_EQ(ended.answer.content, "one two three");
  const model::AnswerInfo& info = *ended.answer.answer;
  EXPECT_EQ(info.model, "small");
  EXPECT_EQ(info.provider, "fake");
  EXPECT_EQ(info.route, "the default model");
  EXPECT_EQ(info.finish_reason, "stop");
  EXPECT_EQ(info.first_token, 120ms);
  EXPECT_EQ(info.total, 200ms);
  EXPECT_FALSE(info.error);
  // 60 tokens at 1, 40 cached ones at 0.5, 3 at 2.
  EXPECT_EQ(info.usage, (model::Usage{.input = Tokens(100),
                                      .cached_input = Tokens(40),
                                      .output = Tokens(3),
                                      .cost = model::MicroUsd(86)}));
  EXPECT_EQ(ended.conversation->usage, info.usage);
  EXPECT_EQ(scene.usage().usage, info.usage);
  EXPECT_EQ(scene.usage().turns, 1);
  const std::string shown = scene.metrics.render();
  for (const char* line :
       {"parley_turns_total{outcome=\"complete\",model=\"small\"} 1\n",
        "parley_tokens_total{model=\"small\",kind=\"input\"} 100\n",
        "parley_tokens_total{model=\"small\",kind=\"cached_input\"} 40\n",
        "parley_tokens_total{model=\"small\",kind=\"output\"} 3\n",
        "parley_cost_usd_total{model=\"small\"} 8.6e-05\n", "parley_time_to_first_token_seconds_count 1\n",
        "parley_turn_duration_seconds_count 1\n"}) {
    EXPECT_NE(shown.find(line), std::string::npos) << line;
  }
}

TEST(Turn, is_told_as_numbered_events_that_add_up_to_the_answer) {
  Scene scene;
  const auto ended = scene.converse({.content = "count"});
  const auto events = good(scene.events(ended.turn.id));
  std::string text;
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].number, static_cast<std::int64_t>(i) + 1);
    const bool first = i == 0;
    const bool last = i + 1 == events.size();
    EXPECT_EQ(events[i].kind, first  ? TurnEventKind::kStarted
                              : last ? TurnEventKind::kComplete
                                     : TurnEventKind::kDelta);
    text += events[i].text;
  }
  EXPECT_EQ(text, "one two three");
  EXPECT_EQ(ended.turn.last_event, events.back().number);
}

TEST(Turn, what_arrives_together_is_told_together) {
  Scene scene;
  scene.provider.spread = false;
  const auto ended = scene.converse({.content = "count"});
  const auto events = good(scene.events(ended.turn.id));
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[1].text, "one two three");
}

TEST(Turn, is_answered_by_the_model_that_was_asked_for_or_else_the_conversations) {
  Scene scene;
  const auto talk = scene.make_conversation({.model = "large"});
  auto ended = scene.converse({.conversation = talk, .content = "hi"});
  EXPECT_EQ(ended.answer.answer->model, "large");
  EXPECT_EQ(ended.answer.answer->route, "the conversation's model");
  EXPECT_EQ(ended.answer.answer->usage.cost, model::MicroUsd(860));
  ended = scene.converse({.conversation = talk, .content = "hi", .model = "small"});
  EXPECT_EQ(ended.answer.answer->model, "small");
  EXPECT_EQ(ended.answer.answer->route, "asked for");
  EXPECT_EQ(scene.provider.requests.at(0).model, "fake-large-1");
  EXPECT_EQ(scene.provider.requests.at(1).model, "fake-small-1");
  const auto made = scene.converse({.content = "hi", .model = "large"});
  EXPECT_EQ(made.conversation->model, "large") << "a conversation made with a turn goes on with its model";
}

TEST(Turn, gives_a_conversation_that_it_makes_the_configured_briefing) {
  auto options = testing::patient();
  options.briefing = "We sell tea.";
  Scene scene(options);
  const auto ended = scene.converse({.content = "hi"});
  EXPECT_EQ(ended.conversation->briefing, "We sell tea.");
  EXPECT_EQ(wire(scene.provider.requests.at(0)),
            sent("fake-small-1", {{"system", "We sell tea."}, {"user", "hi"}}));
}

TEST(Turn, is_refused_before_anything_is_written) {
  Scene scene;
  const auto talk = scene.make_conversation();
  EXPECT_EQ(code(scene.start({.conversation = talk})), ErrorCode::kBadUserInput);
  EXPECT_EQ(code(scene.start({.content = std::string(300 << 10, 'x')})), ErrorCode::kPayloadTooLarge);
  EXPECT_EQ(code(scene.start({.content = "hi", .model = "nobody's"})), ErrorCode::kBadUserInput);
  EXPECT_EQ(code(scene.start({.content = "hi", .model = "vectors"})), ErrorCode::kBadUserInput);
  EXPECT_EQ(code(scene.start({.content = "hi", .model = "nowhere"})), ErrorCode::kProviderUnavailable);
  const model::ConversationId nowhere(model::UlidBytes{1});
  EXPECT_EQ(code(scene.start({.conversation = nowhere, .content = "hi"})), ErrorCode::kNotFound);
  EXPECT_EQ(code(scene.start({.conversation = nowhere, .content = "hi", .model = "small"})),
            ErrorCode::kNotFound);
  EXPECT_EQ(code(scene.loop.wait(scene.engine.start_turn({}, kBob, {.conversation = talk, .content = "hi"}))),
            ErrorCode::kNotFound);
  const auto stale = scene.start({.conversation = talk, .content = "hi", .expected_version = 7});
  EXPECT_EQ(code(stale), ErrorCode::kConflict);
  EXPECT_EQ(stale.error().current_version, 1);
  EXPECT_EQ(good(scene.loop.wait(scene.conversations.get({}, kAda, talk))).message_count, 0);
  EXPECT_TRUE(scene.provider.requests.empty());
  EXPECT_EQ(scene.engine.open_turns(), 0U);
}

TEST(Turn, a_conversation_answers_one_question_at_a_time) {
  Scene scene;
  scene.provider.scripts.push_back({.steps = {Hold{}}});
  const auto talk = scene.make_conversation();
  good(scene.start({.conversation = talk, .content = "one"}));
  EXPECT_EQ(code(scene.start({.conversation = talk, .content = "two"})), ErrorCode::kTurnInProgress);
  EXPECT_EQ(scene.provider.requests.size(), 1U);
}

TEST(Turn, more_than_the_open_ones_are_asked_to_come_back) {
  auto options = testing::patient();
  options.max_open_turns = 2;
  options.overload_retry = 1500ms;
  Scene scene(options);
  scene.provider.otherwise = {.steps = {Hold{}, providers::ProviderEvent(providers::Finish{"stop"})}};
  const auto first = good(scene.start({.content = "1"}));
  good(scene.start({.content = "2"}));
  const auto refused = scene.start({.content = "3"});
  EXPECT_EQ(code(refused), ErrorCode::kOverloaded);
  EXPECT_EQ(refused.error().retry_after, 1500ms);
  EXPECT_EQ(scene.engine.open_turns(), 2U);
  scene.until_held(2);
  scene.provider.release();
  good(scene.end_of(first.state.turn.id));
  scene.loop.until([&] { return scene.engine.open_turns() == 0; });
  good(scene.start({.content = "4"}));
}

TEST(Regenerate, answers_the_same_question_anew_with_what_was_known_then) {
  Scene scene;
  const auto talk = scene.make_conversation();
  scene.provider.scripts.push_back(say({"bad"}));
  const auto old = scene.converse({.conversation = talk, .content = "one"});
  scene.converse({.conversation = talk, .content = "two"});
  scene.provider.scripts.push_back(say({"better"}));
  const auto again =
      good(scene.loop.wait(scene.engine.regenerate({}, kAda, {.message = old.answer.id, .model = "large"})));
  EXPECT_EQ(again.state.user_message.id, old.user_message.id);
  const auto ended = good(scene.end_of(again.state.turn.id));
  EXPECT_EQ(ended.answer.content, "better");
  EXPECT_EQ(ended.answer.answer->route, "asked for");
  EXPECT_EQ(wire(scene.provider.requests.back()), sent("fake-large-1", {{"user", "one"}}));
  const auto from_question =
      good(scene.loop.wait(scene.engine.regenerate({}, kAda, {.message = old.user_message.id})));
  EXPECT_EQ(good(scene.end_of(from_question.state.turn.id)).answer.answer->route, "the conversation's model");
  EXPECT_EQ(wire(scene.provider.requests.back()), sent("fake-small-1", {{"user", "one"}}));
}

TEST(Regenerate, refuses_what_it_cannot_answer_anew) {
  Scene scene;
  const auto lone = scene.converse({.stateless = true, .messages = {{.role = "user", .content = "hi"}}});
  const auto again = [&](const model::Owner& owner, model::MessageId message) {
    return code(scene.loop.wait(scene.engine.regenerate({}, owner, {.message = message})));
  };
  EXPECT_EQ(again(kAda, lone.answer.id), ErrorCode::kBadUserInput);
  const auto placed = scene.converse({.content = "hi"});
  EXPECT_EQ(again(kBob, placed.answer.id), ErrorCode::kNotFound);
  EXPECT_EQ(again(kAda, model::MessageId(model::UlidBytes{1})), ErrorCode::kNotFound);
  EXPECT_EQ(scene.provider.requests.size(), 2U);
}

TEST(StatelessTurn, sends_exactly_its_messages_and_belongs_to_no_conversation) {
  Scene scene;
  const auto parts = boost::json::array{{{"type", "text"}, {"text", "what is this?"}}};
  const auto ended =
      scene.converse({.stateless = true,
                      .messages = {{.role = "developer", .content = "Be brief."},
                                   {.role = "assistant",
                                    .content = nullptr,
                                    .extra = {{"tool_calls", boost::json::array{{{"id", "c1"}}}}}},
                                   {.role = "tool", .content = "42", .extra = {{"tool_call_id", "c1"}}},
                                   {.role = "user", .content = parts}}});
  EXPECT_EQ(wire(scene.provider.requests.at(0)),
            R"({"model":"fake-small-1","messages":[{"role":"developer","content":"Be brief."},)"
            R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1"}]},)"
            R"({"role":"tool","content":"42","tool_call_id":"c1"},)"
            R"({"role":"user","content":[{"type":"text","text":"what is this?"}]}]})");
  EXPECT_FALSE(ended.conversation);
  EXPECT_EQ(ended.user_message.content, R"([{"type":"text","text":"what is this?"}])");
  EXPECT_EQ(ended.answer.content, "one two three");
  EXPECT_EQ(scene.usage().usage, ended.answer.answer->usage);
}

TEST(Engine, running_turns_keep_their_provider_when_the_configuration_changes) {
  Scene scene;
  testing::FakeProvider other(scene.loop.executor());
  other.otherwise = say({"from the other"});
  scene.provider.scripts.push_back({.steps = {Hold{}, providers::ProviderEvent(providers::Finish{"stop"})}});
  const auto running = good(scene.start({.content = "before"}));
  scene.until_held();
  scene.engine.reload(testing::catalog(), {{"fake", {&other, scene.gate}}, {"gone", {&other, scene.gate}}});
  EXPECT_TRUE(scene.engine.available("nowhere"));
  EXPECT_EQ(scene.converse({.content = "after"}).answer.content, "from the other");
  scene.provider.release();
  EXPECT_EQ(good(scene.end_of(running.state.turn.id)).turn.status, MessageStatus::kComplete);
  EXPECT_EQ(scene.provider.requests.size(), 1U);
}

TEST(Engine, says_which_models_are_to_be_had) {
  Scene scene;
  EXPECT_TRUE(scene.engine.available("small"));
  EXPECT_TRUE(scene.engine.available("vectors"));
  EXPECT_FALSE(scene.engine.available("nowhere"));
  EXPECT_FALSE(scene.engine.available("nobody's"));
}

TEST(Embeddings, go_to_the_models_provider_with_its_own_name_for_the_model) {
  Scene scene;
  const auto ask = [&](const char* model) {
    return scene.loop.wait(
        scene.engine.embeddings({}, kAda, "", model, {{"model", "vectors"}, {"input", "tea"}}));
  };
  scene.provider.vectors =
      boost::json::value{{"model", "fake-vectors-1"}, {"data", {1, 2}}, {"usage", {{"prompt_tokens", 9}}}};
  const auto reply = good(ask("vectors"));
  EXPECT_EQ(scene.provider.embedded.at(0),
            (boost::json::object{{"model", "fake-vectors-1"}, {"input", "tea"}}));
  EXPECT_EQ(reply.at("model"), "vectors");
  EXPECT_EQ(reply.at("data"), (boost::json::array{1, 2}));
  EXPECT_NE(scene.metrics.render().find("parley_tokens_total{model=\"vectors\",kind=\"input\"} 9\n"),
            std::string::npos);
  EXPECT_EQ(code(ask("small")), ErrorCode::kBadUserInput);
  EXPECT_EQ(code(ask("nobody's")), ErrorCode::kBadUserInput);
  EXPECT_EQ(scene.provider.embedded.size(), 1U);
  scene.provider.vectors = boost::json::array{1};
  EXPECT_EQ(code(ask("vectors")), ErrorCode::kProviderUnavailable);
  scene.provider.vectors.reset();
  EXPECT_EQ(code(ask("vectors")), ErrorCode::kProviderRejected);
  scene.engine.reload(testing::catalog(), {});
  EXPECT_EQ(code(ask("vectors")), ErrorCode::kProviderUnavailable);
}

}  // namespace
}  // namespace parley::chat
