// Section 6.1.2, and input coercion of JSON.
#include <sstream>

#include <gtest/gtest.h>

#include "graphql/execution_harness.h"
#include "graphql/json_text.h"

namespace parley::graphql {
namespace {

constexpr const char* kSdl = R"(
  type Query { f(a: In, b: [Int!], c: One, d: [[Int]]): Int }
  enum Color { RED GREEN DARK_GREEN }
  input In { a: String b: [String] c: String! d: Color e: Int = 7 f: Float g: Boolean h: ID inner: In nested: [In!] }
  input One @oneOf { a: Int b: String c: [Int!] }
  scalar Even
)";

// What the reference implementation makes of a variable's declaration and value: `=` and the variables, or
// `!` and each error, with its location where that is not the declaration.
constexpr std::string_view kCases = R"(
$v: Int <- 1
= {"v":1}
$v: Int <- 1.0
= {"v":1}
$v: Int <- 1.5
! Variable "$v" got invalid value 1.5; Int cannot represent non-integer value: 1.5
$v: Int <- "1"
! Variable "$v" got invalid value "1"; Int cannot represent non-integer value: "1"
$v: Int <- 2147483648
! Variable "$v" got invalid value 2147483648; Int cannot represent non 32-bit signed integer value: 2147483648
$v: Int <- -2147483648
= {"v":-2147483648}
$v: Int <- null
= {"v":null}
$v: Int <- [1]
! Variable "$v" got invalid value [1]; Int cannot represent non-integer value: [1]
$v: Int <- true
! Variable "$v" got invalid value true; Int cannot represent non-integer value: true
$v: Int <- 1e10
! Variable "$v" got invalid value 10000000000; Int cannot represent non 32-bit signed integer value: 10000000000
$v: Int! <- null
! Variable "$v" of non-null type "Int!" must not be null.
$v: Int! <- nothing
! Variable "$v" of required type "Int!" was not provided.
$v: Int <- nothing
= {}
$v: Int = 5 <- nothing
= {"v":5}
$v: Int = 5 <- null
= {"v":null}
$v: Int! = 5 <- nothing
= {"v":5}
$v: Int! = 5 <- null
! Variable "$v" of non-null type "Int!" must not be null.
$v: Float <- 1
= {"v":1}
$v: Float <- 1.5
= {"v":1.5}
$v: Float <- "1.5"
! Variable "$v" got invalid value "1.5"; Float cannot represent non numeric value: "1.5"
$v: Float <- {}
! Variable "$v" got invalid value {}; Float cannot represent non numeric value: {}
$v: String <- "a"
= {"v":"a"}
$v: String <- 1
! Variable "$v" got invalid value 1; String cannot represent a non string value: 1
$v: String <- true
! Variable "$v" got invalid value true; String cannot represent a non string value: true
$v: String <- []
! Variable "$v" got invalid value []; String cannot represent a non string value: []
$v: String <- ["a","b"]
! Variable "$v" got invalid value ["a", "b"]; String cannot represent a non string value: ["a", "b"]
$v: Boolean <- true
= {"v":true}
$v: Boolean <- 0
! Variable "$v" got invalid value 0; Boolean cannot represent a non boolean value: 0
$v: Boolean <- "true"
! Variable "$v" got invalid value "true"; Boolean cannot represent a non boolean value: "true"
$v: ID <- "x"
= {"v":"x"}
$v: ID <- 5
= {"v":"5"}
$v: ID <- 5.0
= {"v":"5"}
$v: ID <- 5.5
! Variable "$v" got invalid value 5.5; ID cannot represent value: 5.5
$v: ID <- true
! Variable "$v" got invalid value true; ID cannot represent value: true
$v: ID <- 1e21
= {"v":"1e+21"}
$v: Color <- "RED"
= {"v":"RED"}
$v: Color <- "GREN"
! Variable "$v" got invalid value "GREN"; Value "GREN" does not exist in "Color" enum. Did you mean the enum value "GREEN" or "RED"?
$v: Color <- "green"
! Variable "$v" got invalid value "green"; Value "green" does not exist in "Color" enum. Did you mean the enum value "GREEN" or "RED"?
$v: Color <- 5
! Variable "$v" got invalid value 5; Enum "Color" cannot represent non-string value: 5.
$v: Color <- null
= {"v":null}
$v: Color <- "XYZZY"
! Variable "$v" got invalid value "XYZZY"; Value "XYZZY" does not exist in "Color" enum.
$v: Color <- ["RED"]
! Variable "$v" got invalid value ["RED"]; Enum "Color" cannot represent non-string value: ["RED"].
$v: [Int] <- [1,null,3]
= {"v":[1,null,3]}
$v: [Int] <- 5
= {"v":[5]}
$v: [Int] <- null
= {"v":null}
$v: [Int!] <- [1,null]
! Variable "$v" got invalid value null at "v[1]"; Expected non-nullable type "Int!" not to be null.
$v: [Int!]! <- null
! Variable "$v" of non-null type "[Int!]!" must not be null.
$v: [Int]! <- []
= {"v":[]}
$v: [[Int]] <- 5
= {"v":[[5]]}
$v: [[Int]] <- [1,[2,"x"],null]
! Variable "$v" got invalid value "x" at "v[1][1]"; Int cannot represent non-integer value: "x"
$v: [[Int!]!] <- [[1],null,[null]]
! Variable "$v" got invalid value null at "v[1]"; Expected non-nullable type "[Int!]!" not to be null.
! Variable "$v" got invalid value null at "v[2][0]"; Expected non-nullable type "Int!" not to be null.
$v: [Int] <- ["a","b"]
! Variable "$v" got invalid value "a" at "v[0]"; Int cannot represent non-integer value: "a"
! Variable "$v" got invalid value "b" at "v[1]"; Int cannot represent non-integer value: "b"
$v: In <- {"c":"x"}
= {"v":{"c":"x","e":7}}
$v: In <- {}
! Variable "$v" got invalid value {}; Field "c" of required type "String!" was not provided.
$v: In <- 5
! Variable "$v" got invalid value 5; Expected type "In" to be an object.
$v: In <- "x"
! Variable "$v" got invalid value "x"; Expected type "In" to be an object.
$v: In <- []
! Variable "$v" got invalid value []; Expected type "In" to be an object.
$v: In <- [{"c":"x"}]
! Variable "$v" got invalid value [{ c: "x" }]; Expected type "In" to be an object.
$v: In <- {"c":null}
! Variable "$v" got invalid value null at "v.c"; Expected non-nullable type "String!" not to be null.
$v: In <- {"c":"x","a":1,"b":"one","e":null,"f":2,"g":true,"h":9}
! Variable "$v" got invalid value 1 at "v.a"; String cannot represent a non string value: 1
$v: In <- {"c":"x","unknown":1}
! Variable "$v" got invalid value { c: "x", unknown: 1 }; Field "unknown" is not defined by type "In".
$v: In <- {"c":"x","innr":{}}
! Variable "$v" got invalid value { c: "x", innr: {} }; Field "innr" is not defined by type "In". Did you mean "inner"?
$v: In <- {"c":"x","inner":{"c":5}}
! Variable "$v" got invalid value 5 at "v.inner.c"; String cannot represent a non string value: 5
$v: In <- {"c":"x","nested":[{"c":"y"},{"c":null},null,{"d":"BLUE","c":"z"}]}
! Variable "$v" got invalid value null at "v.nested[1].c"; Expected non-nullable type "String!" not to be null.
! Variable "$v" got invalid value null at "v.nested[2]"; Expected non-nullable type "In!" not to be null.
! Variable "$v" got invalid value "BLUE" at "v.nested[3].d"; Value "BLUE" does not exist in "Color" enum.
$v: In <- {"c":"x","nested":{"c":"y"}}
= {"v":{"c":"x","e":7,"nested":[{"c":"y","e":7}]}}
$v: In <- {"c":"x","d":"RED","e":"7"}
! Variable "$v" got invalid value "7" at "v.e"; Int cannot represent non-integer value: "7"
$v: In <- {"a":{"b":{"c":{}}},"c":"x"}
! Variable "$v" got invalid value { b: { c: {} } } at "v.a"; String cannot represent a non string value: { b: { c: {} } }
$v: One <- {"a":1}
= {"v":{"a":1}}
$v: One <- {"a":1,"b":"x"}
! Variable "$v" got invalid value { a: 1, b: "x" }; Exactly one key must be specified for OneOf type "One".
$v: One <- {}
! Variable "$v" got invalid value {}; Exactly one key must be specified for OneOf type "One".
$v: One <- {"a":null}
! Variable "$v" got invalid value null at "v.a"; Field "a" must be non-null.
$v: One <- {"a":null,"b":null}
! Variable "$v" got invalid value { a: null, b: null }; Exactly one key must be specified for OneOf type "One".
! Variable "$v" got invalid value null at "v.a"; Field "a" must be non-null.
$v: One <- {"a":"x"}
! Variable "$v" got invalid value "x" at "v.a"; Int cannot represent non-integer value: "x"
$v: One <- {"c":[1,null]}
! Variable "$v" got invalid value null at "v.c[1]"; Expected non-nullable type "Int!" not to be null.
$v: One <- {"z":1}
! Variable "$v" got invalid value { z: 1 }; Field "z" is not defined by type "One". Did you mean "a", "b", or "c"?
! Variable "$v" got invalid value { z: 1 }; Exactly one key must be specified for OneOf type "One".
$v: One <- null
= {"v":null}
$v: One <- {"a":1,"z":2}
! Variable "$v" got invalid value { a: 1, z: 2 }; Field "z" is not defined by type "One". Did you mean "a", "b", or "c"?
$v: Query <- 5
! Variable "$v" expected value of type "Query" which cannot be used as an input type. @[{"line":1,"column":12}]
$v: Nope <- 5
! Variable "$v" expected value of type "Nope" which cannot be used as an input type. @[{"line":1,"column":12}]
$v: [Query!]! <- null
! Variable "$v" expected value of type "[Query!]!" which cannot be used as an input type. @[{"line":1,"column":12}]
$v: Int <- 9007199254740991
! Variable "$v" got invalid value 9007199254740991; Int cannot represent non 32-bit signed integer value: 9007199254740991
$v: Float <- 1e300
= {"v":1e+300}
)";

std::string outcome(const Schema& schema, const std::string& declaration, const boost::json::object& given) {
  auto document = parse("query (" + declaration + ") { f }");
  if (!document) return "? " + document.error().message;
  auto operation = find_operation(**document, "");
  if (!operation) return "? " + operation.error().message;
  auto coerced = coerce_variables(schema, **document, **operation, given);
  std::string text;
  if (coerced) {
    text = "= ";
    append_json(text, *coerced);
    return text;
  }
  for (const GraphqlError& error : coerced.error()) {
    EXPECT_EQ(error.extensions.at("code"), "BAD_USER_INPUT");
    text += (text.empty() ? "! " : "\n! ") + error.message;
    if (error.locations != std::vector{Location{1, 8}}) {
      text += " @";
      append_json(text, to_json(error).at("locations"));
    }
  }
  return text;
}

TEST(Variables, are_what_the_reference_makes_of_them) {
  const SchemaPtr schema = schema_of(kSdl);
  std::istringstream lines{std::string(kCases)};
  std::string declaration;
  boost::json::object given;
  std::string expected;
  int cases = 0;
  const auto check = [&] {
    if (declaration.empty()) return;
    ++cases;
    EXPECT_EQ(outcome(*schema, declaration, given), expected)
        << declaration << " " << boost::json::serialize(given);
  };
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    if (!line.starts_with('$')) {
      expected += (expected.empty() ? "" : "\n") + line;
      continue;
    }
    check();
    const std::size_t arrow = line.find(" <- ");
    declaration = line.substr(0, arrow);
    const std::string value = line.substr(arrow + 4);
    given.clear();
    if (value != "nothing") given.emplace("v", boost::json::parse(value));
    expected.clear();
  }
  check();
  EXPECT_GT(cases, 70);
}

TEST(Variables, custom_scalars_have_their_own_rules) {
  auto schema = Schema::make(
      "type Query { f: Int } scalar Even scalar Any",
      {{"Even",
        {.parse = [](const boost::json::value& value) -> std::expected<boost::json::value, std::string> {
          if (value.is_int64() && value.get_int64() % 2 == 0) return value.get_int64() / 2;
          return std::unexpected("It is not even.");
        }}}});
  ASSERT_TRUE(schema);
  EXPECT_EQ(outcome(**schema, "$v: Even", json_object(R"({"v": 4})")), R"(= {"v":2})");
  EXPECT_EQ(outcome(**schema, "$v: [Even]", json_object(R"({"v": [4, 5]})")),
            R"(! Variable "$v" got invalid value 5 at "v[1]"; Expected type "Even". It is not even.)");
  EXPECT_EQ(outcome(**schema, "$v: Any", json_object(R"({"v": {"a": [1]}})")), R"(= {"v":{"a":[1]}})");
}

TEST(Variables, what_is_not_declared_is_left_out) {
  EXPECT_EQ(outcome(*schema_of(kSdl), "$v: Int", json_object(R"({"v": 1, "w": 2})")), R"(= {"v":1})");
}

TEST(Variables, floats_are_doubles_for_resolvers) {
  const SchemaPtr schema = schema_of(kSdl);
  auto document = parse("query ($v: Float) { f }");
  auto coerced =
      coerce_variables(*schema, **document, **find_operation(**document, ""), json_object(R"({"v": 1})"));
  ASSERT_TRUE(coerced);
  EXPECT_TRUE(coerced->at("v").is_double());
}

TEST(Variables, errors_end_at_fifty) {
  const SchemaPtr schema = schema_of(kSdl);
  auto document = parse("query ($v: [Int], $w: Int) { f }");
  boost::json::object given{{"v", boost::json::array(100'000, "x")}, {"w", "y"}};
  auto coerced = coerce_variables(*schema, **document, **find_operation(**document, ""), given);
  ASSERT_FALSE(coerced);
  ASSERT_EQ(coerced.error().size(), 51U);
  EXPECT_EQ(coerced.error().back().message,
            "Too many errors processing variables, error limit reached. Execution aborted.");
  EXPECT_TRUE(coerced.error().back().locations.empty());
}

TEST(Variables, what_strangers_send_comes_back_bounded) {
  const SchemaPtr schema = schema_of(kSdl);
  auto document = parse("query ($v: [In]) { f }");
  const std::string big(100'000, 'x');
  boost::json::object wrong{{"c", big}, {"unknown", big}, {"d", 5}};
  boost::json::object given{{"v", boost::json::array(50, wrong)}};
  auto coerced = coerce_variables(*schema, **document, **find_operation(**document, ""), given);
  ASSERT_FALSE(coerced);
  for (const GraphqlError& error : coerced.error()) EXPECT_LT(error.message.size(), 5'000U);
}

}  // namespace
}  // namespace parley::graphql
