// Writes JSON the same way every time, so that what goes upstream can be compared byte by byte: no spaces,
// members in their order, numbers in their shortest form (0.7 and not 7E-1).
//
// Functions without state; any thread.
#pragma once

#include <string>

#include <boost/json/value.hpp>

namespace parley::providers {

// Appends any value. Infinities and NaN, which no JSON text can hold, become null. Recurses as deep as the
// value is: values come from parsers that bound it.
void append_json(std::string& out, const boost::json::value& value);

}  // namespace parley::providers
