#include "auth/strict_json.h"

#include <cstddef>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace parley::auth {
namespace {

namespace json = boost::json;

std::size_t count_members(const json::value& value) {
  std::size_t count = 0;
  if (const json::object* object = value.if_object()) {
    count += object->size();
    for (const auto& member : *object) count += count_members(member.value());
  } else if (const json::array* array = value.if_array()) {
    for (const json::value& element : *array) count += count_members(element);
  }
  return count;
}

// In a valid document every member has one colon outside strings.
std::size_t count_colons(std::string_view text) {
  std::size_t count = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      in_string = !in_string;
    } else if (in_string && c == '\\') {
      ++i;
    } else if (!in_string && c == ':') {
      ++count;
    }
  }
  return count;
}

}  // namespace

std::expected<json::object, std::string_view> parse_strict_object(std::string_view text,
                                                                  json::storage_ptr memory) {
  json::parse_options options;
  options.max_depth = 16;
  boost::system::error_code error;
  json::value value = json::parse(text, error, std::move(memory), options);
  if (error) return std::unexpected("not JSON");
  json::object* object = value.if_object();
  if (object == nullptr) return std::unexpected("not a JSON object");
  // The library keeps the last of several members of one name: fewer are left than were written.
  if (count_members(value) != count_colons(text))
    return std::unexpected("a name stands twice in a JSON object");
  return std::move(*object);
}

const json::string* string_member(const json::object& object, std::string_view name, bool& wrong) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return nullptr;
  const json::string* string = value->if_string();
  if (string == nullptr) wrong = true;
  return string;
}

}  // namespace parley::auth
