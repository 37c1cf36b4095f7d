#include "auth/strict_json.h"

#include <string>

#include <gtest/gtest.h>

namespace parley::auth {
namespace {

std::string fault(std::string_view text) {
  const auto read = parse_strict_object(text);
  return read ? "" : std::string(read.error());
}

TEST(StrictJson, reads_an_object) {
  const auto read = parse_strict_object(R"( {"a":1,"b":{"a":[{"a":"x:y\":\\"},":"]}, "c:":null} )");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->at("a").as_int64(), 1);
  EXPECT_EQ(read->size(), 3U);
}

TEST(StrictJson, refuses_a_name_that_stands_twice_however_deep_and_however_spelled) {
  for (const std::string_view twice :
       {R"({"a":1,"a":2})", R"({"a":1,"a":1})", R"({"a":1,"\u0061":2})", R"({"x":{"a":1,"b":2,"a":3}})",
        R"({"x":[0,{"a":1,"a":3}]})", R"({"a":{"q":1,"r":2},"a":3})", R"({"":1,"":2})"}) {
    EXPECT_EQ(fault(twice), "a name stands twice in a JSON object") << twice;
  }
}

TEST(StrictJson, refuses_what_is_not_one_json_object_of_utf8) {
  for (const std::string_view bad : {"[]", "1", "\"a\"", "null", "true"}) {
    EXPECT_EQ(fault(bad), "not a JSON object") << bad;
  }
  for (const std::string_view bad :
       {"", "{", "{}{}", "{} x", "{'a':1}", "{\"a\":1,}", "{\"a\":NaN}", "{\"a\":01}", "{a:1}",
        "{\"a\":\"\x80\"}", "{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\xc0\xaf\"}", "{\"a\":\"\n\"}",
        "{\"a\":\"\\ud800\"}", "{/**/}", "\xef\xbb\xbf{}"}) {
    EXPECT_EQ(fault(bad), "not JSON") << bad;
  }
}

TEST(StrictJson, is_nested_sixteen_deep_at_most) {
  const auto nested = [](int depth) {
    std::string text = "{\"a\":";
    for (int i = 1; i < depth; ++i) text += '[';
    for (int i = 1; i < depth; ++i) text += ']';
    return text + '}';
  };
  EXPECT_EQ(fault(nested(16)), "");
  EXPECT_EQ(fault(nested(17)), "not JSON");
  EXPECT_EQ(fault(nested(100'000)), "not JSON");
}

}  // namespace
}  // namespace parley::auth
