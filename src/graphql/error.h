// An error as a GraphQL response reports it (specification of September 2025, section 7.1.2). Values; any
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <boost/json/object.hpp>

namespace parley::graphql {

// From 1.
struct Location {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  friend bool operator==(const Location&, const Location&) = default;
};

// Response keys and list indices from the root of the data.
using PathSegment = std::variant<std::string, std::int64_t>;
using Path = std::vector<PathSegment>;

struct GraphqlError {
  std::string message;
  std::vector<Location> locations{};
  // Empty where the error belongs to no field.
  Path path{};
  // Holds `code` at the least by the time a response is written.
  boost::json::object extensions{};
};

// {"message", "locations", "path", "extensions"}, each of the last three only where there is something in it.
boost::json::object to_json(const GraphqlError& error);

// A path as {"a", 0, "b"} is written: `a[0].b`, for messages.
std::string path_text(const Path& path);

}  // namespace parley::graphql
