// Section 4.2, as it is executed. The whole of introspection is compared with the reference implementation in
// tests/conformance/graphql.
#include "graphql/introspection.h"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "graphql/execution_harness.h"

namespace parley::graphql {
namespace {

constexpr const char* kSdl = R"(
  "The schema."
  schema { query: Root mutation: Change }
  interface Node { id: ID! }
  interface Named implements Node { id: ID! name: String }
  "A person."
  type Person implements Node & Named {
    id: ID!
    name(short: Boolean = false, old: Int @deprecated(reason: "why")): String
    gone: [Int!]! @deprecated
  }
  type Dog implements Node { id: ID! }
  union Pet = Dog | Person
  type Root { a(filter: Filter = {kinds: DOG}): Pet b: Date c(either: Either): Int }
  type Change { a: Int }
  input Filter { kinds: [Kind!]! = [CAT] old: Int = 5 @deprecated limit: Float = 2 id: ID = "7" text: String = "a\"b" }
  input Either @oneOf { a: Int b: String }
  enum Kind { DOG "Purrs." CAT @deprecated(reason: "no more") }
  scalar Date @specifiedBy(url: "https://example.com/date")
  directive @tag(name: String!, old: Int @deprecated) repeatable on OBJECT | FIELD
)";

class Introspection : public testing::Test {
 protected:
  void expect(std::string query, std::string_view data) {
    const Response response = service_.run(query);
    EXPECT_TRUE(response.errors.empty()) << response.errors.front().message;
    EXPECT_EQ(response.data, boost::json::parse(data)) << query;
  }

  Service service_{kSdl};
};

TEST_F(Introspection, the_schema_has_its_roots_and_description) {
  expect(
      "{ __schema { __typename description queryType { name } mutationType { name } subscriptionType { name "
      "} } }",
      R"({"__schema":{"__typename":"__Schema","description":"The schema.","queryType":{"name":"Root"},
             "mutationType":{"name":"Change"},"subscriptionType":null}})");
}

TEST_F(Introspection, types_are_listed_in_the_schemas_order) {
  const Response response = service_.run("{ __schema { types { name kind } } }");
  const auto& types = response.data->at("__schema").at("types").as_array();
  ASSERT_EQ(types.size(), service_.schema->types().size());
  for (std::size_t i = 0; i < types.size(); ++i) {
    EXPECT_EQ(types[i].at("name"), boost::json::value(service_.schema->types()[i]->name));
  }
}

TEST_F(Introspection, every_kind_of_type_has_what_it_has_and_null_for_the_rest) {
  const std::string fields =
      " { kind name description specifiedByURL isOneOf fields { name } interfaces { name } possibleTypes { "
      "name }"
      " enumValues { name } inputFields { name } ofType { name } } ";
  expect("{ o: __type(name: \"Dog\")" + fields + "i: __type(name: \"Node\")" + fields +
             "u: __type(name: \"Pet\")" + fields + "e: __type(name: \"Kind\")" + fields +
             "n: __type(name: \"Either\")" + fields + "s: __type(name: \"Date\")" + fields +
             "x: __type(name: \"Nope\")" + fields + "}",
         R"({"o":{"kind":"OBJECT","name":"Dog","description":null,"specifiedByURL":null,"isOneOf":null,
                  "fields":[{"name":"id"}],"interfaces":[{"name":"Node"}],"possibleTypes":null,"enumValues":null,
                  "inputFields":null,"ofType":null},
             "i":{"kind":"INTERFACE","name":"Node","description":null,"specifiedByURL":null,"isOneOf":null,
                  "fields":[{"name":"id"}],"interfaces":[],"possibleTypes":[{"name":"Person"},{"name":"Dog"}],
                  "enumValues":null,"inputFields":null,"ofType":null},
             "u":{"kind":"UNION","name":"Pet","description":null,"specifiedByURL":null,"isOneOf":null,
                  "fields":null,"interfaces":null,"possibleTypes":[{"name":"Dog"},{"name":"Person"}],
                  "enumValues":null,"inputFields":null,"ofType":null},
             "e":{"kind":"ENUM","name":"Kind","description":null,"specifiedByURL":null,"isOneOf":null,
                  "fields":null,"interfaces":null,"possibleTypes":null,"enumValues":[{"name":"DOG"}],
                  "inputFields":null,"ofType":null},
             "n":{"kind":"INPUT_OBJECT","name":"Either","description":null,"specifiedByURL":null,"isOneOf":true,
                  "fields":null,"interfaces":null,"possibleTypes":null,"enumValues":null,
                  "inputFields":[{"name":"a"},{"name":"b"}],"ofType":null},
             "s":{"kind":"SCALAR","name":"Date","description":null,"specifiedByURL":"https://example.com/date",
                  "isOneOf":null,"fields":null,"interfaces":null,"possibleTypes":null,"enumValues":null,
                  "inputFields":null,"ofType":null},
             "x":null})");
}

TEST_F(Introspection, what_is_deprecated_is_shown_where_it_is_asked_for) {
  expect(R"({ p: __type(name: "Person") { fields { name } all: fields(includeDeprecated: true) {
                name isDeprecated deprecationReason args { name } all: args(includeDeprecated: true) {
                  name isDeprecated deprecationReason } } }
              k: __type(name: "Kind") { some: enumValues(includeDeprecated: null) { name }
                enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } }
              f: __type(name: "Filter") { some: inputFields(includeDeprecated: false) { name }
                inputFields(includeDeprecated: true) { name isDeprecated } } })",
         R"({"p":{"fields":[{"name":"id"},{"name":"name"}],
                  "all":[{"name":"id","isDeprecated":false,"deprecationReason":null,"args":[],"all":[]},
                         {"name":"name","isDeprecated":false,"deprecationReason":null,"args":[{"name":"short"}],
                          "all":[{"name":"short","isDeprecated":false,"deprecationReason":null},
                                 {"name":"old","isDeprecated":true,"deprecationReason":"why"}]},
                         {"name":"gone","isDeprecated":true,"deprecationReason":"No longer supported",
                          "args":[],"all":[]}]},
             "k":{"some":[{"name":"DOG"}],
                  "enumValues":[{"name":"DOG","description":null,"isDeprecated":false,"deprecationReason":null},
                                {"name":"CAT","description":"Purrs.","isDeprecated":true,
                                 "deprecationReason":"no more"}]},
             "f":{"some":[{"name":"kinds"},{"name":"limit"},{"name":"id"},{"name":"text"}],
                  "inputFields":[{"name":"kinds","isDeprecated":false},{"name":"old","isDeprecated":true},
                                 {"name":"limit","isDeprecated":false},{"name":"id","isDeprecated":false},
                                 {"name":"text","isDeprecated":false}]}})");
}

TEST_F(Introspection, wrapped_types_are_unwrapped_a_step_at_a_time) {
  expect(R"({ __type(name: "Person") { fields(includeDeprecated: true) { type {
                kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind } } } } } } } })",
         R"({"__type":{"fields":[
              {"type":{"kind":"NON_NULL","name":null,"ofType":{"kind":"SCALAR","name":"ID","ofType":null}}},
              {"type":{"kind":"SCALAR","name":"String","ofType":null}},
              {"type":{"kind":"NON_NULL","name":null,"ofType":{"kind":"LIST","name":null,
                "ofType":{"kind":"NON_NULL","name":null,"ofType":{"kind":"SCALAR","name":"Int","ofType":null}}}}}]}})");
}

TEST_F(Introspection, default_values_are_literals) {
  expect(R"({ __type(name: "Filter") { inputFields { name defaultValue } }
              root: __type(name: "Root") { fields { args { defaultValue } } }
              either: __type(name: "Either") { inputFields { defaultValue } } })",
         R"({"__type":{"inputFields":[{"name":"kinds","defaultValue":"[CAT]"},
                {"name":"limit","defaultValue":"2"},{"name":"id","defaultValue":"7"},
                {"name":"text","defaultValue":"\"a\\\"b\""}]},
             "root":{"fields":[{"args":[{"defaultValue":
                "{kinds: [DOG], old: 5, limit: 2, id: 7, text: \"a\\\"b\"}"}]},{"args":[]},{"args":[{"defaultValue":null}]}]},
             "either":{"inputFields":[{"defaultValue":null},{"defaultValue":null}]}})");
}

TEST_F(Introspection, directives_have_their_places_and_arguments) {
  const Response response = service_.run(
      "{ __schema { directives { name isRepeatable isDeprecated deprecationReason locations args { name }"
      " all: args(includeDeprecated: true) { name } } } }");
  const auto& directives = response.data->at("__schema").at("directives").as_array();
  ASSERT_EQ(directives.size(), 6U);
  EXPECT_EQ(directives[0], boost::json::parse(R"({"name":"tag","isRepeatable":true,"isDeprecated":false,
    "deprecationReason":null,"locations":["OBJECT","FIELD"],"args":[{"name":"name"}],
    "all":[{"name":"name"},{"name":"old"}]})"));
  EXPECT_EQ(directives[1].at("name"), boost::json::value("include"));
}

TEST_F(Introspection, describes_itself) {
  expect(R"({ __type(name: "__TypeKind") { kind enumValues { name } }
              t: __type(name: "__Type") { fields { name } } })",
         R"({"__type":{"kind":"ENUM","enumValues":[{"name":"SCALAR"},{"name":"OBJECT"},{"name":"INTERFACE"},
              {"name":"UNION"},{"name":"ENUM"},{"name":"INPUT_OBJECT"},{"name":"LIST"},{"name":"NON_NULL"}]},
             "t":{"fields":[{"name":"kind"},{"name":"name"},{"name":"description"},{"name":"specifiedByURL"},
              {"name":"fields"},{"name":"interfaces"},{"name":"possibleTypes"},{"name":"enumValues"},
              {"name":"inputFields"},{"name":"ofType"},{"name":"isOneOf"}]}})");
}

TEST_F(Introspection, has_a_resolver_for_each_of_its_fields_and_for_no_other) {
  for (const auto& type : service_.schema->types()) {
    for (const FieldType& field : type->fields) {
      EXPECT_EQ(find_introspection(*type, field) != nullptr, type->built_in)
          << type->name << '.' << field.name;
    }
  }
  const NamedType& root = *service_.schema->root(OperationType::kQuery);
  EXPECT_NE(find_introspection(root, *service_.schema->field(root, "__schema")), nullptr);
  EXPECT_NE(find_introspection(root, *service_.schema->field(root, "__type")), nullptr);
  EXPECT_EQ(find_introspection(root, service_.schema->typename_field()), nullptr);
}

}  // namespace
}  // namespace parley::graphql
