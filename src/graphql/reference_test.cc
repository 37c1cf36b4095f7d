// Answers of the reference implementation, recorded by tests/conformance/graphql/record.mjs: the same
// documents get the same errors, print and data here, under the sanitizers.
#include <fstream>
#include <sstream>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "graphql/execution_harness.h"
#include "graphql/validate_harness.h"

namespace parley::graphql {
namespace {

namespace json = boost::json;

const json::object& recorded() {
  static const json::value all = [] {
    std::ostringstream text;
    text << std::ifstream(PARLEY_SOURCE_DIR "/src/graphql/testdata/reference.json").rdbuf();
    return json::parse(text.str(), {}, {.max_depth = 1000});
  }();
  return all.get_object();
}

std::string text_of(const json::value& value) {
  return json::value_to<std::string>(value);
}

SchemaPtr recorded_schema(std::string_view name) {
  return schema_of(text_of(recorded().at("schemas").as_object().at(name)));
}

std::vector<std::string> recorded_errors(const json::value& each) {
  return json::value_to<std::vector<std::string>>(each.as_object().at("errors"));
}

// As record.mjs writes them, with the path where there is one.
std::vector<std::string> short_texts(const std::vector<GraphqlError>& errors) {
  auto all = texts(errors);
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::string before = " at ";
    for (const PathSegment& segment : errors[i].path) {
      const auto* key = std::get_if<std::string>(&segment);
      all[i] += before + (key != nullptr ? *key : std::to_string(std::get<std::int64_t>(segment)));
      before = ".";
    }
  }
  return all;
}

void judge(std::string_view schema_name) {
  auto schema = recorded_schema(schema_name);
  ASSERT_NE(schema, nullptr);
  const json::array& cases = recorded().at(schema_name).as_array();
  ASSERT_GT(cases.size(), 50U);
  for (const json::value& each : cases) {
    std::string source = text_of(each.as_object().at("document"));
    SCOPED_TRACE(source);
    auto document = parse(source);
    auto errors = document ? validate(*schema, **document) : std::vector{document.error()};
    EXPECT_EQ(texts(errors), recorded_errors(each));
    const json::value* printed = each.as_object().if_contains("print");
    ASSERT_EQ(document.has_value(), printed != nullptr);
    if (document) EXPECT_EQ(print(**document), text_of(*printed));
  }
}

TEST(Reference, documents_after_the_specifications_examples_are_judged_alike) {
  judge("pets");
}

TEST(Reference, documents_on_the_edges_of_the_grammar_are_judged_alike) {
  judge("small");
}

TEST(Reference, documents_with_random_faults_are_judged_alike) {
  judge("outputs");
}

TEST(Reference, operations_are_executed_alike) {
  const json::array& cases = recorded().at("executions").as_array();
  ASSERT_GT(cases.size(), 50U);
  for (const json::value& each : cases) {
    const json::object& of = each.as_object();
    std::string source = text_of(of.at("document"));
    SCOPED_TRACE(source);
    Service service(text_of(recorded().at("schemas").as_object().at("outputs")));
    service.data("Query", json::serialize(of.at("rootValue")));
    auto response = service.run(source, json::serialize(of.at("variables")));
    EXPECT_EQ(response.data.value_or(nullptr), of.at("data"));
    auto errors = short_texts(response.errors);
    auto wanted = recorded_errors(each);
    EXPECT_THAT(errors, ::testing::UnorderedElementsAreArray(wanted));
  }
}

}  // namespace
}  // namespace parley::graphql
