// Directives (specification of September 2025, section 5.7).
// Messages and places are those of npm graphql 16.15.
#include "graphql/validate_harness.h"

namespace parley::graphql {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ValidateDirectives, a_directive_is_there_and_stands_where_it_may) {
  EXPECT_THAT(errors_of("query @onQuery @onField { dog @nope { name @onField @onQuery ...F @onField } } "
                        "fragment F on Dog @onQuery { name }"),
              ElementsAre(R"(Directive "@onField" may not be used on QUERY. @1:16)",
                          R"(Unknown directive "@nope". @1:31)",
                          R"(Directive "@onQuery" may not be used on FIELD. @1:53)",
                          R"(Directive "@onField" may not be used on FRAGMENT_SPREAD. @1:67)",
                          R"(Directive "@onQuery" may not be used on FRAGMENT_DEFINITION. @1:98)"));
  EXPECT_THAT(errors_of("query ($a: Int @onField) { arguments { int(of: $a) } }"),
              ElementsAre(R"(Directive "@onField" may not be used on VARIABLE_DEFINITION. @1:16)"));
}

TEST(ValidateDirectives, a_directive_stands_once_unless_it_is_repeatable) {
  EXPECT_THAT(
      errors_of(
          R"(query @onQuery @onQuery { dog { name @tag(name: "a") @tag(name: "b") @onField @onField @onField } })"),
      ElementsAre(R"(The directive "@onQuery" can only be used once at this location. @1:7 1:16)",
                  R"(The directive "@onField" can only be used once at this location. @1:70 1:79)",
                  R"(The directive "@onField" can only be used once at this location. @1:70 1:88)"));
}

TEST(ValidateDirectives, arguments_of_directives_are_checked) {
  EXPECT_THAT(
      errors_of(
          R"({ dog { a: name @tag b: name @tag(nam: "x", name: 1) c: name @skip(if: "x") d: name @include(unless: true) e: name @skip(if: null) } })"),
      ElementsAre(
          R"(Directive "@tag" argument "name" of type "String!" is required, but it was not provided. @1:17)",
          R"(Unknown argument "nam" on directive "@tag". Did you mean "name"? @1:35)",
          "String cannot represent a non string value: 1 @1:51",
          R"(Boolean cannot represent a non boolean value: "x" @1:72)",
          R"(Unknown argument "unless" on directive "@include". @1:94)",
          R"(Directive "@include" argument "if" of type "Boolean!" is required, but it was not provided. @1:85)",
          R"(Expected value of type "Boolean!", found null. @1:126)"));
}

TEST(ValidateDirectives, arguments_of_unknown_directives_are_left_alone) {
  EXPECT_THAT(errors_of("{ dog { name @nope(a: 1, a: 2) } }"),
              ElementsAre(R"(Unknown directive "@nope". @1:14)",
                          R"(There can be only one argument named "a". @1:20 1:26)"));
}

}  // namespace
}  // namespace parley::graphql
