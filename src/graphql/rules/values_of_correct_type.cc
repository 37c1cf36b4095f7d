#include "graphql/rules/values_of_correct_type.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "graphql/parse.h"
#include "graphql/rules/literal.h"
#include "graphql/rules/suggestions.h"

namespace parley::graphql::rules {

namespace {

bool is_int32(std::string_view text) {
  std::int32_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

void ValuesOfCorrectType::enter(const Value& value) {
  if (refused_ != nullptr) return;
  switch (value.kind) {
    case ValueKind::kVariable:
      return;
    case ValueKind::kNull: {
      const TypeRef* type = context_.types().input();
      if (type != nullptr && type->non_null()) unexpected(value, *type);
      return;
    }
    case ValueKind::kList:
      check_list(value);
      return;
    case ValueKind::kObject:
      check_object(value);
      return;
    default:
      check_leaf(value);
  }
}

void ValuesOfCorrectType::leave(const Value& value) {
  if (refused_ == &value) refused_ = nullptr;
}

void ValuesOfCorrectType::check_list(const Value& value) {
  // The walk has gone into the list already, so its own type is the one around.
  const TypeRef* type = context_.types().parent_input();
  if (type != nullptr && type->nullable().list()) return;
  check_leaf(value);
  refused_ = &value;
}

void ValuesOfCorrectType::check_object(const Value& value) {
  const TypeRef* wanted = context_.types().input();
  const NamedType* type = wanted == nullptr ? nullptr : &wanted->innermost();
  if (type == nullptr || type->kind != TypeKind::kInputObject) {
    check_leaf(value);
    refused_ = &value;
    return;
  }
  std::unordered_map<std::string_view, const ObjectField*> given;
  for (const ObjectField& field : value.fields) given[field.name.text] = &field;
  for (const InputValue& field : type->input_fields) {
    if (!field.required() || given.contains(field.name)) continue;
    context_.report("Field \"" + type->name + "." + field.name + "\" of required type \"" +
                        field.type->str() + "\" was not provided.",
                    {value.at});
  }
  if (!type->one_of) return;
  if (given.size() != 1) {
    context_.report("OneOf Input Object \"" + type->name + "\" must specify exactly one key.", {value.at});
  } else if (given.begin()->second->value.kind == ValueKind::kNull) {
    context_.report(
        "Field \"" + type->name + "." + std::string(given.begin()->first) + "\" must be non-null.",
        {value.at});
  }
}

void ValuesOfCorrectType::enter(const ObjectField& field) {
  if (refused_ != nullptr) return;
  const InputPosition position = context_.types().input_position();
  if (position.object == nullptr || position.type != nullptr) return;
  auto suggestions = suggestion_list(field.name.text, names_of(position.object->input_fields));
  context_.report("Field \"" + std::string(field.name.text) + "\" is not defined by type \"" +
                      position.object->name + "\"." + did_you_mean({}, suggestions),
                  {field.name.at});
}

void ValuesOfCorrectType::unexpected(const Value& value, const TypeRef& type) {
  context_.report("Expected value of type \"" + type.str() + "\", found " + print(value) + ".", {value.at});
}

void ValuesOfCorrectType::check_leaf(const Value& value) {
  const TypeRef* wanted = context_.types().input();
  if (wanted == nullptr) return;
  const NamedType& type = wanted->innermost();
  if (!type.leaf()) {
    unexpected(value, *wanted);
  } else if (type.kind == TypeKind::kEnum) {
    check_enum(value, type);
  } else if (type.built_in) {
    check_built_in(value, type);
  } else {
    check_custom(value, *wanted);
  }
}

void ValuesOfCorrectType::check_built_in(const Value& value, const NamedType& type) {
  std::string_view why;
  if (type.name == "Int") {
    if (value.kind != ValueKind::kInt) {
      why = "non-integer value: ";
    } else if (!is_int32(value.text)) {
      why = "non 32-bit signed integer value: ";
    }
  } else if (type.name == "Float") {
    if (value.kind != ValueKind::kInt && value.kind != ValueKind::kFloat) why = "non numeric value: ";
  } else if (type.name == "String") {
    if (value.kind != ValueKind::kString) why = "a non string value: ";
  } else if (type.name == "Boolean") {
    if (value.kind != ValueKind::kBoolean) why = "a non boolean value: ";
  } else if (value.kind != ValueKind::kString && value.kind != ValueKind::kInt) {
    why = "a non-string and non-integer value: ";
  }
  if (why.empty()) return;
  context_.report(type.name + " cannot represent " + std::string(why) + print(value), {value.at});
}

void ValuesOfCorrectType::check_enum(const Value& value, const NamedType& type) {
  if (value.kind == ValueKind::kEnum && type.value(value.text) != nullptr) return;
  std::string text = print(value);
  std::string message = value.kind == ValueKind::kEnum
                            ? "Value \"" + text + "\" does not exist in \"" + type.name + "\" enum."
                            : "Enum \"" + type.name + "\" cannot represent non-enum value: " + text + ".";
  message += did_you_mean("the enum value", suggestion_list(text, names_of(type.values)));
  context_.report(std::move(message), {value.at});
}

void ValuesOfCorrectType::check_custom(const Value& value, const TypeRef& type) {
  const ScalarRules& rules = type.innermost().scalar;
  // With a variable in it, only the executor can tell.
  if (!rules.parse || holds_variable(value)) return;
  auto literal = literal_json(value);
  if (!literal) {
    unexpected(value, type);
    return;
  }
  auto parsed = rules.parse(*literal);
  if (parsed) return;
  context_.report(
      "Expected value of type \"" + type.str() + "\", found " + print(value) + "; " + parsed.error(),
      {value.at});
}

}  // namespace parley::graphql::rules
