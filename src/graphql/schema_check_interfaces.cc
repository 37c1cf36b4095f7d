#include <algorithm>
#include <unordered_set>

#include <fmt/core.h>

#include "graphql/schema_check.h"

namespace parley::graphql {
namespace {

class InterfaceCheck {
 public:
  InterfaceCheck(const Schema& schema, const NamedType& type, const SchemaSource& source,
                 std::vector<GraphqlError>& errors)
      : schema_(schema), type_(type), source_(source), errors_(errors) {}

  void all() {
    std::unordered_set<const NamedType*> seen;
    for (const NamedType* interface : type_.interfaces) {
      if (interface->kind != TypeKind::kInterface) {
        fail(fmt::format("Type {} must only implement Interface types, it cannot implement {}.", type_.name,
                         interface->name),
             implements(type_, *interface));
      } else if (interface == &type_) {
        fail(fmt::format("Type {} cannot implement itself because it would create a circular reference.",
                         type_.name),
             implements(type_, *interface));
      } else if (!seen.insert(interface).second) {
        fail(fmt::format("Type {} can only implement {} once.", type_.name, interface->name),
             implements(type_, *interface));
      } else {
        ancestors(*interface);
        for (const FieldType& field : interface->fields) field_of(*interface, field);
      }
    }
  }

 private:
  void fail(std::string message, const std::vector<Position>& positions) {
    errors_.push_back(schema_error(source_, std::move(message), positions));
  }

  // Where `type` says that it implements `interface`.
  std::vector<Position> implements(const NamedType& type, const NamedType& interface) const {
    std::vector<Position> found;
    for (const TypeDefinition* node : source_.types.at(type.name).all()) {
      for (const Name& name : node->interfaces) {
        if (name.text == interface.name) found.push_back(name.at);
      }
    }
    return found;
  }

  void ancestors(const NamedType& interface) {
    for (const NamedType* above : interface.interfaces) {
      if (std::ranges::find(type_.interfaces, above) != type_.interfaces.end()) continue;
      std::vector<Position> where = implements(interface, *above);
      std::ranges::copy(implements(type_, interface), std::back_inserter(where));
      fail(above == &type_
               ? fmt::format("Type {} cannot implement {} because it would create a circular reference.",
                             type_.name, interface.name)
               : fmt::format("Type {} must implement {} because it is implemented by {}.", type_.name,
                             above->name, interface.name),
           where);
    }
  }

  void field_of(const NamedType& interface, const FieldType& wanted) {
    const FieldDefinition& wanted_at = *find_source(source_, interface, wanted);
    const FieldType* field = type_.field(wanted.name);
    if (field == nullptr) {
      std::vector<Position> where = positions(source_, type_);
      where.insert(where.begin(), wanted_at.at);
      fail(fmt::format("Interface field {}.{} expected but {} does not provide it.", interface.name,
                       wanted.name, type_.name),
           where);
      return;
    }
    const FieldDefinition& at = *find_source(source_, type_, *field);
    if (!schema_.is_subtype(*field->type, *wanted.type)) {
      fail(fmt::format("Interface field {}.{} expects type {} but {}.{} is type {}.", interface.name,
                       wanted.name, wanted.type->str(), type_.name, wanted.name, field->type->str()),
           {wanted_at.type.at, at.type.at});
    }
    arguments(interface, wanted, wanted_at, *field, at);
  }

  void arguments(const NamedType& interface, const FieldType& wanted, const FieldDefinition& wanted_at,
                 const FieldType& field, const FieldDefinition& at) {
    for (const InputValue& argument : wanted.arguments) {
      const std::string coordinate =
          fmt::format("Interface field argument {}.{}({}:)", interface.name, wanted.name, argument.name);
      const InputValueDefinition& argument_at = *find_source(wanted_at, argument);
      const InputValue* own = field.argument(argument.name);
      if (own == nullptr) {
        fail(fmt::format("{} expected but {}.{} does not provide it.", coordinate, type_.name, field.name),
             {argument_at.at, at.at});
      } else if (own->type != argument.type) {
        fail(fmt::format("{} expects type {} but {}.{}({}:) is type {}.", coordinate, argument.type->str(),
                         type_.name, field.name, argument.name, own->type->str()),
             {argument_at.type.at, find_source(at, *own)->type.at});
      }
    }
    for (const InputValue& argument : field.arguments) {
      const bool required = argument.type->non_null() && argument.default_literal == nullptr;
      if (!required || wanted.argument(argument.name) != nullptr) continue;
      fail(fmt::format("Object field {}.{} includes required argument {} that is missing from the Interface "
                       "field {}.{}.",
                       type_.name, field.name, argument.name, interface.name, wanted.name),
           {find_source(at, argument)->at, wanted_at.at});
    }
  }

  const Schema& schema_;
  const NamedType& type_;
  const SchemaSource& source_;
  std::vector<GraphqlError>& errors_;
};

}  // namespace

void check_interfaces(const Schema& schema, const NamedType& type, const SchemaSource& source,
                      std::vector<GraphqlError>& errors) {
  InterfaceCheck(schema, type, source, errors).all();
}

}  // namespace parley::graphql
