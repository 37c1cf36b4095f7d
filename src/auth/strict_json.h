// JSON objects as strangers send them, read so that two readers cannot understand them differently. Any
// thread.
#pragma once

#include <expected>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>

namespace parley::auth {

// The object that `text` is, made in `memory`. Fails, with what is wrong, for anything but one JSON object
// (RFC 8259) of valid UTF-8, nested at most 16 deep, in which no object has a name twice however the name is
// spelled (RFC 7515, 4; RFC 7519, 4).
std::expected<boost::json::object, std::string_view> parse_strict_object(
    std::string_view text, boost::json::storage_ptr memory = {});

// The member if it is a string; nothing where it is absent. `wrong` is set where it is something else.
const boost::json::string* string_member(const boost::json::object& object, std::string_view name,
                                         bool& wrong);

}  // namespace parley::auth
