#include "graphql/error.h"

#include <boost/json/array.hpp>

namespace parley::graphql {

boost::json::object to_json(const GraphqlError& error) {
  boost::json::object json;
  json.emplace("message", error.message);
  if (!error.locations.empty()) {
    boost::json::array locations;
    locations.reserve(error.locations.size());
    for (const Location& at : error.locations) {
      locations.push_back(boost::json::object{{"line", at.line}, {"column", at.column}});
    }
    json.emplace("locations", std::move(locations));
  }
  if (!error.path.empty()) {
    boost::json::array path;
    path.reserve(error.path.size());
    for (const PathSegment& segment : error.path) {
      std::visit([&path](const auto& step) { path.emplace_back(step); }, segment);
    }
    json.emplace("path", std::move(path));
  }
  if (!error.extensions.empty()) json.emplace("extensions", error.extensions);
  return json;
}

std::string path_text(const Path& path) {
  std::string text;
  for (const PathSegment& segment : path) {
    if (const auto* index = std::get_if<std::int64_t>(&segment)) {
      text += '[' + std::to_string(*index) + ']';
    } else {
      if (!text.empty()) text += '.';
      text += std::get<std::string>(segment);
    }
  }
  return text;
}

}  // namespace parley::graphql
