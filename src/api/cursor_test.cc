#include "api/cursor.h"

#include <limits>

#include <gtest/gtest.h>

#include "auth/base64url.h"

namespace parley::api {
namespace {

using base::ErrorCode;

constexpr std::string_view kId = "conv_01J9ZK3V7Q8X4T2M6N5P0R1S2W";

TEST(Cursor, comes_back_as_it_was) {
  for (const std::int64_t position : {std::int64_t{0}, std::int64_t{1}, std::int64_t{-5},
                                      std::int64_t{1'000'000}, std::numeric_limits<std::int64_t>::max()}) {
    const auto back = parse_message_cursor(message_cursor(position));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, position);
  }
  model::Conversation conversation{.id = *model::ConversationId::parse(kId)};
  conversation.updated_at = base::WallTime(std::chrono::milliseconds(1769851800123));
  const auto back = parse_conversation_cursor(conversation_cursor(conversation));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->updated_at, conversation.updated_at);
  EXPECT_EQ(back->id, conversation.id);
}

TEST(Cursor, is_safe_in_a_url) {
  EXPECT_EQ(message_cursor(17).find_first_of("+/=& "), std::string::npos);
}

TEST(Cursor, refuses_what_it_did_not_write) {
  for (const std::string& body :
       {std::string(""), std::string("m1:"), std::string("m1:01"), std::string("m1:+1"), std::string("m1: 1"),
        std::string("m1:1 "), std::string("m1:99999999999999999999"), std::string("m2:1"), std::string("1"),
        std::string("m1:1\0", 5)}) {
    const auto parsed = parse_message_cursor(auth::base64url_encode(body));
    ASSERT_FALSE(parsed) << body;
    EXPECT_EQ(parsed.error().code, ErrorCode::kBadUserInput);
  }
  for (const char* text : {"", "!", "bTE6MQ==", "bTE6M", "\xff"})
    EXPECT_FALSE(parse_message_cursor(text)) << text;
  EXPECT_FALSE(parse_message_cursor(std::string(100'000, 'A')));
}

TEST(Cursor, of_one_list_is_not_one_of_another) {
  EXPECT_FALSE(parse_conversation_cursor(message_cursor(1)));
  model::Conversation conversation{.id = *model::ConversationId::parse(kId)};
  EXPECT_FALSE(parse_message_cursor(conversation_cursor(conversation)));
  EXPECT_FALSE(parse_conversation_cursor(auth::base64url_encode("c1:1")));
  EXPECT_FALSE(parse_conversation_cursor(auth::base64url_encode("c1:1:conv_")));
  EXPECT_FALSE(parse_conversation_cursor(auth::base64url_encode("c1::" + std::string(kId))));
}

TEST(UserId, differs_for_different_users_and_hides_no_structure) {
  EXPECT_NE(user_id("a"), user_id("b"));
  EXPECT_EQ(user_id("a/b c"), "user_YS9iIGM");
}

}  // namespace
}  // namespace parley::api
