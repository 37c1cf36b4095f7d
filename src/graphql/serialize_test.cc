#include "graphql/serialize.h"

#include <sstream>
#include <string>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "graphql/json_text.h"

namespace parley::graphql {
namespace {

NamedType type_named(std::string name) {
  NamedType type{.name = std::move(name)};
  if (type.name == "E") {
    type.kind = TypeKind::kEnum;
    type.values = {{.name = "A"}, {.name = "B"}};
  }
  return type;
}

// What the reference implementation's serialize() says: type, value, `=` and
// the result or `!` and the error.
constexpr std::string_view kCases = R"(
Int true = 1
Int false = 0
Int 1 = 1
Int 0 = 0
Int -1 = -1
Int 2147483647 = 2147483647
Int 2147483648 ! Int cannot represent non 32-bit signed integer value: 2147483648
Int -2147483649 ! Int cannot represent non 32-bit signed integer value: -2147483649
Int 1.0 = 1
Int 1.5 ! Int cannot represent non-integer value: 1.5
Int 1e300 ! Int cannot represent non 32-bit signed integer value: 1e+300
Int "5" = 5
Int " 5 " = 5
Int "1.5" ! Int cannot represent non-integer value: "1.5"
Int "" ! Int cannot represent non-integer value: ""
Int "abc" ! Int cannot represent non-integer value: "abc"
Int "0x1F" = 31
Int "1e3" = 1000
Int "Infinity" ! Int cannot represent non-integer value: "Infinity"
Int "-" ! Int cannot represent non-integer value: "-"
Int "." ! Int cannot represent non-integer value: "."
Int ".5" ! Int cannot represent non-integer value: ".5"
Int "5." = 5
Int "+5" = 5
Int "--5" ! Int cannot represent non-integer value: "--5"
Int "A" ! Int cannot represent non-integer value: "A"
Int "C" ! Int cannot represent non-integer value: "C"
Int [1] ! Int cannot represent non-integer value: [1]
Int {"a":1} ! Int cannot represent non-integer value: { a: 1 }
Int 1e21 ! Int cannot represent non 32-bit signed integer value: 1e+21
Int 0.1 ! Int cannot represent non-integer value: 0.1
Int "0b101" = 5
Int "5 6" ! Int cannot represent non-integer value: "5 6"
Int "-0x1" ! Int cannot represent non-integer value: "-0x1"
Int "inf" ! Int cannot represent non-integer value: "inf"
Int "nan" ! Int cannot represent non-integer value: "nan"
Int "1_0" ! Int cannot represent non-integer value: "1_0"
Float true = 1
Float false = 0
Float 1 = 1
Float 0 = 0
Float -1 = -1
Float 2147483647 = 2147483647
Float 2147483648 = 2147483648
Float -2147483649 = -2147483649
Float 1.0 = 1
Float 1.5 = 1.5
Float 1e300 = 1e+300
Float "5" = 5
Float " 5 " = 5
Float "1.5" = 1.5
Float "" ! Float cannot represent non numeric value: ""
Float "abc" ! Float cannot represent non numeric value: "abc"
Float "0x1F" = 31
Float "1e3" = 1000
Float "Infinity" ! Float cannot represent non numeric value: "Infinity"
Float "-" ! Float cannot represent non numeric value: "-"
Float "." ! Float cannot represent non numeric value: "."
Float ".5" = 0.5
Float "5." = 5
Float "+5" = 5
Float "--5" ! Float cannot represent non numeric value: "--5"
Float "A" ! Float cannot represent non numeric value: "A"
Float "C" ! Float cannot represent non numeric value: "C"
Float [1] ! Float cannot represent non numeric value: [1]
Float {"a":1} ! Float cannot represent non numeric value: { a: 1 }
Float 1e21 = 1e+21
Float 0.1 = 0.1
Float "0b101" = 5
Float "5 6" ! Float cannot represent non numeric value: "5 6"
Float "-0x1" ! Float cannot represent non numeric value: "-0x1"
Float "inf" ! Float cannot represent non numeric value: "inf"
Float "nan" ! Float cannot represent non numeric value: "nan"
Float "1_0" ! Float cannot represent non numeric value: "1_0"
String true = "true"
String false = "false"
String 1 = "1"
String 0 = "0"
String -1 = "-1"
String 2147483647 = "2147483647"
String 2147483648 = "2147483648"
String -2147483649 = "-2147483649"
String 1.0 = "1"
String 1.5 = "1.5"
String 1e300 = "1e+300"
String " 5 " = " 5 "
String "" = ""
String "abc" = "abc"
String [1] ! String cannot represent value: [1]
String {"a":1} ! String cannot represent value: { a: 1 }
String 1e21 = "1e+21"
String 0.1 = "0.1"
Boolean true = true
Boolean false = false
Boolean 1 = true
Boolean 0 = false
Boolean -1 = true
Boolean 2147483647 = true
Boolean 2147483648 = true
Boolean -2147483649 = true
Boolean 1.0 = true
Boolean 1.5 = true
Boolean 1e300 = true
Boolean "5" ! Boolean cannot represent a non boolean value: "5"
Boolean "" ! Boolean cannot represent a non boolean value: ""
Boolean "abc" ! Boolean cannot represent a non boolean value: "abc"
Boolean [1] ! Boolean cannot represent a non boolean value: [1]
Boolean {"a":1} ! Boolean cannot represent a non boolean value: { a: 1 }
Boolean 1e21 = true
Boolean 0.1 = true
ID true ! ID cannot represent value: true
ID false ! ID cannot represent value: false
ID 1 = "1"
ID 0 = "0"
ID -1 = "-1"
ID 2147483647 = "2147483647"
ID 2147483648 = "2147483648"
ID -2147483649 = "-2147483649"
ID 1.0 = "1"
ID 1.5 ! ID cannot represent value: 1.5
ID 1e300 = "1e+300"
ID " 5 " = " 5 "
ID "" = ""
ID "abc" = "abc"
ID [1] ! ID cannot represent value: [1]
ID {"a":1} ! ID cannot represent value: { a: 1 }
ID 1e21 = "1e+21"
ID 0.1 ! ID cannot represent value: 0.1
E true ! Enum "E" cannot represent value: true
E 1 ! Enum "E" cannot represent value: 1
E 1.5 ! Enum "E" cannot represent value: 1.5
E "" ! Enum "E" cannot represent value: ""
E "A" = "A"
E "C" ! Enum "E" cannot represent value: "C"
E [1] ! Enum "E" cannot represent value: [1]
E {"a":1} ! Enum "E" cannot represent value: { a: 1 }
)";

std::string outcome(const std::expected<void, std::string>& done, const boost::json::value& out) {
  if (!done) return "! " + done.error();
  std::string text = "= ";
  append_json(text, out);
  return text;
}

TEST(Serialize, leaves_are_what_the_reference_makes_of_them) {
  std::istringstream lines{std::string(kCases)};
  int cases = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    ++cases;
    const std::size_t first = line.find(' ');
    std::size_t split = line.find(" = ", first);
    if (split == std::string::npos) split = line.find(" ! ", first);
    ASSERT_NE(split, std::string::npos) << line;
    const NamedType type = type_named(line.substr(0, first));
    const auto value = boost::json::parse(line.substr(first + 1, split - first - 1));
    const std::string expected = line.substr(split + 1);
    boost::json::value out;
    EXPECT_EQ(outcome(serialize_leaf(type, leaf_of(type), value, out), out), expected) << line;
    Resolved resolved = Resolved::json(value);
    if (value.is_string()) resolved = std::string(value.get_string());
    if (value.is_bool()) resolved = value.get_bool();
    if (value.is_int64()) resolved = value.get_int64();
    if (value.is_double()) resolved = value.get_double();
    out = nullptr;
    EXPECT_EQ(outcome(serialize_leaf(type, leaf_of(type), resolved, out), out), expected) << line;
  }
  EXPECT_GT(cases, 100);
}

TEST(Serialize, a_custom_scalar_takes_any_json) {
  const NamedType type = type_named("Anything");
  for (const char* text : {"true", "5", "1.5", "\"text\"", "[1,{\"a\":null}]", "{\"a\":[]}"}) {
    boost::json::value out;
    EXPECT_EQ(outcome(serialize_leaf(type, leaf_of(type), boost::json::parse(text), out), out),
              "= " + std::string(text));
    Resolved resolved = Resolved::json(boost::json::parse(text));
    EXPECT_EQ(outcome(serialize_leaf(type, leaf_of(type), resolved, out), out), "= " + std::string(text));
  }
}

TEST(Serialize, a_custom_scalar_takes_a_list_but_no_object_of_the_service) {
  const NamedType type = type_named("Anything");
  boost::json::value out;
  Resolved list(Resolved::List{1, "two", 3.5, nullptr, true, Resolved::List{}});
  EXPECT_EQ(outcome(serialize_leaf(type, leaf_of(type), list, out), out), "= [1,\"two\",3.5,null,true,[]]");
  Resolved object = Resolved::object(5);
  EXPECT_FALSE(serialize_leaf(type, leaf_of(type), object, out));
}

TEST(Serialize, no_built_in_scalar_takes_an_object_of_the_service) {
  for (const char* name : {"Int", "Float", "String", "Boolean", "ID", "E"}) {
    const NamedType type = type_named(name);
    boost::json::value out;
    Resolved object = Resolved::object(5);
    EXPECT_FALSE(serialize_leaf(type, leaf_of(type), object, out)) << name;
  }
}

}  // namespace
}  // namespace parley::graphql
