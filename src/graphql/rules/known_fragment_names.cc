#include "graphql/rules/known_fragment_names.h"

namespace parley::graphql::rules {

void KnownFragmentNames::enter(const FragmentSpread& spread) {
  if (context_.fragment(spread.name.text) != nullptr) return;
  context_.report("Unknown fragment \"" + std::string(spread.name.text) + "\".", {spread.name.at});
}

}  // namespace parley::graphql::rules
