// A literal's value as an input type takes it (specification of September 2025, sections 3.5 to 3.12, input
// coercion). Pure functions; any thread. Variables' own values: variables.cc.
#pragma once

#include <expected>
#include <string>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "graphql/ast.h"
#include "graphql/schema.h"

namespace parley::graphql {

// Int comes as std::int64_t, Float as double, ID as text, an enum value as its name, an input object with the
// defaults of the fields that are absent. A variable stands for its value in `variables`, which has been
// coerced (coerce_variables); one that is absent there leaves out an object's field, is null in a list, and
// an error anywhere else. `variables` may be nullptr: then every variable is absent.
//
// The error is a sentence, worded as validation's: `Int cannot represent non-integer value: "a"`.
[[nodiscard]] std::expected<boost::json::value, std::string> coerce_literal(
    const Schema& schema, const Value& literal, const TypeRef& type, const boost::json::object* variables);

// The literal as the JSON that it would be in variables, an enum value as its name. An absent variable is
// null.
boost::json::value untyped_literal(const Value& literal, const boost::json::object* variables);

}  // namespace parley::graphql
