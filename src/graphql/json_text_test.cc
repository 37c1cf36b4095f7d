#include "graphql/json_text.h"

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "graphql/inspect.h"

namespace parley::graphql {
namespace {

using namespace std::string_view_literals;

std::string number(double value) {
  std::string text;
  append_number(text, value);
  return text;
}

std::string json(std::string_view text) {
  std::string out;
  append_json(out, boost::json::parse(text));
  return out;
}

TEST(JsonText, numbers_are_written_as_in_javascript) {
  const std::vector<std::pair<double, std::string>> cases{
      {0, "0"},
      {-0.0, "0"},
      {1, "1"},
      {-1, "-1"},
      {0.1, "0.1"},
      {1.5, "1.5"},
      {-2.25, "-2.25"},
      {123456789, "123456789"},
      {9007199254740991, "9007199254740991"},
      {9007199254740992, "9007199254740992"},
      {1e15, "1000000000000000"},
      {1e16, "10000000000000000"},
      {1.2e17, "120000000000000000"},
      {1e20, "100000000000000000000"},
      {123456789012345680000.0, "123456789012345680000"},
      {1e21, "1e+21"},
      {1.5e21, "1.5e+21"},
      {-1e21, "-1e+21"},
      {1e100, "1e+100"},
      {5e-324, "5e-324"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {1e-5, "0.00001"},
      {1e-6, "0.000001"},
      {1e-7, "1e-7"},
      {1.5e-7, "1.5e-7"},
      {0.000001234, "0.000001234"},
      {1.0 / 3, "0.3333333333333333"},
      {100.25, "100.25"},
      {1e-300, "1e-300"},
      {0.00015, "0.00015"},
      {std::numeric_limits<double>::infinity(), "Infinity"},
      {-std::numeric_limits<double>::infinity(), "-Infinity"},
      {std::numeric_limits<double>::quiet_NaN(), "NaN"},
  };
  for (const auto& [value, text] : cases) EXPECT_EQ(number(value), text);
}

TEST(JsonText, numbers_that_are_not_finite_are_null_in_json) {
  std::string out;
  append_json(out, boost::json::value(std::numeric_limits<double>::infinity()));
  append_json(out, boost::json::value(std::numeric_limits<double>::quiet_NaN()));
  EXPECT_EQ(out, "nullnull");
}

TEST(JsonText, values_come_back_as_they_were) {
  for (const char* text : {"null", "true", "[]", "{}", "[1,-2,18446744073709551615,1.5,\"\",[null]]",
                           "{\"a\":{\"b\":[{}]},\"\":false,\"key \\\" quoted\":1}"}) {
    EXPECT_EQ(json(text), text);
  }
}

TEST(Inspect, prints_as_the_reference_does) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"null", "null"},
      {"true", "true"},
      {"5", "5"},
      {"-1.5", "-1.5"},
      {R"("a\"b\n\u0001é")", R"("a\"b\n\u0001é")"},
      {"[]", "[]"},
      {"{}", "{}"},
      {"[1,[2,[3,[4]]]]", "[1, [2, [Array]]]"},
      {R"({"a":{"b":{"c":{"d":1}}}})", "{ a: { b: [Object] } }"},
      {R"({"a":{"b":{}},"x":[[],[[]]]})", "{ a: { b: {} }, x: [[], [Array]] }"},
      {"[1,2,3,4,5,6,7,8,9,10,11]", "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ... 1 more item]"},
      {"[1,2,3,4,5,6,7,8,9,10,11,12]", "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ... 2 more items]"},
      {"1e21", "1e+21"},
  };
  for (const auto& [value, text] : cases) EXPECT_EQ(inspect(boost::json::parse(value)), text);
}

TEST(Inspect, is_bounded_whatever_the_value) {
  std::string umlauts;
  for (int i = 0; i < 100'000; ++i) umlauts += "ä";
  boost::json::object many;
  for (int i = 0; i < 10'000; ++i) many.emplace("key" + std::to_string(i), umlauts.substr(0, 200));
  for (const boost::json::value& value :
       {boost::json::value(umlauts), boost::json::value(many), boost::json::value({umlauts, umlauts}),
        boost::json::value({{umlauts, 1}})}) {
    const std::string text = inspect(value);
    EXPECT_LE(text.size(), 2'003U);
    EXPECT_TRUE(text.ends_with("...")) << text;
    // No character is cut.
    EXPECT_EQ(std::ranges::count(text, '\xc3'), std::ranges::count(text, '\xa4'));
  }
}

}  // namespace
}  // namespace parley::graphql
