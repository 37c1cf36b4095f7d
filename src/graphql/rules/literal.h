// A literal as the JSON that it would be in variables.
#pragma once

#include <optional>

#include <boost/json/value.hpp>

#include "graphql/ast.h"

namespace parley::graphql::rules {

// Nothing where it holds a variable, or an enum value, which JSON has none of.
std::optional<boost::json::value> literal_json(const Value& value);
bool holds_variable(const Value& value);

}  // namespace parley::graphql::rules
