// Values as error messages show them. Pure functions; any thread.
#pragma once

#include <string>

#include <boost/json/value.hpp>

namespace parley::graphql {

// The value as the reference implementation's inspect() prints it: `{ name: "x", list: [1, 2] }`, at most
// two levels deep and ten items of a list. Unlike there, the text ends in "..." after about 2,000 bytes: the
// value is a stranger's, and one request may get it back in many messages.
std::string inspect(const boost::json::value& value);

}  // namespace parley::graphql
