// A scalar's or an enum's value on its way into the response: result coercion (specification of September
// 2025, section 3.5), with the reference implementation's messages. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include <boost/json/value.hpp>

#include "graphql/resolver.h"
#include "graphql/schema.h"

namespace parley::graphql {

// Which rule a leaf type has; found once for a field, not once for a value.
enum class Leaf : std::uint8_t { kInt, kFloat, kString, kBoolean, kId, kEnum, kCustom };
// `type` is a scalar or an enum.
Leaf leaf_of(const NamedType& type);

// Writes the value into `out`, or says why it cannot stand there, in a sentence. `value` is not null. A
// custom scalar takes any value but an object of the service's.
[[nodiscard]] std::expected<void, std::string> serialize_leaf(const NamedType& type, Leaf leaf,
                                                              const boost::json::value& value,
                                                              boost::json::value& out);
// `value` is neither null nor an error; it may be moved from.
[[nodiscard]] std::expected<void, std::string> serialize_leaf(const NamedType& type, Leaf leaf,
                                                              Resolved& value, boost::json::value& out);

}  // namespace parley::graphql
