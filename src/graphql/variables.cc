// Variables of a request (specification of September 2025, sections 6.1.2 and 3.5 to 3.13: input coercion of
// JSON), with the reference implementation's messages.
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>

#include "base/error.h"
#include "graphql/coerce.h"
#include "graphql/execute.h"
#include "graphql/inspect.h"
#include "graphql/json_text.h"
#include "graphql/parse.h"
#include "graphql/rules/suggestions.h"

namespace parley::graphql {
namespace {

// As many as the reference implementation reports.
constexpr std::size_t kMaxErrors = 50;

class Variables {
 public:
  Variables(const Schema& schema, const Document& document) : schema_(schema), document_(document) {}

  void coerce(const VariableDefinition& definition, const boost::json::object& given);

  std::expected<boost::json::object, std::vector<GraphqlError>> finish() {
    if (!errors_.empty()) return std::unexpected(std::move(errors_));
    return std::move(coerced_);
  }

 private:
  using Coerced = std::optional<boost::json::value>;
  using Step = std::variant<std::string_view, std::size_t>;

  // Nothing where an error was reported.
  Coerced input(const boost::json::value& value, const TypeRef& type);
  Coerced list(const boost::json::value& value, const TypeRef& item_type);
  Coerced object(const boost::json::value& value, const NamedType& type);
  void check_one_of(const boost::json::value& value, const NamedType& type,
                    const std::vector<std::pair<std::string_view, bool>>& fields);
  Coerced leaf(const boost::json::value& value, const NamedType& type);
  Coerced integer(const boost::json::value& value);
  Coerced enumeration(const boost::json::value& value, const NamedType& type);

  std::nullopt_t refuse(const boost::json::value& value, const std::string& why);
  void report(std::string message, Position at);

  const Schema& schema_;
  const Document& document_;
  boost::json::object coerced_{};
  std::vector<GraphqlError> errors_{};
  // No more is looked at.
  bool too_many_ = false;
  const VariableDefinition* variable_ = nullptr;
  // From the variable to the value that is looked at.
  std::vector<Step> path_{};
};

void Variables::coerce(const VariableDefinition& definition, const boost::json::object& given) {
  if (too_many_) return;
  variable_ = &definition;
  const std::string name(definition.name.text);
  const TypeRef* type = schema_.resolve(definition.type);
  if (type == nullptr || !type->innermost().input()) {
    report("Variable \"$" + name + "\" expected value of type \"" + print(definition.type) +
               "\" which cannot be used as an input type.",
           definition.type.at);
    return;
  }
  const auto* value = given.if_contains(name);
  if (value == nullptr) {
    if (definition.default_value) {
      if (auto fallback = coerce_literal(schema_, *definition.default_value, *type, nullptr)) {
        coerced_.emplace(name, std::move(*fallback));
      }
    } else if (type->non_null()) {
      report("Variable \"$" + name + "\" of required type \"" + type->str() + "\" was not provided.",
             definition.at);
    }
    return;
  }
  if (value->is_null() && type->non_null()) {
    report("Variable \"$" + name + "\" of non-null type \"" + type->str() + "\" must not be null.",
           definition.at);
    return;
  }
  if (auto coerced = input(*value, *type)) coerced_.emplace(name, std::move(*coerced));
}

Variables::Coerced Variables::input(const boost::json::value& value, const TypeRef& type) {
  if (value.is_null()) {
    if (!type.non_null()) return boost::json::value();
    return refuse(value, "Expected non-nullable type \"" + type.str() + "\" not to be null.");
  }
  const TypeRef& bare = type.nullable();
  if (bare.list()) return list(value, *bare.of);
  if (bare.named->kind == TypeKind::kInputObject) return object(value, *bare.named);
  return leaf(value, *bare.named);
}

Variables::Coerced Variables::list(const boost::json::value& value, const TypeRef& item_type) {
  boost::json::array coerced;
  const auto* items = value.if_array();
  if (items == nullptr) {
    // One value stands for a list of it.
    coerced.push_back(input(value, item_type).value_or(nullptr));
    return coerced;
  }
  coerced.reserve(items->size());
  for (std::size_t i = 0; i < items->size() && !too_many_; ++i) {
    path_.emplace_back(i);
    coerced.push_back(input((*items)[i], item_type).value_or(nullptr));
    path_.pop_back();
  }
  return coerced;
}

Variables::Coerced Variables::object(const boost::json::value& value, const NamedType& type) {
  const auto* given = value.if_object();
  if (given == nullptr) return refuse(value, "Expected type \"" + type.name + "\" to be an object.");
  boost::json::object coerced;
  // Each with whether its value is null.
  std::vector<std::pair<std::string_view, bool>> fields;
  for (const InputValue& field : type.input_fields) {
    if (too_many_) return std::nullopt;
    const auto* member = given->if_contains(field.name);
    Coerced member_value;
    if (member != nullptr) {
      path_.emplace_back(field.name);
      member_value = input(*member, *field.type);
      path_.pop_back();
    } else if (field.default_value) {
      member_value = *field.default_value;
    } else {
      if (field.type->non_null()) {
        refuse(value, "Field \"" + field.name + "\" of required type \"" + field.type->str() +
                          "\" was not provided.");
      }
      continue;
    }
    fields.emplace_back(field.name, member_value && member_value->is_null());
    coerced.emplace(field.name, std::move(member_value).value_or(nullptr));
  }
  for (const auto& member : *given) {
    if (too_many_) return std::nullopt;
    const std::string_view key = member.key();
    if (type.input_field(key) != nullptr) continue;
    refuse(value,
           "Field \"" + std::string(key) + "\" is not defined by type \"" + type.name + "\"." +
               rules::did_you_mean({}, rules::suggestion_list(key, rules::names_of(type.input_fields))));
  }
  if (type.one_of) check_one_of(value, type, fields);
  return coerced;
}

void Variables::check_one_of(const boost::json::value& value, const NamedType& type,
                             const std::vector<std::pair<std::string_view, bool>>& fields) {
  if (fields.size() != 1) {
    refuse(value, "Exactly one key must be specified for OneOf type \"" + type.name + "\".");
  }
  if (fields.empty() || !fields.front().second) return;
  path_.emplace_back(fields.front().first);
  refuse(nullptr, "Field \"" + std::string(fields.front().first) + "\" must be non-null.");
  path_.pop_back();
}

Variables::Coerced Variables::leaf(const boost::json::value& value, const NamedType& type) {
  if (type.kind == TypeKind::kEnum) return enumeration(value, type);
  if (!type.built_in) {
    if (!type.scalar.parse) return value;
    auto parsed = type.scalar.parse(value);
    if (!parsed) return refuse(value, "Expected type \"" + type.name + "\". " + parsed.error());
    return std::move(*parsed);
  }
  if (type.name == "Int") return integer(value);
  if (type.name == "Float") {
    if (value.is_number()) return value.to_number<double>();
    return refuse(value, "Float cannot represent non numeric value: " + inspect(value));
  }
  if (type.name == "String") {
    if (value.is_string()) return value;
    return refuse(value, "String cannot represent a non string value: " + inspect(value));
  }
  if (type.name == "Boolean") {
    if (value.is_bool()) return value;
    return refuse(value, "Boolean cannot represent a non boolean value: " + inspect(value));
  }
  if (value.is_string()) return value;
  const auto* number = value.if_double();
  if (value.is_number() && (number == nullptr || *number == std::trunc(*number))) {
    return boost::json::value(inspect(value));
  }
  return refuse(value, "ID cannot represent value: " + inspect(value));
}

Variables::Coerced Variables::integer(const boost::json::value& value) {
  const double number = value.is_number() ? value.to_number<double>() : std::nan("");
  if (number != std::trunc(number)) {
    return refuse(value, "Int cannot represent non-integer value: " + inspect(value));
  }
  if (number < std::numeric_limits<std::int32_t>::min() ||
      number > std::numeric_limits<std::int32_t>::max()) {
    return refuse(value, "Int cannot represent non 32-bit signed integer value: " + inspect(value));
  }
  return static_cast<std::int64_t>(number);
}

Variables::Coerced Variables::enumeration(const boost::json::value& value, const NamedType& type) {
  const auto* text = value.if_string();
  const std::string shown = text != nullptr ? std::string(*text) : inspect(value);
  if (text != nullptr && type.value(shown) != nullptr) return value;
  const std::string problem =
      text != nullptr ? "Value \"" + shown + "\" does not exist in \"" + type.name + "\" enum."
                      : "Enum \"" + type.name + "\" cannot represent non-string value: " + shown + ".";
  return refuse(value,
                problem + rules::did_you_mean("the enum value",
                                              rules::suggestion_list(shown, rules::names_of(type.values))));
}

std::nullopt_t Variables::refuse(const boost::json::value& value, const std::string& why) {
  std::string message =
      "Variable \"$" + std::string(variable_->name.text) + "\" got invalid value " + inspect(value);
  if (!path_.empty()) {
    message.append(" at \"").append(variable_->name.text);
    for (const Step& step : path_) {
      if (const auto* index = std::get_if<std::size_t>(&step)) {
        message += '[' + std::to_string(*index) + ']';
      } else {
        message.append(1, '.').append(std::get<std::string_view>(step));
      }
    }
    message += '"';
  }
  report(message + "; " + why, variable_->at);
  return std::nullopt;
}

void Variables::report(std::string message, Position at) {
  if (too_many_) return;
  too_many_ = errors_.size() >= kMaxErrors;
  GraphqlError error{.message = too_many_ ? "Too many errors processing variables, error limit reached. "
                                            "Execution aborted."
                                          : std::move(message)};
  if (!too_many_) error.locations.push_back(document_.location(at));
  error.extensions.emplace("code", base::name(base::ErrorCode::kBadUserInput));
  errors_.push_back(std::move(error));
}

}  // namespace

std::expected<boost::json::object, std::vector<GraphqlError>> coerce_variables(
    const Schema& schema, const Document& document, const OperationDefinition& operation,
    const boost::json::object& given) {
  Variables variables(schema, document);
  for (const VariableDefinition& definition : operation.variables) variables.coerce(definition, given);
  return variables.finish();
}

}  // namespace parley::graphql
