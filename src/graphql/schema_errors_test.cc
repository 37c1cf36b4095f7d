// What is refused of a schema: messages and places as npm graphql 16.15 gives them (validateSDL(), then
// validateSchema()).
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graphql/schema.h"

namespace parley::graphql {
namespace {

struct Case {
  std::string sdl;
  // "message @line:column line:column", sorted; none where the schema is valid.
  std::vector<std::string> errors;
};

const std::string kQuery = "type Query { a: Int }\n";

const Case kNames[] = {
    {kQuery + "schema { query: Query } schema { query: Query }",
     {"Must provide only one schema definition. @2:25",
      "There can be only one query type in schema. @2:10 2:34"}},
    {kQuery + "schema { query: Query query: Query }",
     {"There can be only one query type in schema. @2:10 2:23"}},
    {kQuery + "schema { query: Query } extend schema { query: Query }",
     {"There can be only one query type in schema. @2:10 2:41"}},
    {kQuery + "type T { a: Int } type T { b: Int }", {"There can be only one type named \"T\". @2:6 2:24"}},
    {kQuery + "scalar S union S = Query", {"There can be only one type named \"S\". @2:8 2:16"}},
    {kQuery + "enum E { A B A }", {"Enum value \"E.A\" can only be defined once. @2:10 2:14"}},
    {kQuery + "enum E { A } extend enum E { A }",
     {"Enum value \"E.A\" can only be defined once. @2:10 2:30"}},
    {kQuery + "type T { a: Int a: Int }", {"Field \"T.a\" can only be defined once. @2:10 2:17"}},
    {kQuery + "type T { a: Int } extend type T { a: Int }",
     {"Field \"T.a\" can only be defined once. @2:10 2:35"}},
    {kQuery + "input I { a: Int a: Int }", {"Field \"I.a\" can only be defined once. @2:11 2:18"}},
    {kQuery + "type T { f(a: Int, a: Int, a: Int): Int }",
     {"Argument \"T.f(a:)\" can only be defined once. @2:12 2:20 2:28"}},
    {kQuery + "directive @d(a: Int, a: Int) on FIELD",
     {"Argument \"@d(a:)\" can only be defined once. @2:14 2:22"}},
    {kQuery + "directive @d on FIELD directive @d on QUERY",
     {"There can be only one directive named \"@d\". @2:12 2:34"}},
    {kQuery + "type T { a: Unknown b: [Qury!] c(d: Strin): Int }",
     {"Unknown type \"Qury\". Did you mean \"Query\"? @2:25",
      "Unknown type \"Strin\". Did you mean \"String\"? @2:37", "Unknown type \"Unknown\". @2:13"}},
    {kQuery + "union U = A", {"Unknown type \"A\". Did you mean \"U\"? @2:11"}},
    {kQuery + "type T implements Nope { a: Int }", {"Unknown type \"Nope\". @2:19"}},
    {"schema { query: Nope }", {"Unknown type \"Nope\". @1:17"}},
    {kQuery + "directive @d(a: Nope) on FIELD", {"Unknown type \"Nope\". @2:17"}},
    {kQuery + "extend type T { a: Int }", {"Cannot extend type \"T\" because it is not defined. @2:13"}},
    {kQuery + "extend type Quer { b: Int }",
     {"Cannot extend type \"Quer\" because it is not defined. Did you mean \"Query\"? @2:13"}},
    {kQuery + "extend input Query { b: Int }", {"Cannot extend non-input object type \"Query\". @1:1 2:1"}},
    {kQuery + "scalar S extend union S = Query", {"Cannot extend non-union type \"S\". @2:1 2:10"}},
    {kQuery + "extend scalar Int @d",
     {"Cannot extend type \"Int\" because it is not defined. @2:15", "Unknown directive \"@d\". @2:19"}},
};

const Case kDirectives[] = {
    {kQuery + "type T @unknown { a: Int }", {"Unknown directive \"@unknown\". @2:8"}},
    {kQuery + "type T @deprecated { a: Int }", {"Directive \"@deprecated\" may not be used on OBJECT. @2:8"}},
    {kQuery + "type T { a: Int @skip(if: true) }",
     {"Directive \"@skip\" may not be used on FIELD_DEFINITION. @2:17"}},
    {kQuery + "scalar S @oneOf", {"Directive \"@oneOf\" may not be used on SCALAR. @2:10"}},
    {kQuery + "input I @specifiedBy(url: \"u\") { a: Int @oneOf }",
     {"Directive \"@oneOf\" may not be used on INPUT_FIELD_DEFINITION. @2:41",
      "Directive \"@specifiedBy\" may not be used on INPUT_OBJECT. @2:9"}},
    {kQuery + "enum E { A @deprecated @deprecated }",
     {"The directive \"@deprecated\" can only be used once at this location. @2:12 2:24"}},
    {kQuery + "directive @d repeatable on OBJECT type T @d @d { a: Int }", {}},
    {kQuery + "directive @d on OBJECT type T @d { a: Int } extend type T @d",
     {"The directive \"@d\" can only be used once at this location. @2:31 2:59"}},
    {"schema @d { query: Query } extend schema @d directive @d on SCHEMA type Query { a: Int }\n",
     {"The directive \"@d\" can only be used once at this location. @1:8 1:42"}},
    {kQuery + "type T { a: Int @deprecated(reasn: \"x\") }",
     {"Unknown argument \"reasn\" on directive \"@deprecated\". Did you mean \"reason\"? @2:29"}},
    {kQuery + "type T { a: Int @deprecated(nothing: \"x\") }",
     {"Unknown argument \"nothing\" on directive \"@deprecated\". @2:29"}},
    {kQuery + "type T { a: Int @deprecated(reason: \"x\", reason: \"y\") }",
     {"There can be only one argument named \"reason\". @2:29 2:42"}},
    {kQuery + "scalar S @specifiedBy",
     {"Directive \"@specifiedBy\" argument \"url\" of type \"String!\" is required, but it was not provided. "
      "@2:10"}},
    {kQuery + "directive @d(a: Int!, b: Int! = 1, c: [Int!]!) on SCALAR scalar S @d",
     {"Directive \"@d\" argument \"a\" of type \"Int!\" is required, but it was not provided. @2:67",
      "Directive \"@d\" argument \"c\" of type \"[Int!]!\" is required, but it was not provided. @2:67"}},
    {kQuery + "type T { f(a: I = {b: 1, b: 2}): Int } input I { b: Int }",
     {"There can be only one input field named \"b\". @2:20 2:26"}},
    {kQuery + "directive @d(a: I) on SCALAR input I { b: Int } scalar S @d(a: {b: 1, c: {b: 2, b: 3}})",
     {"There can be only one input field named \"b\". @2:75 2:81"}},
    {kQuery + "type T { f(a: Int @d): Int @d } enum E @d { V @d } union U @d = T interface N @d { a: Int @d "
              "} directive @d on FIELD",
     {"Directive \"@d\" may not be used on ARGUMENT_DEFINITION. @2:19",
      "Directive \"@d\" may not be used on ENUM. @2:40",
      "Directive \"@d\" may not be used on ENUM_VALUE. @2:47",
      "Directive \"@d\" may not be used on FIELD_DEFINITION. @2:28",
      "Directive \"@d\" may not be used on FIELD_DEFINITION. @2:91",
      "Directive \"@d\" may not be used on INTERFACE. @2:79",
      "Directive \"@d\" may not be used on UNION. @2:60"}},
};

const Case kTypes[] = {
    {"scalar S", {"Query root type must be provided. @"}},
    {"type Mutation { a: Int }", {"Query root type must be provided. @"}},
    {"schema { mutation: M } type M { a: Int }", {"Query root type must be provided. @1:1"}},
    {"interface Query { a: Int }", {"Query root type must be Object type, it cannot be Query. @1:1"}},
    {kQuery + "scalar Mutation union Subscription = Query",
     {"Mutation root type must be Object type if provided, it cannot be Mutation. @2:1",
      "Subscription root type must be Object type if provided, it cannot be Subscription. @2:17"}},
    {"schema { query: U } type Query { a: Int }\nunion U = Query",
     {"Query root type must be Object type, it cannot be U. @1:17"}},
    {kQuery + "extend schema { mutation: I } input I { a: Int }",
     {"Mutation root type must be Object type if provided, it cannot be I. @2:27"}},
    {kQuery + "type __T { a: Int }",
     {"Name \"__T\" must not begin with \"__\", which is reserved by GraphQL introspection. @2:1"}},
    {kQuery + "type T { __a: Int b(__c: Int): Int }",
     {"Name \"__a\" must not begin with \"__\", which is reserved by GraphQL introspection. @2:10",
      "Name \"__c\" must not begin with \"__\", which is reserved by GraphQL introspection. @2:21"}},
    {kQuery + "enum E { __A }",
     {"Name \"__A\" must not begin with \"__\", which is reserved by GraphQL introspection. @2:10"}},
    {kQuery + "input I { __a: Int }",
     {"Name \"__a\" must not begin with \"__\", which is reserved by GraphQL introspection. @2:11"}},
    {kQuery + "directive @__d(__a: Int) on FIELD",
     {"Name \"__a\" must not begin with \"__\", which is reserved by GraphQL introspection. @2:16",
      "Name \"__d\" must not begin with \"__\", which is reserved by GraphQL introspection. @2:1"}},
    {kQuery + "scalar __S",
     {"Name \"__S\" must not begin with \"__\", which is reserved by GraphQL introspection. @2:1"}},
    {kQuery + "type T", {"Type T must define one or more fields. @2:1"}},
    {kQuery + "interface I", {"Type I must define one or more fields. @2:1"}},
    {kQuery + "type T extend type T @d directive @d on OBJECT",
     {"Type T must define one or more fields. @2:1 2:8"}},
    {kQuery + "union U", {"Union type U must define one or more member types. @2:1"}},
    {kQuery + "enum E", {"Enum type E must define one or more values. @2:1"}},
    {kQuery + "input I", {"Input Object type I must define one or more fields. @2:1"}},
    {kQuery + "union U extend union U @d directive @d on UNION",
     {"Union type U must define one or more member types. @2:1 2:9"}},
    {kQuery + "type T { a: I b: [I!]! } input I { a: Int }",
     {"The type of T.a must be Output Type but got: I. @2:13",
      "The type of T.b must be Output Type but got: [I!]!. @2:18"}},
    {kQuery + "type T { a(b: T, c: [U]): Int } union U = T",
     {"The type of T.a(b:) must be Input Type but got: T. @2:15",
      "The type of T.a(c:) must be Input Type but got: [U]. @2:21"}},
    {kQuery + "input I { a: T } type T { a: Int }", {"The type of I.a must be Input Type but got: T. @2:14"}},
    {kQuery + "directive @d(a: Query) on FIELD",
     {"The type of @d(a:) must be Input Type but got: Query. @2:14"}},
    {kQuery + "union U = T | T type T { a: Int }", {"Union type U can only include type T once. @2:11 2:15"}},
    {kQuery + "union U = T | S scalar S type T { a: Int }",
     {"Union type U can only include Object types, it cannot include S. @2:15"}},
    {kQuery + "union U = T extend union U = T | V type T { a: Int } union V = T",
     {"Union type U can only include Object types, it cannot include V. @2:34",
      "Union type U can only include type T once. @2:11 2:30"}},
    {kQuery + "union U = N interface N { a: Int }",
     {"Union type U can only include Object types, it cannot include N. @2:11"}},
    {kQuery + "type T { a(b: Int! @deprecated, c: Int! = 1 @deprecated, d: Int @deprecated): Int }",
     {"Required argument T.a(b:) cannot be deprecated. @2:20 2:15"}},
    {kQuery + "input I { a: Int! @deprecated b: Int! = 1 @deprecated }",
     {"Required input field I.a cannot be deprecated. @2:19 2:14"}},
    {kQuery + "directive @d(a: Int! @deprecated) on FIELD",
     {"Required argument @d(a:) cannot be deprecated. @2:22 2:17"}},
    {kQuery + "input I @oneOf { a: Int! b: Int = 1 c: Int }",
     {"OneOf input field I.a must be nullable. @2:21",
      "OneOf input field I.b cannot have a default value. @2:26"}},
    {kQuery + "input I { a: I! }",
     {"Cannot reference Input Object \"I\" within itself through a series of non-null fields: \"a\". @2:11"}},
    {kQuery + "input A { b: B! x: Int } input B { c: C! } input C { a: A! b: B! }",
     {"Cannot reference Input Object \"A\" within itself through a series of non-null fields: \"b.c.a\". "
      "@2:11 2:36 2:54",
      "Cannot reference Input Object \"B\" within itself through a series of non-null fields: \"c.b\". @2:36 "
      "2:60"}},
    {kQuery + "input I { a: I b: [I!]! }", {}},
};

const Case kInterfaces[] = {
    {kQuery + "interface I { a: Int b: Int } type T implements I { a: Int }",
     {"Interface field I.b expected but T does not provide it. @2:22 2:31"}},
    {kQuery + "interface I { a: Int } type T implements I { a: String }",
     {"Interface field I.a expects type Int but T.a is type String. @2:18 2:49"}},
    {kQuery + "interface I { a: Int! } type T implements I { a: Int }",
     {"Interface field I.a expects type Int! but T.a is type Int. @2:18 2:50"}},
    {kQuery + "interface I { a: [Int] } type T implements I { a: [Int!]! }", {}},
    {kQuery + "interface I { a: [Int!] } type T implements I { a: [Int] }",
     {"Interface field I.a expects type [Int!] but T.a is type [Int]. @2:18 2:52"}},
    {kQuery + "interface I { a: [Int] } type T implements I { a: Int }",
     {"Interface field I.a expects type [Int] but T.a is type Int. @2:18 2:51"}},
    {kQuery + "interface I { a: I } type T implements I { a: T }", {}},
    {kQuery + "interface I { a: I } type T implements I { a: S } type S { a: Int }",
     {"Interface field I.a expects type I but T.a is type S. @2:18 2:47"}},
    {kQuery +
         "union U = Query interface I { a: U } type T implements I { a: Query } type V implements I { a: V }",
     {"Interface field I.a expects type U but V.a is type V. @2:34 2:96"}},
    {kQuery + "interface I { a: Int } interface J implements I { a: String }",
     {"Interface field I.a expects type Int but J.a is type String. @2:18 2:54"}},
    {kQuery + "interface I { a(b: Int): Int } type T implements I { a: Int }",
     {"Interface field argument I.a(b:) expected but T.a does not provide it. @2:17 2:54"}},
    {kQuery + "interface I { a(b: Int): Int } type T implements I { a(b: Int!): Int }",
     {"Interface field argument I.a(b:) expects type Int but T.a(b:) is type Int!. @2:20 2:59"}},
    {kQuery + "interface I { a(b: Int): Int } type T implements I { a(b: Int, c: Int!, d: Int! = 1, e: Int): "
              "Int }",
     {"Object field T.a includes required argument c that is missing from the Interface field I.a. @2:64 "
      "2:15"}},
    {kQuery + "interface I { a: Int } type T implements I { a(b: Int!): Int }",
     {"Object field T.a includes required argument b that is missing from the Interface field I.a. @2:48 "
      "2:15"}},
    {kQuery + "interface I { a: Int } type T implements I & I { a: Int }",
     {"Type T can only implement I once. @2:42 2:46"}},
    {kQuery + "type T implements Query { a: Int }",
     {"Type T must only implement Interface types, it cannot implement Query. @2:19"}},
    {kQuery + "interface I implements I { a: Int }",
     {"Type I cannot implement itself because it would create a circular reference. @2:24"}},
    {kQuery + "interface I implements J { a: Int } interface J implements I { a: Int }",
     {"Type I cannot implement J because it would create a circular reference. @2:60 2:24",
      "Type J cannot implement I because it would create a circular reference. @2:24 2:60"}},
    {kQuery + "interface I { a: Int } interface J implements I { a: Int } type T implements J { a: Int }",
     {"Type T must implement I because it is implemented by J. @2:47 2:78"}},
    {kQuery + "interface I { a: Int } interface J implements I { a: Int } type T implements J & I { a: Int }",
     {}},
    {kQuery + "interface I { a: Int } type T { b: Int } extend type T implements I @d directive @d on OBJECT",
     {"Interface field I.a expected but T does not provide it. @2:15 2:24 2:42"}},
    {kQuery + "interface I { a: Int } extend interface I { b: Int } type T implements I { a: Int }",
     {"Interface field I.b expected but T does not provide it. @2:45 2:54"}},
};

std::vector<std::string> errors_of(const std::string& sdl) {
  const auto made = Schema::make(sdl);
  std::vector<std::string> shown;
  if (made) return shown;
  for (const GraphqlError& error : made.error()) {
    EXPECT_EQ(error.extensions.at("code"), "GRAPHQL_VALIDATION_FAILED");
    std::string text = error.message + " @";
    for (const Location& at : error.locations) {
      text += fmt::format("{}{}:{}", text.ends_with('@') ? "" : " ", at.line, at.column);
    }
    shown.push_back(std::move(text));
  }
  std::ranges::sort(shown);
  return shown;
}

template <std::size_t size>
void expect_errors(const Case (&cases)[size]) {
  for (const Case& each : cases) EXPECT_EQ(errors_of(each.sdl), each.errors) << each.sdl;
}

TEST(SchemaErrors, names_are_defined_once_and_known) {
  expect_errors(kNames);
}
TEST(SchemaErrors, directives_stand_where_they_may_with_the_arguments_they_need) {
  expect_errors(kDirectives);
}
TEST(SchemaErrors, types_are_sound) {
  expect_errors(kTypes);
}
TEST(SchemaErrors, implementations_fit_their_interfaces) {
  expect_errors(kInterfaces);
}

// ---- what the reference implementation does not look at

TEST(SchemaErrors, default_values_fit_their_types) {
  const auto refused = [](const std::string& definition, const std::string& error) {
    EXPECT_THAT(errors_of(kQuery + definition), testing::ElementsAre(error));
  };
  refused("type T { f(a: Int = \"x\"): Int }",
          "T.f(a:) has an invalid default value: Int cannot represent non-integer value: \"x\" @2:21");
  refused("type T { f(a: Int = 2147483648): Int }",
          "T.f(a:) has an invalid default value: Int cannot represent non 32-bit signed integer value: "
          "2147483648 @2:21");
  refused("type T { f(a: Int! = null): Int }",
          "T.f(a:) has an invalid default value: Expected value of type \"Int!\", found null. @2:22");
  refused("input I { a: [E!] = [A, B] } enum E { A }",
          "I.a has an invalid default value: Value \"B\" does not exist in \"E\" enum. @2:21");
  refused("directive @d(a: I = {b: 1}) on FIELD input I { c: Int }",
          "@d(a:) has an invalid default value: Field \"b\" is not defined by type \"I\". @2:21");
  refused("type T { f(a: I = {}): Int } input I { b: Int! }",
          "T.f(a:) has an invalid default value: Field \"I.b\" of required type \"Int!\" was not provided. "
          "@2:19");
  refused(
      "type T { f(a: I = {b: 1, c: 2}): Int } input I @oneOf { b: Int c: Int }",
      "T.f(a:) has an invalid default value: OneOf Input Object \"I\" must specify exactly one key. @2:19");
  refused("type T { f(a: I = {b: null}): Int } input I @oneOf { b: Int c: Int }",
          "T.f(a:) has an invalid default value: Field \"I.b\" must be non-null. @2:19");
}

TEST(SchemaErrors, a_default_value_does_not_hold_itself) {
  EXPECT_THAT(errors_of(kQuery + "input I { a: I = {} }"),
              testing::ElementsAre("Invalid circular reference. The default value of Input Object field I.a "
                                   "references itself. @2:18"));
  EXPECT_THAT(
      errors_of(kQuery + "input A { b: B = {x: 1} } input B { x: Int c: [C] = [{}] } input C { b: B = {} }"),
      testing::ElementsAre("Invalid circular reference. The default value of Input Object field B.c "
                           "references itself via the default values of: C.b. @2:53 2:77"));
  EXPECT_THAT(errors_of(kQuery + "input I { a: I = {a: null, b: null} b: I = {a: {b: null}, b: null} }"),
              testing::IsEmpty());
}

TEST(SchemaErrors, arguments_of_built_in_directives_fit) {
  EXPECT_THAT(errors_of("type Query { a: Int @deprecated(reason: 3) }"),
              testing::ElementsAre("Argument \"reason\" has invalid value 3. @1:41"));
  EXPECT_THAT(errors_of(kQuery + "scalar S @specifiedBy(url: U)"),
              testing::ElementsAre("Argument \"url\" has invalid value U. @2:28"));
  EXPECT_THAT(
      errors_of("directive @cost(weight: Int) on FIELD_DEFINITION type Query { a: Int @cost(weight: -1) }"),
      testing::ElementsAre("Argument \"weight\" has invalid value -1. @1:84"));
}

TEST(SchemaErrors, a_root_type_is_no_scalar_even_one_that_nothing_else_refers_to) {
  for (const char* sdl :
       {"schema { query: Float }", "type Query { a: Int } extend schema { mutation: ID }"}) {
    const auto schema = Schema::make(sdl);
    ASSERT_FALSE(schema.has_value());
    EXPECT_THAT(schema.error().front().message, ::testing::HasSubstr("root type must be Object type"));
  }
}

TEST(SchemaErrors, a_specified_by_url_is_not_null) {
  const auto schema = Schema::make("type Query { a: S } scalar S @specifiedBy(url: null)");
  ASSERT_FALSE(schema.has_value());
  EXPECT_EQ(schema.error().front().message, R"(Argument "url" of non-null type "String!" must not be null.)");
}

TEST(SchemaErrors, operations_are_no_part_of_a_schema) {
  EXPECT_THAT(errors_of(kQuery + "query { a }"),
              testing::ElementsAre("A schema holds type system definitions only. @2:1"));
  EXPECT_THAT(errors_of(kQuery + "fragment F on Query { a }"),
              testing::ElementsAre("A schema holds type system definitions only. @2:1"));
}

TEST(SchemaErrors, text_that_does_not_parse_is_one) {
  const auto made = Schema::make("type {");
  ASSERT_FALSE(made.has_value());
  ASSERT_EQ(made.error().size(), 1U);
  EXPECT_EQ(made.error()[0].message, "Syntax Error: Expected Name, found \"{\".");
}

TEST(SchemaErrors, rules_are_for_scalars_of_the_sdl) {
  const ScalarRules rules{.parse = [](const boost::json::value& value) { return value; }};
  for (const std::string name : {"Nope", "Query", "Int"}) {
    const auto made = Schema::make(kQuery, {{name, rules}});
    ASSERT_FALSE(made.has_value());
    EXPECT_EQ(made.error()[0].message,
              "Rules are given for \"" + name + "\", which is no scalar of the SDL.");
  }
}

}  // namespace
}  // namespace parley::graphql
