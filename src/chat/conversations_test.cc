#include "chat/conversations.h"

#include <gtest/gtest.h>

#include "testing/scene.h"

namespace parley::chat {
namespace {

using base::ErrorCode;
using testing::code;
using testing::good;
using testing::kAda;
using testing::kBob;
using testing::Scene;

class ConversationsTest : public ::testing::Test {
 protected:
  base::Result<store::CreatedConversation> create(CreateConversation input) {
    return scene_.loop.wait(scene_.conversations.create({}, kAda, std::move(input)));
  }
  base::Result<model::Conversation> update(UpdateConversation input, const model::Owner& owner = kAda) {
    return scene_.loop.wait(scene_.conversations.update({}, owner, std::move(input)));
  }
  base::Result<std::vector<store::UsageRow>> usage(std::chrono::sys_days from, std::chrono::sys_days to) {
    return scene_.loop.wait(scene_.conversations.usage({}, kAda, {.from = from, .to = to}));
  }

  Scene scene_;
};

TEST_F(ConversationsTest, are_made_with_what_was_given_or_configured) {
  const auto plain = good(create({})).conversation;
  EXPECT_EQ(plain.model, "small");
  EXPECT_FALSE(plain.briefing);
  Conversations briefed(scene_.store, testing::catalog(), scene_.clock, {scene_.clock, base::Random(5)}, {},
                        "We sell tea.");
  EXPECT_EQ(good(scene_.loop.wait(briefed.create({}, kAda, {}))).conversation.briefing, "We sell tea.");
  EXPECT_EQ(good(scene_.loop.wait(briefed.create({}, kAda, {.briefing = "No."}))).conversation.briefing,
            "No.");
  const auto made =
      good(create({.title = "T", .model = "large", .system_prompt = "S", .client_conversation_id = "c"}));
  EXPECT_TRUE(made.created);
  EXPECT_EQ(made.conversation.title, "T");
  EXPECT_EQ(made.conversation.model, "large");
  EXPECT_EQ(made.conversation.system_prompt, "S");
  EXPECT_EQ(made.conversation.created_at, scene_.clock.wall_now());
  const auto again = good(create({.title = "another", .client_conversation_id = "c"}));
  EXPECT_FALSE(again.created);
  EXPECT_EQ(again.conversation, made.conversation);
}

TEST_F(ConversationsTest, refuse_bad_input) {
  EXPECT_EQ(code(create({.title = std::string(501, 'x')})), ErrorCode::kPayloadTooLarge);
  EXPECT_EQ(code(create({.title = "\xFF"})), ErrorCode::kBadUserInput);
  EXPECT_EQ(code(create({.briefing = std::string((64 << 10) + 1, 'x')})), ErrorCode::kPayloadTooLarge);
  EXPECT_EQ(code(create({.system_prompt = "\xC3"})), ErrorCode::kBadUserInput);
  EXPECT_EQ(code(create({.client_conversation_id = std::string(201, 'x')})), ErrorCode::kPayloadTooLarge);
  EXPECT_EQ(code(create({.model = "nobody's"})), ErrorCode::kBadUserInput);
  EXPECT_EQ(code(create({.model = "vectors"})), ErrorCode::kBadUserInput) << "it does not chat";
  const auto id = good(create({})).conversation.id;
  EXPECT_EQ(code(update({.id = id, .title = std::string(501, 'x')})), ErrorCode::kPayloadTooLarge);
  EXPECT_EQ(code(update({.id = id, .model = "vectors"})), ErrorCode::kBadUserInput);
  EXPECT_EQ(code(update({.id = id, .system_prompt = "\xFF"})), ErrorCode::kBadUserInput);
  EXPECT_EQ(
      code(scene_.loop.wait(scene_.conversations.list({}, kAda, {.title_contains = "\xFF"}, {.first = 5}))),
      ErrorCode::kBadUserInput);
}

TEST_F(ConversationsTest, change_only_what_is_set_and_only_at_the_expected_version) {
  const auto made = good(create({.title = "T", .system_prompt = "S"})).conversation;
  auto now = good(update({.id = made.id, .expected_version = 1, .model = "large", .archived = true}));
  EXPECT_EQ(now.title, "T");
  EXPECT_EQ(now.system_prompt, "S");
  EXPECT_EQ(now.model, "large");
  EXPECT_TRUE(now.archived);
  EXPECT_EQ(now.version, 2);
  const auto stale = update({.id = made.id, .expected_version = 1, .title = "U"});
  EXPECT_EQ(code(stale), ErrorCode::kConflict);
  EXPECT_EQ(stale.error().current_version, 2);
  now = good(update({.id = made.id, .title = std::optional<std::string>(), .system_prompt = "R"}));
  EXPECT_FALSE(now.title);
  EXPECT_EQ(now.system_prompt, "R");
}

TEST_F(ConversationsTest, of_another_owner_are_not_found) {
  const auto id = good(create({})).conversation.id;
  EXPECT_EQ(code(update({.id = id, .title = "mine"}, kBob)), ErrorCode::kNotFound);
  EXPECT_EQ(code(scene_.loop.wait(scene_.conversations.get({}, kBob, id))), ErrorCode::kNotFound);
  EXPECT_EQ(code(scene_.loop.wait(scene_.conversations.remove({}, kBob, id))), ErrorCode::kNotFound);
  const auto turn = scene_.converse({.conversation = id, .content = "hi"});
  EXPECT_EQ(code(scene_.loop.wait(scene_.conversations.pin({}, kBob, turn.answer.id, true))),
            ErrorCode::kNotFound);
  EXPECT_EQ(code(scene_.loop.wait(scene_.conversations.message({}, kBob, turn.answer.id))),
            ErrorCode::kNotFound);
  EXPECT_EQ(code(scene_.loop.wait(scene_.conversations.turn({}, kBob, turn.turn.id))), ErrorCode::kNotFound);
}

TEST_F(ConversationsTest, go_with_their_messages_unless_a_turn_runs) {
  const auto id = good(create({})).conversation.id;
  scene_.provider.scripts.push_back(
      {.steps = {testing::Hold{}, providers::ProviderEvent(providers::Finish{"stop"})}});
  const auto started = good(scene_.start({.conversation = id, .content = "hi"}));
  EXPECT_EQ(code(scene_.loop.wait(scene_.conversations.remove({}, kAda, id))), ErrorCode::kTurnInProgress);
  scene_.until_ended();
  good(scene_.loop.wait(scene_.conversations.remove({}, kAda, id)));
  EXPECT_EQ(code(scene_.loop.wait(scene_.conversations.get({}, kAda, id))), ErrorCode::kNotFound);
  EXPECT_EQ(code(scene_.start({.conversation = id, .content = "hi"})), ErrorCode::kNotFound);
  EXPECT_EQ(scene_.usage().turns, 1) << "what was used was used";
}

TEST_F(ConversationsTest, usage_is_asked_for_by_a_bounded_range_of_days) {
  scene_.converse({.content = "hi"});
  const auto today = std::chrono::floor<std::chrono::days>(scene_.clock.wall_now());
  EXPECT_EQ(good(usage(today, today)).size(), 1U);
  EXPECT_EQ(good(usage(today - kMostUsageDays + std::chrono::days(1), today)).size(), 1U);
  EXPECT_EQ(code(usage(today - kMostUsageDays, today)), ErrorCode::kBadUserInput);
  EXPECT_EQ(code(usage(today, today - std::chrono::days(1))), ErrorCode::kBadUserInput);
}

}  // namespace
}  // namespace parley::chat
