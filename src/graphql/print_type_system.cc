#include "graphql/parse.h"
#include "graphql/printer.h"

namespace parley::graphql {
namespace {

std::string block(const std::vector<std::string>& items) {
  return items.empty() ? std::string() : " {\n" + indent(join(items, "\n")) + "\n}";
}

std::string print_names(const std::vector<Name>& names, std::string_view before, std::string_view between) {
  std::string out;
  for (const Name& name : names) {
    out += out.empty() ? before : between;
    out += name.text;
  }
  return out;
}

std::string print_input_value(const InputValueDefinition& value) {
  std::string out = print_description(value.description);
  out += value.name.text;
  out += ": " + print(value.type);
  if (value.default_value) out += " = " + print(*value.default_value);
  return out + print_directives(value.directives);
}

std::vector<std::string> print_input_values(const std::vector<InputValueDefinition>& values) {
  std::vector<std::string> printed;
  for (const InputValueDefinition& value : values) printed.push_back(print_input_value(value));
  return printed;
}

std::string print_argument_definitions(const std::vector<InputValueDefinition>& arguments) {
  if (arguments.empty()) return {};
  const std::vector<std::string> printed = print_input_values(arguments);
  return any_multiline(printed) ? "(\n" + indent(join(printed, "\n")) + "\n)"
                                : '(' + join(printed, ", ") + ')';
}

std::string print_field(const FieldDefinition& field) {
  std::string out = print_description(field.description);
  out += field.name.text;
  out += print_argument_definitions(field.arguments) + ": " + print(field.type);
  return out + print_directives(field.directives);
}

std::string_view keyword(TypeKind kind) {
  switch (kind) {
    case TypeKind::kScalar:
      return "scalar ";
    case TypeKind::kObject:
      return "type ";
    case TypeKind::kInterface:
      return "interface ";
    case TypeKind::kUnion:
      return "union ";
    case TypeKind::kEnum:
      return "enum ";
    case TypeKind::kInputObject:
      return "input ";
  }
  return {};
}

}  // namespace

std::string print(const SchemaDefinition& definition) {
  std::string out = print_description(definition.description);
  out += definition.extension ? "extend schema" : "schema";
  out += print_directives(definition.directives);
  std::vector<std::string> roots;
  for (const RootOperation& root : definition.roots) {
    roots.push_back(std::string(name(root.type)) + ": " + std::string(root.name.text));
  }
  return out + block(roots);
}

std::string print(const TypeDefinition& definition) {
  std::string out = print_description(definition.description);
  if (definition.extension) out += "extend ";
  out += keyword(definition.kind);
  out += definition.name.text;
  out += print_names(definition.interfaces, " implements ", " & ");
  out += print_directives(definition.directives);
  out += print_names(definition.members, " = ", " | ");
  std::vector<std::string> members = print_input_values(definition.input_fields);
  for (const FieldDefinition& field : definition.fields) members.push_back(print_field(field));
  for (const EnumValueDefinition& value : definition.values) {
    members.push_back(print_description(value.description) + std::string(value.name.text) +
                      print_directives(value.directives));
  }
  return out + block(members);
}

std::string print(const DirectiveDefinition& definition) {
  std::string out = print_description(definition.description) + "directive @";
  out += definition.name.text;
  out += print_argument_definitions(definition.arguments);
  if (definition.repeatable) out += " repeatable";
  return out + print_names(definition.locations, " on ", " | ");
}

}  // namespace parley::graphql
