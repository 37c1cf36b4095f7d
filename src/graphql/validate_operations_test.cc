// Operations: what a document holds, names, roots (specification of September 2025, section 5.2).
// Messages and places are those of npm graphql 16.15.
#include "graphql/validate_harness.h"

namespace parley::graphql {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ValidateOperations, a_document_holds_operations_and_fragments_only) {
  EXPECT_THAT(errors_of("{ dog { name } } type A { b: Int } extend type Dog { c: Int } schema { query: A } "
                        "directive @d on FIELD"),
              ElementsAre(R"(The "A" definition is not executable. @1:18)",
                          R"(The "Dog" definition is not executable. @1:36)",
                          "The schema definition is not executable. @1:63",
                          R"(The "d" definition is not executable. @1:83)"));
}

TEST(ValidateOperations, names_of_operations_are_unique) {
  EXPECT_THAT(errors_of("query A { dog { name } } query B { dog { name } } query A { pet { name } } mutation "
                        "A { addPet(pet: {id: 1}) { name } }"),
              ElementsAre(R"(There can be only one operation named "A". @1:7 1:57)",
                          R"(There can be only one operation named "A". @1:7 1:85)"));
}

TEST(ValidateOperations, an_operation_without_a_name_is_the_only_one) {
  EXPECT_THAT(errors_of("{ dog { name } } query A { dog { name } }"),
              ElementsAre("This anonymous operation must be the only defined operation. @1:1"));
  EXPECT_THAT(errors_of("{ dog { name } } { pet { name } }"),
              ElementsAre("This anonymous operation must be the only defined operation. @1:1",
                          "This anonymous operation must be the only defined operation. @1:18"));
  EXPECT_THAT(errors_of("{ dog { name } } fragment F on Dog { name }"),
              ElementsAre(R"(Fragment "F" is never used. @1:18)"));
}

TEST(ValidateOperations, the_schema_has_a_root_type_for_the_operation) {
  auto schema = Schema::make("type Query { a: Int }");
  ASSERT_TRUE(schema.has_value());
  auto document = parse("query { a } mutation { b } subscription { c }");
  ASSERT_TRUE(document.has_value());
  EXPECT_THAT(texts(validate(**schema, **document)),
              ElementsAre("This anonymous operation must be the only defined operation. @1:1",
                          "The mutation operation is not supported by the schema. @1:13",
                          "This anonymous operation must be the only defined operation. @1:13",
                          "The subscription operation is not supported by the schema. @1:28",
                          "This anonymous operation must be the only defined operation. @1:28"));
}

TEST(ValidateOperations, a_subscription_selects_one_root_field) {
  EXPECT_THAT(errors_of("subscription { barked { name } }"), IsEmpty());
  EXPECT_THAT(errors_of("subscription S { barked { name } purred { name } }"),
              ElementsAre(R"(Subscription "S" must select only one top level field. @1:34)"));
  EXPECT_THAT(
      errors_of(
          "subscription { ...F } fragment F on Subscription { barked { name } again: barked { name } }"),
      ElementsAre("Anonymous Subscription must select only one top level field. @1:68"));
  EXPECT_THAT(errors_of("subscription { barked { name } barked { nickname } }"), IsEmpty());
}

TEST(ValidateOperations, a_subscription_does_not_select_introspection) {
  EXPECT_THAT(errors_of("subscription S { __typename }"),
              ElementsAre(R"(Subscription "S" must not select an introspection top level field. @1:18)"));
  EXPECT_THAT(errors_of("subscription { __typename barked { name } }"),
              ElementsAre("Anonymous Subscription must select only one top level field. @1:27",
                          "Anonymous Subscription must not select an introspection top level field. @1:16"));
}

TEST(ValidateOperations, a_subscription_does_not_leave_its_root_field_to_a_condition) {
  EXPECT_THAT(
      errors_of(
          "subscription S($b: Boolean!) { barked @include(if: $b) { name } purred @skip(if: $b) { name } }"),
      ElementsAre(
          R"(Subscription "S" must not use `@skip` or `@include` directives in the top level selection. @1:39 1:72)"));
  EXPECT_THAT(errors_of("subscription { ... @include(if: true) { barked { name } } }"),
              ElementsAre("Anonymous Subscription must not use `@skip` or `@include` directives in the top "
                          "level selection. @1:20"));
  EXPECT_THAT(errors_of("subscription { barked { name @skip(if: true) nickname } }"), IsEmpty());
}

TEST(ValidateOperations, introspection_goes_two_lists_deep) {
  EXPECT_THAT(errors_of("{ __schema { types { fields { type { fields { name } } } } } }"), IsEmpty());
  EXPECT_THAT(
      errors_of(
          R"({ __type(name: "Dog") { fields { type { ...T } } } } fragment T on __Type { fields { type { interfaces { name } } } })"),
      ElementsAre("Maximum introspection depth exceeded @1:3"));
}

TEST(ValidateOperations, introspection_can_be_refused) {
  std::string document = "{ __typename dog { __typename } __schema { queryType { name } } }";
  EXPECT_THAT(errors_of(document), IsEmpty());
  std::string refused =
      "GraphQL introspection has been disabled, but the requested query contained the field ";
  EXPECT_THAT(errors_of(document, {.introspection = false}),
              ElementsAre(refused + "\"__schema\". @1:33", refused + "\"queryType\". @1:44"));
}

TEST(ValidateOperations, descriptions_do_not_matter) {
  EXPECT_THAT(
      errors_of(
          R"("What it is" query Q("A dog's" $id: ID) { human(id: $id) { ...F } } """A fragment""" fragment F on Human { name })"),
      IsEmpty());
}

}  // namespace
}  // namespace parley::graphql
