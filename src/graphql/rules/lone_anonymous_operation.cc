#include "graphql/rules/lone_anonymous_operation.h"

#include <algorithm>

namespace parley::graphql::rules {

void LoneAnonymousOperation::enter(const Document& document) {
  operations_ = std::ranges::count_if(document.definitions, [](const Definition& definition) {
    return std::holds_alternative<OperationDefinition>(definition);
  });
}

void LoneAnonymousOperation::enter(const OperationDefinition& operation) {
  if (operation.name || operations_ < 2) return;
  context_.report("This anonymous operation must be the only defined operation.", {operation.at});
}

}  // namespace parley::graphql::rules
