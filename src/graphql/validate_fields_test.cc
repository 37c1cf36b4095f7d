// Fields and arguments (specification of September 2025, sections 5.3.1, 5.3.3 and 5.4).
// Messages and places are those of npm graphql 16.15.
#include "graphql/validate_harness.h"

namespace parley::graphql {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ValidateFields, a_field_is_one_of_the_type) {
  EXPECT_THAT(errors_of("{ dog { name zzz } }"),
              ElementsAre(R"(Cannot query field "zzz" on type "Dog". @1:14)"));
  EXPECT_THAT(
      errors_of("{ dog { nam NICKNAME barkVolum } }"),
      ElementsAre(R"(Cannot query field "nam" on type "Dog". Did you mean "name"? @1:9)",
                  R"(Cannot query field "NICKNAME" on type "Dog". Did you mean "nickname" or "name"? @1:13)",
                  R"(Cannot query field "barkVolum" on type "Dog". Did you mean "barkVolume"? @1:22)"));
  EXPECT_THAT(errors_of("{ dog { __typename __schema { description } } nowhere { a { b } } }"),
              ElementsAre(R"(Cannot query field "__schema" on type "Dog". @1:20)",
                          R"(Cannot query field "nowhere" on type "Query". @1:47)"));
}

TEST(ValidateFields, a_field_that_only_some_types_of_an_abstract_one_have_is_suggested_with_them) {
  EXPECT_THAT(
      errors_of("{ pet { nickname barks } catOrDog { name meowVolume } box { value } }"),
      ElementsAre(
          R"(Cannot query field "nickname" on type "Pet". Did you mean to use an inline fragment on "Cat" or "Dog"? @1:9)",
          R"(Cannot query field "barks" on type "Pet". Did you mean to use an inline fragment on "Dog"? @1:18)",
          R"(Cannot query field "name" on type "CatOrDog". Did you mean to use an inline fragment on "Pet", "Cat", or "Dog"? @1:37)",
          R"(Cannot query field "meowVolume" on type "CatOrDog". Did you mean to use an inline fragment on "Cat"? @1:42)",
          R"(Cannot query field "value" on type "Box". Did you mean to use an inline fragment on "IntBox" or "TextBox"? @1:61)"));
}

TEST(ValidateFields, leaves_have_no_selection_and_others_have_one) {
  EXPECT_THAT(
      errors_of("{ dog { name { a } barkVolume { a { b } } } }"),
      ElementsAre(
          R"(Field "name" must not have a selection since type "String" has no subfields. @1:14)",
          R"(Field "barkVolume" must not have a selection since type "Int" has no subfields. @1:31)"));
  EXPECT_THAT(
      errors_of("{ dog human { name pets relatives } }"),
      ElementsAre(
          R"(Field "dog" of type "Dog" must have a selection of subfields. Did you mean "dog { ... }"? @1:3)",
          R"(Field "pets" of type "[Pet]" must have a selection of subfields. Did you mean "pets { ... }"? @1:20)",
          R"(Field "relatives" of type "[Human!]!" must have a selection of subfields. Did you mean "relatives { ... }"? @1:25)"));
}

TEST(ValidateFields, an_argument_is_one_of_the_field) {
  EXPECT_THAT(
      errors_of("{ dog { name(fulll: true) nickname(of: 1) knows(command: SIT, comand: SIT) } }"),
      ElementsAre(R"(Unknown argument "fulll" on field "Dog.name". Did you mean "full"? @1:14)",
                  R"(Unknown argument "of" on field "Dog.nickname". @1:36)",
                  R"(Unknown argument "comand" on field "Dog.knows". Did you mean "command"? @1:63)"));
}

TEST(ValidateFields, an_argument_is_given_once) {
  EXPECT_THAT(errors_of("{ dog { name(full: true, full: false, full: true) } human(id: 1, id: 2) { name "
                        "@skip(if: true, if: false) } }"),
              ElementsAre(R"(There can be only one argument named "full". @1:14 1:26 1:39)",
                          R"(There can be only one argument named "id". @1:59 1:66)",
                          R"(There can be only one argument named "if". @1:86 1:96)"));
}

TEST(ValidateFields, a_required_argument_is_given) {
  EXPECT_THAT(
      errors_of(
          "{ arguments { must defaulted mustBoth mustBothAgain: mustBoth(y: 1) must2: must(of: null) } }"),
      ElementsAre(
          R"(Field "must" argument "of" of type "Int!" is required, but it was not provided. @1:15)",
          R"(Field "mustBoth" argument "x" of type "Int!" is required, but it was not provided. @1:30)",
          R"(Field "mustBoth" argument "y" of type "Int!" is required, but it was not provided. @1:30)",
          R"(Field "mustBoth" argument "x" of type "Int!" is required, but it was not provided. @1:39)",
          R"(Expected value of type "Int!", found null. @1:85)"));
}

TEST(ValidateFields, errors_come_in_the_order_of_the_visit) {
  EXPECT_THAT(
      errors_of("{ dog { knows { a } nope(x: $y) ...Missing } }"),
      ElementsAre(
          R"(Field "knows" must not have a selection since type "Boolean!" has no subfields. @1:15)",
          R"(Field "knows" argument "command" of type "Command!" is required, but it was not provided. @1:9)",
          R"(Cannot query field "nope" on type "Dog". Did you mean "name"? @1:21)",
          R"(Unknown fragment "Missing". @1:36)", R"(Variable "$y" is not defined. @1:29 1:1)"));
}

}  // namespace
}  // namespace parley::graphql
