// What literals become, and how values are written as literals: as npm graphql 16.15's valueFromAST() and
// astFromValue() do, but for a field that the type does not have, which is refused here too.
#include "graphql/coerce.h"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "graphql/json_text.h"
#include "graphql/literal_text.h"
#include "graphql/parse.h"

namespace parley::graphql {
namespace {

constexpr std::string_view kSdl = R"(
  type Query { a: Int f: Float i: ID }
  enum Color { RED GREEN }
  scalar Any
  scalar Even
  input In { a: Int b: String = "d" c: [Color!] n: In r: Boolean! = true }
  input Req { x: Int! y: Int }
  input One @oneOf { a: Int b: String }
)";
constexpr std::string_view kVariables = R"({"one":1,"nul":null,"obj":{"a":1},"list":[1,2],"str":"s"})";
constexpr std::string_view kInvalid = "invalid";

struct Case {
  std::string type;
  std::string literal;
  std::string_view json;
};

const Case kCases[] = {
    {"Int", "1", "1"},
    {"Int", "-1", "-1"},
    {"Int", "0", "0"},
    {"Int", "-0", "0"},
    {"Int", "2147483647", "2147483647"},
    {"Int", "2147483648", kInvalid},
    {"Int", "-2147483648", "-2147483648"},
    {"Int", "-2147483649", kInvalid},
    {"Int", "1.0", kInvalid},
    {"Int", "1e3", kInvalid},
    {"Int", "\"1\"", kInvalid},
    {"Int", "true", kInvalid},
    {"Int", "null", "null"},
    {"Int", "E", kInvalid},
    {"Int", "[1]", kInvalid},
    {"Int", "{}", kInvalid},
    {"Int", "$one", "1"},
    {"Int", "$nul", "null"},
    {"Int", "$gone", kInvalid},
    {"Int!", "1", "1"},
    {"Int!", "null", kInvalid},
    {"Int!", "$one", "1"},
    {"Int!", "$nul", kInvalid},
    {"Int!", "$gone", kInvalid},
    {"Float", "1", "1"},
    {"Float", "1.5", "1.5"},
    {"Float", "-0.0", "0"},
    {"Float", "1e3", "1000"},
    {"Float", "1E-7", "1e-7"},
    {"Float", "123456789012345678901234567890", "1.2345678901234568e+29"},
    {"Float", "1e308", "1e+308"},
    {"Float", "1e-400", "0"},
    {"Float", "0.000000000000000000000000000000001e-330", "0"},
    {"Float", "\"1.5\"", kInvalid},
    {"Float", "true", kInvalid},
    {"Float", "null", "null"},
    {"String", "\"a\"", "\"a\""},
    {"String", "\"\"\"a\"\"\"", "\"a\""},
    {"String", "\"\\u{1F600}\"", "\"😀\""},
    {"String", "1", kInvalid},
    {"String", "true", kInvalid},
    {"String", "E", kInvalid},
    {"String", "null", "null"},
    {"String", "$str", "\"s\""},
    {"Boolean", "true", "true"},
    {"Boolean", "false", "false"},
    {"Boolean", "1", kInvalid},
    {"Boolean", "\"true\"", kInvalid},
    {"Boolean", "E", kInvalid},
    {"Boolean", "null", "null"},
    {"ID", "\"a\"", "\"a\""},
    {"ID", "1", "\"1\""},
    {"ID", "-0", "\"-0\""},
    {"ID", "123456789012345678901234567890", "\"123456789012345678901234567890\""},
    {"ID", "1.5", kInvalid},
    {"ID", "true", kInvalid},
    {"ID", "E", kInvalid},
    {"ID", "null", "null"},
    {"Color", "RED", "\"RED\""},
    {"Color", "BLUE", kInvalid},
    {"Color", "\"RED\"", kInvalid},
    {"Color", "1", kInvalid},
    {"Color", "null", "null"},
    {"Color", "true", kInvalid},
    {"[Int]", "[1, 2]", "[1,2]"},
    {"[Int]", "1", "[1]"},
    {"[Int]", "[1, null]", "[1,null]"},
    {"[Int]", "null", "null"},
    {"[Int]", "[]", "[]"},
    {"[Int]", "[\"a\"]", kInvalid},
    {"[Int]", "[[1]]", kInvalid},
    {"[Int]", "[$one, $gone, $nul]", "[1,null,null]"},
    {"[Int]", "$list", "[1,2]"},
    {"[Int]", "$gone", kInvalid},
    {"[Int]", "\"a\"", kInvalid},
    {"[Int!]", "[1, null]", kInvalid},
    {"[Int!]", "[$gone]", kInvalid},
    {"[Int!]", "[$nul]", kInvalid},
    {"[Int!]", "[1]", "[1]"},
    {"[Int!]", "1", "[1]"},
    {"[Int!]!", "null", kInvalid},
    {"[Int!]!", "[]", "[]"},
    {"[Int!]!", "1", "[1]"},
    {"[[Int]]", "[[1], 2]", "[[1],[2]]"},
    {"[[Int]]", "1", "[[1]]"},
    {"[[Int]]", "[1, 2]", "[[1],[2]]"},
    {"[[Int]]", "[[1, [2]]]", kInvalid},
    {"[[Int]]", "[null, [null]]", "[null,[null]]"},
    {"Any", "1", "1"},
    {"Any", "-5", "-5"},
    {"Any", "12345678901234567890", "12345678901234567000"},
    {"Any", "1.5", "1.5"},
    {"Any", "\"a\"", "\"a\""},
    {"Any", "true", "true"},
    {"Any", "null", "null"},
    {"Any", "E", "\"E\""},
    {"Any", "[1, {a: $one, b: $gone, c: E}]", "[1,{\"a\":1,\"c\":\"E\"}]"},
    {"Any", "{a: {b: []}}", "{\"a\":{\"b\":[]}}"},
    {"Any", "$obj", "{\"a\":1}"},
    {"Any", "$gone", kInvalid},
    {"In", "{}", "{\"b\":\"d\",\"r\":true}"},
    {"In", "{a: 1}", "{\"a\":1,\"b\":\"d\",\"r\":true}"},
    {"In", "{b: null, c: RED}", "{\"b\":null,\"c\":[\"RED\"],\"r\":true}"},
    {"In", "{a: $gone, b: $gone, r: $gone}", "{\"b\":\"d\",\"r\":true}"},
    {"In", "{a: $one, n: {c: [GREEN]}}",
     "{\"a\":1,\"b\":\"d\",\"n\":{\"b\":\"d\",\"c\":[\"GREEN\"],\"r\":true},\"r\":true}"},
    {"In", "{z: 1}", kInvalid},
    {"In", "{a: \"x\"}", kInvalid},
    {"In", "{r: null}", kInvalid},
    {"In", "1", kInvalid},
    {"In", "[{}]", kInvalid},
    {"In", "null", "null"},
    {"In", "$obj", "{\"a\":1}"},
    {"In", "{c: [RED, BLUE]}", kInvalid},
    {"In", "{n: $obj}", "{\"b\":\"d\",\"n\":{\"a\":1},\"r\":true}"},
    {"Req", "{x: 1}", "{\"x\":1}"},
    {"Req", "{y: 1}", kInvalid},
    {"Req", "{x: null}", kInvalid},
    {"Req", "{x: $gone}", kInvalid},
    {"Req", "{x: $nul}", kInvalid},
    {"Req", "{x: $one, y: $nul}", "{\"x\":1,\"y\":null}"},
    {"One", "{a: 1}", "{\"a\":1}"},
    {"One", "{b: \"x\"}", "{\"b\":\"x\"}"},
    {"One", "{}", kInvalid},
    {"One", "{a: 1, b: \"x\"}", kInvalid},
    {"One", "{a: null}", kInvalid},
    {"One", "{a: $one}", "{\"a\":1}"},
    {"One", "{a: $gone}", kInvalid},
    {"One", "{a: $nul}", kInvalid},
    {"One", "{a: 1, b: $gone}", "{\"a\":1}"},
    {"One", "{a: \"x\"}", kInvalid},
};

struct Written {
  std::string type;
  std::string literal;
  std::string_view again;
};

const Written kWritten[] = {
    {"[Int]", "[1, null]", "[1, null]"},
    {"[Int]", "5", "[5]"},
    {"Float", "1", "1"},
    {"Float", "1.50", "1.5"},
    {"Float", "1e21", "1e+21"},
    {"Float", "123456789012345680000", "123456789012345680000"},
    {"Float", "1e-7", "1e-7"},
    {"Float", "0.000001", "0.000001"},
    {"Float", "-0.0", "0"},
    {"ID", "\"12\"", "12"},
    {"ID", "12", "12"},
    {"ID", "\"012\"", "\"012\""},
    {"ID", "\"-5\"", "-5"},
    {"ID", "\"a\"", "\"a\""},
    {"String", "\"12\"", "\"12\""},
    {"String", "\"\"\"a\n  b\"\"\"", "\"a\\nb\""},
    {"String", "null", "null"},
    {"Color", "RED", "RED"},
    {"In", "{}", "{b: \"d\", r: true}"},
    {"In", "{c: RED, a: 1}", "{a: 1, b: \"d\", c: [RED], r: true}"},
    {"Boolean", "true", "true"},
    {"Any", "\"E\"", "\"E\""},
    {"Any", "E", "\"E\""},
    {"Any", "1.5", "1.5"},
};

class Coerce : public testing::Test {
 protected:
  // Both of a document that lives as long as the test.
  struct Typed {
    const TypeRef& type;
    const Value& literal;
  };
  Typed typed(const std::string& type, const std::string& literal) {
    const auto document = parse("query ($t: " + type + ") { a(b: " + literal + ") }");
    EXPECT_TRUE(document.has_value());
    kept_.push_back(*document);
    const auto& operation = std::get<OperationDefinition>((*document)->definitions[0]);
    const auto& field = std::get<Field>(operation.selection_set.selections[0].of);
    return {.type = *schema_->resolve(operation.variables[0].type), .literal = field.arguments[0].value};
  }

  std::expected<boost::json::value, std::string> coerced(const std::string& type,
                                                         const std::string& literal) {
    const Typed both = typed(type, literal);
    return coerce_literal(*schema_, both.literal, both.type, &variables_);
  }

  std::string error(const std::string& type, const std::string& literal) {
    const auto value = coerced(type, literal);
    return value ? "none" : value.error();
  }

  static SchemaPtr make() {
    const ScalarRules even{
        .parse = [](const boost::json::value& value) -> std::expected<boost::json::value, std::string> {
          if (value.is_int64() && value.get_int64() % 2 == 0) return value.get_int64() / 2;
          return std::unexpected("it is not even");
        }};
    auto made = Schema::make(std::string(kSdl), {{"Even", even}});
    EXPECT_TRUE(made.has_value());
    return *made;
  }

  SchemaPtr schema_ = make();
  boost::json::object variables_ = boost::json::parse(kVariables).as_object();
  std::vector<DocumentPtr> kept_{};
};

TEST_F(Coerce, literals_become_what_the_reference_implementation_makes_of_them) {
  for (const Case& each : kCases) {
    SCOPED_TRACE(each.type + " " + each.literal);
    const auto value = coerced(each.type, each.literal);
    std::string text(kInvalid);
    if (value) {
      text.clear();
      append_json(text, *value);
    }
    EXPECT_EQ(text, each.json) << (value ? "" : value.error());
  }
}

TEST_F(Coerce, values_are_written_as_literals) {
  for (const Written& each : kWritten) {
    SCOPED_TRACE(each.type + " " + each.literal);
    const Typed both = typed(each.type, each.literal);
    const auto value = coerce_literal(*schema_, both.literal, both.type, nullptr);
    ASSERT_TRUE(value.has_value());
    EXPECT_EQ(literal_text(*value, both.type), each.again);
  }
}

TEST_F(Coerce, any_json_is_written_as_a_literal) {
  const TypeRef& any = *schema_->type("Any")->reference;
  EXPECT_EQ(literal_text(boost::json::parse(R"({"a":[1,"x",null,true],"b":{"c":-1.5}})"), any),
            R"({a: [1, "x", null, true], b: {c: -1.5}})");
  EXPECT_EQ(literal_text(nullptr, *schema_->non_null_of(&any)), std::nullopt);
}

TEST_F(Coerce, numbers_come_in_the_form_of_their_type) {
  EXPECT_TRUE(coerced("Int", "7")->is_int64());
  EXPECT_TRUE(coerced("Float", "7")->is_double());
  EXPECT_TRUE(coerced("Any", "7")->is_int64());
  EXPECT_TRUE(coerced("ID", "7")->is_string());
}

TEST_F(Coerce, a_scalars_rules_see_json_and_may_change_it) {
  EXPECT_EQ(coerced("Even", "4"), boost::json::value(2));
  EXPECT_EQ(coerced("[Even]", "[2, null]"), boost::json::parse("[1,null]"));
  EXPECT_EQ(error("Even", "5"), "Expected value of type \"Even\", found 5; it is not even");
  EXPECT_EQ(error("Even", "E"), "Expected value of type \"Even\", found E.");
}

TEST_F(Coerce, errors_say_what_is_wrong) {
  EXPECT_EQ(error("Int", "1.5"), "Int cannot represent non-integer value: 1.5");
  EXPECT_EQ(error("Int", "2147483648"), "Int cannot represent non 32-bit signed integer value: 2147483648");
  EXPECT_EQ(error("Float", "\"x\""), "Float cannot represent non numeric value: \"x\"");
  EXPECT_EQ(error("Float", "1e999"), "Float cannot represent non numeric value: 1e999");
  EXPECT_EQ(error("Float", "-0.01e400"), "Float cannot represent non numeric value: -0.01e400");
  EXPECT_EQ(error("String", "1"), "String cannot represent a non string value: 1");
  EXPECT_EQ(error("Boolean", "1"), "Boolean cannot represent a non boolean value: 1");
  EXPECT_EQ(error("ID", "1.5"), "ID cannot represent a non-string and non-integer value: 1.5");
  EXPECT_EQ(error("Color", "BLUE"), "Value \"BLUE\" does not exist in \"Color\" enum.");
  EXPECT_EQ(error("Color", "\"RED\""), "Enum \"Color\" cannot represent non-enum value: \"RED\".");
  EXPECT_EQ(error("In", "1"), "Expected value of type \"In\", found 1.");
  EXPECT_EQ(error("Int!", "$nul"), "Expected value of type \"Int!\", found null.");
  EXPECT_EQ(error("Int", "$gone"), "Variable \"$gone\" has no value.");
  EXPECT_EQ(error("Query", "1"), "\"Query\" is not an input type.");
}

}  // namespace
}  // namespace parley::graphql
