#include "graphql/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace parley::graphql {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

DocumentPtr parsed(std::string source) {
  auto document = parse(std::move(source));
  EXPECT_TRUE(document.has_value()) << document.error().message;
  return document ? *document : nullptr;
}

template <class Of>
const Of& only(const DocumentPtr& document) {
  EXPECT_THAT(document->definitions, SizeIs(1));
  return std::get<Of>(document->definitions.front());
}

Value value_of(std::string literal) {
  // What it views is kept for the whole program's life, as a test is short.
  static std::vector<DocumentPtr> kept;
  auto value = parse_value(std::move(literal));
  EXPECT_TRUE(value.has_value()) << value.error().message;
  if (!value) return {};
  kept.push_back(std::move(value->document));
  return std::move(value->value);
}

std::string string_of(std::string literal) {
  return std::string(value_of(std::move(literal)).text);
}

// ---- 2.1, tokens

TEST(Lexer, ignores_byte_order_marks_commas_comments_and_white_space) {
  const auto document = parsed("\uFEFF{\t# \u00e9 { \"\n,,a,\r\n\uFEFF b # at the end\r}#");
  EXPECT_EQ(print(*document), "{\n  a\n  b\n}");
  EXPECT_EQ(document->tokens, 4U);
}

TEST(Lexer, takes_names_of_letters_digits_and_underscores) {
  EXPECT_EQ(print(*parsed("{_ __a0 A9_z on fragment query true null}")),
            "{\n  _\n  __a0\n  A9_z\n  on\n  fragment\n  query\n  true\n  null\n}");
}

TEST(Lexer, keeps_numbers_as_they_are_written) {
  for (const std::string text : {"0", "-0", "9", "-12", "123456789012345678901234567890"}) {
    EXPECT_EQ(value_of(text).kind, ValueKind::kInt) << text;
    EXPECT_EQ(value_of(text).text, text);
  }
  for (const std::string text : {"0.0", "-1.5", "1e5", "1E+5", "-1.25e-10", "0e0", "1e999"}) {
    EXPECT_EQ(value_of(text).kind, ValueKind::kFloat) << text;
    EXPECT_EQ(value_of(text).text, text);
  }
}

TEST(Lexer, resolves_escapes_in_strings) {
  EXPECT_EQ(string_of(R"("\" \\ \/ \b \f \n \r \t")"), "\" \\ / \b \f \n \r \t");
  EXPECT_EQ(string_of(R"("\u0041\u00e9\u20AC\uFFFF")"), "A\u00e9\u20AC\uFFFF");
  EXPECT_EQ(string_of(R"("\u{0}")"), std::string(1, '\0'));
  EXPECT_EQ(string_of(R"("\u{41}\u{00E9}\u{1F600}\u{10FFFF}\u{00000041}")"), "A\u00e9\U0001F600\U0010FFFFA");
  EXPECT_EQ(string_of(R"("\uD83D\uDE00")"), "\U0001F600");
  EXPECT_EQ(string_of("\"\""), "");
  EXPECT_EQ(string_of("\"a # , \u00e9 \U0001F600\x01\x7F\""), "a # , \u00e9 \U0001F600\x01\x7F");
}

TEST(Lexer, views_the_source_where_a_string_has_no_escapes) {
  const auto document = parsed(R"({ a(b: "plain", c: """plain""") })");
  const auto& operation = only<OperationDefinition>(document);
  const auto& field = std::get<Field>(operation.selection_set.selections.front().of);
  const std::string_view source = document->source();
  for (const Argument& argument : field.arguments) {
    EXPECT_GE(argument.value.text.data(), source.data());
    EXPECT_LT(argument.value.text.data(), source.data() + source.size());
  }
}

TEST(Lexer, takes_common_indentation_off_block_strings) {
  EXPECT_EQ(string_of("\"\"\"\n    Hello,\n      World!\n\n    Yours,\n      GraphQL.\n  \"\"\""),
            "Hello,\n  World!\n\nYours,\n  GraphQL.");
  EXPECT_EQ(string_of("\"\"\"  first\n    second\n   third\"\"\""), "  first\n second\nthird");
  EXPECT_EQ(string_of("\"\"\"a\rb\r\nc\n\rd\"\"\""), "a\nb\nc\n\nd");
  EXPECT_EQ(string_of("\"\"\"\n\n  \t \n\"\"\""), "");
  EXPECT_EQ(string_of("\"\"\" \t\"\"\""), "");
  EXPECT_EQ(string_of("\"\"\"\"\"\""), "");
  EXPECT_EQ(string_of(R"("""raw \n \u0041 \\ "" \""" end""")"), R"(raw \n \u0041 \\ "" """ end)");
  EXPECT_EQ(string_of("\"\"\"\n\ta\n\t b\n\"\"\""), "a\n b");
}

TEST(Document, locations_count_lines_of_every_kind_and_utf16_units) {
  const auto good = parsed("{\ra\r\nb\n\n#\U0001F600\u00e9\n c(d:\"\U0001F600\u00e9\" e:1)}");
  const auto& set = only<OperationDefinition>(good).selection_set;
  const auto location = [&](std::size_t i) {
    return good->location(std::get<Field>(set.selections[i].of).at);
  };
  EXPECT_EQ(location(0), (Location{.line = 2, .column = 1}));
  EXPECT_EQ(location(1), (Location{.line = 3, .column = 1}));
  EXPECT_EQ(location(2), (Location{.line = 6, .column = 2}));
  const auto& arguments = std::get<Field>(set.selections[2].of).arguments;
  EXPECT_EQ(good->location(arguments[1].name.at), (Location{.line = 6, .column = 12}));
}

// ---- 2.3 to 2.12, executable documents

TEST(Parse, an_operation_has_its_parts_and_places) {
  const auto document = parsed(
      "query Q($a: [Int!]! = [1] @d, $b: S) @e(f: $a) {\n  x: y(z: $b) @g { ...F ... on T @h { i } ... { j } "
      "}\n}");
  const auto& operation = only<OperationDefinition>(document);
  EXPECT_EQ(operation.type, OperationType::kQuery);
  EXPECT_FALSE(operation.shorthand);
  EXPECT_EQ(operation.name->text, "Q");
  ASSERT_THAT(operation.variables, SizeIs(2));
  EXPECT_EQ(operation.variables[0].name.text, "a");
  EXPECT_EQ(operation.variables[0].at, 8U);
  EXPECT_EQ(print(operation.variables[0].type), "[Int!]!");
  EXPECT_EQ(operation.variables[0].type.kind, TypeReference::Kind::kNonNull);
  EXPECT_EQ(print(*operation.variables[0].default_value), "[1]");
  EXPECT_THAT(operation.variables[0].directives, SizeIs(1));
  EXPECT_FALSE(operation.variables[1].default_value.has_value());
  EXPECT_EQ(operation.directives[0].arguments[0].value.kind, ValueKind::kVariable);
  EXPECT_EQ(operation.directives[0].arguments[0].value.text, "a");

  const auto& field = std::get<Field>(operation.selection_set.selections[0].of);
  EXPECT_EQ(field.response_key(), "x");
  EXPECT_EQ(field.name.text, "y");
  EXPECT_EQ(document->location(field.at), (Location{.line = 2, .column = 3}));
  EXPECT_EQ(document->location(field.name.at), (Location{.line = 2, .column = 6}));
  ASSERT_THAT(field.selection_set.selections, SizeIs(3));
  EXPECT_EQ(std::get<FragmentSpread>(field.selection_set.selections[0].of).name.text, "F");
  const auto& inlined = std::get<InlineFragment>(field.selection_set.selections[1].of);
  EXPECT_EQ(inlined.type_condition->text, "T");
  EXPECT_THAT(inlined.directives, SizeIs(1));
  EXPECT_FALSE(std::get<InlineFragment>(field.selection_set.selections[2].of).type_condition.has_value());
}

TEST(Parse, a_selection_set_alone_is_a_query) {
  const auto document = parsed("{ a }");
  const auto& operation = only<OperationDefinition>(document);
  EXPECT_TRUE(operation.shorthand);
  EXPECT_EQ(operation.type, OperationType::kQuery);
  EXPECT_FALSE(operation.name.has_value());
  EXPECT_THAT(operation.variables, IsEmpty());
}

TEST(Parse, executable_definitions_have_descriptions) {
  const auto document = parsed(
      "\"q\" query ($a: Int, \"\"\"\n  v\n\"\"\" $b: Int) { a } \"\"\"m\"\"\" mutation { a } \"f\" fragment "
      "F on T { a }");
  ASSERT_THAT(document->definitions, SizeIs(3));
  const auto& query = std::get<OperationDefinition>(document->definitions[0]);
  EXPECT_EQ(query.description->text, "q");
  EXPECT_EQ(query.at, 0U);
  EXPECT_FALSE(query.variables[0].description.has_value());
  EXPECT_EQ(query.variables[1].description->text, "v");
  EXPECT_TRUE(query.variables[1].description->block);
  EXPECT_EQ(std::get<OperationDefinition>(document->definitions[1]).description->text, "m");
  const auto& fragment = std::get<FragmentDefinition>(document->definitions[2]);
  EXPECT_EQ(fragment.description->text, "f");
  EXPECT_EQ(fragment.name.text, "F");
  EXPECT_EQ(fragment.type_condition.text, "T");
}

TEST(Parse, values_are_of_every_kind) {
  EXPECT_EQ(value_of("1").kind, ValueKind::kInt);
  EXPECT_EQ(value_of("1.0").kind, ValueKind::kFloat);
  EXPECT_EQ(value_of("\"a\"").kind, ValueKind::kString);
  EXPECT_FALSE(value_of("\"a\"").block);
  EXPECT_TRUE(value_of("\"\"\"a\"\"\"").block);
  EXPECT_EQ(value_of("true").kind, ValueKind::kBoolean);
  EXPECT_EQ(value_of("false").text, "false");
  EXPECT_EQ(value_of("null").kind, ValueKind::kNull);
  EXPECT_EQ(value_of("on").kind, ValueKind::kEnum);
  const Value object = value_of("{a: [1, {b: E}], a: {}}");
  ASSERT_THAT(object.fields, SizeIs(2));
  EXPECT_THAT(object.fields[0].value.items, SizeIs(2));
  EXPECT_EQ(object.fields[0].value.items[1].fields[0].value.text, "E");
  EXPECT_EQ(object.fields[1].value.kind, ValueKind::kObject);
}

TEST(ParseValue, takes_one_value_without_variables) {
  EXPECT_EQ(parse_value("1 2").error().message, "Syntax Error: Expected <EOF>, found Int \"2\".");
  EXPECT_EQ(parse_value("").error().message, "Syntax Error: Unexpected <EOF>.");
  EXPECT_EQ(parse_value("[$a]").error().message,
            "Syntax Error: Unexpected variable \"$a\" in constant value.");
  EXPECT_EQ(parse_value("\xFF").error().message, "Syntax Error: Invalid UTF-8: byte 0xFF.");
}

TEST(Parse, variables_may_stand_in_directives_of_executable_parts_alone) {
  EXPECT_TRUE(parse("query ($a: Int) @d(e: $a) { f @d(e: {g: [$a]}) }").has_value());
  EXPECT_FALSE(parse("query ($a: Int @d(e: $a)) { f }").has_value());
  EXPECT_FALSE(parse("type T @d(e: $a)").has_value());
}

// ---- 3, the type system

TEST(Parse, type_definitions_have_their_parts) {
  const auto document = parsed(R"(
    "d" type T implements & A & B @x { "f" f("a" a: Int = 1 @y): [T!] @deprecated }
    union U @x = | A | B
    enum E { "v" V @y W }
    input I { a: Int = 1 @y }
    extend interface N implements M { g: Int }
    directive @z(a: Int) repeatable on | FIELD | QUERY)");
  ASSERT_THAT(document->definitions, SizeIs(6));
  const auto& type = std::get<TypeDefinition>(document->definitions[0]);
  EXPECT_EQ(type.kind, TypeKind::kObject);
  EXPECT_FALSE(type.extension);
  EXPECT_EQ(type.description->text, "d");
  EXPECT_EQ(type.at, type.description->at);
  ASSERT_THAT(type.interfaces, SizeIs(2));
  EXPECT_EQ(type.interfaces[1].text, "B");
  ASSERT_THAT(type.fields, SizeIs(1));
  EXPECT_EQ(type.fields[0].arguments[0].description->text, "a");
  EXPECT_EQ(print(type.fields[0].type), "[T!]");
  EXPECT_THAT(type.fields[0].directives, SizeIs(1));
  EXPECT_THAT(std::get<TypeDefinition>(document->definitions[1]).members, SizeIs(2));
  EXPECT_THAT(std::get<TypeDefinition>(document->definitions[2]).values, SizeIs(2));
  EXPECT_THAT(std::get<TypeDefinition>(document->definitions[3]).input_fields, SizeIs(1));
  const auto& extension = std::get<TypeDefinition>(document->definitions[4]);
  EXPECT_TRUE(extension.extension);
  EXPECT_EQ(extension.kind, TypeKind::kInterface);
  const auto& directive = std::get<DirectiveDefinition>(document->definitions[5]);
  EXPECT_TRUE(directive.repeatable);
  EXPECT_THAT(directive.locations, SizeIs(2));
}

TEST(Parse, types_may_lack_their_members_but_extensions_add_something) {
  EXPECT_EQ(print(*parsed("type T interface I union U enum E input P scalar S")),
            "type T\n\ninterface I\n\nunion U\n\nenum E\n\ninput P\n\nscalar S");
  EXPECT_EQ(print(*parsed(
                "extend type T implements I extend schema @a extend schema {query: Q} extend scalar S @a")),
            "extend type T implements I\n\nextend schema @a\n\nextend schema {\n  query: Q\n}\n\nextend "
            "scalar S @a");
}

}  // namespace
}  // namespace parley::graphql
