// What a budget holds back of a turn, and what it is settled with.
#include <gtest/gtest.h>

#include "testing/scene.h"

namespace parley::chat {
namespace {

using base::ErrorCode;
using model::MessageStatus;
using model::MicroUsd;
using model::Tokens;
using testing::code;
using testing::good;
using testing::Hold;
using testing::kAda;
using testing::kBob;
using testing::say;
using testing::Scene;
using testing::Script;

limits::Policy with_budget(model::BudgetLimits budget) {
  limits::Policy policy;
  policy.tiers["default"].budget = budget;
  policy.answer_wanted = Tokens(1000);
  policy.answer_least = Tokens(100);
  return policy;
}

// Ada's and everybody's budget, under one policy and with models whose tokenizer is known.
struct Budgeted : Scene {
  explicit Budgeted(limits::Policy policy) {
    limiter.reload(std::make_shared<const limits::Policy>(std::move(policy)));
    std::vector<ChatModel> models = testing::catalog()->models();
    for (ChatModel& model : models) model.encoding = tokens::Encoding::kO200k;
    engine.reload(std::make_shared<const Catalog>(std::move(models), "small"),
                  {{"fake", {.provider = &provider, .gate = gate}}});
  }

  model::Spending day(const model::Owner& owner = kAda) { return account(owner).user.day; }
  store::BudgetState account(const model::Owner& owner = kAda) {
    const auto today = std::chrono::floor<std::chrono::days>(clock.wall_now());
    return good(loop.wait(disk->budget({}, owner, today)));
  }
};

Script held(Script rest = say({"one ", "two"})) {
  Script script{.steps = {Hold{}}};
  script.steps.insert(script.steps.end(), rest.steps.begin(), rest.steps.end());
  return script;
}

TEST(Budget, holds_back_the_input_and_the_answers_cap_and_settles_what_was_used) {
  Budgeted scene(with_budget({.tokens_per_day = Tokens(10'000)}));
  scene.provider.scripts.push_back(held());
  const auto turn = good(scene.start({.content = "hello there"})).state.turn.id;
  scene.until_held();
  const std::int64_t input = tokens::count(tokens::Encoding::kO200k, "hello there") + 3 + 1 + 3;
  EXPECT_EQ(scene.day().reserved, Tokens(input + 1000));
  EXPECT_EQ(scene.day().reserved_cost, MicroUsd(input + 2 * 1000));
  EXPECT_EQ(scene.day().used, Tokens(0));
  EXPECT_EQ(scene.provider.requests.at(0).max_output_tokens, 1000) << "the provider is held to it";
  scene.provider.release();
  const auto ended = good(scene.end_of(turn));
  const model::Usage& used = ended.answer.answer->usage;
  EXPECT_EQ(scene.day(), (model::Spending{.used = used.total(), .used_cost = used.cost}));
  EXPECT_EQ(scene.account().organisation, scene.account().user);
}

TEST(Budget, without_one_nothing_is_counted_and_nothing_is_capped) {
  Budgeted scene(with_budget({}));
  const auto ended = scene.converse({.content = "hello"});
  EXPECT_FALSE(scene.provider.requests.at(0).max_output_tokens);
  EXPECT_EQ(scene.day().used, ended.answer.answer->usage.total()) << "for a limit that comes later";
}

TEST(Budget, that_leaves_less_than_was_asked_for_caps_the_answer) {
  Budgeted scene(with_budget({.tokens_per_day = Tokens(600)}));
  scene.provider.scripts.push_back(held());
  const auto turn = good(scene.start({.content = "hello", .max_output_tokens = 5000})).state.turn.id;
  scene.until_held();
  EXPECT_EQ(scene.day().reserved, Tokens(600)) << "to the last token";
  EXPECT_EQ(scene.provider.requests.at(0).max_output_tokens, 600 - (1 + 3 + 1 + 3));
  scene.provider.release();
  good(scene.end_of(turn));
}

TEST(Budget, that_is_used_up_refuses_says_until_when_and_leaves_nothing) {
  Budgeted scene(with_budget({.tokens_per_day = Tokens(100)}));
  const auto id = scene.make_conversation();
  const auto refused = scene.start({.conversation = id, .content = "hello", .client_message_id = "m-1"});
  ASSERT_EQ(code(refused), ErrorCode::kBudgetExceeded);
  EXPECT_TRUE(refused.error().resets_at);
  EXPECT_TRUE(scene.provider.requests.empty());
  EXPECT_EQ(scene.day(), model::Spending{});
  EXPECT_EQ(good(scene.loop.wait(scene.disk->conversation({}, kAda, id))).message_count, 0);
  EXPECT_EQ(scene.engine.open_turns(), 0U);
  // The client's id was not used up.
  scene.limiter.reload(std::make_shared<const limits::Policy>());
  EXPECT_FALSE(
      good(scene.start({.conversation = id, .content = "hello", .client_message_id = "m-1"})).replayed);
  scene.until_ended();
}

TEST(Budget, of_money_counts_prices) {
  // A token of "small" costs 1 coming and 2 going.
  Budgeted scene(with_budget({.cost_per_month = MicroUsd(508)}));
  scene.provider.scripts.push_back(held());
  const auto turn = good(scene.start({.content = "hello"})).state.turn.id;
  scene.until_held();
  EXPECT_EQ(scene.provider.requests.at(0).max_output_tokens, 250);
  EXPECT_EQ(scene.account().user.month.reserved_cost, MicroUsd(508));
  EXPECT_EQ(code(scene.start({.content = "hello", .model = "large"})), ErrorCode::kBudgetExceeded);
  scene.provider.release();
  good(scene.end_of(turn));
}

TEST(Budget, of_an_organisation_is_shared_by_its_users) {
  limits::Policy policy = with_budget({});
  policy.organisations["acme"].budget.tokens_per_day = Tokens(500);
  Budgeted scene(std::move(policy));
  scene.provider.scripts.push_back(held());
  good(scene.start({.content = "hello"}));
  scene.until_held();
  EXPECT_EQ(code(scene.loop.wait(scene.engine.start_turn({}, kBob, {.content = "me too"}))),
            ErrorCode::kBudgetExceeded);
  EXPECT_TRUE(scene.loop.wait(scene.engine.start_turn({}, {"globex", "bob"}, {.content = "me too"})));
  scene.until_ended();
}

TEST(Budget, is_charged_for_what_was_produced_when_a_turn_is_stopped) {
  Budgeted scene(with_budget({.tokens_per_day = Tokens(10'000)}));
  Script script{.steps = {providers::ProviderEvent(providers::TextDelta{"one two three "}),
                          providers::ProviderEvent(providers::TextDelta{"four"}), Hold{}}};
  scene.provider.scripts.push_back(std::move(script));
  const auto turn = good(scene.start({.content = "hello"})).state.turn.id;
  scene.until_held();
  const auto ended = good(scene.loop.wait(scene.engine.stop({}, kAda, turn)));
  const std::int64_t output = tokens::count(tokens::Encoding::kO200k, ended.answer.content);
  EXPECT_EQ(scene.day().used, Tokens(8 + output));
  EXPECT_EQ(scene.day().reserved, Tokens(0));
}

TEST(Budget, is_charged_by_our_own_count_when_the_provider_reports_nothing) {
  for (const bool limited : {true, false}) {
    Budgeted scene(limited ? with_budget({.tokens_per_day = Tokens(10'000)}) : limits::Policy());
    scene.provider.scripts.push_back(say({"one ", "two ", "three"}, false));
    const auto ended = scene.converse({.content = "hello"});
    EXPECT_EQ(ended.answer.answer->usage.input, Tokens(8));
    EXPECT_EQ(ended.answer.answer->usage.output,
              Tokens(tokens::count(tokens::Encoding::kO200k, "one two three")));
    EXPECT_EQ(scene.day().used, ended.answer.answer->usage.total());
  }
}

TEST(Budget, gets_everything_back_when_the_provider_refuses) {
  Budgeted scene(with_budget({.tokens_per_day = Tokens(10'000)}));
  scene.provider.scripts.push_back(
      {.refuse = base::Error{.code = ErrorCode::kProviderUnavailable, .message = "busy"}});
  const auto ended = scene.converse({.content = "hello"});
  EXPECT_EQ(ended.turn.status, MessageStatus::kFailed);
  EXPECT_EQ(scene.day(), model::Spending{});
}

TEST(Budget, lets_as_many_turns_in_as_fit_however_many_ask_at_once) {
  // Each holds back 8 and 1000.
  Budgeted scene(with_budget({.tokens_per_day = Tokens(5 * 1008 + 107)}));
  scene.provider.otherwise = held();
  constexpr int kAsk = 200;
  std::vector<std::shared_ptr<std::optional<base::Result<StartedTurn>>>> asked;
  for (int n = 0; n < kAsk; ++n) {
    asked.push_back(std::make_shared<std::optional<base::Result<StartedTurn>>>());
    scene.loop.tasks().spawn(
        testing::share_result(scene.engine.start_turn({}, kAda, {.content = "hello"}), asked.back()));
  }
  scene.loop.until(
      [&] { return std::ranges::all_of(asked, [](const auto& one) { return one->has_value(); }); });
  int begun = 0;
  for (const auto& one : asked) {
    if (**one) {
      ++begun;
    } else {
      EXPECT_TRUE((*one)->error().code == ErrorCode::kBudgetExceeded ||
                  (*one)->error().code == ErrorCode::kRateLimited)
          << (*one)->error().message;
    }
  }
  EXPECT_EQ(begun, 5);
  EXPECT_EQ(scene.day().reserved, Tokens(5 * 1008));
  scene.until_ended();
  EXPECT_EQ(scene.day().reserved, Tokens(0));
  EXPECT_EQ(scene.day().used, scene.usage().usage.total());
}

TEST(Budget, holds_for_an_answer_given_anew) {
  Budgeted scene(with_budget({.tokens_per_day = Tokens(10'000)}));
  const auto first = scene.converse({.content = "hello"});
  scene.provider.scripts.push_back(held());
  const auto again = good(scene.loop.wait(scene.engine.regenerate({}, kAda, {.message = first.answer.id})));
  scene.until_held();
  EXPECT_EQ(scene.day().reserved, Tokens(1008));
  EXPECT_EQ(scene.provider.requests.back().messages.size(), 1U);
  scene.provider.release();
  const auto ended = good(scene.end_of(again.state.turn.id));
  EXPECT_EQ(scene.day().used, first.answer.answer->usage.total() + ended.answer.answer->usage.total());
}

TEST(Budget, holds_for_embeddings) {
  Budgeted scene(with_budget({.tokens_per_day = Tokens(10)}));
  scene.provider.vectors =
      boost::json::value{{"model", "x"}, {"data", {1}}, {"usage", {{"prompt_tokens", 3}}}};
  const auto ask = [&](boost::json::value input) {
    return scene.loop.wait(scene.engine.embeddings({}, kAda, "", "vectors",
                                                   {{"model", "vectors"}, {"input", std::move(input)}}));
  };
  good(ask("one two three"));
  scene.loop.until([&] { return scene.day().used == Tokens(3); });
  EXPECT_EQ(scene.day().reserved, Tokens(0));
  EXPECT_EQ(code(ask(boost::json::array{1, 2, 3, 4, 5, 6, 7, 8})), ErrorCode::kBudgetExceeded);
  EXPECT_EQ(scene.provider.embedded.size(), 1U);
  scene.provider.vectors.reset();
  EXPECT_EQ(code(ask("again")), ErrorCode::kProviderRejected);
  scene.loop.until([&] { return scene.day().reserved == Tokens(0); });
  EXPECT_EQ(scene.day().used, Tokens(3)) << "a failure costs nothing";
}

TEST(Budget, is_charged_for_embeddings_by_our_own_count_when_the_provider_reports_nothing) {
  Budgeted scene(with_budget({.tokens_per_day = Tokens(10)}));
  scene.provider.vectors = boost::json::value{{"model", "x"}, {"data", {1}}};
  good(scene.loop.wait(
      scene.engine.embeddings({}, kAda, "", "vectors", {{"model", "vectors"}, {"input", "one two three"}})));
  EXPECT_EQ(scene.day(), (model::Spending{.used = Tokens(3), .used_cost = scene.day().used_cost}));
}

TEST(Budget, counts_what_embeddings_hold_under_another_name_than_input) {
  Budgeted scene(with_budget({.tokens_per_day = Tokens(10)}));
  scene.provider.vectors = boost::json::value{{"model", "x"}, {"data", {1}}};
  for (const boost::json::object& more : std::initializer_list<boost::json::object>{
           {{"content", "one two three four five six seven eight nine ten eleven"}},
           {{"messages", {{{"role", "user"}, {"content", "one two three four five six seven eight nine"}}}}},
           {{"input", {{"one two three four five six seven eight nine ten eleven"}}}},
           {{"input", {{{"text", "one two three four five six seven eight nine ten eleven"}}}}}}) {
    EXPECT_EQ(code(scene.loop.wait(scene.engine.embeddings({}, kAda, "", "vectors", more))),
              ErrorCode::kBudgetExceeded)
        << boost::json::serialize(more);
  }
  EXPECT_TRUE(scene.provider.embedded.empty());
}

TEST(Budget, is_not_talked_out_of_counting_by_the_form_of_a_message) {
  const auto count = [](std::string_view text) { return tokens::count(tokens::Encoding::kO200k, text); };
  const std::string text = "one two three four five";
  for (const auto& [role, content, tokens] :
       std::initializer_list<std::tuple<std::string, boost::json::value, std::int64_t>>{
           {"user", boost::json::array{text}, count(text)},
           {"user", boost::json::array{{{"type", "refusal"}, {"refusal", text}}}, count(text)},
           {"user", boost::json::array{{{"type", "image_url"}, {"text", ""}, {"image_url", "data:,A"}}},
            2000},
           {"user", boost::json::array{{{"type", "input_audio"}, {"text", text}, {"input_audio", "A"}}},
            2000 + count(text)},
           {"user", boost::json::array{{{"type", "text"}, {"text", text}, {"cache_control", {{"a", 1}}}}},
            count(text)},
           {text, "", count(text)}}) {
    Budgeted scene(with_budget({.tokens_per_day = Tokens(100'000)}));
    TurnInput input{.stateless = true};
    input.messages.push_back({.role = role, .content = content});
    scene.provider.scripts.push_back(held());
    good(scene.start(std::move(input)));
    scene.until_held();
    EXPECT_EQ(scene.day().reserved, Tokens(3 + 3 + 1 + tokens + 1000)) << boost::json::serialize(content);
    scene.until_ended();
  }
}

TEST(Budget, counts_tools_and_pictures_and_a_history) {
  Budgeted scene(with_budget({.tokens_per_day = Tokens(100'000)}));
  const auto id = scene.make_conversation();
  scene.converse({.conversation = id, .content = "hello"});
  scene.provider.scripts.push_back(held());
  good(scene.start({.conversation = id, .content = "hello"}));
  scene.until_held();
  const auto count = [](std::string_view text) { return tokens::count(tokens::Encoding::kO200k, text); };
  EXPECT_EQ(scene.day().reserved,
            Tokens(3 + 3 * (3 + 1) + 2 * count("hello") + count("one two three") + 1000));
  scene.until_ended();

  TurnInput input{.stateless = true};
  input.messages.push_back(
      {.role = "user",
       .content = boost::json::array{{{"type", "text"}, {"text", "what is this?"}},
                                     {{"type", "image_url"}, {"image_url", {{"url", "data:,AAAA"}}}}}});
  input.extra["tools"] = boost::json::array{{{"type", "function"}}};
  scene.provider.scripts.push_back(held());
  good(scene.start(std::move(input)));
  scene.until_held();
  const std::int64_t tools = count(R"({"tools":[{"type":"function"}]})");
  EXPECT_EQ(scene.day().reserved, Tokens(3 + 3 + 1 + count("what is this?") + 2000 + tools + 1000));
  scene.until_ended();
}

}  // namespace
}  // namespace parley::chat
