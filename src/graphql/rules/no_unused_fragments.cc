#include "graphql/rules/no_unused_fragments.h"

#include <unordered_set>

namespace parley::graphql::rules {

void NoUnusedFragments::leave(const Document& document) {
  std::vector<const OperationDefinition*> operations;
  for (const Definition& definition : document.definitions) {
    if (const auto* operation = std::get_if<OperationDefinition>(&definition))
      operations.push_back(operation);
  }
  const auto& used = context_.reachable(operations);
  std::unordered_set<std::string_view> names;
  for (const FragmentDefinition* fragment : used) names.insert(fragment->name.text);
  for (const Definition& definition : document.definitions) {
    const auto* fragment = std::get_if<FragmentDefinition>(&definition);
    if (fragment == nullptr || names.contains(fragment->name.text)) continue;
    context_.report("Fragment \"" + std::string(fragment->name.text) + "\" is never used.", {fragment->at});
  }
}

}  // namespace parley::graphql::rules
