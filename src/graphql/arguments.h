// The values of a field's arguments (specification of September 2025, section 6.4.1). Pure functions; any
// thread.
#pragma once

#include <expected>

#include <boost/json/object.hpp>

#include "graphql/ast.h"
#include "graphql/collect.h"
#include "graphql/error.h"
#include "graphql/schema.h"

namespace parley::graphql {

// The arguments of `type` as `field` gives them, coerced, with defaults filled in; absent where neither was
// given. The error, a BAD_USER_INPUT with its location, says what a variable made of an argument that the
// document alone could not get wrong.
[[nodiscard]] std::expected<boost::json::object, GraphqlError> coerce_arguments(const OperationScope& scope,
                                                                                const FieldType& type,
                                                                                const Field& field);

}  // namespace parley::graphql
