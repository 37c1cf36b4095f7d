#include "graphql/rules/known_directives.h"

#include "graphql/rules/directive_view.h"

namespace parley::graphql::rules {

void KnownDirectives::enter(const DirectiveNode& node) {
  std::string name(node.directive.name.text);
  auto definition = DirectiveView::find(context_, name);
  if (!definition) {
    context_.report("Unknown directive \"@" + name + "\".", {node.directive.at});
  } else if (!definition->allowed_at(node.location)) {
    context_.report("Directive \"@" + name + "\" may not be used on " + std::string(node.location) + ".",
                    {node.directive.at});
  }
}

}  // namespace parley::graphql::rules
