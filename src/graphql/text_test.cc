#include "graphql/text.h"

#include <gtest/gtest.h>

namespace parley::graphql {
namespace {

TEST(Text, every_code_point_is_written_and_read_again) {
  for (char32_t point = 0; point <= 0x10FFFF; point += point < 0x3000 ? 1 : 97) {
    if (point >= 0xD800 && point <= 0xDFFF) continue;
    std::string text = "ab";
    append_utf8(text, point);
    ASSERT_FALSE(find_invalid_utf8(text).has_value()) << static_cast<std::uint32_t>(point);
    ASSERT_EQ(code_point_at(text, 2), point);
    ASSERT_EQ(utf16_length(text), point > 0xFFFF ? 4U : 3U);
  }
}

TEST(Text, the_first_wrong_byte_is_found_wherever_it_stands) {
  for (std::size_t at = 0; at < 40; ++at) {
    std::string text(40, 'x');
    EXPECT_FALSE(find_invalid_utf8(text).has_value());
    text[at] = '\xC3';
    EXPECT_EQ(find_invalid_utf8(text), at);
  }
}

TEST(Text, a_prefix_counts_utf16_units) {
  EXPECT_EQ(utf16_prefix("a\u00e9\U0001F600b", 2), "a\u00e9");
  EXPECT_EQ(utf16_prefix("a\u00e9\U0001F600b", 3), "a\u00e9\uFFFD");
  EXPECT_EQ(utf16_prefix("a\u00e9\U0001F600b", 4), "a\u00e9\U0001F600");
  EXPECT_EQ(utf16_prefix("a\u00e9", 9), "a\u00e9");
}

}  // namespace
}  // namespace parley::graphql
