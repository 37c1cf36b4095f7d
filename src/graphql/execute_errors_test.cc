// Section 6.4.4 and 7.1: what goes wrong, what it takes with it, and how it is told.
#include <stdexcept>

#include <gtest/gtest.h>

#include "graphql/execution_harness.h"

namespace parley::graphql {
namespace {

using base::ErrorCode;

// Each error as "message | path | line:column ... | extensions".
std::vector<std::string> told(const Response& response) {
  std::vector<std::string> lines;
  for (const GraphqlError& error : response.errors) {
    std::string line = error.message + " | " + path_text(error.path) + " |";
    for (const Location& at : error.locations) {
      line += " " + std::to_string(at.line) + ":" + std::to_string(at.column);
    }
    lines.push_back(line + " | " + boost::json::serialize(error.extensions));
  }
  return lines;
}

std::string data(const Response& response) {
  return response.data ? boost::json::serialize(*response.data) : "none";
}

constexpr const char* kSdl = R"(
  type Query { a: A b: A! list: [A] strict: [A!] strictest: [A!]! numbers: [Int] strictNumbers: [Int!] matrix: [[Int!]!]
    thing: Thing things: [Thing!] any: Anything }
  type A { id: Int! name: String inner: A strictInner: A! items: [A!] }
  interface Thing { id: Int }
  type T1 implements Thing { id: Int } type T2 { id: Int }
  union Anything = T1
)";

struct ErrorsFixture : testing::Test {
  Service service{kSdl};
  Response run(std::string_view json, std::string query, std::string_view variables = "{}") {
    service.data("Query", json);
    return service.run(std::move(query), variables);
  }
};
using Errors = ErrorsFixture;

TEST_F(Errors, a_null_that_may_not_be_takes_its_object) {
  const Response response = run(R"({"a": {"name": "n"}})", "{\n  a { name id }\n}");
  EXPECT_EQ(data(response), R"({"a":null})");
  EXPECT_EQ(told(response),
            std::vector<std::string>{
                R"(Cannot return null for non-nullable field A.id. | a.id | 2:12 | {"code":"INTERNAL"})"});
}

TEST_F(Errors, a_null_goes_up_through_objects_to_the_root) {
  const Response response = run(R"({"b": {"id": 1, "strictInner": {"id": 2, "strictInner": {"id": null}}}})",
                                "{ b { strictInner { strictInner { id } } } }");
  EXPECT_EQ(data(response), "null");
  EXPECT_EQ(
      told(response),
      std::vector<std::string>{
          R"(Cannot return null for non-nullable field A.id. | b.strictInner.strictInner.id | 1:35 | {"code":"INTERNAL"})"});
  EXPECT_TRUE(response.json().ends_with(R"(,"data":null})"));
}

TEST_F(Errors, a_null_stops_at_the_nearest_place_that_may_be_null) {
  const char* bad = R"([{"id": 1}, {}, {"id": 3}])";
  const std::string three =
      std::string(R"({"list": )") + bad + R"(, "strict": )" + bad + R"(, "strictest": )" + bad + "}";
  service.data("Query", three);
  EXPECT_EQ(data(service.run("{ list { id } }")), R"({"list":[{"id":1},null,{"id":3}]})");
  EXPECT_EQ(data(service.run("{ strict { id } }")), R"({"strict":null})");
  EXPECT_EQ(data(service.run("{ strictest { id } }")), "null");
  EXPECT_EQ(
      told(service.run("{ strict { id } list { id } }")),
      (std::vector<std::string>{
          R"(Cannot return null for non-nullable field A.id. | strict[1].id | 1:12 | {"code":"INTERNAL"})",
          R"(Cannot return null for non-nullable field A.id. | list[1].id | 1:24 | {"code":"INTERNAL"})"}));
}

TEST_F(Errors, list_items_are_held_to_their_type) {
  const Response response = run(
      R"({"numbers": [1, "x", null, 4], "strictNumbers": [1, null, 2], "matrix": [[1], [2, null], null], "list": {"id": 1}})",
      "{ numbers strictNumbers matrix list { id } }");
  EXPECT_EQ(data(response), R"({"numbers":[1,null,null,4],"strictNumbers":null,"matrix":null,"list":null})");
  EXPECT_EQ(
      told(response),
      (std::vector<std::string>{
          R"(Int cannot represent non-integer value: "x" | numbers[1] | 1:3 | {"code":"INTERNAL"})",
          R"(Cannot return null for non-nullable field Query.strictNumbers. | strictNumbers[1] | 1:11 | {"code":"INTERNAL"})",
          R"(Cannot return null for non-nullable field Query.matrix. | matrix[1][1] | 1:25 | {"code":"INTERNAL"})",
          R"(Expected Iterable, but did not find one for field "Query.list". | list | 1:32 | {"code":"INTERNAL"})"}));
}

TEST_F(Errors, of_one_place_only_the_first_is_told) {
  // `name` comes before the id that takes the object with it, `inner` after.
  const Response response =
      run(R"({"a": {"name": {}, "inner": {"name": []}}})", "{ a { name id inner { name } again: id } }");
  EXPECT_EQ(data(response), R"({"a":null})");
  EXPECT_EQ(told(response),
            (std::vector<std::string>{
                R"(String cannot represent value: {} | a.name | 1:7 | {"code":"INTERNAL"})",
                R"(Cannot return null for non-nullable field A.id. | a.id | 1:12 | {"code":"INTERNAL"})"}));
}

TEST_F(Errors, deeper_ones_come_first_where_they_stand_first) {
  const Response response =
      run(R"({"a": {"inner": {"name": {}}, "name": {}}})", "{ a { inner { name } name } }");
  EXPECT_EQ(told(response),
            (std::vector<std::string>{
                R"(String cannot represent value: {} | a.inner.name | 1:15 | {"code":"INTERNAL"})",
                R"(String cannot represent value: {} | a.name | 1:22 | {"code":"INTERNAL"})"}));
}

TEST_F(Errors, merged_fields_are_all_located) {
  const Response response =
      run(R"({"a": {"name": {}}})", "{ a { name } ...F } fragment F on Query { a { name } }");
  EXPECT_EQ(told(response),
            std::vector<std::string>{
                R"(String cannot represent value: {} | a.name | 1:7 1:47 | {"code":"INTERNAL"})"});
}

TEST_F(Errors, an_abstract_value_must_name_a_type_that_fits) {
  const char* query = "{ things { id } }";
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"({"id": 1})",
       R"(Abstract type "Thing" must resolve to an Object type at runtime for field "Query.things". Either the "Thing" type should provide a "resolveType" function or each possible type should provide an "isTypeOf" function.)"},
      {R"({"__typename": "Nope"})",
       R"(Abstract type "Thing" was resolved to a type "Nope" that does not exist inside the schema.)"},
      {R"({"__typename": "Thing"})", R"(Abstract type "Thing" was resolved to a non-object type "Thing".)"},
      {R"({"__typename": "T2"})", R"(Runtime Object type "T2" is not a possible type for "Thing".)"},
      {R"("text")",
       R"(Abstract type "Thing" must resolve to an Object type at runtime for field "Query.things". Either the "Thing" type should provide a "resolveType" function or each possible type should provide an "isTypeOf" function.)"},
  };
  for (const auto& [value, message] : cases) {
    Service fresh(kSdl);
    fresh.data("Query", R"({"things": [)" + value + "]}");
    const Response response = fresh.run(query);
    EXPECT_EQ(data(response), R"({"things":null})");
    EXPECT_EQ(told(response),
              std::vector<std::string>{message + R"( | things[0] | 1:3 | {"code":"INTERNAL"})"});
  }
}

TEST_F(Errors, resolvers_errors_show_what_clients_may_see) {
  service.resolvers.plain("Query.a", [](const Object&, const boost::json::object&, void*) {
    return Resolved(base::Error{.code = ErrorCode::kConflict,
                                .message = "it has changed",
                                .cause = "secret",
                                .retry_after = std::chrono::milliseconds(1500),
                                .current_version = 7,
                                .resets_at = "2026-01-01T00:00:00.000Z"});
  });
  service.resolvers.batch("Query.list", waiting([](const FieldBatch&) {
                            return Values{Resolved(Resolved::List{
                                base::Error{.code = ErrorCode::kNotFound, .message = "no such thing"},
                                base::Error{.message = "broken", .cause = "secret"}, nullptr})};
                          }));
  const Response response = service.run("{ a { id } list { id } }");
  EXPECT_EQ(data(response), R"({"a":null,"list":[null,null,null]})");
  EXPECT_EQ(
      told(response),
      (std::vector<std::string>{
          R"(it has changed | a | 1:3 | {"code":"CONFLICT","retryAfterMs":1500,"currentVersion":7,"resetsAt":"2026-01-01T00:00:00.000Z"})",
          R"(no such thing | list[0] | 1:12 | {"code":"NOT_FOUND"})",
          R"(broken | list[1] | 1:12 | {"code":"INTERNAL"})"}));
  EXPECT_EQ(response.json().find("secret"), std::string::npos);
}

TEST_F(Errors, the_service_words_its_own) {
  service.resolvers.plain("Query.a", [](const Object&, const boost::json::object&, void*) {
    return Resolved(base::Error{.message = "m", .cause = "c"});
  });
  service.present = [](const base::Error& error, GraphqlError& shown) {
    shown.message = error.message + " at " + path_text(shown.path) + " in line " +
                    std::to_string(shown.locations.at(0).line);
    shown.extensions["code"] = "TEAPOT";
  };
  EXPECT_EQ(told(service.run("{ a { id } }")),
            std::vector<std::string>{R"(m at a in line 1 | a | 1:3 | {"code":"TEAPOT"})"});
}

base::Awaitable<Values> throwing(std::string what) {
  throw std::runtime_error(what);
  co_return Values();
}

TEST_F(Errors, an_exception_of_a_resolver_is_an_internal_error) {
  service.resolvers.plain("Query.a", [](const Object&, const boost::json::object&, void*) -> Resolved {
    throw std::runtime_error("secret");
  });
  service.resolvers.batch("Query.list", [](const FieldBatch&) { return throwing("secret"); });
  service.resolvers.batch("Query.numbers", [](const FieldBatch&) -> base::Awaitable<Values> {
    throw std::runtime_error("secret");
  });
  std::vector<std::string> causes;
  service.present = [&causes](const base::Error& error, GraphqlError& shown) {
    causes.push_back(error.cause);
    shown.message = error.message;
  };
  const Response response = service.run("{ a { id } list { id } numbers }");
  EXPECT_EQ(data(response), R"({"a":null,"list":null,"numbers":null})");
  EXPECT_EQ(told(response),
            (std::vector<std::string>{"internal error | a | 1:3 | {}", "internal error | list | 1:12 | {}",
                                      "internal error | numbers | 1:24 | {}"}));
  EXPECT_EQ(causes, (std::vector<std::string>{"Query.a threw: secret", "Query.list threw: secret",
                                              "Query.numbers threw: secret"}));
}

TEST_F(Errors, a_resolver_that_gives_too_few_or_too_many_values_is_at_fault) {
  service.data("Query", R"({"list": [{"id": 1}, {"id": 2}, {"id": 3}]})");
  std::size_t given = 0;
  service.resolvers.batch("A.name", waiting([&given](const FieldBatch&) { return Values(given, "x"); }));
  for (given = 0; given <= 4; ++given) {
    const Response response = service.run("{ list { name } }");
    if (given == 3) {
      EXPECT_TRUE(response.errors.empty());
      continue;
    }
    EXPECT_EQ(data(response), R"({"list":[{"name":null},{"name":null},{"name":null}]})");
    ASSERT_EQ(response.errors.size(), 3U);
    EXPECT_EQ(response.errors[0].message, "internal error");
  }
}

TEST_F(Errors, a_resolver_that_gives_no_object_for_one_is_at_fault) {
  service.resolvers.plain("Query.a",
                          [](const Object&, const boost::json::object&, void*) { return Resolved(5); });
  const Response response = service.run("{ a { id } }");
  EXPECT_EQ(data(response), R"({"a":null})");
  EXPECT_EQ(told(response), std::vector<std::string>{R"(internal error | a | 1:3 | {"code":"INTERNAL"})"});
}

TEST_F(Errors, a_variable_that_makes_an_argument_null_spoils_its_field_alone) {
  Service other("type Query { a(n: Int! = 5): Int b: Int }");
  other.data("Query", R"({"a": 1, "b": 2})");
  const char* query = "query ($n: Int) { a(n: $n) b }";
  EXPECT_EQ(other.json(query), R"({"data":{"a":1,"b":2}})");
  const Response response = other.run(query, R"({"n": null})");
  EXPECT_EQ(data(response), R"({"a":null,"b":2})");
  EXPECT_EQ(
      told(response),
      std::vector<std::string>{
          R"(Argument "n" of non-null type "Int!" must not be null. | a | 1:24 | {"code":"BAD_USER_INPUT"})"});
}

TEST_F(Errors, a_variable_that_makes_a_condition_null_spoils_the_selection) {
  const char* query = "query ($c: Boolean = true) { a { id @include(if: $c) } }";
  service.data("Query", R"({"a": {"id": 1}})");
  EXPECT_EQ(service.json(query), R"({"data":{"a":{"id":1}}})");
  const Response response = service.run(query, R"({"c": null})");
  EXPECT_EQ(data(response), R"({"a":null})");
  EXPECT_EQ(
      told(response),
      std::vector<std::string>{
          R"(Argument "if" of non-null type "Boolean!" must not be null. | a | 1:50 | {"code":"BAD_USER_INPUT"})"});
  const Response root =
      service.run("query ($c: Boolean = true) { a @skip(if: $c) { id } }", R"({"c": null})");
  EXPECT_EQ(data(root), "null");
  EXPECT_EQ(
      told(root),
      std::vector<std::string>{
          R"(Argument "if" of non-null type "Boolean!" must not be null. |  | 1:42 | {"code":"BAD_USER_INPUT"})"});
}

}  // namespace
}  // namespace parley::graphql
