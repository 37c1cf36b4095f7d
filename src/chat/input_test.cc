#include "chat/input.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "chat/estimate.h"

namespace parley::chat {
namespace {

using base::ErrorCode;
using providers::ChatMessage;

constexpr InputLimits kLimits{.max_content_bytes = 20, .max_messages_bytes = 60, .max_messages = 3};

ErrorCode refusal(const TurnInput& input) {
  const auto checked = check(input, kLimits);
  EXPECT_FALSE(checked.has_value());
  return checked ? ErrorCode::kInternal : checked.error().code;
}

TurnInput stateless(std::vector<ChatMessage> messages) {
  return {.stateless = true, .messages = std::move(messages)};
}

TEST(CheckText, takes_utf8_and_nothing_else) {
  for (const char* good : {"", "plain", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xED\x9F\xBF",
                           "\xEE\x80\x80", "\xF4\x8F\xBF\xBF", "\x7F", "\xE0\xA0\x80", "\xF0\x90\x80\x80"}) {
    EXPECT_TRUE(check_text("it", good, 100)) << good;
  }
  for (const char* bad :
       {"\x80", "\xC3", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE2\x82", "\xE2\x28\xA1",
        "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "ok\xC3", "\xF0\x9F\x98"}) {
    EXPECT_EQ(check_text("it", bad, 100).error().code, ErrorCode::kBadUserInput) << bad;
  }
  EXPECT_EQ(check_text("it", std::string_view("a\0b", 3), 100).error().code, ErrorCode::kBadUserInput);
  EXPECT_TRUE(check_text("it", "123", 3));
  EXPECT_EQ(check_text("it", "1234", 3).error().code, ErrorCode::kPayloadTooLarge);
}

TEST(CheckTurn, wants_something_to_be_said) {
  EXPECT_TRUE(check(TurnInput{.content = "hi"}, kLimits));
  EXPECT_EQ(refusal({}), ErrorCode::kBadUserInput);
  EXPECT_EQ(refusal({.content = std::string(21, 'x')}), ErrorCode::kPayloadTooLarge);
  EXPECT_EQ(refusal({.content = "\xFF"}), ErrorCode::kBadUserInput);
}

TEST(CheckTurn, bounds_ids_models_and_numbers) {
  EXPECT_EQ(refusal({.content = "hi", .client_message_id = ""}), ErrorCode::kBadUserInput);
  EXPECT_EQ(refusal({.content = "hi", .client_message_id = std::string(201, 'x')}),
            ErrorCode::kPayloadTooLarge);
  EXPECT_EQ(refusal({.content = "hi", .idempotency_key = "\xFF"}), ErrorCode::kBadUserInput);
  EXPECT_EQ(refusal({.content = "hi", .model = "\xFF"}), ErrorCode::kBadUserInput);
  EXPECT_EQ(refusal({.content = "hi", .model = std::string(201, 'x')}), ErrorCode::kPayloadTooLarge);
  EXPECT_EQ(refusal({.content = "hi", .max_output_tokens = 0}), ErrorCode::kBadUserInput);
  for (const double temperature : {-0.1, 2.1, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(refusal({.content = "hi", .temperature = temperature}), ErrorCode::kBadUserInput);
  }
  for (const double temperature : {0.0, 2.0}) {
    EXPECT_TRUE(check(TurnInput{.content = "hi", .temperature = temperature}, kLimits));
  }
  EXPECT_EQ(refusal({.content = "hi", .extra = {{"stop", std::string(60, 'x')}}}),
            ErrorCode::kPayloadTooLarge);
  EXPECT_EQ(refusal({.content = "hi", .extra = {{"stop", "\xFF"}}}), ErrorCode::kBadUserInput);
}

TEST(CheckTurn, bounds_the_messages_of_a_stateless_turn) {
  const ChatMessage message{.role = "user", .content = "hi"};
  EXPECT_TRUE(check(stateless({message, message, message}), kLimits));
  EXPECT_EQ(refusal(stateless({})), ErrorCode::kBadUserInput);
  EXPECT_EQ(refusal(stateless({message, message, message, message})), ErrorCode::kPayloadTooLarge);
  EXPECT_EQ(refusal(stateless({{.role = "", .content = "hi"}})), ErrorCode::kBadUserInput);
  EXPECT_EQ(refusal(stateless({{.role = "user", .content = "\xC3"}})), ErrorCode::kBadUserInput);
  EXPECT_EQ(refusal(stateless({{.role = "user", .content = boost::json::value(std::string(59, 'x'))}})),
            ErrorCode::kPayloadTooLarge);
  EXPECT_EQ(
      refusal(stateless({{.role = "user", .content = nullptr, .extra = {{"x", std::string(60, 'x')}}}})),
      ErrorCode::kPayloadTooLarge);
  auto placed = stateless({message});
  placed.conversation = model::ConversationId(model::UlidBytes{1});
  EXPECT_EQ(refusal(placed), ErrorCode::kBadUserInput);
}

TEST(CheckRegenerate, bounds_ids_and_model) {
  EXPECT_TRUE(check(RegenerateInput{}, kLimits));
  EXPECT_FALSE(check(RegenerateInput{.client_message_id = ""}, kLimits));
  EXPECT_FALSE(check(RegenerateInput{.model = std::string(201, 'x')}, kLimits));
}

TEST(Fingerprint, is_the_same_for_the_same_question_only) {
  const TurnInput asked{
      .content = "hi", .model = "m", .max_output_tokens = 5, .temperature = 0.5, .extra = {{"top_p", 1}}};
  EXPECT_EQ(fingerprint(asked), fingerprint(TurnInput(asked)));
  EXPECT_EQ(fingerprint(asked).size(), 64U);
  std::vector<TurnInput> others(9, asked);
  others[0].content = "ho";
  others[1].model.reset();
  others[2].model = "n";
  others[3].max_output_tokens.reset();
  others[4].temperature = 0.6;
  others[5].extra["top_p"] = 2;
  others[6].conversation = model::ConversationId(model::UlidBytes{1});
  others[7].stateless = true;
  others[8].messages.push_back({.role = "user", .content = "hi"});
  for (std::size_t i = 0; i < others.size(); ++i) EXPECT_NE(fingerprint(others[i]), fingerprint(asked)) << i;
  // How it is sent does not change what is asked.
  TurnInput same = asked;
  same.stream = false;
  same.client_message_id = "c";
  same.idempotency_key = "k";
  same.expected_version = 3;
  EXPECT_EQ(fingerprint(same), fingerprint(asked));
  const RegenerateInput again{.message = model::MessageId(model::UlidBytes{1})};
  EXPECT_NE(fingerprint(again),
            fingerprint(RegenerateInput{.message = model::MessageId(model::UlidBytes{2})}));
  EXPECT_NE(fingerprint(again), fingerprint(RegenerateInput{.message = again.message, .model = "m"}));
}

TEST(LastContent, is_the_text_of_the_last_message_or_its_json) {
  EXPECT_EQ(last_content({}), "");
  EXPECT_EQ(last_content({{.role = "system", .content = "s"}, {.role = "user", .content = "u"}}), "u");
  EXPECT_EQ(
      last_content({{.role = "user", .content = boost::json::array{{{"type", "text"}, {"text", "u"}}}}}),
      R"([{"type":"text","text":"u"}])");
}

TEST(Estimate, counts_a_token_for_every_four_bytes_and_four_a_message) {
  EXPECT_EQ(estimate_tokens(std::size_t{0}), 0);
  EXPECT_EQ(estimate_tokens(std::size_t{1}), 1);
  EXPECT_EQ(estimate_tokens(std::size_t{4}), 1);
  EXPECT_EQ(estimate_tokens(std::size_t{5}), 2);
  EXPECT_EQ(
      estimate_tokens({{.role = "user", .content = "12345"}, {.role = "assistant", .content = nullptr}}),
      4 + 2 + 4);
  EXPECT_EQ(estimate_tokens({{.role = "user", .content = "", .extra = {{"n", 1}}}}), 4 + 2);
}

}  // namespace
}  // namespace parley::chat
