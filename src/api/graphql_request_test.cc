#include "api/graphql_request.h"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "api/chat_request.h"

namespace parley::api {
namespace {

namespace json = boost::json;

json::object object(std::string_view text) {
  return json::parse(text).as_object();
}

TEST(GraphqlRequest, takes_query_name_and_variables) {
  const auto request = parse_graphql_request(object(
      R"({"query":"{ me { id } }","operationName":"A","variables":{"x":1},"extensions":{},"other":[]})"));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->query, "{ me { id } }");
  EXPECT_EQ(request->operation_name, "A");
  EXPECT_EQ(request->variables, object(R"({"x":1})"));
}

TEST(GraphqlRequest, takes_null_as_left_out) {
  const auto request = parse_graphql_request(
      object(R"({"query":"{a}","operationName":null,"variables":null,"extensions":null})"));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->operation_name, "");
  EXPECT_TRUE(request->variables.empty());
}

TEST(GraphqlRequest, names_the_member_that_is_wrong) {
  for (const auto& [body, member] : std::initializer_list<std::pair<const char*, const char*>>{
           {R"({})", "query"},
           {R"({"query":null})", "query"},
           {R"({"query":1})", "query"},
           {R"({"query":"{a}","operationName":1})", "operationName"},
           {R"({"query":"{a}","variables":[]})", "variables"},
           {R"({"query":"{a}","variables":"{}"})", "variables"},
           {R"({"query":"{a}","extensions":0})", "extensions"}}) {
    const auto request = parse_graphql_request(object(body));
    ASSERT_FALSE(request) << body;
    EXPECT_EQ(request.error().code, base::ErrorCode::kBadUserInput);
    EXPECT_TRUE(request.error().message.starts_with(member)) << request.error().message;
  }
}

net::Request get(std::string target) {
  net::Request request{.method = "GET", .target = std::move(target)};
  return request;
}

TEST(GraphqlRequest, reads_the_query_of_a_get) {
  const auto request = parse_graphql_query(get(
      "/graphql?query=query%20A(%24x%3AInt)%7Ba%7D&operationName=A&variables=%7B%22x%22%3A1%7D&extensions="));
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->query, "query A($x:Int){a}");
  EXPECT_EQ(request->operation_name, "A");
  EXPECT_EQ(request->variables, object(R"({"x":1})"));
  EXPECT_EQ(parse_graphql_query(get("/graphql?query=%7B+a%0A%7D"))->query, "{ a\n}");
}

TEST(GraphqlRequest, refuses_a_get_without_a_query_or_with_bad_variables) {
  EXPECT_FALSE(parse_graphql_query(get("/graphql")));
  EXPECT_FALSE(parse_graphql_query(get("/graphql?query=%7Ba%7D&variables=1")));
  EXPECT_FALSE(parse_graphql_query(get("/graphql?query=%7Ba%7D&variables=%7B")));
  EXPECT_FALSE(parse_graphql_query(get("/graphql?query=%7Ba%7D&extensions=%5B%5D")));
}

TEST(Negotiate, gives_what_accept_asks_for) {
  struct Case {
    const char* accept;
    MediaType wanted;
  };
  for (const Case& c : {
           Case{"", MediaType::kJson},
           Case{"application/json", MediaType::kJson},
           Case{"application/graphql-response+json", MediaType::kResponse},
           Case{"Application/GraphQL-Response+JSON; charset=utf-8", MediaType::kResponse},
           Case{"application/graphql-response+json; charset=utf-8, application/json; charset=utf-8",
                MediaType::kResponse},
           Case{"application/json, application/graphql-response+json", MediaType::kResponse},
           Case{"application/json, application/graphql-response+json;q=0.9", MediaType::kJson},
           Case{"application/graphql-response+json;q=0.1, application/json;q=0.5", MediaType::kJson},
           Case{"*/*", MediaType::kJson},
           Case{"application/*", MediaType::kJson},
           Case{"*/*, application/graphql-response+json", MediaType::kResponse},
           Case{"text/html", MediaType::kNone},
           Case{"text/html, */*;q=0.8", MediaType::kJson},
           Case{"image/png", MediaType::kNone},
           Case{"application/json;q=0", MediaType::kNone},
           Case{"application/json;q=2", MediaType::kNone},
           Case{"application/json; charset=latin1", MediaType::kNone},
           Case{"application/json;q=0, */*", MediaType::kResponse},
           Case{",,;;", MediaType::kNone},
       }) {
    EXPECT_EQ(negotiate(c.accept, false), c.wanted) << c.accept;
  }
}

TEST(Negotiate, gives_a_browser_the_page) {
  EXPECT_EQ(negotiate("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            MediaType::kHtml);
  EXPECT_EQ(negotiate("application/json", true), MediaType::kJson);
  EXPECT_EQ(negotiate("*/*", true), MediaType::kJson);
}

TEST(ContentType, is_json_in_utf_8_only) {
  EXPECT_TRUE(is_json("application/json"));
  EXPECT_TRUE(is_json("Application/JSON ; Charset=UTF-8"));
  EXPECT_TRUE(is_json("application/json; charset=\"utf-8\"; profile=x"));
  EXPECT_FALSE(is_json(""));
  EXPECT_FALSE(is_json("text/plain"));
  EXPECT_FALSE(is_json("application/json; charset=iso-8859-1"));
  EXPECT_FALSE(is_json("application/jsonp"));
}

}  // namespace
}  // namespace parley::api
