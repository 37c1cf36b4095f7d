// Which fields a selection asks of an object: fragments followed, @skip and @include obeyed, fields of one
// response key merged (specification of September 2025, sections 6.3.2 and 6.4.3).
//
// Pure functions of a valid document; any thread.
#pragma once

#include <expected>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/json/object.hpp>

#include "graphql/ast.h"
#include "graphql/error.h"
#include "graphql/schema.h"

namespace parley::graphql {

using Fragments = std::unordered_map<std::string_view, const FragmentDefinition*>;
Fragments fragments_of(const Document& document);

// What an operation is read with. What it refers to outlives it.
struct OperationScope {
  const Schema& schema;
  const Document& document;
  // From coerce_variables().
  const boost::json::object& variables;
  Fragments fragments = fragments_of(document);
};

struct CollectedField {
  std::string_view key;
  // All of one field; never empty.
  std::vector<const Field*> nodes{};
};

// The fields that `sets`, taken together, ask of an object of `type`, in the response's order. Takes time
// linear in the sets and the fragments that they spread. The error is a directive's whose argument is null.
[[nodiscard]] std::expected<std::vector<CollectedField>, GraphqlError> collect_fields(
    const OperationScope& scope, const NamedType& type, std::span<const SelectionSet* const> sets);

// Whether `sets` ask for a field of that name, whatever the object's type.
bool selects_field(const OperationScope& scope, std::span<const SelectionSet* const> sets,
                   std::string_view name);

}  // namespace parley::graphql
