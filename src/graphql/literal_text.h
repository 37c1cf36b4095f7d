// A coerced value as a GraphQL literal: how introspection and print_schema() show a default value. Pure
// functions; any thread.
#pragma once

#include <optional>
#include <string>

#include <boost/json/value.hpp>

#include "graphql/schema.h"

namespace parley::graphql {

// The literal that coerce_literal() took the value from, in the form that the reference implementation's
// astFromValue() gives it: an ID of digits as a number, an object's fields in the order of its type, with the
// defaults that it took in. Nothing where a non-null type's value is null.
std::optional<std::string> literal_text(const boost::json::value& value, const TypeRef& type);

// Of an argument or input field; nothing where it has no default.
std::optional<std::string> default_text(const InputValue& input);

}  // namespace parley::graphql
