#include "auth/base64url.h"

#include <gtest/gtest.h>

namespace parley::auth {
namespace {

TEST(Base64url, knows_the_examples_of_rfc_4648) {
  const std::pair<std::string_view, std::string_view> examples[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xfe", "-__-"}};
  for (const auto& [bytes, text] : examples) {
    EXPECT_EQ(base64url_encode(bytes), text);
    EXPECT_EQ(base64url_decode(text), bytes);
  }
}

TEST(Base64url, reads_back_every_pair_of_bytes) {
  for (int i = 0; i < 65536; ++i) {
    const std::string bytes{static_cast<char>(i >> 8), static_cast<char>(i & 255)};
    ASSERT_EQ(base64url_decode(base64url_encode(bytes)), bytes) << i;
  }
}

TEST(Base64url, has_one_spelling_for_each_text) {
  // Of the 64^2 two-letter and 64^3 three-letter texts those that decode are as many as there are values.
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  int two = 0;
  int three = 0;
  for (const char a : kAlphabet) {
    for (const char b : kAlphabet) {
      two += base64url_decode(std::string{a, b}).has_value();
      for (const char c : kAlphabet) three += base64url_decode(std::string{a, b, c}).has_value();
    }
  }
  EXPECT_EQ(two, 256);
  EXPECT_EQ(three, 65536);
}

TEST(Base64url, refuses_padding_white_space_other_alphabets_and_impossible_lengths) {
  for (const std::string_view bad : {"Zg==", "Zg=", "=", "Z", "Zm9vY", "Zm9v\n", " Zg", "Z g", "Zm+v", "Zm/v",
                                     "Zm9\x80", "Zh", "Zm9vYh"}) {
    EXPECT_EQ(base64url_decode(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(base64url_decode(std::string_view("Zm\0v", 4)), std::nullopt);
}

}  // namespace
}  // namespace parley::auth
