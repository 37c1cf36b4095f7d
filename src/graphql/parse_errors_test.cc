// Syntax errors: messages and places as npm graphql 16.15 gives them.
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "graphql/parse.h"

namespace parley::graphql {
namespace {

using namespace std::string_view_literals;

struct Case {
  std::string_view source;
  std::string_view message;
  std::uint32_t line;
  std::uint32_t column;
};

constexpr Case kDocuments[] = {
    {"", "Unexpected <EOF>.", 1, 1},
    {"{", "Expected Name, found <EOF>.", 1, 2},
    {"}", "Unexpected \"}\".", 1, 1},
    {"{ }", "Expected Name, found \"}\".", 1, 3},
    {"{ a", "Expected Name, found <EOF>.", 1, 4},
    {"{ a(", "Expected Name, found <EOF>.", 1, 5},
    {"{ a() }", "Expected Name, found \")\".", 1, 5},
    {"{ a(b) }", "Expected \":\", found \")\".", 1, 6},
    {"{ a(b:) }", "Unexpected \")\".", 1, 7},
    {"{ a(b: $) }", "Expected Name, found \")\".", 1, 9},
    {"{ a: }", "Expected Name, found \"}\".", 1, 6},
    {"{ a: b: c }", "Expected Name, found \":\".", 1, 7},
    {"{ ...on }", "Expected Name, found \"}\".", 1, 9},
    {"{ ... }", "Expected \"{\", found \"}\".", 1, 7},
    {"{ ...a b: }", "Expected Name, found \"}\".", 1, 11},
    {"{ ... on }", "Expected Name, found \"}\".", 1, 10},
    {"{ ... on T }", "Expected \"{\", found \"}\".", 1, 12},
    {"query", "Expected \"{\", found <EOF>.", 1, 6},
    {"query Q", "Expected \"{\", found <EOF>.", 1, 8},
    {"query Q(", "Expected \"$\", found <EOF>.", 1, 9},
    {"query Q() { a }", "Expected \"$\", found \")\".", 1, 9},
    {"query Q($) { a }", "Expected Name, found \")\".", 1, 10},
    {"query Q($a) { a }", "Expected \":\", found \")\".", 1, 11},
    {"query Q($a:) { a }", "Expected Name, found \")\".", 1, 12},
    {"query Q($a: [Int) { a }", "Expected \"]\", found \")\".", 1, 17},
    {"query Q($a: Int!!) { a }", "Expected \"$\", found \"!\".", 1, 17},
    {"query Q($a: Int = $b) { a }", "Unexpected variable \"$b\" in constant value.", 1, 19},
    {"query Q($a: Int = [$b]) { a }", "Unexpected variable \"$b\" in constant value.", 1, 20},
    {"query Q($a: Int = $) { a }", "Unexpected \"$\".", 1, 19},
    {"query Q($a: Int @d(x: $y)) { a }", "Unexpected variable \"$y\" in constant value.", 1, 23},
    {"query A query B", "Expected \"{\", found Name \"query\".", 1, 9},
    {"notAnOperation Foo { a }", "Unexpected Name \"notAnOperation\".", 1, 1},
    {"foo", "Unexpected Name \"foo\".", 1, 1},
    {"\"text\" { a }", "Unexpected description, descriptions are not supported on shorthand queries.", 1, 1},
    {"\"text\" foo { a }", "Unexpected description, only GraphQL definitions support descriptions.", 1, 1},
    {"\"text\" 5", "Unexpected Int \"5\".", 1, 8},
    {"\"text\"", "Unexpected <EOF>.", 1, 7},
    {"fragment on on T { a }", "Unexpected Name \"on\".", 1, 10},
    {"fragment \"on\" on T { a }", "Unexpected String \"on\".", 1, 10},
    {"fragment F { a }", "Expected \"on\", found \"{\".", 1, 12},
    {"fragment F on { a }", "Expected Name, found \"{\".", 1, 15},
    {"fragment F on T", "Expected \"{\", found <EOF>.", 1, 16},
    {"fragment F($a: Int) on T { a }", "Expected \"on\", found \"(\".", 1, 11},
    {"{ a @ }", "Expected Name, found \"}\".", 1, 7},
    {"{ a @1 }", "Expected Name, found Int \"1\".", 1, 6},
    {"{ a } extend", "Unexpected <EOF>.", 1, 13},
    {"{ a }\n  foo", "Unexpected Name \"foo\".", 2, 3},
    {"{ a }\r\n foo", "Unexpected Name \"foo\".", 2, 2},
    {"{ a }\r\rfoo", "Unexpected Name \"foo\".", 3, 1},
    {"{ é😀: 1 }", "Unexpected character: U+00E9.", 1, 3},
    {"# é😀\n\"😀\" x", "Unexpected description, only GraphQL definitions support descriptions.", 2, 1},
    {"{ a(b: {c}) }", "Expected \":\", found \"}\".", 1, 10},
    {"{ a(b: {c:}) }", "Unexpected \"}\".", 1, 11},
    {"{ a(b: {c: 1) }", "Expected Name, found \")\".", 1, 13},
    {"{ a(b: [1}) }", "Unexpected \"}\".", 1, 10},
    {"mutation M { a } subscription", "Expected \"{\", found <EOF>.", 1, 30},
};

constexpr Case kTokens[] = {
    {"?", "Unexpected character: \"?\".", 1, 1},
    {"é", "Unexpected character: U+00E9.", 1, 1},
    {"😀", "Unexpected character: U+1F600.", 1, 1},
    {"\000"sv, "Unexpected character: U+0000.", 1, 1},
    {"\007", "Unexpected character: U+0007.", 1, 1},
    {"\177", "Unexpected character: U+007F.", 1, 1},
    {"​", "Unexpected character: U+200B.", 1, 1},
    {"'a'", "Unexpected single quote character ('), did you mean to use a double quote (\")?", 1, 1},
    {"..", "Unexpected character: \".\".", 1, 1},
    {".", "Unexpected character: \".\".", 1, 1},
    {"....", "Unexpected \"...\".", 1, 1},
    {"%", "Unexpected character: \"%\".", 1, 1},
    {"/", "Unexpected character: \"/\".", 1, 1},
    {"-", "Invalid number, expected digit but got: <EOF>.", 1, 2},
    {"--1", "Invalid number, expected digit but got: \"-\".", 1, 2},
    {"+1", "Unexpected character: \"+\".", 1, 1},
    {"00", "Invalid number, unexpected digit after 0: \"0\".", 1, 2},
    {"01", "Invalid number, unexpected digit after 0: \"1\".", 1, 2},
    {"0x1F", "Invalid number, expected digit but got: \"x\".", 1, 2},
    {"1a", "Invalid number, expected digit but got: \"a\".", 1, 2},
    {"1_", "Invalid number, expected digit but got: \"_\".", 1, 2},
    {"1.", "Invalid number, expected digit but got: <EOF>.", 1, 3},
    {"1.a", "Invalid number, expected digit but got: \"a\".", 1, 3},
    {"1.0.", "Invalid number, expected digit but got: \".\".", 1, 4},
    {"1.0.0", "Invalid number, expected digit but got: \".\".", 1, 4},
    {"1.e1", "Invalid number, expected digit but got: \"e\".", 1, 3},
    {"1e", "Invalid number, expected digit but got: <EOF>.", 1, 3},
    {"1e+", "Invalid number, expected digit but got: <EOF>.", 1, 4},
    {"1eA", "Invalid number, expected digit but got: \"A\".", 1, 3},
    {"1.0eA", "Invalid number, expected digit but got: \"A\".", 1, 5},
    {"0.0_", "Invalid number, expected digit but got: \"_\".", 1, 4},
    {"1é", "Unexpected Int \"1\".", 1, 1},
    {"-a", "Invalid number, expected digit but got: \"a\".", 1, 2},
    {"\"", "Unterminated string.", 1, 2},
    {"\"a", "Unterminated string.", 1, 3},
    {"\"a\nb\"", "Unterminated string.", 1, 3},
    {"\"a\rb\"", "Unterminated string.", 1, 3},
    {"\"\\", "Invalid character escape sequence: \"\\\".", 1, 2},
    {"\"\\\"", "Unterminated string.", 1, 4},
    {"\"\\a\"", "Invalid character escape sequence: \"\\a\".", 1, 2},
    {"\"\\u\"", "Invalid Unicode escape sequence: \"\\u\"\".", 1, 2},
    {"\"\\u1\"", "Invalid Unicode escape sequence: \"\\u1\"\".", 1, 2},
    {"\"\\u123x\"", "Invalid Unicode escape sequence: \"\\u123x\".", 1, 2},
    {"\"\\uXXXX\"", "Invalid Unicode escape sequence: \"\\uXXXX\".", 1, 2},
    {"\"\\uD800\"", "Invalid Unicode escape sequence: \"\\uD800\".", 1, 2},
    {"\"\\uDC00\"", "Invalid Unicode escape sequence: \"\\uDC00\".", 1, 2},
    {"\"\\uD83D\\u0041\"", "Invalid Unicode escape sequence: \"\\uD83D\".", 1, 2},
    {"\"\\uD83D\\n\"", "Invalid Unicode escape sequence: \"\\uD83D\".", 1, 2},
    {"\"\\u{}\"", "Invalid Unicode escape sequence: \"\\u{}\".", 1, 2},
    {"\"\\u{\"", "Invalid Unicode escape sequence: \"\\u{\"\".", 1, 2},
    {"\"\\u{x}\"", "Invalid Unicode escape sequence: \"\\u{x\".", 1, 2},
    {"\"\\u{110000}\"", "Invalid Unicode escape sequence: \"\\u{110000}\".", 1, 2},
    {"\"\\u{D800}\"", "Invalid Unicode escape sequence: \"\\u{D800}\".", 1, 2},
    {"\"\\u{FFFFFFFF}\"", "Invalid Unicode escape sequence: \"\\u{FFFFFFFF\".", 1, 2},
    {"\"\\u{0000000041}\"", "Invalid Unicode escape sequence: \"\\u{000000004\".", 1, 2},
    {"\"\\u{000000041}\"", "Invalid Unicode escape sequence: \"\\u{000000041\".", 1, 2},
    {"\"\\x\"", "Invalid character escape sequence: \"\\x\".", 1, 2},
    {"\"\\éx\"", "Invalid character escape sequence: \"\\é\".", 1, 2},
    {"\"\"\"", "Unterminated string.", 1, 4},
    {"\"\"\"a", "Unterminated string.", 1, 5},
    {"\"\"\"a\\\"\"\"", "Unterminated string.", 1, 9},
    {"\"\"\"a\"\"", "Unterminated string.", 1, 7},
    {"\"a\" \"b\"", "Unexpected String \"b\".", 1, 5},
};

constexpr Case kTypeSystem[] = {
    {"schema", "Expected \"{\", found <EOF>.", 1, 7},
    {"schema {", "Expected Name, found <EOF>.", 1, 9},
    {"schema { }", "Expected Name, found \"}\".", 1, 10},
    {"schema { query }", "Expected \":\", found \"}\".", 1, 16},
    {"schema { query: }", "Expected Name, found \"}\".", 1, 17},
    {"schema { foo: Q }", "Unexpected Name \"foo\".", 1, 10},
    {"schema @d", "Expected \"{\", found <EOF>.", 1, 10},
    {"scalar", "Expected Name, found <EOF>.", 1, 7},
    {"type", "Expected Name, found <EOF>.", 1, 5},
    {"type 5", "Expected Name, found Int \"5\".", 1, 6},
    {"type T {", "Expected Name, found <EOF>.", 1, 9},
    {"type T { }", "Expected Name, found \"}\".", 1, 10},
    {"type T { a }", "Expected \":\", found \"}\".", 1, 12},
    {"type T { a: }", "Expected Name, found \"}\".", 1, 13},
    {"type T { a: 5 }", "Expected Name, found Int \"5\".", 1, 13},
    {"type T { a(): Int }", "Expected Name, found \")\".", 1, 12},
    {"type T { a(b): Int }", "Expected \":\", found \")\".", 1, 13},
    {"type T { a(b:): Int }", "Expected Name, found \")\".", 1, 14},
    {"type T { a(b: Int = $x): Int }", "Unexpected variable \"$x\" in constant value.", 1, 21},
    {"type T implements", "Expected Name, found <EOF>.", 1, 18},
    {"type T implements { a: Int }", "Expected Name, found \"{\".", 1, 19},
    {"type T implements A B { a: Int }", "Unexpected Name \"B\".", 1, 21},
    {"type T implements A & { a: Int }", "Expected Name, found \"{\".", 1, 23},
    {"interface", "Expected Name, found <EOF>.", 1, 10},
    {"interface I implements", "Expected Name, found <EOF>.", 1, 23},
    {"union", "Expected Name, found <EOF>.", 1, 6},
    {"union U =", "Expected Name, found <EOF>.", 1, 10},
    {"union U = |", "Expected Name, found <EOF>.", 1, 12},
    {"union U = A |", "Expected Name, found <EOF>.", 1, 14},
    {"union U = || A", "Expected Name, found \"|\".", 1, 12},
    {"union U = A B", "Unexpected Name \"B\".", 1, 13},
    {"enum", "Expected Name, found <EOF>.", 1, 5},
    {"enum E { }", "Expected Name, found \"}\".", 1, 10},
    {"enum E { true }", "Name \"true\" is reserved and cannot be used for an enum value.", 1, 10},
    {"enum E { A, false }", "Name \"false\" is reserved and cannot be used for an enum value.", 1, 13},
    {"enum E { null }", "Name \"null\" is reserved and cannot be used for an enum value.", 1, 10},
    {"enum E { \"true\" }", "Expected Name, found \"}\".", 1, 17},
    {"enum E { A(b: 1) }", "Expected Name, found \"(\".", 1, 11},
    {"input", "Expected Name, found <EOF>.", 1, 6},
    {"input I { }", "Expected Name, found \"}\".", 1, 11},
    {"input I { a }", "Expected \":\", found \"}\".", 1, 13},
    {"input I { a(b: Int): Int }", "Expected \":\", found \"(\".", 1, 12},
    {"directive", "Expected \"@\", found <EOF>.", 1, 10},
    {"directive d on FIELD", "Expected \"@\", found Name \"d\".", 1, 11},
    {"directive @d", "Expected \"on\", found <EOF>.", 1, 13},
    {"directive @d on", "Expected Name, found <EOF>.", 1, 16},
    {"directive @d on FOO", "Unexpected Name \"FOO\".", 1, 17},
    {"directive @d on FIELD |", "Expected Name, found <EOF>.", 1, 24},
    {"directive @d on FIELD | on", "Unexpected Name \"on\".", 1, 25},
    {"directive @d(a: Int repeatable on FIELD", "Expected \":\", found Name \"on\".", 1, 32},
    {"directive @d repeatable FIELD", "Expected \"on\", found Name \"FIELD\".", 1, 25},
    {"extend", "Unexpected <EOF>.", 1, 7},
    {"extend foo", "Unexpected Name \"foo\".", 1, 8},
    {"extend 5", "Unexpected Int \"5\".", 1, 8},
    {"extend \"text\" type T", "Unexpected String \"text\".", 1, 8},
    {"extend type", "Expected Name, found <EOF>.", 1, 12},
    {"extend type T", "Unexpected <EOF>.", 1, 14},
    {"extend type T { }", "Expected Name, found \"}\".", 1, 17},
    {"extend schema", "Unexpected <EOF>.", 1, 14},
    {"extend scalar S", "Unexpected <EOF>.", 1, 16},
    {"extend interface I", "Unexpected <EOF>.", 1, 19},
    {"extend union U", "Unexpected <EOF>.", 1, 15},
    {"extend enum E", "Unexpected <EOF>.", 1, 14},
    {"extend input I", "Unexpected <EOF>.", 1, 15},
    {"extend directive @d on FIELD", "Unexpected Name \"directive\".", 1, 8},
    {"\"text\" extend type T { a: Int }",
     "Unexpected description, only GraphQL definitions support descriptions.", 1, 1},
    {"\"text\" schema", "Expected \"{\", found <EOF>.", 1, 14},
};

template <std::size_t size>
void expect_errors(const Case (&cases)[size]) {
  for (const Case& each : cases) {
    SCOPED_TRACE(each.source);
    const auto parsed = parse(std::string(each.source));
    ASSERT_FALSE(parsed.has_value());
    const GraphqlError& error = parsed.error();
    EXPECT_EQ(error.message, "Syntax Error: " + std::string(each.message));
    ASSERT_EQ(error.locations.size(), 1U);
    EXPECT_EQ(error.locations[0], (Location{.line = each.line, .column = each.column}));
    EXPECT_EQ(error.extensions.at("code"), "GRAPHQL_PARSE_FAILED");
  }
}

TEST(SyntaxErrors, of_executable_documents_are_the_reference_implementations) {
  expect_errors(kDocuments);
}
TEST(SyntaxErrors, of_tokens_are_the_reference_implementations) {
  expect_errors(kTokens);
}
TEST(SyntaxErrors, of_the_type_system_are_the_reference_implementations) {
  expect_errors(kTypeSystem);
}

TEST(SyntaxErrors, half_a_surrogate_pair_that_an_error_quotes_is_replaced) {
  const auto parsed = parse("{ a(b: \"\\\U0001F600\") }");
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().message, "Syntax Error: Invalid character escape sequence: \"\\\uFFFD\".");
}

TEST(SyntaxErrors, text_that_is_not_utf8_is_refused_where_it_stands) {
  struct Bad {
    std::string_view bytes;
    std::string_view shown;
  };
  // A lone continuation, overlong forms, surrogates, beyond U+10FFFF, cut sequences, no lead byte.
  constexpr Bad kBad[] = {{"\x80"sv, "80"},
                          {"\xC0\x80"sv, "C0"},
                          {"\xC1\xBF"sv, "C1"},
                          {"\xE0\x9F\xBF"sv, "E0"},
                          {"\xED\xA0\x80"sv, "ED"},
                          {"\xF0\x8F\xBF\xBF"sv, "F0"},
                          {"\xF4\x90\x80\x80"sv, "F4"},
                          {"\xF5\x80\x80\x80"sv, "F5"},
                          {"\xC3"sv, "C3"},
                          {"\xE2\x82"sv, "E2"},
                          {"\xF0\x9F\x98"sv, "F0"},
                          {"\xFF"sv, "FF"},
                          {"\xC3("sv, "C3"}};
  for (const Bad& bad : kBad) {
    SCOPED_TRACE(bad.shown);
    const auto parsed = parse("{ a # \u00e9\U0001F600\n b(c: \"" + std::string(bad.bytes) + "\") }");
    ASSERT_FALSE(parsed.has_value());
    EXPECT_EQ(parsed.error().message, "Syntax Error: Invalid UTF-8: byte 0x" + std::string(bad.shown) + ".");
    EXPECT_EQ(parsed.error().locations[0], (Location{.line = 2, .column = 8}));
  }
  EXPECT_TRUE(parse("{ a(b: \"\u0080\u07FF\u0800\uD7FF\uE000\uFFFF\U00010000\U0010FFFF\") }").has_value());
}

// ---- limits

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(ParseLimits, the_token_too_many_is_named_with_its_place) {
  EXPECT_TRUE(parse("{ a b c }", {.max_tokens = 5}).has_value());
  const auto parsed = parse("{ a\n b c }", {.max_tokens = 4});
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().message, "Syntax Error: Document contains more that 4 tokens. Parsing aborted.");
  EXPECT_EQ(parsed.error().locations[0], (Location{.line = 2, .column = 6}));
  EXPECT_EQ(parsed.error().extensions.at("code"), "QUERY_TOO_COMPLEX");
}

TEST(ParseLimits, the_end_is_no_token) {
  const auto parsed = parse("{ a }");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ((*parsed)->tokens, 3U);
}

TEST(ParseLimits, nothing_nests_deeper_than_the_limit) {
  const ParseOptions options{.max_depth = 10};
  for (const int depth : {10, 11}) {
    SCOPED_TRACE(depth);
    const std::string selections = repeated("{a", depth) + repeated("}", depth);
    const std::string lists = "query($a: Int = " + repeated("[", depth) + repeated("]", depth) + ") {a}";
    const std::string objects =
        "query($a: Int = " + repeated("{a:", depth) + "1" + repeated("}", depth) + ") {a}";
    const std::string types = "query($a: " + repeated("[", depth) + "Int" + repeated("]", depth) + ") {a}";
    const std::string fragments = "{" + repeated("...{", depth - 1) + "a" + repeated("}", depth);
    for (const std::string& source : {selections, lists, objects, types, fragments}) {
      const auto parsed = parse(source, options);
      EXPECT_EQ(parsed.has_value(), depth == 10) << source;
      if (parsed) continue;
      EXPECT_EQ(parsed.error().message,
                "Syntax Error: Document is nested deeper than 10 levels. Parsing aborted.");
      EXPECT_EQ(parsed.error().extensions.at("code"), "QUERY_TOO_COMPLEX");
    }
  }
}

TEST(ParseLimits, a_million_brackets_end_at_the_limit) {
  for (const std::string_view open : {"{a", "{...", "query($a:[", "{a(b:[", "{a(b:{c:"}) {
    EXPECT_FALSE(parse(repeated(open, 1'000'000)).has_value());
  }
  EXPECT_FALSE(parse("query($a: " + std::string(1'000'000, '[')).has_value());
  EXPECT_FALSE(parse("{a(b: " + std::string(1'000'000, '[')).has_value());
}

}  // namespace
}  // namespace parley::graphql
