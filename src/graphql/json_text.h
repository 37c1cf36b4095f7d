// JSON as text, as JavaScript's JSON.stringify() writes it. Pure functions; any thread.
#pragma once

#include <string>

#include <boost/json/value.hpp>

namespace parley::graphql {

// A number as JavaScript's Number.prototype.toString() gives it: the shortest digits that read back as the
// same number; `NaN`, `Infinity` and `-Infinity` for those.
void append_number(std::string& out, double number);

// Any value without white space. A number that is not finite is null. Recurses as deep as the value nests.
void append_json(std::string& out, const boost::json::value& value);
void append_json(std::string& out, const boost::json::object& object);

}  // namespace parley::graphql
