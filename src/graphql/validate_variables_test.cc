// Variables (specification of September 2025, section 5.8).
// Messages and places are those of npm graphql 16.15.
#include "graphql/validate_harness.h"

namespace parley::graphql {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ValidateVariables, a_variable_is_defined_once) {
  EXPECT_THAT(
      errors_of("query ($a: Int, $b: Int, $a: Int, $a: String) { arguments { int(of: $a) x: int(of: $b) } }"),
      ElementsAre(R"(There can be only one variable named "$a". @1:9 1:27 1:36)",
                  R"(Variable "$a" of type "String" used in position expecting type "Int". @1:35 1:69)"));
}

TEST(ValidateVariables, a_variable_is_of_an_input_type) {
  EXPECT_THAT(
      errors_of("query ($a: Dog, $b: [Pet!]!, $c: CatOrDog, $d: Nowher, $e: Comand) { arguments { a: any(of: "
                "[$a, $b, $c, $d, $e]) } }"),
      ElementsAre(R"(Variable "$a" cannot be non-input type "Dog". @1:12)",
                  R"(Variable "$b" cannot be non-input type "[Pet!]!". @1:21)",
                  R"(Variable "$c" cannot be non-input type "CatOrDog". @1:34)",
                  R"(Unknown type "Nowher". @1:48)",
                  R"(Unknown type "Comand". Did you mean "Command" or "Human"? @1:60)",
                  R"(Variable "$a" of type "Dog" used in position expecting type "Any". @1:8 1:94)",
                  R"(Variable "$b" of type "[Pet!]!" used in position expecting type "Any". @1:17 1:98)",
                  R"(Variable "$c" of type "CatOrDog" used in position expecting type "Any". @1:30 1:102)"));
}

TEST(ValidateVariables, a_variable_that_is_used_is_defined) {
  EXPECT_THAT(errors_of("query Q { arguments { int(of: $a) } ...F } fragment F on Query { arguments { "
                        "cat(of: {name: $b, lives: 1}) } }"),
              ElementsAre(R"(Variable "$a" is not defined by operation "Q". @1:31 1:1)",
                          R"(Variable "$b" is not defined by operation "Q". @1:93 1:1)"));
  EXPECT_THAT(errors_of("{ dog { name @skip(if: $c) } }"),
              ElementsAre(R"(Variable "$c" is not defined. @1:24 1:1)"));
}

TEST(ValidateVariables, a_variable_that_is_defined_is_used) {
  EXPECT_THAT(errors_of("query Q($a: Int, $b: Int) { ...F } query R($b: Int) { dog { name } } fragment F on "
                        "Query { arguments { int(of: $a) } }"),
              ElementsAre(R"(Variable "$b" is never used in operation "Q". @1:18)",
                          R"(Variable "$b" is never used in operation "R". @1:44)"));
  EXPECT_THAT(errors_of("query ($a: Int) { dog { name } }"),
              ElementsAre(R"(Variable "$a" is never used. @1:8)"));
}

TEST(ValidateVariables, every_operation_that_spreads_a_fragment_defines_its_variables) {
  EXPECT_THAT(errors_of("query A($x: Int) { ...F } query B { ...F } query C { ...G } fragment F on Query { "
                        "...G } fragment G on Query { arguments { int(of: $x) } }"),
              ElementsAre(R"(Variable "$x" is not defined by operation "B". @1:132 1:27)",
                          R"(Variable "$x" is not defined by operation "C". @1:132 1:44)"));
}

TEST(ValidateVariables, a_variable_is_of_a_type_that_fits) {
  EXPECT_THAT(
      errors_of("query ($i: Int, $s: String, $l: [Int], $n: Int!, $nl: [Int!]!) { arguments { a: int(of: $s) "
                "b: ints(of: $i) c: ints(of: $l) d: ints(of: $nl) e: int(of: $l) f: must(of: $i) g: must(of: "
                "$n) h: defaulted(of: $i) i: ints(of: [$i, $s]) j: matrix(of: [$l]) k: cat(of: {name: $s, "
                "lives: $i}) } }"),
      ElementsAre(
          R"(Variable "$s" of type "String" used in position expecting type "Int". @1:17 1:89)",
          R"(Variable "$i" of type "Int" used in position expecting type "[Int]". @1:8 1:105)",
          R"(Variable "$l" of type "[Int]" used in position expecting type "Int". @1:29 1:153)",
          R"(Variable "$i" of type "Int" used in position expecting type "Int!". @1:8 1:169)",
          R"(Variable "$s" of type "String" used in position expecting type "Int". @1:17 1:227)",
          R"(Variable "$l" of type "[Int]" used in position expecting type "[Int!]!". @1:29 1:247)",
          R"(Variable "$s" of type "String" used in position expecting type "String!". @1:17 1:270)"));
}

TEST(ValidateVariables, a_default_makes_a_nullable_variable_fit) {
  EXPECT_THAT(
      errors_of("query ($a: Int = 1, $b: Int = null, $c: Int) { arguments { a: must(of: $a) b: must(of: $b) "
                "c: must(of: $c) } }"),
      ElementsAre(R"(Variable "$b" of type "Int" used in position expecting type "Int!". @1:21 1:88)",
                  R"(Variable "$c" of type "Int" used in position expecting type "Int!". @1:37 1:104)"));
}

TEST(ValidateVariables, a_variable_in_a_one_of_input_object_is_not_null) {
  EXPECT_THAT(
      errors_of(
          "query ($a: ID, $b: ID!, $c: ID = 1) { arguments { a: pet(of: {id: $a}) b: pet(of: {id: $b}) c: "
          "pet(of: {id: $c}) d: pets(of: [{id: $a}]) e: pets(of: {id: $a}) f: pet(of: {nope: $a}) } }"),
      ElementsAre(
          R"(Field "nope" is not defined by type "PetInput". @1:172)",
          R"(Variable "$a" is of type "ID" but must be non-nullable to be used for OneOf Input Object "PetInput". @1:8 1:67)",
          R"(Variable "$c" is of type "ID" but must be non-nullable to be used for OneOf Input Object "PetInput". @1:25 1:109)",
          R"(Variable "$a" is of type "ID" but must be non-nullable to be used for OneOf Input Object "PetInput". @1:8 1:132)",
          R"(Variable "$a" is of type "ID" but must be non-nullable to be used for OneOf Input Object "PetInput". @1:8 1:155)"));
  EXPECT_THAT(
      errors_of("mutation ($a: CatInput) { addPet(pet: {cat: $a}) { name } }"),
      ElementsAre(
          R"(Variable "$a" is of type "CatInput" but must be non-nullable to be used for OneOf Input Object "PetInput". @1:11 1:45)"));
  EXPECT_THAT(
      errors_of("query ($p: PetInput, $q: PetInput!) { arguments { a: pet(of: $p) b: pets(of: [$p]) c: "
                "pets(of: [$q]) } }"),
      ElementsAre(
          R"(Variable "$p" of type "PetInput" used in position expecting type "PetInput!". @1:8 1:79)"));
}

}  // namespace
}  // namespace parley::graphql
