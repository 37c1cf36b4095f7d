#include "graphql/schema.h"

#include <thread>

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graphql/parse.h"

namespace parley::graphql {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

SchemaPtr schema_of(std::string sdl, std::map<std::string, ScalarRules, std::less<>> scalars = {}) {
  auto made = Schema::make(std::move(sdl), std::move(scalars));
  EXPECT_TRUE(made.has_value()) << made.error().front().message;
  return made ? *made : nullptr;
}

const std::string kSdl = R"(
  "The schema."
  schema { query: Root mutation: Change }
  interface Node { id: ID! }
  interface Named implements Node { id: ID! name: String }
  "A person."
  type Person implements Node & Named {
    id: ID!
    name: String
    friends(first: Int = 10, after: String @deprecated(reason: "old")): [Person!]! @deprecated
    pets: [Pet]
  }
  type Dog implements Node { id: ID! owner: Person }
  union Pet = Dog | Cat
  type Cat { lives: Int! }
  type Root { node(id: ID!): Node pet(filter: Filter = {kinds: DOG}): Pet when: Date }
  type Change { rename(id: ID!, name: String!): Person }
  input Filter { kinds: [Kind!]! = [CAT] deep: [[Int!]] limit: Int = 5 }
  input Either @oneOf { a: Int b: String }
  enum Kind { DOG "Purrs." CAT @deprecated(reason: "no more") }
  scalar Date @specifiedBy(url: "https://example.com/date")
  directive @tag(name: String!) repeatable on OBJECT | FIELD
)";

SchemaPtr example() {
  return schema_of(kSdl);
}

std::vector<std::string> names(const std::vector<const NamedType*>& types) {
  std::vector<std::string> names;
  for (const NamedType* type : types) names.push_back(type->name);
  return names;
}

// The type that a document would write so; of a document that is gone.
const TypeRef* resolved(const Schema& schema, const std::string& type) {
  const auto document = parse("query ($a: " + type + ") { a }");
  EXPECT_TRUE(document.has_value());
  return schema.resolve(std::get<OperationDefinition>((*document)->definitions[0]).variables[0].type);
}

TEST(Schema, holds_what_its_sdl_says) {
  const SchemaPtr schema = example();
  EXPECT_EQ(schema->description(), "The schema.");
  EXPECT_EQ(schema->root(OperationType::kQuery)->name, "Root");
  EXPECT_EQ(schema->root(OperationType::kMutation)->name, "Change");
  EXPECT_EQ(schema->root(OperationType::kSubscription), nullptr);
  const NamedType& person = *schema->type("Person");
  EXPECT_EQ(person.kind, TypeKind::kObject);
  EXPECT_EQ(person.description, "A person.");
  EXPECT_THAT(names(person.interfaces), ElementsAre("Node", "Named"));
  const FieldType& friends = *person.field("friends");
  EXPECT_EQ(friends.type->str(), "[Person!]!");
  EXPECT_EQ(friends.deprecated->reason, "No longer supported");
  EXPECT_EQ(friends.argument("first")->default_value, boost::json::value(10));
  EXPECT_FALSE(friends.argument("first")->required());
  EXPECT_EQ(friends.argument("after")->deprecated->reason, "old");
  EXPECT_EQ(friends.argument("last"), nullptr);
  EXPECT_TRUE(schema->type("Root")->field("node")->argument("id")->required());
  EXPECT_EQ(person.field("nope"), nullptr);
  EXPECT_EQ(schema->type("Kind")->value("CAT")->description, "Purrs.");
  EXPECT_EQ(schema->type("Kind")->value("CAT")->deprecated->reason, "no more");
  EXPECT_EQ(schema->type("Date")->specified_by, "https://example.com/date");
  EXPECT_TRUE(schema->type("Either")->one_of);
  EXPECT_FALSE(schema->type("Filter")->one_of);
  const DirectiveType& tag = *schema->directive("tag");
  EXPECT_TRUE(tag.repeatable);
  EXPECT_THAT(tag.locations, ElementsAre("OBJECT", "FIELD"));
  EXPECT_TRUE(tag.argument("name")->required());
}

TEST(Schema, default_values_are_coerced_and_take_in_others) {
  const SchemaPtr schema = example();
  const InputValue& filter = *schema->type("Root")->field("pet")->argument("filter");
  EXPECT_EQ(filter.default_value, boost::json::parse(R"({"kinds":["DOG"],"limit":5})"));
  EXPECT_EQ(print(*filter.default_literal), "{kinds: DOG}");
  EXPECT_EQ(schema->type("Filter")->input_field("kinds")->default_value, boost::json::parse(R"(["CAT"])"));
  EXPECT_FALSE(schema->type("Filter")->input_field("deep")->default_value.has_value());
}

TEST(Schema, finds_roots_by_their_names_where_none_are_said) {
  const SchemaPtr schema = schema_of("type Query { a: Int } type Subscription { b: Int }");
  EXPECT_EQ(schema->root(OperationType::kQuery)->name, "Query");
  EXPECT_EQ(schema->root(OperationType::kMutation), nullptr);
  EXPECT_EQ(schema->root(OperationType::kSubscription)->name, "Subscription");
  const SchemaPtr said = schema_of("schema { query: Query } type Query { a: Int } type Mutation { b: Int }");
  EXPECT_EQ(said->root(OperationType::kMutation), nullptr);
}

TEST(Schema, extensions_add_to_types_and_to_the_schema) {
  const SchemaPtr schema = schema_of(R"(
    extend type Query implements I @deprecatedly { b: Int }
    type Query { a: Int } interface I { b: Int } type M { c: Int }
    enum E { A } extend enum E { B } union U = Query extend union U = M input P { a: Int } extend input P { b: Int }
    scalar S extend scalar S @specifiedBy(url: "u") schema { query: Query } extend schema { mutation: M }
    directive @deprecatedly on OBJECT extend input P @oneOf)");
  EXPECT_NE(schema->type("Query")->field("b"), nullptr);
  EXPECT_TRUE(schema->is_possible(*schema->type("I"), *schema->type("Query")));
  EXPECT_THAT(schema->type("E")->values, SizeIs(2));
  EXPECT_THAT(names(schema->type("U")->members), ElementsAre("Query", "M"));
  EXPECT_THAT(schema->type("P")->input_fields, SizeIs(2));
  EXPECT_EQ(schema->type("S")->specified_by, "u");
  EXPECT_EQ(schema->root(OperationType::kMutation)->name, "M");
  EXPECT_TRUE(schema->type("P")->one_of);
}

// npm graphql's order: the SDL's, each built-in type after the first that refers to it.
TEST(Schema, orders_types_as_the_reference_implementation_does) {
  const SchemaPtr schema = schema_of("enum E { A } type Query { a(b: ID): E c: Int } scalar S");
  std::vector<std::string> order;
  for (const auto& type : schema->types()) order.push_back(type->name);
  EXPECT_THAT(order, ElementsAre("E", "Query", "ID", "Int", "S", "Boolean", "String", "__Schema", "__Type",
                                 "__TypeKind", "__Field", "__InputValue", "__EnumValue", "__Directive",
                                 "__DirectiveLocation"));
}

TEST(Schema, leaves_out_built_in_scalars_that_nothing_refers_to) {
  const SchemaPtr schema = schema_of("type Query { a: String }");
  EXPECT_EQ(schema->type("Int"), nullptr);
  EXPECT_EQ(schema->type("Float"), nullptr);
  EXPECT_EQ(resolved(*schema, "[ID!]"), nullptr);
  EXPECT_NE(schema->type("Boolean"), nullptr);
}

TEST(Schema, has_the_built_in_directives_unless_the_sdl_has_its_own) {
  const SchemaPtr schema = schema_of("type Query { a: String } directive @skip(unless: Boolean) on FIELD");
  std::vector<std::string> order;
  for (const DirectiveType& directive : schema->directives()) order.push_back(directive.name);
  EXPECT_THAT(order, ElementsAre("skip", "include", "deprecated", "specifiedBy", "oneOf"));
  EXPECT_NE(schema->directive("skip")->argument("unless"), nullptr);
  EXPECT_EQ(schema->directive("deprecated")->argument("reason")->default_value,
            boost::json::value("No longer supported"));
}

TEST(Schema, types_that_the_sdl_says_again_are_the_built_in_ones) {
  const SchemaPtr schema = schema_of("type Query { a: Int } scalar Int scalar Float");
  EXPECT_TRUE(schema->type("Int")->built_in);
  EXPECT_TRUE(schema->type("Float")->built_in);
}

// ---- references

TEST(TypeRef, the_same_type_is_the_same_pointer) {
  const SchemaPtr schema = example();
  EXPECT_EQ(resolved(*schema, "[Person!]!"), schema->type("Person")->field("friends")->type);
  EXPECT_EQ(resolved(*schema, "Person"), schema->type("Person")->reference);
  EXPECT_EQ(resolved(*schema, "Nope"), nullptr);
  EXPECT_EQ(resolved(*schema, "[[Nope!]]"), nullptr);
  for (const std::string type :
       {"Int", "Int!", "[Int]", "[Int!]", "[Int]!", "[Int!]!", "[[Int!]]!", "[[[Int]!]!]!"}) {
    ASSERT_NE(resolved(*schema, type), nullptr) << type;
    EXPECT_EQ(resolved(*schema, type)->str(), type);
    EXPECT_EQ(resolved(*schema, type), resolved(*schema, type));
    EXPECT_EQ(resolved(*schema, type)->innermost().name, "Int");
  }
}

TEST(TypeRef, wraps_and_unwraps) {
  const SchemaPtr schema = example();
  const TypeRef* type = schema->type("Kind")->reference;
  const TypeRef* non_null = schema->non_null_of(type);
  EXPECT_EQ(non_null->of, type);
  EXPECT_EQ(schema->non_null_of(non_null), non_null);
  EXPECT_EQ(&non_null->nullable(), type);
  EXPECT_EQ(&type->nullable(), type);
  EXPECT_EQ(schema->list_of(non_null)->str(), "[Kind!]");
  EXPECT_EQ(schema->list_of(nullptr), nullptr);
}

// A list deeper than any place of the schema goes to none of them, however deep it is.
TEST(TypeRef, deeper_than_the_schema_it_stays_apart_from_all_its_places) {
  const SchemaPtr schema = example();
  const TypeRef& place = *schema->type("Filter")->input_field("deep")->type;
  std::string type = "Int!";
  for (int depth = 1; depth < 100; ++depth) {
    type = '[' + type + ']';
    const TypeRef* deep = resolved(*schema, type);
    ASSERT_NE(deep, nullptr);
    EXPECT_EQ(deep->innermost().name, "Int");
    EXPECT_EQ(schema->is_subtype(*deep, place), depth == 2) << type;
    if (depth <= 3) EXPECT_EQ(deep->str(), type);
  }
}

TEST(TypeRef, is_made_for_lists_deeper_than_usual_where_the_sdl_has_them) {
  const SchemaPtr schema = schema_of("type Query { a(b: [[[[[Int]]]]]): [[[[[[Int!]]]]]] }");
  EXPECT_EQ(schema->type("Query")->field("a")->type->str(), "[[[[[[Int!]]]]]]");
  EXPECT_EQ(resolved(*schema, "[[[[[[[Int]!]]]]]]")->str(), "[[[[[[[Int]!]]]]]]");
}

TEST(TypeRef, is_resolved_on_any_thread) {
  const SchemaPtr schema = example();
  const TypeRef* expected = resolved(*schema, "[[Int!]!]");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 200; ++round) EXPECT_EQ(resolved(*schema, "[[Int!]!]"), expected);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// ---- 3.6 to 3.8

TEST(Schema, knows_which_objects_an_abstract_type_may_be) {
  const SchemaPtr schema = example();
  EXPECT_THAT(names(schema->possible_types(*schema->type("Node"))), ElementsAre("Person", "Dog"));
  EXPECT_THAT(names(schema->possible_types(*schema->type("Named"))), ElementsAre("Person"));
  EXPECT_THAT(names(schema->possible_types(*schema->type("Pet"))), ElementsAre("Dog", "Cat"));
  EXPECT_THAT(names(schema->possible_types(*schema->type("Dog"))), ElementsAre("Dog"));
  EXPECT_THAT(schema->possible_types(*schema->type("Kind")), IsEmpty());
  EXPECT_THAT(names(schema->type("Node")->members), ElementsAre("Named", "Person", "Dog"));
  EXPECT_TRUE(schema->is_possible(*schema->type("Node"), *schema->type("Dog")));
  EXPECT_FALSE(schema->is_possible(*schema->type("Named"), *schema->type("Dog")));
  EXPECT_FALSE(schema->is_possible(*schema->type("Node"), *schema->type("Named")));
  EXPECT_TRUE(schema->is_possible(*schema->type("Dog"), *schema->type("Dog")));
}

TEST(Schema, subtypes_are_covariant) {
  const SchemaPtr schema = example();
  const auto subtype = [&](const std::string& sub, const std::string& super) {
    return schema->is_subtype(*resolved(*schema, sub), *resolved(*schema, super));
  };
  EXPECT_TRUE(subtype("Int!", "Int"));
  EXPECT_FALSE(subtype("Int", "Int!"));
  EXPECT_TRUE(subtype("[Int!]!", "[Int]"));
  EXPECT_FALSE(subtype("[Int]", "Int"));
  EXPECT_FALSE(subtype("Int", "[Int]"));
  EXPECT_FALSE(subtype("[Int]", "[[Int]]"));
  EXPECT_TRUE(subtype("Dog", "Node"));
  EXPECT_TRUE(subtype("Named", "Node"));
  EXPECT_TRUE(subtype("[Cat!]", "[Pet]"));
  EXPECT_FALSE(subtype("Node", "Dog"));
  EXPECT_FALSE(subtype("Int", "String"));
}

TEST(Schema, meta_fields_are_where_they_belong) {
  const SchemaPtr schema = example();
  const NamedType& root = *schema->type("Root");
  EXPECT_EQ(schema->field(root, "__schema")->type->str(), "__Schema!");
  EXPECT_EQ(schema->field(root, "__type")->type->str(), "__Type");
  EXPECT_TRUE(schema->field(root, "__type")->argument("name")->required());
  EXPECT_EQ(schema->field(*schema->type("Change"), "__schema"), nullptr);
  EXPECT_EQ(schema->field(*schema->type("Person"), "__type"), nullptr);
  for (const std::string type : {"Root", "Person", "Pet", "Node", "__Type"}) {
    EXPECT_EQ(schema->field(*schema->type(type), "__typename"), &schema->typename_field());
  }
  EXPECT_EQ(schema->field(root, "node"), root.field("node"));
  EXPECT_EQ(schema->type("__Meta"), nullptr);
}

TEST(Schema, members_are_found_among_many) {
  std::string sdl = "type Query {";
  for (int i = 0; i < 500; ++i) sdl += " f" + std::to_string(i) + ": E";
  sdl += " } enum E {";
  for (int i = 0; i < 500; ++i) sdl += " V" + std::to_string(i);
  const SchemaPtr schema = schema_of(sdl + " }");
  EXPECT_EQ(schema->type("Query")->field("f499")->name, "f499");
  EXPECT_EQ(schema->type("Query")->field("f500"), nullptr);
  EXPECT_EQ(schema->type("E")->value("V123")->name, "V123");
  EXPECT_EQ(schema->type("E")->value("f1"), nullptr);
  EXPECT_EQ(schema->type("E")->field("V1"), nullptr);
}

TEST(Schema, fields_cost_by_their_type_unless_the_sdl_says) {
  const SchemaPtr schema = schema_of(R"(
    directive @cost(weight: String!) on FIELD_DEFINITION
    type Query { leaf: Int leaves: [E!]! one: Query many: [Query!]! dear: Int @cost(weight: "7") free: Query @cost(weight: "0") }
    enum E { A })");
  const NamedType& query = *schema->type("Query");
  const auto cost = [&query](std::string_view field) { return query.field(field)->cost; };
  EXPECT_EQ(cost("leaf"), 0);
  EXPECT_EQ(cost("leaves"), 0);
  EXPECT_EQ(cost("one"), 1);
  EXPECT_EQ(cost("many"), 1);
  EXPECT_EQ(cost("dear"), 7);
  EXPECT_EQ(cost("free"), 0);
}

TEST(Schema, lives_on_without_what_it_was_made_of) {
  const NamedType* root = nullptr;
  SchemaPtr kept;
  {
    std::string sdl = "type Query { a(b: String = \"a long default that is no short string\"): Int }";
    kept = schema_of(sdl);
    root = kept->root(OperationType::kQuery);
    sdl.assign(sdl.size(), 'x');
  }
  EXPECT_EQ(print(*root->field("a")->argument("b")->default_literal),
            "\"a long default that is no short string\"");
}

}  // namespace
}  // namespace parley::graphql
