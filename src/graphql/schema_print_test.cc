// What print_schema() gives is what npm graphql 16.15's printSchema(buildSchema(sdl)) gives.
#include <gtest/gtest.h>

#include "graphql/schema.h"

namespace parley::graphql {
namespace {

constexpr std::string_view kSdl = R"gql("The schema"
schema @tag(name: "s") { query: Root mutation: Mut }
extend schema { subscription: Sub }
directive @tag(name: String!, more: [Int!] = [1, 2]) repeatable on SCHEMA | OBJECT | FIELD_DEFINITION | ARGUMENT_DEFINITION | INTERFACE | UNION | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION | SCALAR
"one" directive @once(
  "the if"
  if: Boolean = true
  old: Int @deprecated
) on FIELD_DEFINITION | OBJECT | QUERY
interface Node { id: ID! }
interface Named implements Node { id: ID! name(lang: String = "en", up: Boolean): String }
type Root implements Node & Named @once(if: false) {
  id: ID!
  "named"
  name(lang: String = "en", up: Boolean, extra: Int = 3): String! @deprecated(reason: "because \"x\"")
  friends(first: Int = 10, filter: Filter = {tags: ["a", "b"], color: RED, ids: [1, "two", 3]}): [Root!]! @once @tag(name: "x")
  any: Any
  list: [[Color!]]!
  date("when" at: Date = "2020", "none" f: Float = 3, g: Float = 1.50, h: Float = 1e30, i: Float = 0.0000001, big: Float = 123456789012345680000): Date
  obj(a: Filter = {color: GREEN, inner: {tags: "single"}}): Int @deprecated
}
type Mut { do(input: Filter!, c: Choice): Boolean }
type Sub { ticks(n: Int! = 3): Int }
type Other implements Node { id: ID! value: Int @tag(name: "a") @tag(name: "b") }
union Any = Root | Other
union Any2 @tag(name: "u") = | Other
enum Color { "r" RED GREEN @deprecated(reason: "no") """
blue
 is
""" BLUE }
"date" scalar Date @specifiedBy(url: "https://x.y/z")
input Filter { tags: [String!] = ["x"], color: Color! = RED inner: Filter ids: [ID] old: Int = 5 @deprecated(reason: "") }
input Choice @oneOf { a: Int b: String }
extend type Other @tag(name: "e") { more: [Other] }
extend enum Color { BLACK }
extend input Filter { extra: Boolean = false }
extend interface Node @tag(name: "n")
extend union Any2 = Root
)gql";

constexpr std::string_view kPrinted = R"gql("""The schema"""
schema {
  query: Root
  mutation: Mut
  subscription: Sub
}

directive @tag(name: String!, more: [Int!] = [1, 2]) repeatable on SCHEMA | OBJECT | FIELD_DEFINITION | ARGUMENT_DEFINITION | INTERFACE | UNION | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION | SCALAR

"""one"""
directive @once(
  """the if"""
  if: Boolean = true
  old: Int @deprecated
) on FIELD_DEFINITION | OBJECT | QUERY

interface Node {
  id: ID!
}

interface Named implements Node {
  id: ID!
  name(lang: String = "en", up: Boolean): String
}

type Root implements Node & Named {
  id: ID!

  """named"""
  name(lang: String = "en", up: Boolean, extra: Int = 3): String! @deprecated(reason: "because \"x\"")
  friends(first: Int = 10, filter: Filter = {tags: ["a", "b"], color: RED, ids: [1, "two", 3], old: 5, extra: false}): [Root!]!
  any: Any
  list: [[Color!]]!
  date(
    """when"""
    at: Date = "2020"

    """none"""
    f: Float = 3
    g: Float = 1.5
    h: Float = 1e+30
    i: Float = 1e-7
    big: Float = 123456789012345680000
  ): Date
  obj(a: Filter = {tags: ["x"], color: GREEN, inner: {tags: ["single"], color: RED, old: 5, extra: false}, old: 5, extra: false}): Int @deprecated
}

type Mut {
  do(input: Filter!, c: Choice): Boolean
}

type Sub {
  ticks(n: Int! = 3): Int
}

type Other implements Node {
  id: ID!
  value: Int
  more: [Other]
}

union Any = Root | Other

union Any2 = Other | Root

enum Color {
  """r"""
  RED
  GREEN @deprecated(reason: "no")

  """
  blue
   is
  """
  BLUE
  BLACK
}

"""date"""
scalar Date @specifiedBy(url: "https://x.y/z")

input Filter {
  tags: [String!] = ["x"]
  color: Color! = RED
  inner: Filter
  ids: [ID]
  old: Int = 5 @deprecated(reason: "")
  extra: Boolean = false
}

input Choice @oneOf {
  a: Int
  b: String
})gql";

std::string printed(std::string_view sdl) {
  const auto schema = Schema::make(std::string(sdl));
  EXPECT_TRUE(schema.has_value()) << schema.error().front().message;
  return schema ? print_schema(**schema) : std::string();
}

TEST(PrintSchema, is_the_reference_implementations) {
  EXPECT_EQ(printed(kSdl), kPrinted);
}

TEST(PrintSchema, is_a_schema_that_prints_the_same) {
  EXPECT_EQ(printed(kPrinted), kPrinted);
}

TEST(PrintSchema, leaves_out_roots_that_are_found_by_their_names) {
  EXPECT_EQ(printed("schema { query: Query } type Query { a: Int }"), "type Query {\n  a: Int\n}");
  EXPECT_EQ(printed("\"d\" schema { query: Query } type Query { a: Int }"),
            "\"\"\"d\"\"\"\nschema {\n  query: Query\n}\n\ntype Query {\n  a: Int\n}");
}

}  // namespace
}  // namespace parley::graphql
