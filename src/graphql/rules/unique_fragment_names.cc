#include "graphql/rules/unique_fragment_names.h"

namespace parley::graphql::rules {

void UniqueFragmentNames::enter(const FragmentDefinition& fragment) {
  auto [known, added] = known_.try_emplace(fragment.name.text, fragment.name.at);
  if (added) return;
  context_.report("There can be only one fragment named \"" + std::string(fragment.name.text) + "\".",
                  {known->second, fragment.name.at});
}

}  // namespace parley::graphql::rules
