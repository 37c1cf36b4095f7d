#include <algorithm>

#include "graphql/block_string.h"
#include "graphql/built_in.h"
#include "graphql/literal_text.h"
#include "graphql/printer.h"
#include "graphql/schema.h"

namespace parley::graphql {
namespace {

using Text = std::optional<std::string>;

// `first` of a block: the others have a blank line before their description.
std::string description(const Text& text, std::string_view indentation = {}, bool first = true) {
  if (!text) return {};
  const std::string printed =
      printable_as_block_string(*text) ? print_block_string(*text) : print_string(*text);
  std::string out = first || indentation.empty() ? "" : "\n";
  out += indentation;
  for (const char c : printed) {
    out += c;
    if (c == '\n') out += indentation;
  }
  return out + '\n';
}

std::string deprecated(const std::optional<Deprecation>& deprecation) {
  if (!deprecation) return {};
  if (deprecation->reason == kDefaultDeprecation) return " @deprecated";
  return " @deprecated(reason: " + print_string(deprecation->reason) + ')';
}

std::string input_value(const InputValue& value) {
  std::string out = value.name + ": " + value.type->str();
  if (const auto text = default_text(value)) out += " = " + *text;
  return out + deprecated(value.deprecated);
}

std::string arguments(const std::vector<InputValue>& values, const std::string& indentation) {
  if (values.empty()) return {};
  std::vector<std::string> printed;
  const bool described = std::ranges::any_of(
      values, [](const InputValue& each) { return each.description && !each.description->empty(); });
  if (!described) {
    for (const InputValue& value : values) printed.push_back(input_value(value));
    return '(' + join(printed, ", ") + ')';
  }
  const std::string within = "  " + indentation;
  for (const InputValue& value : values) {
    printed.push_back(description(value.description, within, printed.empty()) + within + input_value(value));
  }
  return "(\n" + join(printed, "\n") + '\n' + indentation + ')';
}

std::string block(const std::vector<std::string>& items) {
  return items.empty() ? std::string() : " {\n" + join(items, "\n") + "\n}";
}

std::string names(const std::vector<const NamedType*>& types, std::string_view before,
                  std::string_view between) {
  std::string out;
  for (const NamedType* type : types) {
    out += out.empty() ? before : between;
    out += type->name;
  }
  return out;
}

std::string fields(const NamedType& type) {
  std::vector<std::string> printed;
  for (const FieldType& field : type.fields) {
    printed.push_back(description(field.description, "  ", printed.empty()) + "  " + field.name +
                      arguments(field.arguments, "  ") + ": " + field.type->str() +
                      deprecated(field.deprecated));
  }
  return block(printed);
}

std::string input_fields(const NamedType& type) {
  std::vector<std::string> printed;
  for (const InputValue& field : type.input_fields) {
    printed.push_back(description(field.description, "  ", printed.empty()) + "  " + input_value(field));
  }
  return block(printed);
}

std::string values(const NamedType& type) {
  std::vector<std::string> printed;
  for (const EnumValue& value : type.values) {
    printed.push_back(description(value.description, "  ", printed.empty()) + "  " + value.name +
                      deprecated(value.deprecated));
  }
  return block(printed);
}

std::string print_type(const NamedType& type) {
  const std::string out = description(type.description);
  switch (type.kind) {
    case TypeKind::kScalar:
      return out + "scalar " + type.name +
             (type.specified_by ? " @specifiedBy(url: " + print_string(*type.specified_by) + ')' : "");
    case TypeKind::kObject:
      return out + "type " + type.name + names(type.interfaces, " implements ", " & ") + fields(type);
    case TypeKind::kInterface:
      return out + "interface " + type.name + names(type.interfaces, " implements ", " & ") + fields(type);
    case TypeKind::kUnion:
      return out + "union " + type.name + names(type.members, " = ", " | ");
    case TypeKind::kEnum:
      return out + "enum " + type.name + values(type);
    case TypeKind::kInputObject:
      return out + "input " + type.name + (type.one_of ? " @oneOf" : "") + input_fields(type);
  }
  return out;
}

std::string print_directive(const DirectiveType& directive) {
  return description(directive.description) + "directive @" + directive.name +
         arguments(directive.arguments, {}) + (directive.repeatable ? " repeatable" : "") + " on " +
         join(directive.locations, " | ");
}

// Empty where the roots are found by their names.
std::string print_roots(const Schema& schema) {
  std::vector<std::string> roots;
  bool usual = !schema.description();
  const auto add = [&](OperationType operation, std::string_view usual_name) {
    const NamedType* type = schema.root(operation);
    if (type == nullptr) return;
    roots.push_back("  " + std::string(name(operation)) + ": " + type->name);
    usual = usual && type->name == usual_name;
  };
  add(OperationType::kQuery, "Query");
  add(OperationType::kMutation, "Mutation");
  add(OperationType::kSubscription, "Subscription");
  return usual ? std::string() : description(schema.description()) + "schema" + block(roots);
}

}  // namespace

std::string print_schema(const Schema& schema) {
  std::vector<std::string> printed;
  if (auto roots = print_roots(schema); !roots.empty()) printed.push_back(std::move(roots));
  for (const DirectiveType& directive : schema.directives()) {
    if (!built_in_directive(directive.name)) printed.push_back(print_directive(directive));
  }
  for (const auto& type : schema.types()) {
    if (!type->built_in) printed.push_back(print_type(*type));
  }
  return join(printed, "\n\n");
}

}  // namespace parley::graphql
