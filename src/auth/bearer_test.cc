#include "auth/bearer.h"

#include <string>

#include <gtest/gtest.h>

#include "auth/jws.h"

namespace parley::auth {
namespace {

TEST(Bearer, takes_the_token_whatever_the_scheme_s_case) {
  EXPECT_EQ(bearer_token("Bearer abc.DEF-_~+/09"), "abc.DEF-_~+/09");
  EXPECT_EQ(bearer_token("bearer a=="), "a==");
  EXPECT_EQ(bearer_token("BEARER  a"), "a");
}

TEST(Bearer, takes_nothing_else) {
  for (const std::string_view bad : {"",
                                     "Bearer",
                                     "Bearer ",
                                     "Bearer  ",
                                     "Basic abc",
                                     "Bearerabc",
                                     "Bearer a b",
                                     "Bearer a ",
                                     " Bearer a",
                                     "Bearer\ta",
                                     "Bearer \ta",
                                     "Bearer a,b",
                                     "Bearer =a",
                                     "Bearer a=b",
                                     "Bearer \"a\"",
                                     "Bearer a\xc3\xa9",
                                     "Token a",
                                     "Bear",
                                     "Bearer a\r\nX: y",
                                     "\x02"
                                     "earer a"}) {
    EXPECT_EQ(bearer_token(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(bearer_token(std::string_view("Bearer a\0", 9)), std::nullopt);
}

TEST(Bearer, takes_a_token_up_to_its_longest) {
  EXPECT_TRUE(bearer_token("Bearer " + std::string(kMaxTokenBytes, 'a')));
  EXPECT_FALSE(bearer_token("Bearer " + std::string(kMaxTokenBytes + 1, 'a')));
}

}  // namespace
}  // namespace parley::auth
