// Documents that are made to cost much: they are refused, soon, and what is said of them has a bound.
#include <chrono>

#include "graphql/validate_harness.h"

namespace parley::graphql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kLimit = "Too many validation errors, error limit reached. Validation aborted.";
constexpr const char* kAborted = "Validation aborted.";

std::vector<GraphqlError> judged(const std::string& source) {
  static const SchemaPtr schema = pets();
  auto document = parse(source, {.max_tokens = 100'000});
  if (!document) return {document.error()};
  auto began = std::chrono::steady_clock::now();
  auto errors = validate(*schema, **document);
  // Milliseconds in a release; the sanitizers take their share. Without a bound it would be minutes.
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
  return errors;
}

void expect_too_complex(const std::string& source) {
  auto errors = judged(source);
  ASSERT_FALSE(errors.empty());
  EXPECT_EQ(errors.back().message, kAborted);
  EXPECT_EQ(errors.back().extensions.at("code"), "QUERY_TOO_COMPLEX");
}

TEST(ValidateHostile, errors_end_at_their_limit) {
  std::string source = "{" + repeat(300, [](const std::string& i) { return "f" + i + " "; }) + "}";
  auto errors = errors_of(source);
  EXPECT_THAT(errors, SizeIs(101));
  EXPECT_EQ(errors.back(), kLimit);
  EXPECT_THAT(errors_of(source, {.max_errors = 1}),
              ElementsAre("Cannot query field \"f0\" on type \"Query\". @1:2", kLimit));
}

TEST(ValidateHostile, a_field_many_times_is_too_complex) {
  expect_too_complex("{" + repeat(20'000, [](const std::string&) { return "dog { name } "; }) + "}");
  expect_too_complex("{ dog {" + repeat(20'000, [](const std::string&) { return "name "; }) + "} }");
}

TEST(ValidateHostile, as_often_as_the_reference_implementation_allows_it_is_not) {
  EXPECT_THAT(judged("{ dog {" + repeat(700, [](const std::string&) { return "name "; }) + "} }"), IsEmpty());
}

TEST(ValidateHostile, conflicts_are_looked_for_no_longer_than_they_are_told) {
  auto errors =
      judged("{ dog {" + repeat(10'000, [](const std::string& i) { return "a: b" + i + " "; }) + "} }");
  EXPECT_THAT(errors, SizeIs(101));
  EXPECT_EQ(errors.back().message, kLimit);
}

TEST(ValidateHostile, nested_fields_many_times_are_too_complex) {
  std::string inner =
      "dog {" + repeat(40, [](const std::string&) { return "mother { owner { name } } "; }) + "} ";
  expect_too_complex("{" + repeat(40, [&](const std::string&) { return inner; }) + "}");
}

TEST(ValidateHostile, a_conflict_far_below_names_few_places_in_a_short_text) {
  std::string below = "name";
  std::string other = "nickname";
  for (int i = 0; i < 40; ++i) {
    below = "mother { x: " + below + " }";
    other = "mother { x: " + other + " }";
  }
  auto errors = judged("{ dog { x: " + below + " } dog { x: " + other + " } }");
  ASSERT_FALSE(errors.empty());
  for (const GraphqlError& error : errors) {
    EXPECT_LE(error.locations.size(), 40U);
    EXPECT_LE(error.message.size(), 1'200U);
  }
}

TEST(ValidateHostile, fragments_that_spread_each_other_are_told_in_bounds) {
  std::string source = "{ dog { ...F0 } }" + repeat(200, [](const std::string& i) {
                         return "fragment F" + i + " on Dog { name " +
                                repeat(200, [](const std::string& k) { return "...F" + k + " "; }) + "}";
                       });
  std::size_t bytes = 0;
  for (const GraphqlError& error : judged(source)) {
    bytes += error.message.size() + error.locations.size() * sizeof(Location);
  }
  EXPECT_LT(bytes, std::size_t{300} * 1024);
}

TEST(ValidateHostile, long_chains_of_fragments_do_not_use_up_the_stack) {
  auto next = [](const std::string& i) { return std::to_string(std::stoul(i) + 1); };
  std::string chain = repeat(15'000, [&](const std::string& i) {
    return "fragment F" + i + " on Dog { mother { ...F" + next(i) + " } } ";
  });
  judged("{ dog { ...F0 mother { name } } }" + chain);
  judged(chain + "{ dog { ...F0 ...F1 } }");
  judged("{ __schema { types { ...T0 } } }" + repeat(15'000, [&](const std::string& i) {
           return "fragment T" + i + " on __Type { ofType { ...T" + next(i) + " } } ";
         }));
  judged("subscription { ...S0 }" + repeat(15'000, [&](const std::string& i) {
           return "fragment S" + i + " on Subscription { ...S" + next(i) + " } ";
         }));
}

TEST(ValidateHostile, operations_that_share_fragments_have_a_budget) {
  std::string source =
      "fragment F on Query { " +
      repeat(300, [](const std::string& i) { return "a" + i + ": human(id: $v) { name } "; }) + "}" +
      repeat(2'000, [](const std::string& i) { return "query Q" + i + "($v: ID) { ...F } "; });
  expect_too_complex(source);
}

TEST(ValidateHostile, places_are_found_in_long_lines_of_any_script) {
  std::string source =
      "{ dog { " +
      repeat(2'000, [](const std::string& i) { return "a" + i + ": name # \xC3\xA9 \xF0\x9F\x99\x82\n"; }) +
      " n: name(full: \"\xC3\xA9\xF0\x9F\x99\x82\", nope: 1) } }";
  auto errors = texts(judged(source));
  EXPECT_THAT(errors, ElementsAre(HasSubstr("@2001:16"), HasSubstr("@2001:23")));
  // 18 UTF-16 units each.
  source = "{ dog { " +
           repeat(500, [](const std::string&) { return "name(full: \"\xC3\xA9\xF0\x9F\x99\x82\") "; }) +
           "} }";
  auto found = judged(source);
  ASSERT_THAT(found, SizeIs(101));
  for (std::uint32_t i = 0; i < 100; ++i) {
    EXPECT_THAT(found[i].locations, ElementsAre(Location{.line = 1, .column = 20 + 18 * i}));
  }
}

}  // namespace
}  // namespace parley::graphql
