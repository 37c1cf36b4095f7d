#include "graphql/coerce.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>
#include <unordered_map>

#include <boost/json/array.hpp>
#include <fmt/core.h>

#include "graphql/parse.h"

namespace parley::graphql {
namespace {

namespace json = boost::json;
using Coerced = std::expected<json::value, std::string>;

template <class... Args>
std::unexpected<std::string> refuse(fmt::format_string<Args...> format, Args&&... args) {
  return std::unexpected(fmt::format(format, std::forward<Args>(args)...));
}

// The variable's value; nullptr where it is absent or the literal is no variable.
const json::value* find_variable(const Value& literal, const json::object* variables) {
  return variables == nullptr ? nullptr : variables->if_contains(literal.text);
}

bool absent(const Value& literal, const json::object* variables) {
  return literal.kind == ValueKind::kVariable && find_variable(literal, variables) == nullptr;
}

// Whether a number that no double holds is too large for one; else it is too small.
bool too_large(std::string_view text) {
  constexpr std::int64_t kFar = 1'000'000'000;
  const std::size_t mark = text.find_first_of("eE");
  std::int64_t exponent = 0;
  if (mark != std::string_view::npos) {
    const bool plus = text[mark + 1] == '+';
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + mark + (plus ? 2 : 1), end, exponent);
    if (read.ec != std::errc()) exponent = text[mark + 1] == '-' ? -kFar : kFar;
  }
  const std::string_view mantissa = text.substr(0, mark);
  const auto point = static_cast<std::int64_t>(std::min(mantissa.find('.'), mantissa.size()));
  const auto first =
      static_cast<std::int64_t>(std::min(mantissa.find_first_of("123456789"), mantissa.size()));
  return point - first + exponent > 0;
}

// A number too large for a double comes as infinity, one too small as zero.
double to_double(std::string_view text) {
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc::result_out_of_range) return number;
  if (!too_large(text)) return 0;
  return text.starts_with('-') ? -std::numeric_limits<double>::infinity()
                               : std::numeric_limits<double>::infinity();
}

json::value untyped_int(std::string_view text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  if (std::from_chars(text.data(), end, number).ec == std::errc()) return number;
  return to_double(text);
}

Coerced built_in(const NamedType& type, const Value& literal) {
  const bool is_int = literal.kind == ValueKind::kInt;
  const bool is_string = literal.kind == ValueKind::kString;
  if (type.name == "Int") {
    if (!is_int) return refuse("Int cannot represent non-integer value: {}", print(literal));
    std::int32_t number = 0;
    const char* const end = literal.text.data() + literal.text.size();
    if (std::from_chars(literal.text.data(), end, number).ec != std::errc()) {
      return refuse("Int cannot represent non 32-bit signed integer value: {}", literal.text);
    }
    return std::int64_t{number};
  }
  if (type.name == "Float") {
    const double number =
        is_int || literal.kind == ValueKind::kFloat ? to_double(literal.text) : std::nan("");
    if (std::isfinite(number)) return number;
    return refuse("Float cannot represent non numeric value: {}", print(literal));
  }
  if (type.name == "Boolean") {
    if (literal.kind == ValueKind::kBoolean) return literal.text == "true";
    return refuse("Boolean cannot represent a non boolean value: {}", print(literal));
  }
  if (type.name == "String") {
    if (is_string) return json::string(literal.text);
    return refuse("String cannot represent a non string value: {}", print(literal));
  }
  if (is_string || is_int) return json::string(literal.text);
  return refuse("ID cannot represent a non-string and non-integer value: {}", print(literal));
}

class Coercion {
 public:
  explicit Coercion(const json::object* variables) : variables_(variables) {}

  // Recurses as deep as the parser let the literal nest.
  Coerced coerce(const Value& literal, const TypeRef& type) const {
    if (literal.kind == ValueKind::kVariable) return variable(literal, type);
    if (literal.kind == ValueKind::kNull) {
      if (type.non_null()) return refuse("Expected value of type \"{}\", found null.", type.str());
      return nullptr;
    }
    const TypeRef& nullable = type.nullable();
    if (nullable.list()) return list(literal, *nullable.of);
    switch (nullable.named->kind) {
      case TypeKind::kInputObject:
        return object(literal, *nullable.named);
      case TypeKind::kEnum:
        return enum_value(literal, *nullable.named);
      case TypeKind::kScalar:
        return scalar(literal, *nullable.named);
      default:
        return refuse("\"{}\" is not an input type.", nullable.str());
    }
  }

 private:
  Coerced variable(const Value& literal, const TypeRef& type) const {
    const json::value* value = find_variable(literal, variables_);
    if (value == nullptr) return refuse("Variable \"${}\" has no value.", literal.text);
    if (value->is_null() && type.non_null()) {
      return refuse("Expected value of type \"{}\", found null.", type.str());
    }
    return *value;
  }

  Coerced list(const Value& literal, const TypeRef& of) const {
    json::array items;
    if (literal.kind != ValueKind::kList) {
      auto item = coerce(literal, of);
      if (!item) return item;
      items.push_back(std::move(*item));
      return items;
    }
    items.reserve(literal.items.size());
    for (const Value& each : literal.items) {
      if (absent(each, variables_) && !of.non_null()) {
        items.emplace_back(nullptr);
        continue;
      }
      auto item = coerce(each, of);
      if (!item) return item;
      items.push_back(std::move(*item));
    }
    return items;
  }

  Coerced object(const Value& literal, const NamedType& type) const {
    if (literal.kind != ValueKind::kObject) {
      return refuse("Expected value of type \"{}\", found {}.", type.name, print(literal));
    }
    std::unordered_map<std::string_view, const Value*> given;
    for (const ObjectField& field : literal.fields) {
      if (type.input_field(field.name.text) == nullptr) {
        return refuse("Field \"{}\" is not defined by type \"{}\".", field.name.text, type.name);
      }
      if (!absent(field.value, variables_)) given[field.name.text] = &field.value;
    }
    // In the order of the type, as the reference implementation hands them on.
    json::object object;
    for (const InputValue& field : type.input_fields) {
      if (const auto found = given.find(field.name); found != given.end()) {
        auto value = coerce(*found->second, *field.type);
        if (!value) return value;
        object.emplace(field.name, std::move(*value));
      } else if (field.default_value) {
        object.emplace(field.name, *field.default_value);
      } else if (field.type->non_null()) {
        return refuse("Field \"{}.{}\" of required type \"{}\" was not provided.", type.name, field.name,
                      field.type->str());
      }
    }
    if (type.one_of && object.size() != 1) {
      return refuse("OneOf Input Object \"{}\" must specify exactly one key.", type.name);
    }
    if (type.one_of && object.begin()->value().is_null()) {
      return refuse("Field \"{}.{}\" must be non-null.", type.name, std::string_view(object.begin()->key()));
    }
    return object;
  }

  static Coerced enum_value(const Value& literal, const NamedType& type) {
    if (literal.kind != ValueKind::kEnum) {
      return refuse("Enum \"{}\" cannot represent non-enum value: {}.", type.name, print(literal));
    }
    if (type.value(literal.text) == nullptr) {
      return refuse("Value \"{}\" does not exist in \"{}\" enum.", literal.text, type.name);
    }
    return json::string(literal.text);
  }

  Coerced scalar(const Value& literal, const NamedType& type) const {
    if (type.built_in) return built_in(type, literal);
    if (!type.scalar.parse) return untyped_literal(literal, variables_);
    if (literal.kind == ValueKind::kEnum) {
      return refuse("Expected value of type \"{}\", found {}.", type.name, literal.text);
    }
    auto parsed = type.scalar.parse(untyped_literal(literal, variables_));
    if (parsed) return std::move(*parsed);
    return refuse("Expected value of type \"{}\", found {}; {}", type.name, print(literal), parsed.error());
  }

  const json::object* variables_;
};

}  // namespace

std::expected<json::value, std::string> coerce_literal(const Schema& /*schema*/, const Value& literal,
                                                       const TypeRef& type, const json::object* variables) {
  return Coercion(variables).coerce(literal, type);
}

// Recurses as deep as the parser let the literal nest.
json::value untyped_literal(const Value& literal, const json::object* variables) {
  switch (literal.kind) {
    case ValueKind::kVariable: {
      const json::value* value = find_variable(literal, variables);
      return value == nullptr ? json::value() : *value;
    }
    case ValueKind::kInt:
      return untyped_int(literal.text);
    case ValueKind::kFloat:
      return to_double(literal.text);
    case ValueKind::kString:
    case ValueKind::kEnum:
      return json::string(literal.text);
    case ValueKind::kBoolean:
      return literal.text == "true";
    case ValueKind::kNull:
      return nullptr;
    case ValueKind::kList: {
      json::array items;
      for (const Value& item : literal.items) items.push_back(untyped_literal(item, variables));
      return items;
    }
    case ValueKind::kObject: {
      json::object object;
      for (const ObjectField& field : literal.fields) {
        if (absent(field.value, variables)) continue;
        object[field.name.text] = untyped_literal(field.value, variables);
      }
      return object;
    }
  }
  return nullptr;
}

}  // namespace parley::graphql
