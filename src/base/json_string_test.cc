#include "base/json_string.h"

#include <gtest/gtest.h>

namespace parley::base {
namespace {

using namespace std::string_view_literals;

TEST(JsonString, is_escaped_where_it_must_be) {
  std::string out;
  append_json_string(out, "a\"\\/\b\f\n\r\t\x01\x1f\x7f \0 é "sv);
  EXPECT_EQ(out, std::string("\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f \\u0000 é \""));
}

TEST(JsonString, is_appended_or_returned) {
  std::string out = "x:";
  append_json_string(out, "");
  EXPECT_EQ(out, "x:\"\"");
  EXPECT_EQ(json_string("a\nb"), "\"a\\nb\"");
}

}  // namespace
}  // namespace parley::base
