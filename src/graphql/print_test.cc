// Printed documents are what npm graphql 16.15 prints of them.
#include <gtest/gtest.h>

#include "graphql/block_string.h"
#include "graphql/parse.h"

namespace parley::graphql {
namespace {

constexpr std::string_view kExecutable =
    R"gql("A query" query queryName($foo: ComplexType, "site" $site: Site = MOBILE, $l: [[Int!]!]! = [[1]]) @onQuery {
  whoever123is: node(id: [123, 456, -0, 1.5e10, -2E-3, 0.0]) {
    id ,
    ... on User @onInlineFragment {
      field2 {
        id ,
        alias: field1(first:10, after:$foo,) @include(if: $foo) {
          id,
          ...frag @onFragmentSpread
        }
      }
    }
    ... @skip(unless: $foo) {
      id
    }
    ... {
      id
    }
  }
}

"""
  Block
    description
"""
mutation likeStory @onMutation { like(story: 123) @onField { story { id @onField } } }

subscription StoryLikeSubscription(
  $input: StoryLikeSubscribeInput @onVariableDefinition
) @onSubscription {
  storyLikeSubscribe(input: $input) { story { likers { count } likeSentence { text } } }
}

fragment frag on Friend @onFragmentDefinition {
  foo(size: $size, bar: $b, obj: {key: "value", block: """

      block string uses \"""

  """, nested: {a: [1, {b: null}], c: true, d: false, e: ENUM}})
  str(s: "esc \" \\ \/ \b \f \n \r \t \u00e9 \u{1F600} \uD83D\uDE00 é 😀")
}

query teeny { unnamed(truthy: true, falsy: false, nullish: null), query }
query ($x: Int = 5 @a(b: {c: 1})) { f(longArgumentName1: "aaaaaaaaaaaaaaaaaaaaaaa", longArgumentName2: "bbbbbbbbbbbbbbbbbbbbbbbbbb", c: [ ]) }
{ __typename on fragment: type }
query block($a: String = """
x
  y
""", $b: Int) { a }
)gql";
constexpr std::string_view kExecutablePrinted = R"gql("A query"
query queryName(
$foo: ComplexType
"site"
$site: Site = MOBILE
$l: [[Int!]!]! = [[1]]
) @onQuery {
  whoever123is: node(id: [123, 456, -0, 1.5e10, -2E-3, 0.0]) {
    id
    ... on User @onInlineFragment {
      field2 {
        id
        alias: field1(first: 10, after: $foo) @include(if: $foo) {
          id
          ...frag @onFragmentSpread
        }
      }
    }
    ... @skip(unless: $foo) {
      id
    }
    ... {
      id
    }
  }
}

"""
Block
  description
"""
mutation likeStory @onMutation {
  like(story: 123) @onField {
    story {
      id @onField
    }
  }
}

subscription StoryLikeSubscription($input: StoryLikeSubscribeInput @onVariableDefinition) @onSubscription {
  storyLikeSubscribe(input: $input) {
    story {
      likers {
        count
      }
      likeSentence {
        text
      }
    }
  }
}

fragment frag on Friend @onFragmentDefinition {
  foo(
    size: $size
    bar: $b
    obj: {key: "value", block: """
    block string uses \"""
    """, nested: {a: [1, {b: null}], c: true, d: false, e: ENUM}}
  )
  str(s: "esc \" \\ / \b \f \n \r \t é 😀 😀 é 😀")
}

query teeny {
  unnamed(truthy: true, falsy: false, nullish: null)
  query
}

query ($x: Int = 5 @a(b: {c: 1})) {
  f(
    longArgumentName1: "aaaaaaaaaaaaaaaaaaaaaaa"
    longArgumentName2: "bbbbbbbbbbbbbbbbbbbbbbbbbb"
    c: []
  )
}

{
  __typename
  on
  fragment: type
}

query block(
$a: String = """
x
  y
"""
$b: Int
) {
  a
})gql";

constexpr std::string_view kTypeSystem = R"gql("""This is a description of the schema as a whole."""
schema @foo { query: QueryType mutation: MutationType }
"""
This is a description
of the `Foo` type.
"""
type Foo implements Bar & Baz & Two @onObject(a: 1) {
  "Description of the `one` field."
  one: Type
  """
  This is a description of the `two` field.
  """
  two(
    """
    This is a description of the `argument` argument.
    """
    argument: InputType!
  ): Type
  three(argument: InputType, other: String): Int
  four(argument: String = "string"): String @deprecated(reason: "x")
  five(argument: [String] = ["string", "string"]): String
  six(argument: InputType = {key: "value"}): Type
  seven(argument: Int = null): Type
}
type AnnotatedObject @onObject(arg: "value") { annotatedField(arg: Type = "default" @onArgumentDefinition): Type @onField }
type UndefinedType
extend type Foo { seven(argument: [String]): Type }
extend type Foo @onType
extend type Foo implements & A & B
interface Bar { one: Type four(argument: String = "string"): String }
interface Node2 implements Bar & Two { one: Type }
extend interface Bar implements Two { a: Int }
extend interface Bar @x
union Feed = | Story | Article | Advert
union AnnotatedUnion @onUnion = A | B
union U
extend union Feed = Photo | Video
extend union Feed @onUnion
scalar CustomScalar
scalar AnnotatedScalar @onScalar
extend scalar CustomScalar @onScalar
enum Site { "d" DESKTOP """m""" MOBILE @deprecated }
enum Undef
extend enum Site { VR }
extend enum Site @onEnum
input InputType { key: String! answer: Int = 42 "desc" x: [Int!]! = [1] @a }
input Undefined
extend input InputType { other: Float = 1.23e4 @onInputFieldDefinition }
extend input InputType @onInputObject
"d" directive @skip2("if" if: Boolean! @onArgumentDefinition) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @include2(if: Boolean!) repeatable on | FIELD | FRAGMENT_SPREAD | VARIABLE_DEFINITION
extend schema @onSchema
extend schema @onSchema { subscription: SubscriptionType }
)gql";
constexpr std::string_view kTypeSystemPrinted = R"gql("""This is a description of the schema as a whole."""
schema @foo {
  query: QueryType
  mutation: MutationType
}

"""
This is a description
of the `Foo` type.
"""
type Foo implements Bar & Baz & Two @onObject(a: 1) {
  "Description of the `one` field."
  one: Type
  """This is a description of the `two` field."""
  two(
    """This is a description of the `argument` argument."""
    argument: InputType!
  ): Type
  three(argument: InputType, other: String): Int
  four(argument: String = "string"): String @deprecated(reason: "x")
  five(argument: [String] = ["string", "string"]): String
  six(argument: InputType = {key: "value"}): Type
  seven(argument: Int = null): Type
}

type AnnotatedObject @onObject(arg: "value") {
  annotatedField(arg: Type = "default" @onArgumentDefinition): Type @onField
}

type UndefinedType

extend type Foo {
  seven(argument: [String]): Type
}

extend type Foo @onType

extend type Foo implements A & B

interface Bar {
  one: Type
  four(argument: String = "string"): String
}

interface Node2 implements Bar & Two {
  one: Type
}

extend interface Bar implements Two {
  a: Int
}

extend interface Bar @x

union Feed = Story | Article | Advert

union AnnotatedUnion @onUnion = A | B

union U

extend union Feed = Photo | Video

extend union Feed @onUnion

scalar CustomScalar

scalar AnnotatedScalar @onScalar

extend scalar CustomScalar @onScalar

enum Site {
  "d"
  DESKTOP
  """m"""
  MOBILE @deprecated
}

enum Undef

extend enum Site {
  VR
}

extend enum Site @onEnum

input InputType {
  key: String!
  answer: Int = 42
  "desc"
  x: [Int!]! = [1] @a
}

input Undefined

extend input InputType {
  other: Float = 1.23e4 @onInputFieldDefinition
}

extend input InputType @onInputObject

"d"
directive @skip2(
  "if"
  if: Boolean! @onArgumentDefinition
) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT

directive @include2(if: Boolean!) repeatable on FIELD | FRAGMENT_SPREAD | VARIABLE_DEFINITION

extend schema @onSchema

extend schema @onSchema {
  subscription: SubscriptionType
})gql";

std::string printed(std::string_view source) {
  const auto document = parse(std::string(source));
  EXPECT_TRUE(document.has_value()) << document.error().message;
  return document ? print(**document) : std::string();
}

TEST(Print, executable_documents) {
  EXPECT_EQ(printed(kExecutable), kExecutablePrinted);
  EXPECT_EQ(printed(kExecutablePrinted), kExecutablePrinted);
}

TEST(Print, type_system_documents) {
  EXPECT_EQ(printed(kTypeSystem), kTypeSystemPrinted);
  EXPECT_EQ(printed(kTypeSystemPrinted), kTypeSystemPrinted);
}

TEST(Print, arguments_take_lines_of_their_own_past_80_characters) {
  const std::string longer = "f(a: \"" + std::string(67, 'x') + "\", b: 1)";
  const std::string last = "f(a: \"" + std::string(66, 'x') + "\", b: 1)";
  ASSERT_EQ(last.size(), 80U);
  EXPECT_EQ(printed("{" + last + "}"), "{\n  " + last + "\n}");
  EXPECT_EQ(printed("{" + longer + "}"),
            "{\n  f(\n    a: \"" + std::string(67, 'x') + "\"\n    b: 1\n  )\n}");
}

TEST(Print, strings_escape_controls_and_keep_the_rest) {
  const auto value = parse_value(
      "\"\\u0000\\b\\t\\n\\u000B\\f\\r\\u001f\\\"\\\\\\/\u007f\u0080\u009f\u00a0\u00e9\U0001F600\"");
  ASSERT_TRUE(value.has_value()) << value.error().message;
  EXPECT_EQ(print(value->value),
            "\"\\u0000\\b\\t\\n\\u000B\\f\\r\\u001F\\\"\\\\/\\u007F\\u0080\\u009F\u00a0\u00e9\U0001F600\"");
}

struct Block {
  std::string_view text;
  std::string_view printed;
  bool printable;
};
constexpr Block kBlocks[] = {
    {"", "\"\"\"\"\"\"", true},
    {"a", "\"\"\"a\"\"\"", true},
    {" a", "\"\"\" a\"\"\"", true},
    {"\ta", "\"\"\"\ta\"\"\"", true},
    {"a\"", "\"\"\"\na\"\n\"\"\"", true},
    {"a\\", "\"\"\"\na\\\n\"\"\"", true},
    {"\"\"\"", "\"\"\"\n\\\"\"\"\n\"\"\"", true},
    {"a \"\"\" b", "\"\"\"a \\\"\"\" b\"\"\"", true},
    {"a\"\"\"", "\"\"\"\na\\\"\"\"\n\"\"\"", true},
    {"a\nb", "\"\"\"\na\nb\n\"\"\"", true},
    {" a\nb", "\"\"\"\n a\nb\n\"\"\"", true},
    {" a\n b", "\"\"\"\n a\n b\n\"\"\"", false},
    {"a\n b\n  c", "\"\"\"\na\n b\n  c\n\"\"\"", true},
    {"\n a", "\"\"\"\n\n a\n\"\"\"", false},
    {"a\n", "\"\"\"\na\n\n\"\"\"", false},
    {"a\n\nb", "\"\"\"\na\n\nb\n\"\"\"", true},
    {"a\n ", "\"\"\"\na\n \n\"\"\"", false},
    {" ", "\"\"\" \"\"\"", false},
    {"\t", "\"\"\"\t\"\"\"", false},
    {"a\rb", "\"\"\"\na\rb\n\"\"\"", false},
    {"a\u0007", "\"\"\"a\u0007\"\"\"", false},
    {"é\"", "\"\"\"\né\"\n\"\"\"", true},
    {" a\"", "\"\"\" a\"\n\"\"\"", true},
    {"a\n\"\"\"", "\"\"\"\na\n\\\"\"\"\n\"\"\"", true},
};

TEST(BlockString, is_printed_on_lines_of_its_own_where_it_must) {
  for (const Block& block : kBlocks) {
    SCOPED_TRACE(block.text);
    EXPECT_EQ(print_block_string(block.text), block.printed);
    EXPECT_EQ(printable_as_block_string(block.text), block.printable);
  }
}

TEST(BlockString, is_read_again_as_it_was_where_it_is_printable) {
  for (const Block& block : kBlocks) {
    if (!block.printable) continue;
    const std::string printed = print_block_string(block.text);
    EXPECT_EQ(block_string_value(std::string_view(printed).substr(3, printed.size() - 6)), block.text);
  }
}

TEST(BlockString, has_lines_of_its_own_past_70_utf16_units) {
  const auto emoji = [](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "\U0001F600";
    return text;
  };
  EXPECT_EQ(print_block_string(std::string(70, 'x')), R"(""")" + std::string(70, 'x') + R"(""")");
  EXPECT_EQ(print_block_string(std::string(71, 'x')), "\"\"\"\n" + std::string(71, 'x') + "\n\"\"\"");
  EXPECT_EQ(print_block_string(emoji(35)), R"(""")" + emoji(35) + R"(""")");
  EXPECT_EQ(print_block_string(emoji(36)), "\"\"\"\n" + emoji(36) + "\n\"\"\"");
}

}  // namespace
}  // namespace parley::graphql
