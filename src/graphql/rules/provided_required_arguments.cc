#include "graphql/rules/provided_required_arguments.h"

#include <algorithm>

#include "graphql/rules/directive_view.h"

namespace parley::graphql::rules {

namespace {

bool given(const std::vector<Argument>& arguments, std::string_view name) {
  return std::ranges::any_of(arguments, [&](const Argument& of) { return of.name.text == name; });
}

}  // namespace

void ProvidedRequiredArguments::leave(const Field& field) {
  const FieldType* definition = context_.types().field();
  if (definition == nullptr) return;
  for (const InputValue& argument : definition->arguments) {
    if (!argument.required() || given(field.arguments, argument.name)) continue;
    context_.report("Field \"" + definition->name + "\" argument \"" + argument.name + "\" of type \"" +
                        argument.type->str() + "\" is required, but it was not provided.",
                    {field.at});
  }
}

void ProvidedRequiredArguments::leave(const DirectiveNode& node) {
  auto definition = DirectiveView::find(context_, node.directive.name.text);
  if (!definition) return;
  for (const auto& argument : definition->required()) {
    if (given(node.directive.arguments, argument.name)) continue;
    context_.report("Directive \"@" + std::string(node.directive.name.text) + "\" argument \"" +
                        std::string(argument.name) + "\" of type \"" + argument.type +
                        "\" is required, but it was not provided.",
                    {node.directive.at});
  }
}

}  // namespace parley::graphql::rules
