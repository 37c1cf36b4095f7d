#include "graphql/rules/literal.h"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

namespace parley::graphql::rules {

namespace json = boost::json;

std::optional<json::value> literal_json(const Value& value) {
  switch (value.kind) {
    case ValueKind::kVariable:
    case ValueKind::kEnum:
      return std::nullopt;
    case ValueKind::kNull:
      return json::value(nullptr);
    case ValueKind::kBoolean:
      return json::value(value.text == "true");
    case ValueKind::kString:
      return json::value(value.text);
    case ValueKind::kInt:
    case ValueKind::kFloat: {
      boost::system::error_code error;
      json::value number = json::parse(value.text, error);
      return error ? std::nullopt : std::optional(std::move(number));
    }
    case ValueKind::kList: {
      json::array items;
      for (const Value& item : value.items) {
        auto of = literal_json(item);
        if (!of) return std::nullopt;
        items.push_back(std::move(*of));
      }
      return json::value(std::move(items));
    }
    case ValueKind::kObject: {
      json::object object;
      for (const ObjectField& field : value.fields) {
        auto of = literal_json(field.value);
        if (!of) return std::nullopt;
        object[field.name.text] = std::move(*of);
      }
      return json::value(std::move(object));
    }
  }
  return std::nullopt;
}

bool holds_variable(const Value& value) {
  return value.kind == ValueKind::kVariable || std::ranges::any_of(value.items, holds_variable) ||
         std::ranges::any_of(value.fields, [](const ObjectField& of) { return holds_variable(of.value); });
}

}  // namespace parley::graphql::rules
