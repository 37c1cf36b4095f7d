// The syntax tree of a GraphQL document (specification of September 2025, sections 2 and 3): executable and
// type system definitions alike.
//
// Made by parse(), immutable afterwards, shared between threads. Names and values are views: of the
// document's source, or of text that the document keeps beside it. A position (`at`) is a byte offset into
// the source; Document::location() turns it into line and column.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "graphql/error.h"

namespace parley::graphql {

using Position = std::uint32_t;

struct Name {
  std::string_view text;
  Position at = 0;
};

// ---- values (2.10)

enum class ValueKind : std::uint8_t {
  kVariable,
  kInt,
  kFloat,
  kString,
  kBoolean,
  kNull,
  kEnum,
  kList,
  kObject
};

struct ObjectField;

struct Value {
  ValueKind kind = ValueKind::kNull;
  Position at = 0;
  // A variable's name without '$'; a number as it is written; a string's value with escapes and block
  // indentation resolved; an enum value's name; "true" or "false".
  std::string_view text{};
  // A string that was written as a block string.
  bool block = false;
  // Of a list.
  std::vector<Value> items{};
  // Of an object, in their order; names may repeat until validation says otherwise.
  std::vector<ObjectField> fields;
};

struct ObjectField {
  Name name;
  Value value;
};

// ---- types (2.11)

struct TypeReference {
  enum class Kind : std::uint8_t { kNamed, kList, kNonNull };
  Kind kind = Kind::kNamed;
  Position at = 0;
  // Of a named type.
  Name name{};
  // Of a list or a non-null type.
  std::unique_ptr<TypeReference> of{};
};

// ---- executable definitions (2.3 to 2.12)

struct Argument {
  Name name;
  Value value;
};

struct Directive {
  // Of the '@'.
  Position at = 0;
  Name name{};
  std::vector<Argument> arguments{};
};

struct Selection;

struct SelectionSet {
  // Of the '{'.
  Position at = 0;
  std::vector<Selection> selections;
  bool empty() const { return selections.empty(); }
};

struct Field {
  // Of the alias, else of the name.
  Position at = 0;
  std::optional<Name> alias{};
  Name name{};
  std::vector<Argument> arguments{};
  std::vector<Directive> directives{};
  SelectionSet selection_set;

  std::string_view response_key() const { return alias ? alias->text : name.text; }
};

struct FragmentSpread {
  Position at = 0;
  Name name{};
  std::vector<Directive> directives{};
};

struct InlineFragment {
  Position at = 0;
  std::optional<Name> type_condition{};
  std::vector<Directive> directives{};
  SelectionSet selection_set;
};

struct Selection {
  std::variant<Field, FragmentSpread, InlineFragment> of;
};

enum class OperationType : std::uint8_t { kQuery, kMutation, kSubscription };
// "query", "mutation", "subscription".
std::string_view name(OperationType type);

struct Description {
  Position at = 0;
  std::string_view text;
  bool block = false;
};

struct VariableDefinition {
  Position at = 0;
  std::optional<Description> description{};
  // Without '$'.
  Name name{};
  TypeReference type{};
  std::optional<Value> default_value{};
  std::vector<Directive> directives{};
};

struct OperationDefinition {
  Position at = 0;
  std::optional<Description> description{};
  OperationType type = OperationType::kQuery;
  // Written as a selection set alone.
  bool shorthand = false;
  std::optional<Name> name{};
  std::vector<VariableDefinition> variables{};
  std::vector<Directive> directives{};
  SelectionSet selection_set;
};

struct FragmentDefinition {
  Position at = 0;
  std::optional<Description> description{};
  Name name{};
  Name type_condition{};
  std::vector<Directive> directives{};
  SelectionSet selection_set;
};

// ---- type system definitions and extensions (3)

struct InputValueDefinition {
  Position at = 0;
  std::optional<Description> description{};
  Name name{};
  TypeReference type{};
  std::optional<Value> default_value{};
  std::vector<Directive> directives{};
};

struct FieldDefinition {
  Position at = 0;
  std::optional<Description> description{};
  Name name{};
  std::vector<InputValueDefinition> arguments{};
  TypeReference type{};
  std::vector<Directive> directives{};
};

struct EnumValueDefinition {
  Position at = 0;
  std::optional<Description> description{};
  Name name{};
  std::vector<Directive> directives{};
};

enum class TypeKind : std::uint8_t { kScalar, kObject, kInterface, kUnion, kEnum, kInputObject };
// As introspection and directives' locations write it: "SCALAR", "INPUT_OBJECT".
std::string_view name(TypeKind kind);

struct TypeDefinition {
  TypeKind kind = TypeKind::kScalar;
  Position at = 0;
  // `extend type ...`.
  bool extension = false;
  std::optional<Description> description{};
  Name name{};
  std::vector<Directive> directives{};
  // Of an object or an interface.
  std::vector<Name> interfaces{};
  std::vector<FieldDefinition> fields{};
  // Of a union.
  std::vector<Name> members{};
  // Of an enum.
  std::vector<EnumValueDefinition> values{};
  // Of an input object.
  std::vector<InputValueDefinition> input_fields{};
};

struct DirectiveDefinition {
  Position at = 0;
  std::optional<Description> description{};
  Name name{};
  std::vector<InputValueDefinition> arguments{};
  bool repeatable = false;
  std::vector<Name> locations{};
};

struct RootOperation {
  Position at = 0;
  OperationType type = OperationType::kQuery;
  Name name{};
};

struct SchemaDefinition {
  Position at = 0;
  bool extension = false;
  std::optional<Description> description{};
  std::vector<Directive> directives{};
  std::vector<RootOperation> roots{};
};

using Definition = std::variant<OperationDefinition, FragmentDefinition, TypeDefinition, DirectiveDefinition,
                                SchemaDefinition>;

class Document {
 public:
  explicit Document(std::string source) : source_(std::move(source)) {}
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  const std::string& source() const { return source_; }
  // Line and column from 1; a column counts UTF-16 code units, as the reference implementation does.
  Location location(Position at) const;

  // In the order of the source. Filled by the parser alone.
  std::vector<Definition> definitions{};
  // The number of lexical tokens, the end not counted.
  std::size_t tokens = 0;

  // Keeps text that does not stand in the source as it is (escapes resolved); the view lives as long as the
  // document.
  std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }

 private:
  std::string source_;
  std::deque<std::string> kept_{};
};

using DocumentPtr = std::shared_ptr<const Document>;

}  // namespace parley::graphql
