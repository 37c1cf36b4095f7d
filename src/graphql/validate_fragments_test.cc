// Fragments (specification of September 2025, section 5.5).
// Messages and places are those of npm graphql 16.15.
#include "graphql/validate_harness.h"

namespace parley::graphql {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ValidateFragments, names_of_fragments_are_unique) {
  EXPECT_THAT(errors_of("{ dog { ...F } } fragment F on Dog { name } fragment F on Dog { nickname }"),
              ElementsAre(R"(There can be only one fragment named "F". @1:27 1:54)"));
}

TEST(ValidateFragments, a_fragment_is_on_a_type_that_is_there) {
  EXPECT_THAT(
      errors_of("{ dog { ...F ... on Nowhere { a } ... on Do { a } } } fragment F on Missing { a }"),
      ElementsAre(R"(Unknown type "Nowhere". @1:21)", R"(Unknown type "Do". Did you mean "Dog"? @1:42)",
                  R"(Unknown type "Missing". @1:69)"));
}

TEST(ValidateFragments, a_fragment_is_on_a_composite_type) {
  EXPECT_THAT(
      errors_of("{ dog { ...F ... on Boolean { a } ... on DogInput { a } } } fragment F on Command { a }"),
      ElementsAre(R"(Fragment cannot condition on non composite type "Boolean". @1:21)",
                  R"(Fragment cannot condition on non composite type "DogInput". @1:42)",
                  R"(Fragment "F" cannot condition on non composite type "Command". @1:75)"));
}

TEST(ValidateFragments, a_fragment_is_used) {
  EXPECT_THAT(errors_of("{ dog { name } } fragment F on Dog { ...G } fragment G on Dog { name }"),
              ElementsAre(R"(Fragment "F" is never used. @1:18)", R"(Fragment "G" is never used. @1:45)"));
}

TEST(ValidateFragments, a_fragment_that_is_spread_is_there) {
  EXPECT_THAT(errors_of("{ dog { ...F } ...F } fragment G on Dog { ...H }"),
              ElementsAre(R"(Unknown fragment "F". @1:12)", R"(Unknown fragment "F". @1:19)",
                          R"(Unknown fragment "H". @1:46)", R"(Fragment "G" is never used. @1:23)"));
}

TEST(ValidateFragments, a_fragment_does_not_spread_itself) {
  EXPECT_THAT(errors_of("{ dog { ...F } } fragment F on Dog { name ...F }"),
              ElementsAre(R"(Cannot spread fragment "F" within itself. @1:43)"));
  EXPECT_THAT(errors_of("{ dog { ...A } } fragment A on Dog { ...B } fragment B on Dog { mother { ...C } } "
                        "fragment C on Dog { ...A ...B ...C }"),
              ElementsAre(R"(Cannot spread fragment "A" within itself via "B", "C". @1:38 1:74 1:103)",
                          R"(Cannot spread fragment "B" within itself via "C". @1:74 1:108)",
                          R"(Cannot spread fragment "C" within itself. @1:113)"));
}

TEST(ValidateFragments, a_fragment_is_spread_where_its_type_can_be) {
  EXPECT_THAT(
      errors_of("{ dog { ... on Cat { name } ...C ... on Pet { name } ... on CatOrDog { __typename } } pet { "
                "... on Human { name } } } fragment C on Cat { name }"),
      ElementsAre(
          R"(Fragment cannot be spread here as objects of type "Dog" can never be of type "Cat". @1:9)",
          R"(Fragment "C" cannot be spread here as objects of type "Dog" can never be of type "Cat". @1:29)",
          R"(Fragment cannot be spread here as objects of type "Pet" can never be of type "Human". @1:93)"));
  EXPECT_THAT(
      errors_of("{ box { ... on CatOrDog { __typename } ... on IntBox { value } } }"),
      ElementsAre(
          R"(Fragment cannot be spread here as objects of type "Box" can never be of type "CatOrDog". @1:9)"));
}

}  // namespace
}  // namespace parley::graphql
