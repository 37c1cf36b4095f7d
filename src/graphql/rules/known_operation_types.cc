#include "graphql/rules/known_operation_types.h"

namespace parley::graphql::rules {

void KnownOperationTypes::enter(const OperationDefinition& operation) {
  if (context_.schema().root(operation.type) != nullptr) return;
  context_.report("The " + std::string(name(operation.type)) + " operation is not supported by the schema.",
                  {operation.at});
}

}  // namespace parley::graphql::rules
