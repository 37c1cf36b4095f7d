#include "graphql/schema_check.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <fmt/core.h>

namespace parley::graphql {
namespace {

const InputValueDefinition* find_named(const std::vector<InputValueDefinition>& definitions,
                                       std::string_view name) {
  const auto found = std::ranges::find_if(
      definitions, [name](const InputValueDefinition& each) { return each.name.text == name; });
  return found == definitions.end() ? nullptr : &*found;
}

class Check {
 public:
  Check(const Schema& schema, const SchemaSource& source, std::vector<GraphqlError>& errors)
      : schema_(schema), source_(source), errors_(errors) {}

  void roots() {
    root(OperationType::kQuery, "Query", "");
    root(OperationType::kMutation, "Mutation", " if provided");
    root(OperationType::kSubscription, "Subscription", " if provided");
  }

  void directives() {
    for (const DirectiveDefinition* definition : source_.directives) {
      const DirectiveType& directive = *schema_.directive(definition->name.text);
      name(directive.name, definition->at);
      for (const InputValue& argument : directive.arguments) {
        const InputValueDefinition& at = *find_named(definition->arguments, argument.name);
        input_value(argument, at, fmt::format("@{}({}:)", directive.name, argument.name), "argument", at.at);
      }
    }
  }

  void types() {
    for (const auto& type : schema_.types()) {
      if (type->built_in) continue;
      name(type->name, source_.types.at(type->name).definition->at);
      switch (type->kind) {
        case TypeKind::kObject:
        case TypeKind::kInterface:
          fields(*type);
          check_interfaces(schema_, *type, source_, errors_);
          break;
        case TypeKind::kUnion:
          union_members(*type);
          break;
        case TypeKind::kEnum:
          enum_values(*type);
          break;
        case TypeKind::kInputObject:
          input_fields(*type);
          cycle(*type);
          break;
        case TypeKind::kScalar:
          break;
      }
    }
  }

 private:
  void fail(std::string message, const std::vector<Position>& positions) {
    errors_.push_back(schema_error(source_, std::move(message), positions));
  }

  void root(OperationType operation, std::string_view title, std::string_view condition) {
    const NamedType* type = schema_.root(operation);
    if (type == nullptr) {
      if (operation != OperationType::kQuery) return;
      std::vector<Position> at;
      if (source_.schema != nullptr) at.push_back(source_.schema->at);
      fail("Query root type must be provided.", at);
    } else if (type->kind != TypeKind::kObject) {
      fail(fmt::format("{} root type must be Object type{}, it cannot be {}.", title, condition, type->name),
           root_positions(operation, *type));
    }
  }

  std::vector<Position> root_positions(OperationType operation, const NamedType& type) const {
    std::vector<const SchemaDefinition*> nodes = source_.schema_extensions;
    if (source_.schema != nullptr) nodes.insert(nodes.begin(), source_.schema);
    for (const SchemaDefinition* node : nodes) {
      for (const RootOperation& root : node->roots) {
        if (root.type == operation) return {root.name.at};
      }
    }
    const auto found = source_.types.find(type.name);
    if (found == source_.types.end() || type.built_in) return {};
    return {found->second.definition->at};
  }

  void name(std::string_view name, Position at) {
    if (!name.starts_with("__")) return;
    fail(fmt::format("Name \"{}\" must not begin with \"__\", which is reserved by GraphQL introspection.",
                     name),
         {at});
  }

  // `what` is "argument" or "input field"; a wrong type is reported at `type_at`.
  void input_value(const InputValue& value, const InputValueDefinition& at, const std::string& coordinate,
                   std::string_view what, Position type_at) {
    name(value.name, at.at);
    if (!value.type->innermost().input()) {
      fail(fmt::format("The type of {} must be Input Type but got: {}.", coordinate, value.type->str()),
           {type_at});
    }
    if (value.type->non_null() && value.default_literal == nullptr && value.deprecated) {
      std::vector<Position> where;
      for (const Directive& directive : at.directives) {
        if (directive.name.text == "deprecated") where.push_back(directive.at);
      }
      where.push_back(at.type.at);
      fail(fmt::format("Required {} {} cannot be deprecated.", what, coordinate), where);
    }
  }

  void fields(const NamedType& type) {
    if (type.fields.empty()) {
      fail(fmt::format("Type {} must define one or more fields.", type.name), positions(source_, type));
    }
    for (const FieldType& field : type.fields) {
      const FieldDefinition& at = *find_source(source_, type, field);
      name(field.name, at.at);
      if (field.type->innermost().kind == TypeKind::kInputObject) {
        fail(fmt::format("The type of {}.{} must be Output Type but got: {}.", type.name, field.name,
                         field.type->str()),
             {at.type.at});
      }
      for (const InputValue& argument : field.arguments) {
        const InputValueDefinition& argument_at = *find_source(at, argument);
        input_value(argument, argument_at, fmt::format("{}.{}({}:)", type.name, field.name, argument.name),
                    "argument", argument_at.type.at);
      }
    }
  }

  void union_members(const NamedType& type) {
    if (type.members.empty()) {
      fail(fmt::format("Union type {} must define one or more member types.", type.name),
           positions(source_, type));
    }
    std::unordered_set<const NamedType*> seen;
    for (const NamedType* member : type.members) {
      if (!seen.insert(member).second) {
        fail(fmt::format("Union type {} can only include type {} once.", type.name, member->name),
             member_positions(type, member->name));
      } else if (member->kind != TypeKind::kObject) {
        fail(fmt::format("Union type {} can only include Object types, it cannot include {}.", type.name,
                         member->name),
             member_positions(type, member->name));
      }
    }
  }

  std::vector<Position> member_positions(const NamedType& type, std::string_view member) const {
    std::vector<Position> found;
    for (const TypeDefinition* node : source_.types.at(type.name).all()) {
      for (const Name& name : node->members) {
        if (name.text == member) found.push_back(name.at);
      }
    }
    return found;
  }

  void enum_values(const NamedType& type) {
    if (type.values.empty()) {
      fail(fmt::format("Enum type {} must define one or more values.", type.name), positions(source_, type));
    }
    for (const TypeDefinition* node : source_.types.at(type.name).all()) {
      for (const EnumValueDefinition& value : node->values) name(value.name.text, value.at);
    }
  }

  const InputValueDefinition* find_input_field(const NamedType& type, std::string_view name) const {
    for (const TypeDefinition* node : source_.types.at(type.name).all()) {
      if (const auto* found = find_named(node->input_fields, name)) return found;
    }
    return nullptr;
  }

  void input_fields(const NamedType& type) {
    if (type.input_fields.empty()) {
      fail(fmt::format("Input Object type {} must define one or more fields.", type.name),
           positions(source_, type));
    }
    for (const InputValue& field : type.input_fields) {
      const InputValueDefinition& at = *find_input_field(type, field.name);
      const std::string coordinate = fmt::format("{}.{}", type.name, field.name);
      input_value(field, at, coordinate, "input field", at.type.at);
      if (!type.one_of) continue;
      if (field.type->non_null()) {
        fail(fmt::format("OneOf input field {} must be nullable.", coordinate), {at.type.at});
      }
      if (field.default_literal != nullptr) {
        fail(fmt::format("OneOf input field {} cannot have a default value.", coordinate), {at.at});
      }
    }
  }

  // Input objects that hold themselves through fields that must be given: no value could ever end.
  void cycle(const NamedType& type) {
    if (!visited_.insert(&type).second) return;
    depth_of_[&type] = path_.size();
    for (const InputValue& field : type.input_fields) {
      if (!field.type->non_null() || field.type->of->kind != TypeRef::Kind::kNamed) continue;
      const NamedType& inner = *field.type->of->named;
      if (inner.kind != TypeKind::kInputObject) continue;
      path_.push_back({.name = field.name, .at = find_input_field(type, field.name)->at});
      if (const auto start = depth_of_.find(&inner); start == depth_of_.end()) {
        cycle(inner);
      } else {
        report_cycle(inner, start->second);
      }
      path_.pop_back();
    }
    depth_of_.erase(&type);
  }

  void report_cycle(const NamedType& type, std::size_t start) {
    std::string fields;
    std::vector<Position> where;
    for (std::size_t i = start; i < path_.size(); ++i) {
      if (!fields.empty()) fields += '.';
      fields += path_[i].name;
      where.push_back(path_[i].at);
    }
    fail(
        fmt::format("Cannot reference Input Object \"{}\" within itself through a series of non-null fields: "
                    "\"{}\".",
                    type.name, fields),
        where);
  }

  struct Step {
    std::string_view name;
    Position at;
  };

  const Schema& schema_;
  const SchemaSource& source_;
  std::vector<GraphqlError>& errors_;
  std::unordered_set<const NamedType*> visited_{};
  std::unordered_map<const NamedType*, std::size_t> depth_of_{};
  std::vector<Step> path_{};
};

}  // namespace

void check_schema(const Schema& schema, const SchemaSource& source, std::vector<GraphqlError>& errors) {
  Check check(schema, source, errors);
  check.roots();
  check.directives();
  check.types();
}

GraphqlError schema_error(const SchemaSource& source, std::string message,
                          const std::vector<Position>& positions) {
  GraphqlError error{.message = std::move(message), .extensions = {{"code", "GRAPHQL_VALIDATION_FAILED"}}};
  for (const Position at : positions) error.locations.push_back(source.document.location(at));
  return error;
}

const FieldDefinition* find_source(const SchemaSource& source, const NamedType& type,
                                   const FieldType& field) {
  for (const TypeDefinition* node : source.types.at(type.name).all()) {
    const auto found = std::ranges::find_if(
        node->fields, [&field](const FieldDefinition& each) { return each.name.text == field.name; });
    if (found != node->fields.end()) return &*found;
  }
  return nullptr;
}

const InputValueDefinition* find_source(const FieldDefinition& field, const InputValue& argument) {
  return find_named(field.arguments, argument.name);
}

std::vector<Position> positions(const SchemaSource& source, const NamedType& type) {
  std::vector<Position> found;
  for (const TypeDefinition* node : source.types.at(type.name).all()) found.push_back(node->at);
  return found;
}

}  // namespace parley::graphql
