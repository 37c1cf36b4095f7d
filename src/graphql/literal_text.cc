#include "graphql/literal_text.h"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "graphql/json_text.h"
#include "graphql/printer.h"

namespace parley::graphql {
namespace {

namespace json = boost::json;

// -?(0|[1-9][0-9]*)
bool integer_literal(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return false;
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string number_text(const json::value& value) {
  if (value.is_int64()) return std::to_string(value.get_int64());
  if (value.is_uint64()) return std::to_string(value.get_uint64());
  std::string text;
  append_number(text, value.get_double());
  return text;
}

// A value that no type describes: what a custom scalar takes.
// Recurses as deep as the parser let the literal nest.
std::string untyped_text(const json::value& value) {
  std::vector<std::string> items;
  if (const auto* array = value.if_array()) {
    for (const json::value& item : *array) items.push_back(untyped_text(item));
    return '[' + join(items, ", ") + ']';
  }
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      items.push_back(std::string(member.key()) + ": " + untyped_text(member.value()));
    }
    return '{' + join(items, ", ") + '}';
  }
  if (const auto* text = value.if_string()) return print_string(*text);
  if (const bool* truth = value.if_bool()) return *truth ? "true" : "false";
  return value.is_null() ? "null" : number_text(value);
}

std::string object_text(const json::object& value, const NamedType& type) {
  std::vector<std::string> fields;
  for (const InputValue& field : type.input_fields) {
    const json::value* given = value.if_contains(field.name);
    if (given == nullptr) continue;
    if (auto text = literal_text(*given, *field.type)) fields.push_back(field.name + ": " + *text);
  }
  return '{' + join(fields, ", ") + '}';
}

}  // namespace

std::optional<std::string> literal_text(const json::value& value, const TypeRef& type) {
  if (value.is_null()) return type.non_null() ? std::nullopt : std::optional<std::string>("null");
  const TypeRef& nullable = type.nullable();
  if (nullable.list()) {
    const auto* array = value.if_array();
    if (array == nullptr) return literal_text(value, *nullable.of);
    std::vector<std::string> items;
    for (const json::value& item : *array) {
      if (auto text = literal_text(item, *nullable.of)) items.push_back(std::move(*text));
    }
    return '[' + join(items, ", ") + ']';
  }
  const NamedType& named = *nullable.named;
  if (named.kind == TypeKind::kInputObject && value.is_object()) {
    return object_text(value.get_object(), named);
  }
  if (const auto* text = value.if_string()) {
    if (named.kind == TypeKind::kEnum) return std::string(*text);
    if (named.built_in && named.name == "ID" && integer_literal(*text)) return std::string(*text);
  }
  return untyped_text(value);
}

std::optional<std::string> default_text(const InputValue& input) {
  if (!input.default_value) return std::nullopt;
  return literal_text(*input.default_value, *input.type);
}

}  // namespace parley::graphql
