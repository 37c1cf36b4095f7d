// The type system of a service (specification of September 2025, section 3), made from its SDL.
//
// Immutable after its making and shared between threads; pointers to its parts live as long as it does.
// Resolvers are not in here: see resolver.h.
#pragma once

#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <boost/json/value.hpp>

#include "graphql/ast.h"
#include "graphql/error.h"

namespace parley::graphql {

struct NamedType;

// A type as it is referred to: a named one, or list and non-null around another. Interned by the schema: the
// same type is the same pointer.
struct TypeRef {
  enum class Kind : std::uint8_t { kNamed, kList, kNonNull };
  Kind kind = Kind::kNamed;
  const NamedType* named = nullptr;
  const TypeRef* of = nullptr;

  bool non_null() const { return kind == Kind::kNonNull; }
  bool list() const { return kind == Kind::kList; }
  // The type without a non-null around it.
  const TypeRef& nullable() const { return non_null() ? *of : *this; }
  // The named type within.
  const NamedType& innermost() const { return kind == Kind::kNamed ? *named : of->innermost(); }
  // "[Message!]!".
  std::string str() const;
};

struct Deprecation {
  std::string reason;
};

struct InputValue {
  std::string name;
  std::optional<std::string> description{};
  const TypeRef* type = nullptr;
  // The literal as it was written, and coerced to the type.
  const Value* default_literal = nullptr;
  std::optional<boost::json::value> default_value{};
  std::optional<Deprecation> deprecated{};

  bool required() const { return type->non_null() && !default_value; }
};

struct FieldType {
  std::string name;
  std::optional<std::string> description{};
  std::vector<InputValue> arguments{};
  const TypeRef* type = nullptr;
  std::optional<Deprecation> deprecated{};
  // What the field costs beside its children (limits.h); from @cost(weight:) where the SDL says so, else 0
  // for a leaf and 1 for a composite type.
  int cost = 0;

  const InputValue* argument(std::string_view name) const;
};

struct EnumValue {
  std::string name;
  std::optional<std::string> description{};
  std::optional<Deprecation> deprecated{};
};

// How a custom scalar is read and checked; the built-in ones have theirs. Values stand as JSON.
struct ScalarRules {
  // A variable's or a literal's value to what resolvers get. The error is a sentence that ends an error
  // message, such as "it is not a date". Literals reach it as the JSON that they would be in variables (an
  // enum name as a string is refused before that).
  std::function<std::expected<boost::json::value, std::string>(const boost::json::value&)> parse{};
};

struct NamedType {
  TypeKind kind = TypeKind::kScalar;
  std::string name;
  std::optional<std::string> description{};
  std::optional<std::string> specified_by{};
  // Of objects and interfaces, in the order of the SDL.
  std::vector<const NamedType*> interfaces{};
  std::vector<FieldType> fields{};
  // Of unions: their members. Of interfaces: the objects and interfaces that implement them.
  std::vector<const NamedType*> members{};
  std::vector<EnumValue> values{};
  std::vector<InputValue> input_fields{};
  // @oneOf.
  bool one_of = false;
  bool built_in = false;
  ScalarRules scalar{};
  // The type as it is referred to.
  const TypeRef* reference = nullptr;

  const FieldType* field(std::string_view name) const;
  const InputValue* input_field(std::string_view name) const;
  const EnumValue* value(std::string_view name) const;
  bool leaf() const { return kind == TypeKind::kScalar || kind == TypeKind::kEnum; }
  bool composite() const {
    return kind == TypeKind::kObject || kind == TypeKind::kInterface || kind == TypeKind::kUnion;
  }
  bool abstract() const { return kind == TypeKind::kInterface || kind == TypeKind::kUnion; }
  bool input() const { return leaf() || kind == TypeKind::kInputObject; }

  // Lookups are by hash once a type has many members.
  std::unordered_map<std::string_view, std::size_t> index{};
};

struct DirectiveType {
  std::string name;
  std::optional<std::string> description{};
  std::vector<InputValue> arguments{};
  bool repeatable = false;
  // "FIELD", "FRAGMENT_SPREAD", ...
  std::vector<std::string> locations{};

  const InputValue* argument(std::string_view name) const;
};

class Schema {
 public:
  // Reads the SDL: definitions and extensions, the root types by `schema { }` or by their names. The built-in
  // scalars and directives (@skip @include @deprecated @specifiedBy @oneOf) and introspection's types are
  // added. `scalars` has the rules of custom scalars; one without rules takes any value. The errors are those
  // of syntax and of every rule of section 3 (type validation), each with its location.
  [[nodiscard]] static std::expected<std::shared_ptr<const Schema>, std::vector<GraphqlError>> make(
      std::string sdl, std::map<std::string, ScalarRules, std::less<>> scalars = {});

  const NamedType* type(std::string_view name) const;
  const DirectiveType* directive(std::string_view name) const;
  const NamedType* root(OperationType type) const;
  const std::optional<std::string>& description() const { return description_; }
  // In the order of the SDL, each built-in one after the first that refers to it; a built-in scalar that
  // nothing refers to is left out (section 3.5).
  const std::vector<std::unique_ptr<NamedType>>& types() const { return types_; }
  const std::vector<DirectiveType>& directives() const { return directives_; }

  // The reference as a type of this schema; nullptr where its name is not known. Needs no lock: all
  // references exist after the making, to one list (and three at the least) beyond what the SDL nests. A
  // reference with more lists is taken for one with so many: both go to no place of this schema, so a
  // document that has either is invalid in the same way.
  const TypeRef* resolve(const TypeReference& reference) const;
  const TypeRef* non_null_of(const TypeRef* type) const;
  const TypeRef* list_of(const TypeRef* type) const;

  // Objects that an abstract type may be; an object is its own only one.
  const std::vector<const NamedType*>& possible_types(const NamedType& type) const;
  bool is_possible(const NamedType& abstract, const NamedType& object) const;
  // 3.6.1, IsSubType: covariant in the reference implementation's sense.
  bool is_subtype(const TypeRef& sub, const TypeRef& super) const;

  // The meta fields of every selection: __typename anywhere, __schema and __type on the query root. nullptr
  // where there is no such field.
  const FieldType* field(const NamedType& parent, std::string_view name) const;
  const FieldType& typename_field() const { return *typename_field_; }

 private:
  friend class SchemaBuilder;
  Schema() = default;

  // A reference and those around it. The outermost list is its own list (see resolve()), a non-null type its
  // own non-null one.
  struct Reference : TypeRef {
    const Reference* list_of_it = nullptr;
    const Reference* non_null_of_it = nullptr;
  };
  struct Known {
    NamedType* type = nullptr;
    const Reference* reference = nullptr;
  };
  // Of a composite type: its objects, and of an abstract one all that is a subtype of it.
  struct Subtypes {
    std::vector<const NamedType*> objects{};
    std::unordered_set<const NamedType*> all{};
  };
  // All references to a type up to `lists` lists deep.
  const Reference* make_references(const NamedType& type, int lists);

  DocumentPtr document_;
  DocumentPtr built_in_;
  std::optional<std::string> description_{};
  std::vector<std::unique_ptr<NamedType>> types_{};
  std::vector<DirectiveType> directives_{};
  std::unordered_map<std::string_view, Known> by_name_{};
  std::unordered_map<const NamedType*, Subtypes> subtypes_{};
  const NamedType* query_ = nullptr;
  const NamedType* mutation_ = nullptr;
  const NamedType* subscription_ = nullptr;
  std::unique_ptr<FieldType> typename_field_{};
  std::unique_ptr<FieldType> schema_field_{};
  std::unique_ptr<FieldType> type_field_{};
  std::deque<Reference> references_{};
};

using SchemaPtr = std::shared_ptr<const Schema>;

// The schema as SDL, sorted as the SDL was; what the reference implementation's printSchema() prints.
std::string print_schema(const Schema& schema);

}  // namespace parley::graphql
