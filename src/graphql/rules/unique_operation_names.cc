#include "graphql/rules/unique_operation_names.h"

namespace parley::graphql::rules {

void UniqueOperationNames::enter(const OperationDefinition& operation) {
  if (!operation.name) return;
  auto [known, added] = known_.try_emplace(operation.name->text, operation.name->at);
  if (added) return;
  context_.report("There can be only one operation named \"" + std::string(operation.name->text) + "\".",
                  {known->second, operation.name->at});
}

}  // namespace parley::graphql::rules
