// What tests of validation share: a schema after the specification's examples, and errors as short texts.
#pragma once

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graphql/parse.h"
#include "graphql/validate.h"

namespace parley::graphql {

inline constexpr const char* kPets = R"(
directive @onQuery on QUERY
directive @onField on FIELD
directive @tag(name: String!) repeatable on FIELD
type Query {
  dog: Dog  pet: Pet  catOrDog: CatOrDog  human(id: ID): Human  findDog(by: DogInput): Dog  box: Box
  arguments: Arguments
}
type Mutation { addPet(pet: PetInput!): Pet }
type Subscription { barked: Dog  purred: Cat }
interface Pet { name(full: Boolean): String }
type Dog implements Pet {
  name(full: Boolean): String  nickname: String  barkVolume: Int  barks: Boolean
  knows(command: Command!): Boolean!  owner: Human  mother: Dog
}
type Cat implements Pet { name(full: Boolean): String  nickname: String  meowVolume: Int }
union CatOrDog = Cat | Dog
type Human { name: String  pets: [Pet]  relatives: [Human!]! }
enum Command { SIT HEEL DOWN }
input DogInput { name: String  owner: String }
input PetInput @oneOf { cat: CatInput  dog: DogInput  id: ID }
input CatInput { name: String!  lives: Int = 9 }
interface Box { same: Int }
type IntBox implements Box { same: Int  value: Int  list: [IntBox]  other: TextBox }
type TextBox implements Box { same: Int  value: String  list: TextBox  other: IntBox }
scalar Even
scalar Any
type Arguments {
  int(of: Int): Int  float(of: Float): Int  string(of: String): Int  boolean(of: Boolean): Int  id(of: ID): Int
  command(of: Command): Int  ints(of: [Int]): Int  matrix(of: [[Int!]!]): Int  cat(of: CatInput): Int
  pet(of: PetInput): Int  pets(of: [PetInput!]): Int  even(of: Even): Int  any(of: Any): Int
  must(of: Int!): Int  defaulted(of: Int! = 1): Int  mustBoth(x: Int!, y: Int!): Int
})";

inline SchemaPtr pets() {
  auto even = [](const boost::json::value& value) -> std::expected<boost::json::value, std::string> {
    if (!value.is_int64()) return std::unexpected("it is not an integer");
    if (value.get_int64() % 2 != 0) return std::unexpected("it is odd");
    return value;
  };
  auto schema = Schema::make(kPets, {{"Even", ScalarRules{.parse = even}}});
  if (schema) return *schema;
  for (const GraphqlError& error : schema.error()) ADD_FAILURE() << error.message;
  return nullptr;
}

// Each error as "message @line:column line:column".
inline std::vector<std::string> texts(const std::vector<GraphqlError>& errors) {
  std::vector<std::string> all;
  for (const GraphqlError& error : errors) {
    std::string text = error.message;
    std::string before = " @";
    for (const Location& at : error.locations) {
      text += before + std::to_string(at.line) + ":" + std::to_string(at.column);
      before = " ";
    }
    all.push_back(std::move(text));
  }
  return all;
}

inline std::vector<std::string> errors_of(const std::string& source, const ValidateOptions& options = {}) {
  static const SchemaPtr schema = pets();
  auto document = parse(source);
  if (!document) return {document.error().message};
  auto errors = validate(*schema, **document, options);
  for (const GraphqlError& error : errors) {
    EXPECT_TRUE(error.extensions.contains("code")) << error.message;
  }
  return texts(errors);
}

// "id ", "id1 ", ...: `count` times what `part` makes of a number.
template <class Part>
std::string repeat(std::size_t count, Part part) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += part(std::to_string(i));
  return all;
}

}  // namespace parley::graphql
