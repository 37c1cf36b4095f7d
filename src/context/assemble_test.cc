#include "context/assemble.h"

#include <gtest/gtest.h>

namespace parley::context {
namespace {

using model::Role;
using Messages = std::vector<ContextMessage>;

model::Message said(std::int64_t position, Role role, std::string content) {
  return {.position = position, .role = role, .content = std::move(content)};
}

TEST(Assemble, sends_the_last_messages_by_position_with_the_new_one_last) {
  const store::Context context{.recent = {said(3, Role::kAssistant, "half an answer"),
                                          said(4, Role::kUser, "and?"), said(5, Role::kAssistant, "so"),
                                          said(6, Role::kUser, "why?")}};
  EXPECT_EQ(assemble(context), (Messages{{Role::kAssistant, "half an answer"},
                                         {Role::kUser, "and?"},
                                         {Role::kAssistant, "so"},
                                         {Role::kUser, "why?"}}));
}

TEST(Assemble, puts_what_changes_least_first) {
  store::Context context{.pinned = {said(2, Role::kUser, "I am Ada."), said(7, Role::kAssistant, "Noted.")},
                         .recent = {said(21, Role::kUser, "who am I?")}};
  context.conversation.briefing = "We sell tea.";
  context.conversation.system_prompt = "Be brief.";
  context.conversation.summary = "They talked of tea.";
  context.conversation.summary_position = 18;
  EXPECT_EQ(assemble(context),
            (Messages{{Role::kSystem, "We sell tea.\n\nBe brief."},
                      {Role::kSystem, "Summary of the conversation so far:\nThey talked of tea."},
                      {Role::kUser, "I am Ada."},
                      {Role::kAssistant, "Noted."},
                      {Role::kUser, "who am I?"}}));
}

TEST(Assemble, has_a_prefix_of_briefing_or_prompt_alone_and_none_without_either) {
  store::Context context{.recent = {said(1, Role::kUser, "hi")}};
  EXPECT_EQ(assemble(context), (Messages{{Role::kUser, "hi"}}));
  context.conversation.briefing = "";
  context.conversation.summary = "";
  EXPECT_EQ(assemble(context), (Messages{{Role::kUser, "hi"}}));
  context.conversation.system_prompt = "Be brief.";
  EXPECT_EQ(assemble(context).front(), (ContextMessage{Role::kSystem, "Be brief."}));
  context.conversation.system_prompt.reset();
  context.conversation.briefing = "We sell tea.";
  EXPECT_EQ(assemble(context).front(), (ContextMessage{Role::kSystem, "We sell tea."}));
}

TEST(Assemble, leaves_texts_as_they_are_byte_by_byte) {
  const std::string text = "  \"quoted\" \\ tab\t, line\r\n\xC3\xA9\xF0\x9F\x98\x80 \x7F ";
  const store::Context context{.recent = {said(1, Role::kUser, text)}};
  EXPECT_EQ(assemble(context).back().content, text);
}

TEST(Assemble, leaves_out_messages_without_text) {
  const store::Context context{.pinned = {said(1, Role::kUser, "")},
                               .recent = {said(4, Role::kAssistant, ""), said(5, Role::kUser, "go on")}};
  EXPECT_EQ(assemble(context), (Messages{{Role::kUser, "go on"}}));
}

TEST(Assemble, an_old_message_answered_anew_does_not_know_a_summary_of_what_came_after_it) {
  store::Context context{.recent = {said(5, Role::kUser, "why?")}};
  context.conversation.summary = "It ended well.";
  context.conversation.summary_position = 5;
  EXPECT_EQ(assemble(context), (Messages{{Role::kUser, "why?"}}));
  context.conversation.summary_position = 4;
  EXPECT_EQ(assemble(context).size(), 2U);
}

TEST(QueryFor, asks_for_the_history_and_the_new_message_up_to_its_position) {
  const model::ConversationId id(model::UlidBytes{1});
  const auto query = query_for(id, 42, 10, 50);
  EXPECT_EQ(query.conversation, id);
  EXPECT_EQ(query.last, 11);
  EXPECT_EQ(query.up_to, 42);
  EXPECT_EQ(query.max_pinned, 50);
  EXPECT_EQ(query_for(id, 42, 0, 50).last, 1);
  EXPECT_EQ(query_for(id, 42, -3, 50).last, 1);
  EXPECT_EQ(query_for(id, 42, 100'000, 50).last, store::kMaxPage);
}

}  // namespace
}  // namespace parley::context
