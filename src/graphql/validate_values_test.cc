// Values (specification of September 2025, section 5.6).
// Messages and places are those of npm graphql 16.15.
#include "graphql/validate_harness.h"

namespace parley::graphql {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ValidateValues, an_int_is_one_of_32_bits) {
  EXPECT_THAT(
      errors_of(
          R"({ arguments { a: int(of: 2147483647) b: int(of: -2147483648) c: int(of: 2147483648) d: int(of: 1.0) e: int(of: "1") f: int(of: ENUM) g: int(of: [1]) h: int(of: {a: 1}) i: int(of: 99999999999999999999999999) } })"),
      ElementsAre("Int cannot represent non 32-bit signed integer value: 2147483648 @1:73",
                  "Int cannot represent non-integer value: 1.0 @1:96",
                  R"(Int cannot represent non-integer value: "1" @1:112)",
                  "Int cannot represent non-integer value: ENUM @1:128",
                  "Int cannot represent non-integer value: [1] @1:145",
                  "Int cannot represent non-integer value: {a: 1} @1:161",
                  "Int cannot represent non 32-bit signed integer value: 99999999999999999999999999 @1:180"));
}

TEST(ValidateValues, scalars_take_literals_of_their_kind) {
  EXPECT_THAT(
      errors_of(
          R"({ arguments { a: float(of: 1) b: float(of: 1.5e3) c: float(of: "1") d: string(of: 1) e: string(of: """b""") f: boolean(of: 1) g: boolean(of: "true") h: id(of: 1) i: id(of: "x") j: id(of: 1.5) k: id(of: true) } })"),
      ElementsAre(R"(Float cannot represent non numeric value: "1" @1:64)",
                  "String cannot represent a non string value: 1 @1:83",
                  "Boolean cannot represent a non boolean value: 1 @1:124",
                  R"(Boolean cannot represent a non boolean value: "true" @1:142)",
                  "ID cannot represent a non-string and non-integer value: 1.5 @1:188",
                  "ID cannot represent a non-string and non-integer value: true @1:203"));
}

TEST(ValidateValues, an_enum_takes_its_values_and_suggests_near_ones) {
  EXPECT_THAT(
      errors_of(
          R"({ arguments { a: command(of: SIT) b: command(of: SITT) c: command(of: sit) d: command(of: "SIT") e: command(of: 1) f: command(of: UNKNOWN) } })"),
      ElementsAre(
          R"(Value "SITT" does not exist in "Command" enum. Did you mean the enum value "SIT"? @1:50)",
          R"(Value "sit" does not exist in "Command" enum. Did you mean the enum value "SIT"? @1:71)",
          R"(Enum "Command" cannot represent non-enum value: "SIT". Did you mean the enum value "SIT"? @1:91)",
          R"(Enum "Command" cannot represent non-enum value: 1. @1:113)",
          R"(Value "UNKNOWN" does not exist in "Command" enum. @1:131)"));
}

TEST(ValidateValues, a_list_takes_items_or_one_item) {
  EXPECT_THAT(
      errors_of(
          R"({ arguments { a: ints(of: [1, null, 2]) b: ints(of: 1) c: ints(of: [1, "a"]) d: matrix(of: 1) e: matrix(of: [1, [2]]) f: matrix(of: [null, [null, "x"]]) g: matrix(of: [[[1]]]) } })"),
      ElementsAre(R"(Int cannot represent non-integer value: "a" @1:72)",
                  R"(Expected value of type "[Int!]!", found null. @1:134)",
                  R"(Expected value of type "Int!", found null. @1:141)",
                  R"(Int cannot represent non-integer value: "x" @1:147)",
                  "Int cannot represent non-integer value: [1] @1:170"));
}

TEST(ValidateValues, an_input_object_has_its_fields_and_all_that_are_required) {
  EXPECT_THAT(
      errors_of(
          R"({ arguments { a: cat(of: {name: "a"}) b: cat(of: {}) c: cat(of: {name: "a", live: 1, zzz: 2}) d: cat(of: {name: null, lives: "x"}) e: cat(of: "a") f: cat(of: [{name: "a"}]) } })"),
      ElementsAre(R"(Field "CatInput.name" of required type "String!" was not provided. @1:50)",
                  R"(Field "live" is not defined by type "CatInput". Did you mean "lives"? @1:77)",
                  R"(Field "zzz" is not defined by type "CatInput". @1:86)",
                  R"(Expected value of type "String!", found null. @1:113)",
                  R"(Int cannot represent non-integer value: "x" @1:126)",
                  R"(Expected value of type "CatInput", found "a". @1:143)",
                  R"(Expected value of type "CatInput", found [{name: "a"}]. @1:159)"));
}

TEST(ValidateValues, a_field_of_an_input_object_is_given_once) {
  EXPECT_THAT(
      errors_of(
          R"({ findDog(by: {name: "a", owner: "b", name: "c"}) { name } arguments { any(of: {a: {b: 1, b: 2}, a: 3}) } })"),
      ElementsAre(R"(There can be only one input field named "name". @1:16 1:39)",
                  R"(There can be only one input field named "b". @1:85 1:91)",
                  R"(There can be only one input field named "a". @1:81 1:98)"));
}

TEST(ValidateValues, a_one_of_input_object_has_one_field_that_is_not_null) {
  EXPECT_THAT(
      errors_of(
          R"(mutation { a: addPet(pet: {id: 1}) { name } b: addPet(pet: {}) { name } c: addPet(pet: {id: 1, dog: {name: "x"}}) { name } d: addPet(pet: {id: null}) { name } e: addPet(pet: {nope: 1}) { name } f: addPet(pet: null) { name } })"),
      ElementsAre(R"(OneOf Input Object "PetInput" must specify exactly one key. @1:60)",
                  R"(OneOf Input Object "PetInput" must specify exactly one key. @1:88)",
                  R"(Field "PetInput.id" must be non-null. @1:139)",
                  R"(Field "nope" is not defined by type "PetInput". @1:176)",
                  R"(Expected value of type "PetInput!", found null. @1:210)"));
}

TEST(ValidateValues, a_custom_scalar_says_what_it_takes) {
  EXPECT_THAT(
      errors_of(
          R"({ arguments { a: even(of: 2) b: even(of: 3) c: even(of: "x") d: even(of: NAME) e: even(of: null) f: any(of: [1, {a: B}]) g: any(of: NAME) } })"),
      ElementsAre(R"(Expected value of type "Even", found 3; it is odd @1:42)",
                  R"(Expected value of type "Even", found "x"; it is not an integer @1:57)",
                  R"(Expected value of type "Even", found NAME. @1:74)"));
}

TEST(ValidateValues, default_values_of_variables_are_checked_too) {
  EXPECT_THAT(
      errors_of(
          R"(query ($a: Int = "x", $b: CatInput = {}, $c: [Int!] = [null], $d: PetInput = {id: 1, cat: {name: "a"}}, $e: Int! = null) { arguments { a: int(of: $a) b: cat(of: $b) c: ints(of: $c) d: pet(of: $d) e: int(of: $e) } })"),
      ElementsAre(R"(Int cannot represent non-integer value: "x" @1:18)",
                  R"(Field "CatInput.name" of required type "String!" was not provided. @1:38)",
                  R"(Expected value of type "Int!", found null. @1:56)",
                  R"(OneOf Input Object "PetInput" must specify exactly one key. @1:78)",
                  R"(Expected value of type "Int!", found null. @1:116)"));
}

TEST(ValidateValues, a_variables_default_may_nest_lists_deeper_than_the_schema_does) {
  EXPECT_THAT(
      errors_of(R"(query ($a: [[[[[[[Int]]]]]]] = [[[[[[["x"]]]]]]]) { arguments { ints(of: $a) } })"),
      ElementsAre(
          R"(Int cannot represent non-integer value: "x" @1:39)",
          R"(Variable "$a" of type "[[[[[[[Int]]]]]]]" used in position expecting type "[Int]". @1:8 1:74)"));
}

}  // namespace
}  // namespace parley::graphql
