#include "graphql/arguments.h"

#include <string>
#include <utility>

#include "base/error.h"
#include "graphql/coerce.h"
#include "graphql/parse.h"

namespace parley::graphql {
namespace {

const Value* find(const Field& field, std::string_view name) {
  for (const Argument& argument : field.arguments) {
    if (argument.name.text == name) return &argument.value;
  }
  return nullptr;
}

GraphqlError refused(const OperationScope& scope, Position at, std::string message) {
  GraphqlError error{.message = std::move(message)};
  error.locations.push_back(scope.document.location(at));
  error.extensions.emplace("code", base::name(base::ErrorCode::kBadUserInput));
  return error;
}

}  // namespace

std::expected<boost::json::object, GraphqlError> coerce_arguments(const OperationScope& scope,
                                                                  const FieldType& type, const Field& field) {
  boost::json::object coerced;
  for (const InputValue& argument : type.arguments) {
    const Value* value = find(field, argument.name);
    const auto about = [&argument](std::string_view kind) {
      return "Argument \"" + argument.name + "\" of " + std::string(kind) + " type \"" +
             argument.type->str() + "\" ";
    };
    const bool is_variable = value != nullptr && value->kind == ValueKind::kVariable;
    const auto* given = is_variable ? scope.variables.if_contains(value->text) : nullptr;
    if (value == nullptr || (is_variable && given == nullptr)) {
      if (argument.default_value) {
        coerced.emplace(argument.name, *argument.default_value);
      } else if (argument.type->non_null()) {
        if (value == nullptr) {
          return std::unexpected(refused(scope, field.at, about("required") + "was not provided."));
        }
        return std::unexpected(refused(scope, value->at,
                                       about("required") + "was provided the variable \"$" +
                                           std::string(value->text) +
                                           "\" which was not provided a runtime value."));
      }
      continue;
    }
    const bool null = is_variable ? given->is_null() : value->kind == ValueKind::kNull;
    if (null && argument.type->non_null()) {
      return std::unexpected(refused(scope, value->at, about("non-null") + "must not be null."));
    }
    // A variable's value was coerced to its own type, which validation has found to fit.
    if (is_variable) {
      coerced.emplace(argument.name, *given);
      continue;
    }
    auto literal = coerce_literal(scope.schema, *value, *argument.type, &scope.variables);
    if (!literal) {
      return std::unexpected(refused(
          scope, value->at, "Argument \"" + argument.name + "\" has invalid value " + print(*value) + "."));
    }
    coerced.emplace(argument.name, std::move(*literal));
  }
  return coerced;
}

}  // namespace parley::graphql
