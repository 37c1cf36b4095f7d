// Fields that end up under one response key (specification of September 2025, section 5.3.2).
// Messages and places are those of npm graphql 16.15.
#include "graphql/validate_harness.h"

namespace parley::graphql {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ValidateMerging, equal_fields_merge) {
  EXPECT_THAT(errors_of("{ dog { name name n: name(full: true) n: name(full: true) mother { name } mother { "
                        "nickname } } }"),
              IsEmpty());
  EXPECT_THAT(errors_of(R"({ arguments { any(of: {a: 1, b: [X, "s"]}) any(of: {b: [X, "s"], a: 1}) } })"),
              IsEmpty());
}

TEST(ValidateMerging, different_fields_under_one_key_conflict) {
  EXPECT_THAT(
      errors_of("{ dog { name: nickname name } }"),
      ElementsAre(
          R"(Fields "name" conflict because "nickname" and "name" are different fields. Use different aliases on the fields to fetch both if this was intentional. @1:9 1:24)"));
  EXPECT_THAT(
      errors_of("{ dog { x: name x: barks x: name } }"),
      ElementsAre(
          R"(Fields "x" conflict because "name" and "barks" are different fields. Use different aliases on the fields to fetch both if this was intentional. @1:9 1:17)",
          R"(Fields "x" conflict because "barks" and "name" are different fields. Use different aliases on the fields to fetch both if this was intentional. @1:17 1:26)"));
}

TEST(ValidateMerging, differing_arguments_conflict) {
  EXPECT_THAT(
      errors_of("{ dog { knows(command: SIT) knows(command: HEEL) name name(full: true) } }"),
      ElementsAre(
          R"(Fields "knows" conflict because they have differing arguments. Use different aliases on the fields to fetch both if this was intentional. @1:9 1:29)",
          R"(Fields "name" conflict because they have differing arguments. Use different aliases on the fields to fetch both if this was intentional. @1:50 1:55)"));
  EXPECT_THAT(
      errors_of("query ($a: Command!, $b: Command!) { dog { knows(command: $a) knows(command: $b) } }"),
      ElementsAre(
          R"(Fields "knows" conflict because they have differing arguments. Use different aliases on the fields to fetch both if this was intentional. @1:44 1:63)"));
  EXPECT_THAT(
      errors_of("{ arguments { any(of: [1, 2]) any(of: [2, 1]) } }"),
      ElementsAre(
          R"(Fields "any" conflict because they have differing arguments. Use different aliases on the fields to fetch both if this was intentional. @1:15 1:31)"));
}

TEST(ValidateMerging, fields_of_different_objects_may_differ_unless_their_shapes_do) {
  EXPECT_THAT(errors_of("{ pet { ... on Dog { volume: barkVolume } ... on Cat { volume: meowVolume } } }"),
              IsEmpty());
  EXPECT_THAT(
      errors_of("{ pet { ... on Dog { value: nickname } ... on Cat { value: meowVolume } } }"),
      ElementsAre(
          R"(Fields "value" conflict because they return conflicting types "String" and "Int". Use different aliases on the fields to fetch both if this was intentional. @1:22 1:53)"));
  EXPECT_THAT(
      errors_of("{ box { ... on IntBox { list { same } } ... on TextBox { list { same } } } }"),
      ElementsAre(
          R"(Fields "list" conflict because they return conflicting types "[IntBox]" and "TextBox". Use different aliases on the fields to fetch both if this was intentional. @1:25 1:58)"));
}

TEST(ValidateMerging, conflicts_below_are_told_with_the_way_to_them) {
  EXPECT_THAT(
      errors_of("{ dog { mother { a: name b: barks } mother { a: nickname b: name } } }"),
      ElementsAre(
          R"(Fields "mother" conflict because subfields "a" conflict because "name" and "nickname" are different fields and subfields "b" conflict because "barks" and "name" are different fields. Use different aliases on the fields to fetch both if this was intentional. @1:9 1:18 1:26 1:37 1:46 1:58)"));
  EXPECT_THAT(
      errors_of("{ box { ... on IntBox { other { value } } ... on TextBox { other { value } } } }"),
      ElementsAre(
          R"(Fields "other" conflict because subfields "value" conflict because they return conflicting types "String" and "Int". Use different aliases on the fields to fetch both if this was intentional. @1:25 1:33 1:60 1:68)"));
}

TEST(ValidateMerging, conflicts_are_found_through_fragments) {
  EXPECT_THAT(
      errors_of("{ dog { ...A ...B } } fragment A on Dog { x: name ...B } fragment B on Dog { x: nickname "
                "...C } fragment C on Dog { x: barks }"),
      ElementsAre(
          R"(Fields "x" conflict because "name" and "nickname" are different fields. Use different aliases on the fields to fetch both if this was intentional. @1:43 1:78)",
          R"(Fields "x" conflict because "name" and "barks" are different fields. Use different aliases on the fields to fetch both if this was intentional. @1:43 1:117)",
          R"(Fields "x" conflict because "nickname" and "barks" are different fields. Use different aliases on the fields to fetch both if this was intentional. @1:78 1:117)",
          R"(Fields "x" conflict because "name" and "nickname" are different fields. Use different aliases on the fields to fetch both if this was intentional. @1:43 1:78)",
          R"(Fields "x" conflict because "name" and "barks" are different fields. Use different aliases on the fields to fetch both if this was intentional. @1:43 1:117)",
          R"(Fields "x" conflict because "nickname" and "barks" are different fields. Use different aliases on the fields to fetch both if this was intentional. @1:78 1:117)"));
  EXPECT_THAT(
      errors_of(
          "{ dog { ...A } dog { ...B } } fragment A on Dog { x: name } fragment B on Dog { x: nickname }"),
      ElementsAre(
          R"(Fields "dog" conflict because subfields "x" conflict because "name" and "nickname" are different fields. Use different aliases on the fields to fetch both if this was intentional. @1:3 1:51 1:16 1:81)"));
}

TEST(ValidateMerging, fragments_in_a_cycle_are_compared_once) {
  EXPECT_THAT(
      errors_of("{ dog { ...A } } fragment A on Dog { name: nickname ...B } fragment B on Dog { name ...A }"),
      ElementsAre(
          R"(Cannot spread fragment "A" within itself via "B". @1:53 1:85)",
          R"(Fields "name" conflict because "nickname" and "name" are different fields. Use different aliases on the fields to fetch both if this was intentional. @1:38 1:80)",
          R"(Fields "name" conflict because "name" and "nickname" are different fields. Use different aliases on the fields to fetch both if this was intentional. @1:80 1:38)"));
}

}  // namespace
}  // namespace parley::graphql
