#include "graphql/limits.h"

#include <chrono>
#include <limits>

#include <boost/json/parse.hpp>

#include "graphql/validate_harness.h"

namespace parley::graphql {
namespace {

constexpr const char* kSdl = R"(
directive @cost(weight: Int!) on FIELD_DEFINITION
type Query {
  node: Node  id: ID  list: [Node!]!  leaves: [Int]  page(first: Int, last: Int): Page!  top(first: Int = 5): [Node]
  dear: Node @cost(weight: 50)  dearLeaf: Int @cost(weight: 7)
}
type Mutation { set: Node }
type Node { id: ID  next: Node  list: [Node]  page(first: Int, last: Int): Page }
type Page { edges: [Edge!]  nodes: [Node!]  total: Int  info: Info }
type Edge { cursor: ID  node: Node }
type Info { more: Boolean  at: Info })";

// The cost of the first operation, pages having 20 items where nothing is said.
OperationCost cost_of(const std::string& source, std::string_view variables = "{}") {
  static const SchemaPtr schema = *Schema::make(kSdl);
  auto document = parse(source, {.max_tokens = 200'000});
  if (!document) {
    ADD_FAILURE() << document.error().message;
    return {};
  }
  for (const Definition& definition : (*document)->definitions) {
    if (const auto* operation = std::get_if<OperationDefinition>(&definition)) {
      return operation_cost(*schema, **document, *operation, boost::json::parse(variables).as_object());
    }
  }
  return {};
}

TEST(Limits, a_composite_field_costs_one_and_a_leaf_nothing) {
  EXPECT_EQ(cost_of("{ id }").cost, 0);
  EXPECT_EQ(cost_of("{ node { id } }").cost, 1);
  EXPECT_EQ(cost_of("{ node { id next { id next { id } } } n: node { id } }").cost, 4);
}

TEST(Limits, a_weight_of_the_schema_is_taken_instead) {
  EXPECT_EQ(cost_of("{ dear { id next { id } } dearLeaf }").cost, 50 + 1 + 7);
}

TEST(Limits, a_list_costs_its_selections_as_often_as_a_page_has_items) {
  EXPECT_EQ(cost_of("{ list { id } leaves }").cost, 1);
  EXPECT_EQ(cost_of("{ list { next { id } } }").cost, 1 + 20);
  EXPECT_EQ(cost_of("{ list { list { next { id } } } }").cost, 1 + 20 * (1 + 20));
  EXPECT_EQ(cost_of("{ top { next { id } } }").cost, 1 + 5);
  EXPECT_EQ(cost_of("{ top(first: 3) { next { id } } }").cost, 1 + 3);
}

TEST(Limits, a_connections_argument_multiplies_what_is_under_its_edges_and_nodes_once) {
  EXPECT_EQ(cost_of("{ page(first: 10) { edges { cursor node { id } } } }").cost, 1 + 1 + 10);
  EXPECT_EQ(cost_of("{ page(first: 10) { nodes { next { id } } total info { more at { more } } } }").cost,
            1 + 1 + 10 + 2);
  EXPECT_EQ(cost_of("{ page { edges { node { id } } } }").cost, 1 + 1 + 20);
  EXPECT_EQ(cost_of("{ page(last: 4) { edges { node { page(first: 3) { nodes { next { id } } } } } } }").cost,
            1 + 1 + 4 * (1 + (1 + 1 + 3)));
}

TEST(Limits, the_argument_may_be_a_variable_and_the_greater_of_two_counts) {
  const char* query = "query ($n: Int, $m: Int) { page(first: $n, last: $m) { edges { node { id } } } }";
  EXPECT_EQ(cost_of(query, R"({"n": 7})").cost, 2 + 7);
  EXPECT_EQ(cost_of(query, R"({"n": 7, "m": 9})").cost, 2 + 9);
  EXPECT_EQ(cost_of(query, R"({"n": null})").cost, 2 + 20);
  EXPECT_EQ(cost_of(query).cost, 2 + 20);
  EXPECT_EQ(cost_of(query, R"({"n": 0})").cost, 2);
  EXPECT_EQ(cost_of(query, R"({"n": -5})").cost, 2 + 20);
}

TEST(Limits, depth_counts_fields_one_within_another_through_fragments) {
  EXPECT_EQ(cost_of("{ id }").depth, 1);
  EXPECT_EQ(cost_of("{ node { next { id } } }").depth, 3);
  EXPECT_EQ(
      cost_of("{ ... { node { ... on Node { next { ...F } } } } } fragment F on Node { next { id } }").depth,
      4);
}

TEST(Limits, aliases_and_root_fields_are_counted_at_every_spread) {
  auto cost = cost_of(
      "{ a: id b: id ...F ...F ... { id } } fragment F on Query { c: node { d: id id } node { id } }");
  EXPECT_EQ(cost.aliases, 2 + 2 * 2);
  EXPECT_EQ(cost.root_fields, 2 + 2 * 2 + 1);
}

TEST(Limits, what_a_directive_leaves_out_costs_nothing) {
  const char* query =
      "query ($b: Boolean) { node @include(if: $b) { id } n: node @skip(if: $b) { next { id } } ...F "
      "@skip(if: true) "
      "... @include(if: false) { dear { id } } } fragment F on Query { dear { id } }";
  EXPECT_EQ(cost_of(query, R"({"b": true})").cost, 1);
  EXPECT_EQ(cost_of(query, R"({"b": false})").cost, 2);
  EXPECT_EQ(cost_of(query, R"({"b": true})").aliases, 0);
}

TEST(Limits, introspection_has_a_depth_of_its_own_and_costs_little) {
  auto cost = cost_of("{ __schema { types { fields { type { ofType { name } } } } } node { __typename } }");
  EXPECT_EQ(cost.depth, 2);
  EXPECT_EQ(cost.introspection_depth, 6);
  EXPECT_LT(cost.cost, 10);
  EXPECT_EQ(cost_of("{ __type(name: \"A\") { ...T } } fragment T on __Type { ofType { ofType { name } } }")
                .introspection_depth,
            4);
}

TEST(Limits, fragments_that_double_take_linear_time_and_saturate) {
  auto next = [](const std::string& i) { return std::to_string(std::stoul(i) + 1); };
  std::string doubling = "{ ...F0 }" + repeat(5'000, [&](const std::string& i) {
                           return "fragment F" + i + " on Query { a: list { next { id } } ...F" + next(i) +
                                  " ...F" + next(i) + " } ";
                         });
  auto began = std::chrono::steady_clock::now();
  auto cost = cost_of(doubling);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
  EXPECT_EQ(cost.cost, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(cost.aliases, std::numeric_limits<int>::max());
  EXPECT_EQ(cost.root_fields, std::numeric_limits<int>::max());
}

TEST(Limits, long_chains_and_cycles_of_fragments_end) {
  auto next = [](const std::string& i) { return std::to_string(std::stoul(i) + 1); };
  EXPECT_EQ(cost_of("{ node { ...F0 } }" + repeat(15'000,
                                                  [&](const std::string& i) {
                                                    return "fragment F" + i + " on Node { next { ...F" +
                                                           next(i) + " } } ";
                                                  }))
                .depth,
            15'001);
  EXPECT_EQ(
      cost_of("{ node { ...A } } fragment A on Node { next { ...B } } fragment B on Node { next { ...A } }")
          .depth,
      3);
}

TEST(Limits, nested_lists_saturate) {
  std::string query = "id";
  for (int i = 0; i < 60; ++i) query = "list { next { " + query + " } }";
  EXPECT_EQ(cost_of("{" + query + "}").cost, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(
      cost_of(
          "{ page(first: 2147483647) { edges { node { page(first: 2147483647) { edges { node { page(first: "
          "2147483647) { nodes { next { id } } } } } } } } } }")
          .cost,
      std::numeric_limits<std::int64_t>::max());
}

TEST(Limits, the_error_names_the_limit_and_how_far_the_operation_is_beyond) {
  EXPECT_FALSE(check_limits({}, {}).has_value());
  EXPECT_FALSE(
      check_limits(
          {.depth = 15, .introspection_depth = 15, .cost = 20'000, .aliases = 100, .root_fields = 50}, {})
          .has_value());
  auto message = [](const OperationCost& cost) {
    auto error = check_limits(cost, {});
    if (!error) return std::string("none");
    EXPECT_EQ(error->extensions.at("code"), "QUERY_TOO_COMPLEX");
    return error->message;
  };
  EXPECT_EQ(message({.depth = 18}), "The operation's depth of fields is 18, 3 more than the limit of 15.");
  EXPECT_EQ(message({.introspection_depth = 16}),
            "The operation's depth of introspection is 16, 1 more than the limit of 15.");
  EXPECT_EQ(message({.aliases = 101}),
            "The operation's number of aliases is 101, 1 more than the limit of 100.");
  EXPECT_EQ(message({.root_fields = 60}),
            "The operation's number of root fields is 60, 10 more than the limit of 50.");
  EXPECT_EQ(message({.cost = 30'000}), "The operation's cost is 30000, 10000 more than the limit of 20000.");
}

}  // namespace
}  // namespace parley::graphql
