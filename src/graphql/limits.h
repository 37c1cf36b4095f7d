// What an operation may cost before it runs.
//
// Pure functions; any thread. Fragments are followed, and each spread counts, in time that is linear in the
// document.
#pragma once

#include <cstdint>
#include <optional>

#include <boost/json/object.hpp>

#include "graphql/ast.h"
#include "graphql/error.h"
#include "graphql/schema.h"

namespace parley::graphql {

struct OperationLimits {
  // Of fields, one within another; introspection's own fields have `max_introspection_depth`.
  int max_depth = 15;
  int max_introspection_depth = 15;
  // See operation_cost().
  std::int64_t max_cost = 20'000;
  // Fields with an alias.
  int max_aliases = 100;
  // Root fields of a mutation or query.
  int max_root_fields = 50;
};

struct OperationCost {
  int depth = 0;
  // Of the fields of introspection, from __schema and __type on; they do not count in `depth`.
  int introspection_depth = 0;
  std::int64_t cost = 0;
  int aliases = 0;
  int root_fields = 0;
};

// A field costs its FieldType::cost plus its selections' costs; a field whose type is a list costs
// `default_page` times its selections, and one that has an argument `first` or `last` that many times (what
// is given, the greater where both are, else the argument's default, else `default_page`). Of a connection,
// which is a type with a field `edges` or `nodes`, that argument multiplies what is under those two, once,
// and not what stands beside them. Introspection is read from memory: its lists multiply nothing. What @skip
// and
// @include leave out costs nothing. All numbers saturate.
//
// `variables` are those of coerce_variables(). Of a document that is not valid the result means nothing, but
// the call is safe: fields that are not there cost nothing, and a fragment within itself is not followed.
OperationCost operation_cost(const Schema& schema, const Document& document,
                             const OperationDefinition& operation, const boost::json::object& variables,
                             int default_page = 20);

// The error that names the limit and how far the operation is beyond it, with the code QUERY_TOO_COMPLEX;
// nothing where it is within.
std::optional<GraphqlError> check_limits(const OperationCost& cost, const OperationLimits& limits);

}  // namespace parley::graphql
