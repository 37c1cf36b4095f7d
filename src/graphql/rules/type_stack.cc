#include "graphql/rules/type_stack.h"

namespace parley::graphql::rules {

namespace {

int lists(const TypeReference& type) {
  if (type.of == nullptr) return 0;
  return lists(*type.of) + (type.kind == TypeReference::Kind::kList ? 1 : 0);
}

int lists(const TypeRef& type) {
  return type.of == nullptr ? 0 : lists(*type.of) + (type.list() ? 1 : 0);
}

}  // namespace

const TypeRef* TypeStack::resolve(const TypeReference& reference) {
  // The schema takes a reference with more lists than it has places for as one with fewer.
  const TypeRef* known = schema_.resolve(reference);
  if (known == nullptr || lists(reference) == lists(*known)) return known;
  const TypeRef* of = resolve(*reference.of);
  auto kind = reference.kind == TypeReference::Kind::kList ? TypeRef::Kind::kList : TypeRef::Kind::kNonNull;
  return &own_.emplace_back(TypeRef{.kind = kind, .named = nullptr, .of = of});
}

void TypeStack::enter(const OperationDefinition& operation) {
  types_.push_back(schema_.root(operation.type));
}

void TypeStack::enter(const FragmentDefinition& fragment) {
  const NamedType* type = schema_.type(fragment.type_condition.text);
  types_.push_back(type != nullptr && type->kind != TypeKind::kInputObject ? type : nullptr);
}

void TypeStack::enter(const InlineFragment& fragment) {
  const NamedType* of = fragment.type_condition ? schema_.type(fragment.type_condition->text) : type();
  types_.push_back(of != nullptr && of->kind != TypeKind::kInputObject ? of : nullptr);
}

void TypeStack::enter(const SelectionSet&) {
  const NamedType* of = type();
  parents_.push_back(of != nullptr && of->composite() ? of : nullptr);
}

void TypeStack::enter(const Field& field) {
  const FieldType* definition = parent() == nullptr ? nullptr : schema_.field(*parent(), field.name.text);
  fields_.push_back(definition);
  types_.push_back(definition == nullptr ? nullptr : &definition->type->innermost());
}

void TypeStack::enter(const Directive& directive) {
  in_directive_ = true;
  directive_ = schema_.directive(directive.name.text);
}

void TypeStack::enter(const VariableDefinition& variable) {
  const TypeRef* type = resolve(variable.type);
  if (type != nullptr && !type->innermost().input()) type = nullptr;
  inputs_.push_back({.type = type});
}

void TypeStack::enter(const Argument& argument) {
  // The arguments of an unknown directive are looked for among those of the field that it stands on, as in
  // the reference implementation.
  argument_ = nullptr;
  if (directive_ != nullptr) {
    argument_ = directive_->argument(argument.name.text);
  } else if (field() != nullptr) {
    argument_ = field()->argument(argument.name.text);
  }
  inputs_.push_back({.type = argument_ == nullptr ? nullptr : argument_->type,
                     .has_default = argument_ != nullptr && argument_->default_value.has_value()});
}

void TypeStack::enter(const ObjectField& field) {
  const NamedType* object = input() == nullptr ? nullptr : &input()->innermost();
  if (object == nullptr || object->kind != TypeKind::kInputObject) {
    inputs_.push_back({});
    return;
  }
  const InputValue* definition = object->input_field(field.name.text);
  inputs_.push_back({.type = definition == nullptr ? nullptr : definition->type,
                     .has_default = definition != nullptr && definition->default_value.has_value(),
                     .object = object});
}

void TypeStack::enter_list() {
  const TypeRef* type = input();
  if (type != nullptr) {
    type = &type->nullable();
    if (type->list()) type = type->of;
  }
  inputs_.push_back({.type = type});
}

void TypeStack::leave(const Field&) {
  fields_.pop_back();
  types_.pop_back();
}

void TypeStack::leave(const Directive&) {
  in_directive_ = false;
  directive_ = nullptr;
}

void TypeStack::leave(const Argument&) {
  argument_ = nullptr;
  inputs_.pop_back();
}

}  // namespace parley::graphql::rules
