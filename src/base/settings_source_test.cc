#include "base/settings_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace parley::base {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string refusal(std::string_view toml) {
  const auto parsed = parse_toml(toml, "a.toml");
  return parsed ? std::string() : parsed.error().message;
}

TEST(ParseToml, knows_the_line_of_each_value) {
  const auto parsed =
      parse_toml("# one\n[a]\nb = 1\n\n[a.c]\nd = [\n  true,\n  'x',\n]\ne.f = 1.5\n", "a.toml");
  ASSERT_TRUE(parsed);
  const auto* a = parsed->find("a");
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a->line, 2U);
  EXPECT_EQ(a->find("b")->line, 3U);
  EXPECT_EQ(*a->find("b")->get<std::int64_t>(), 1);
  const auto* c = a->find("c");
  EXPECT_EQ(c->find("d")->line, 6U);
  const auto& list = *c->find("d")->get<SettingNode::List>();
  EXPECT_EQ(list.at(1).line, 8U);
  EXPECT_EQ(*list.at(1).get<std::string>(), "x");
  EXPECT_EQ(c->find("e")->line, 10U);
  EXPECT_EQ(*c->find("e")->find("f")->get<double>(), 1.5);
  EXPECT_EQ(a->find("nothing"), nullptr);
}

TEST(ParseToml, says_where_it_is_not_toml) {
  EXPECT_THAT(refusal("a = 1\nb = = 2\n"), StartsWith("a.toml:2: "));
  EXPECT_THAT(refusal("a = 1\na = 2\n"), StartsWith("a.toml:2: "));
  EXPECT_THAT(refusal("a = '\xff'\n"), StartsWith("a.toml:1: "));
  EXPECT_THAT(refusal(std::string("a = 1\n\0", 7)), StartsWith("a.toml:2: "));
  EXPECT_THAT(refusal("a = '"), StartsWith("a.toml:1: "));
}

TEST(ParseToml, bounds_size_and_nesting) {
  EXPECT_THAT(refusal(std::string(kMaxSettingsBytes + 1, '\n')), HasSubstr("1048576 bytes"));
  EXPECT_EQ(refusal("a.b.c = 1"), "");
  std::string dots = "a";
  for (int i = 0; i < 100'000; ++i) dots += ".a";
  EXPECT_EQ(refusal("\n" + dots + " = 1"), "a.toml:2: nests too deep");
  EXPECT_EQ(refusal("[" + dots + "]"), "a.toml:1: nests too deep");
  EXPECT_EQ(refusal("a = " + std::string(500'000, '[')), "a.toml:1: nests too deep");
  EXPECT_EQ(refusal("a = [\n" + std::string(17, '[')), "a.toml:2: nests too deep");
}

TEST(ParseToml, strings_and_comments_do_not_nest) {
  const std::string brackets(100, '[');
  const std::string dots(100, '.');
  EXPECT_EQ(refusal("a = \"" + brackets + dots + "\" # " + dots + brackets), "");
  EXPECT_EQ(refusal("a = '" + brackets + dots + "'"), "");
  EXPECT_EQ(refusal("a = '''" + brackets + "\n" + dots + "'''"), "");
  EXPECT_EQ(refusal("a = \"\"\"" + brackets + "\\\"\"\"\\\"" + dots + "\"\"\""), "");
  EXPECT_EQ(refusal("a = \"\\\"" + brackets + "\""), "");
}

TEST(ProcessEnvironment, has_what_was_set) {
  ::setenv("PARLEY_SETTINGS_SOURCE_TEST", "a=b", 1);
  EXPECT_EQ(process_environment().at("PARLEY_SETTINGS_SOURCE_TEST"), "a=b");
  ::unsetenv("PARLEY_SETTINGS_SOURCE_TEST");
}

}  // namespace
}  // namespace parley::base
