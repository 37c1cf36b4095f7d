#include "graphql/rules/unique_directives_per_location.h"

#include "graphql/rules/directive_view.h"

namespace parley::graphql::rules {

void UniqueDirectivesPerLocation::check(const std::vector<Directive>& directives, Seen& seen) {
  for (const Directive& directive : directives) {
    auto definition = DirectiveView::find(context_, directive.name.text);
    if (!definition || definition->repeatable()) continue;
    auto [known, added] = seen.try_emplace(directive.name.text, directive.at);
    if (added) continue;
    context_.report(
        "The directive \"@" + std::string(directive.name.text) + "\" can only be used once at this location.",
        {known->second, directive.at});
  }
}

}  // namespace parley::graphql::rules
