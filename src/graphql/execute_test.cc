// Sections 6 and 7 of the specification: what is asked for is what comes, in its order.
#include "graphql/execute.h"

#include <gtest/gtest.h>

#include "graphql/execution_harness.h"

namespace parley::graphql {
namespace {

constexpr const char* kPeople = R"(
  type Query { user(id: Int): User me: User! people: [Person] search: [Found!] nothing: User birthday: Date grid: [[Int!]!] }
  type User implements Person { id: ID! name: String age: Int score: Float admin: Boolean role: Role friends: [User!] address: Address
    profilePic(size: Int = 50, width: Int): String echo(input: Input): String best: Person }
  type Bot implements Person { id: ID! name: String version: Int owner: User }
  interface Person { id: ID! name: String }
  union Found = User | Bot
  type Address { street: String city: String }
  enum Role { ADMIN GUEST }
  scalar Date
  input Input { text: String = "default" number: Int list: [Int!] inner: Input }
)";

constexpr const char* kData = R"({
  "me": {"id": 1, "name": "Ada", "age": 36, "score": 1.5, "admin": true, "role": "ADMIN",
         "friends": [{"id": "2", "name": "Bob"}, {"id": "3", "name": null, "friends": []}],
         "address": {"street": "St James's Square", "city": "London"},
         "best": {"__typename": "Bot", "id": 9, "version": 3}},
  "people": [{"__typename": "User", "id": 1, "name": "Ada", "age": 36}, null,
             {"__typename": "Bot", "id": 7, "name": "R2", "version": 2, "owner": {"id": 1, "name": "Ada"}}],
  "search": [{"__typename": "Bot", "id": 7, "version": 2}, {"__typename": "User", "id": 1, "age": 36}],
  "nothing": null,
  "birthday": {"year": 1815, "month": [12]},
  "grid": [[1, 2], [], [3]]
})";

class Execute : public testing::Test {
 protected:
  Execute() { service.data("Query", kData); }

  std::string json(std::string query, std::string_view variables = "{}") {
    return service.json(std::move(query), variables);
  }

  Service service{kPeople};
};

TEST_F(Execute, gives_each_leaf_its_type) {
  EXPECT_EQ(json("{ me { id name age score admin role } birthday nothing { id } grid }"),
            R"({"data":{"me":{"id":"1","name":"Ada","age":36,"score":1.5,"admin":true,"role":"ADMIN"},)"
            R"("birthday":{"year":1815,"month":[12]},"nothing":null,"grid":[[1,2],[],[3]]}})");
}

TEST_F(Execute, keeps_the_order_of_the_query) {
  EXPECT_EQ(json("{ me { name id z: age a: age } nothing { id } b: me { id } }"),
            R"({"data":{"me":{"name":"Ada","id":"1","z":36,"a":36},"nothing":null,"b":{"id":"1"}}})");
}

TEST_F(Execute, orders_merged_fields_by_where_they_first_stand) {
  // Section 6.3.2's example in this schema: fragments are followed where they are spread.
  EXPECT_EQ(json("{ me { name ...F age ...F id } me { role } } fragment F on User { score id }"),
            R"({"data":{"me":{"name":"Ada","score":1.5,"id":"1","age":36,"role":"ADMIN"}}})");
}

TEST_F(Execute, merges_selections_of_one_key) {
  EXPECT_EQ(json("{ me { address { street } } ... on Query { me { address { city street } } } }"),
            R"({"data":{"me":{"address":{"street":"St James's Square","city":"London"}}}})");
}

TEST_F(Execute, merges_and_orders_many_fields_too) {
  std::string query = "{ me { ";
  std::string expected;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 1'000; ++i) {
      const std::string key = "k" + std::to_string(i);
      query += key + ": age ";
      if (round == 0) expected += (i > 0 ? ",\"" : "\"") + key + "\":36";
    }
  }
  EXPECT_EQ(json(query + "} }"), R"({"data":{"me":{)" + expected + "}}}");
}

TEST_F(Execute, follows_a_long_chain_of_fragments) {
  std::string query = "{ me { ...F0 } }";
  for (int i = 0; i < 1'000; ++i) {
    query += " fragment F" + std::to_string(i) + " on User { ...F" + std::to_string(i + 1) + " }";
  }
  EXPECT_EQ(json(query + " fragment F1000 on User { id }"), R"({"data":{"me":{"id":"1"}}})");
}

TEST_F(Execute, follows_fragments_by_the_runtime_type) {
  EXPECT_EQ(json("{ people { __typename ... on User { age } ...B ... on Person { id } ... { name } } }"
                 " fragment B on Bot { version owner { name } }"),
            R"({"data":{"people":[{"__typename":"User","age":36,"id":"1","name":"Ada"},null,)"
            R"({"__typename":"Bot","version":2,"owner":{"name":"Ada"},"id":"7","name":"R2"}]}})");
  EXPECT_EQ(json("{ search { ... on User { age } ... on Bot { version } ... on Person { id } } }"),
            R"({"data":{"search":[{"version":2,"id":"7"},{"age":36,"id":"1"}]}})");
}

TEST_F(Execute, an_object_without_a_fitting_fragment_is_empty) {
  EXPECT_EQ(json("{ search { ... on User { age } } }"), R"({"data":{"search":[{},{"age":36}]}})");
}

TEST_F(Execute, obeys_skip_and_include) {
  const char* query =
      "query ($yes: Boolean!, $no: Boolean = false) { me {"
      " a: id @skip(if: $yes) b: id @include(if: $yes) c: id @skip(if: $no) d: id @include(if: $no)"
      " e: id @skip(if: true) @include(if: true) f: id @skip(if: false) @include(if: true)"
      " ... @skip(if: $yes) { g: id } ... on User @include(if: $yes) { h: id } ...F @include(if: $no) ...F } "
      "}"
      " fragment F on User { i: id }";
  EXPECT_EQ(json(query, R"({"yes": true})"), R"({"data":{"me":{"b":"1","c":"1","f":"1","h":"1","i":"1"}}})");
}

TEST_F(Execute, everything_may_be_skipped) {
  EXPECT_EQ(json("{ me @skip(if: true) { id } }"), R"({"data":{}})");
  EXPECT_EQ(json("{ me { id @skip(if: true) } }"), R"({"data":{"me":{}}})");
}

TEST_F(Execute, introspects) {
  EXPECT_EQ(json(R"({ __typename __type(name: "Address") { kind name fields { name type { name } } }
                      __schema { queryType { name } } me { __typename address { __typename } } })"),
            R"({"data":{"__typename":"Query","__type":{"kind":"OBJECT","name":"Address","fields":[)"
            R"({"name":"street","type":{"name":"String"}},{"name":"city","type":{"name":"String"}}]},)"
            R"("__schema":{"queryType":{"name":"Query"}},)"
            R"("me":{"__typename":"User","address":{"__typename":"Address"}}}})");
}

TEST_F(Execute, hands_arguments_to_resolvers) {
  service.resolvers.plain("User.echo", [](const Object&, const boost::json::object& arguments, void*) {
    return Resolved(boost::json::serialize(arguments));
  });
  service.resolvers.plain("User.profilePic", [](const Object&, const boost::json::object& arguments, void*) {
    return Resolved(boost::json::serialize(arguments));
  });
  EXPECT_EQ(service
                .run("query ($n: Int, $i: Input, $u: Int) { me {"
                     " a: profilePic b: profilePic(size: 100) c: profilePic(size: null, width: $n)"
                     " d: profilePic(size: $u) e: echo f: echo(input: {}) g: echo(input: $i)"
                     " h: echo(input: {number: $n, list: 5, inner: {text: null, number: $u}}) } }",
                     R"({"n": 7, "i": {"text": "t", "list": [1, 2]}})")
                .data->at("me"),
            boost::json::parse(R"({"a":"{\"size\":50}","b":"{\"size\":100}","c":"{\"size\":null,\"width\":7}",
                "d":"{\"size\":50}","e":"{}","f":"{\"input\":{\"text\":\"default\"}}",
                "g":"{\"input\":{\"text\":\"t\",\"list\":[1,2]}}",
                "h":"{\"input\":{\"text\":\"default\",\"number\":7,\"list\":[5],\"inner\":{\"text\":null}}}"})"));
}

TEST_F(Execute, runs_the_operation_of_the_name) {
  const std::string query = "query A { me { id } } query B { me { name } }";
  service.operation_name = "B";
  EXPECT_EQ(json(query), R"({"data":{"me":{"name":"Ada"}}})");
  service.operation_name = "";
  EXPECT_EQ(json(query),
            R"({"errors":[{"message":"Must provide operation name if query contains multiple operations.",)"
            R"("extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]})");
  service.operation_name = "C";
  EXPECT_EQ(json(query), R"({"errors":[{"message":"Unknown operation named \"C\".",)"
                         R"("extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]})");
  service.operation_name = "";
  service.must_be_valid = false;
  EXPECT_EQ(json("fragment F on User { id }"), R"({"errors":[{"message":"Must provide an operation.",)"
                                               R"("extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]})");
}

TEST_F(Execute, an_operation_that_the_schema_lacks_has_no_data) {
  service.must_be_valid = false;
  EXPECT_EQ(
      json("mutation { me { id } }"),
      R"({"errors":[{"message":"Schema is not configured to execute mutation operation.",)"
      R"("locations":[{"line":1,"column":1}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}],"data":null})");
}

struct Account {
  std::string name;
  std::shared_ptr<const Account> parent{};
};

TEST(ExecuteObjects, go_from_resolver_to_resolver) {
  Service service(
      "type Query { account: Account node: Node nodes: [Node] } interface Node { name: String }"
      " type Account implements Node { name: String parent: Account }");
  const auto old = std::make_shared<const Account>(Account{.name = "old"});
  const auto young = std::make_shared<const Account>(Account{.name = "young", .parent = old});
  const auto give = [young](const Object&, const boost::json::object&, void*) {
    return Resolved::object(young);
  };
  service.resolvers.plain("Query.account", give);
  service.resolvers.plain("Query.node", [young](const Object&, const boost::json::object&, void*) {
    return Resolved::object(young, "Account");
  });
  service.resolvers.plain("Query.nodes", [young](const Object&, const boost::json::object&, void*) {
    return Resolved(Resolved::List{Resolved::object(young, "Account"), nullptr, Resolved::object(young)});
  });
  service.resolvers.member<Account>("Account.name", [](const Account& account) { return account.name; });
  service.resolvers.member<Account>("Account.parent",
                                    [](const Account& account) { return Resolved::object(account.parent); });
  EXPECT_EQ(service.json("{ account { name parent { name parent { name } } } }"),
            R"({"data":{"account":{"name":"young","parent":{"name":"old","parent":null}}}})");
  EXPECT_EQ(service.json("{ node { __typename name ... on Account { parent { name } } } }"),
            R"({"data":{"node":{"__typename":"Account","name":"young","parent":{"name":"old"}}}})");
  const Response third = service.run("{ nodes { name } }");
  EXPECT_EQ(*third.data, boost::json::parse(R"({"nodes":[{"name":"young"},null,null]})"));
  ASSERT_EQ(third.errors.size(), 1U);
  EXPECT_EQ(path_text(third.errors[0].path), "nodes[2]");
}

TEST(ExecuteObjects, the_root_and_the_context_reach_the_resolvers) {
  Service service("type Query { root: Int context: Int }");
  int seen = 5;
  service.context = &seen;
  service.root = {.data = std::make_shared<const int>(7)};
  service.resolvers.member<int>("Query.root", [](int root) { return root; });
  service.resolvers.plain("Query.context", [](const Object&, const boost::json::object&, void* context) {
    return Resolved(++*static_cast<int*>(context));
  });
  EXPECT_EQ(service.json("{ root context }"), R"({"data":{"root":7,"context":6}})");
  EXPECT_EQ(seen, 6);
}

TEST(ExecuteObjects, a_resolver_of_a_json_objects_field_gets_the_object) {
  Service service("type Query { box: Box boxes: [Box] } type Box { size: Int double: Int slow: Int }");
  service.data("Query", R"({"box": {"size": 4}, "boxes": [{"size": 1}, {"size": 2}]})");
  const auto size = [](const Object& parent) {
    return static_cast<const boost::json::value*>(parent.data.get())->at("size").as_int64();
  };
  service.resolvers.plain("Box.double", [size](const Object& parent, const boost::json::object&, void*) {
    return Resolved(2 * size(parent));
  });
  service.resolvers.batch("Box.slow", waiting([size](const FieldBatch& batch) {
                            Values values;
                            for (const Object& parent : batch.parents) values.emplace_back(-size(parent));
                            return values;
                          }));
  EXPECT_EQ(service.json("{ box { size double slow } boxes { double slow size } }"),
            R"({"data":{"box":{"size":4,"double":8,"slow":-4},)"
            R"("boxes":[{"double":2,"slow":-1,"size":1},{"double":4,"slow":-2,"size":2}]}})");
}

TEST(ExecuteObjects, a_missing_member_is_null) {
  Service service("type Query { box: Box } type Box { size: Int inner: Box }");
  service.data("Query", R"({"box": {"inner": "not an object"}})");
  EXPECT_EQ(service.json("{ box { size inner { size } } }"),
            R"({"data":{"box":{"size":null,"inner":{"size":null}}}})");
}

}  // namespace
}  // namespace parley::graphql
