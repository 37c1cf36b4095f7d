// Walks a document once for any number of rules, in the order of the reference implementation's visitor, so
// that errors come in its order too: at each node every rule's `enter` in the order of the rules, then what
// is in the node, then every rule's `leave`.
//
// A rule is any class with an `enter` or `leave` for the nodes that it wants; the others cost nothing.
// Nesting within a document is bounded by the parser, so the walk may recurse.
#pragma once

#include <tuple>
#include <variant>

#include "graphql/ast.h"
#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"
#include "graphql/rules/type_stack.h"

namespace parley::graphql::rules {

template <class... Rules>
class Walk {
 public:
  Walk(Context& context, TypeStack& types, Rules&... rules)
      : context_(context), types_(types), rules_(rules...) {}

  void document(const Document& document) {
    enter(document);
    for (const Definition& definition : document.definitions) {
      if (context_.stopped()) return;
      std::visit([this](const auto& of) { this->definition(of); }, definition);
    }
    leave(document);
  }

  void selection_set(const SelectionSet& set, bool flattened) {
    if (set.empty()) return;
    types_.enter(set);
    enter(SelectionSetNode{.set = set, .flattened = flattened});
    for (const Selection& of : set.selections) {
      if (context_.stopped()) break;
      std::visit([this](const auto& selection) { this->selection(selection); }, of.of);
    }
    types_.leave(set);
  }

  void directives(const std::vector<Directive>& all, std::string_view location) {
    for (const Directive& directive : all) {
      if (context_.stopped()) return;
      types_.enter(directive);
      DirectiveNode node{.directive = directive, .location = location};
      enter(node);
      arguments(directive.arguments);
      leave(node);
      types_.leave(directive);
    }
  }

 private:
  template <class Node>
  void enter(const Node& node) {
    std::apply([&](auto&... rule) { (enter_one(rule, node), ...); }, rules_);
  }
  template <class Node>
  void leave(const Node& node) {
    if (context_.stopped()) return;
    std::apply([&](auto&... rule) { (leave_one(rule, node), ...); }, rules_);
  }
  template <class Rule, class Node>
  static void enter_one(Rule& rule, const Node& node) {
    if constexpr (requires { rule.enter(node); }) rule.enter(node);
  }
  template <class Rule, class Node>
  static void leave_one(Rule& rule, const Node& node) {
    if constexpr (requires { rule.leave(node); }) rule.leave(node);
  }

  static std::string_view location(OperationType type) {
    if (type == OperationType::kQuery) return "QUERY";
    return type == OperationType::kMutation ? "MUTATION" : "SUBSCRIPTION";
  }
  // ---- executable definitions

  void definition(const OperationDefinition& operation) {
    types_.enter(operation);
    enter(operation);
    for (const VariableDefinition& variable : operation.variables) {
      if (context_.stopped()) break;
      types_.enter(variable);
      enter(variable);
      type_reference(variable.type, false);
      if (variable.default_value) value(*variable.default_value);
      directives(variable.directives, "VARIABLE_DEFINITION");
      types_.leave(variable);
    }
    directives(operation.directives, location(operation.type));
    selection_set(operation.selection_set, false);
    leave(operation);
    types_.leave(operation);
  }

  void definition(const FragmentDefinition& fragment) {
    types_.enter(fragment);
    enter(fragment);
    enter(NamedTypeNode{.name = fragment.type_condition, .defining = false});
    directives(fragment.directives, "FRAGMENT_DEFINITION");
    selection_set(fragment.selection_set, false);
    types_.leave(fragment);
  }

  void selection(const Field& field) {
    types_.enter(field);
    enter(field);
    arguments(field.arguments);
    directives(field.directives, "FIELD");
    selection_set(field.selection_set, false);
    leave(field);
    types_.leave(field);
  }

  void selection(const FragmentSpread& spread) {
    enter(spread);
    directives(spread.directives, "FRAGMENT_SPREAD");
  }

  void selection(const InlineFragment& fragment) {
    types_.enter(fragment);
    enter(fragment);
    if (fragment.type_condition) enter(NamedTypeNode{.name = *fragment.type_condition, .defining = false});
    directives(fragment.directives, "INLINE_FRAGMENT");
    selection_set(fragment.selection_set, true);
    types_.leave(fragment);
  }

  void arguments(const std::vector<Argument>& all) {
    for (const Argument& argument : all) {
      if (context_.stopped()) return;
      types_.enter(argument);
      enter(argument);
      value(argument.value);
      types_.leave(argument);
    }
  }

  void value(const Value& of) {
    bool list = of.kind == ValueKind::kList;
    if (list) types_.enter_list();
    enter(of);
    for (const Value& item : of.items) {
      if (context_.stopped()) break;
      value(item);
    }
    for (const ObjectField& field : of.fields) {
      if (context_.stopped()) break;
      types_.enter(field);
      enter(field);
      value(field.value);
      types_.leave(field);
    }
    leave(of);
    if (list) types_.leave_list();
  }

  void type_reference(const TypeReference& type, bool defining) {
    const TypeReference* innermost = &type;
    while (innermost->of != nullptr) innermost = innermost->of.get();
    enter(NamedTypeNode{.name = innermost->name, .defining = defining});
  }

  // ---- type system definitions: refused, yet looked into as far as the reference implementation does

  void named_types(const std::vector<Name>& names) {
    for (const Name& name : names) enter(NamedTypeNode{.name = name, .defining = true});
  }

  void definition(const SchemaDefinition& schema) {
    enter(schema);
    directives(schema.directives, "SCHEMA");
    for (const RootOperation& root : schema.roots) enter(NamedTypeNode{.name = root.name, .defining = true});
  }

  void definition(const DirectiveDefinition& directive) {
    enter(directive);
    for (const InputValueDefinition& argument : directive.arguments) {
      input_value(argument, "ARGUMENT_DEFINITION");
    }
  }

  void definition(const TypeDefinition& type) {
    enter(type);
    named_types(type.interfaces);
    directives(type.directives, name(type.kind));
    named_types(type.members);
    for (const FieldDefinition& field : type.fields) {
      if (context_.stopped()) return;
      enter(field);
      for (const InputValueDefinition& argument : field.arguments) {
        input_value(argument, "ARGUMENT_DEFINITION");
      }
      type_reference(field.type, true);
      directives(field.directives, "FIELD_DEFINITION");
    }
    for (const EnumValueDefinition& of : type.values) {
      if (context_.stopped()) return;
      enter(of);
      directives(of.directives, "ENUM_VALUE");
    }
    for (const InputValueDefinition& field : type.input_fields) {
      // The reference implementation takes the fields of an extension for arguments.
      input_value(field, type.extension ? "ARGUMENT_DEFINITION" : "INPUT_FIELD_DEFINITION");
    }
  }

  void input_value(const InputValueDefinition& of, std::string_view location) {
    if (context_.stopped()) return;
    enter(of);
    type_reference(of.type, true);
    if (of.default_value) value(*of.default_value);
    directives(of.directives, location);
  }

  Context& context_;
  TypeStack& types_;
  std::tuple<Rules&...> rules_;
};

}  // namespace parley::graphql::rules
