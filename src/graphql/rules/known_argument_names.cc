#include "graphql/rules/known_argument_names.h"

#include <algorithm>

#include "graphql/rules/directive_view.h"
#include "graphql/rules/suggestions.h"

namespace parley::graphql::rules {

void KnownArgumentNames::enter(const DirectiveNode& node) {
  if (node.directive.arguments.empty()) return;
  auto definition = DirectiveView::find(context_, node.directive.name.text);
  if (!definition) return;
  auto names = definition->argument_names();
  for (const Argument& argument : node.directive.arguments) {
    std::string_view name = argument.name.text;
    if (context_.stopped() || std::ranges::find(names, name) != names.end()) continue;
    context_.report("Unknown argument \"" + std::string(name) + "\" on directive \"@" +
                        std::string(node.directive.name.text) + "\"." +
                        did_you_mean({}, suggestion_list(name, names)),
                    {argument.name.at});
  }
}

void KnownArgumentNames::enter(const Argument& argument) {
  TypeStack& types = context_.types();
  if (types.in_directive() || types.argument() != nullptr) return;
  if (types.field() == nullptr || types.parent() == nullptr) return;
  std::string_view name = argument.name.text;
  context_.report("Unknown argument \"" + std::string(name) + "\" on field \"" + types.parent()->name + "." +
                      types.field()->name + "\"." +
                      did_you_mean({}, suggestion_list(name, names_of(types.field()->arguments))),
                  {argument.name.at});
}

}  // namespace parley::graphql::rules
