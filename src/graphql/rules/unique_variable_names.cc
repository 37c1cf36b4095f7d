#include "graphql/rules/unique_variable_names.h"

#include "graphql/rules/duplicates.h"

namespace parley::graphql::rules {

void UniqueVariableNames::enter(const OperationDefinition& operation) {
  each_duplicate(
      operation.variables, [](const VariableDefinition& variable) -> const Name& { return variable.name; },
      [this](std::string_view name, const std::vector<Position>& at) {
        context_.report("There can be only one variable named \"$" + std::string(name) + "\".", at);
      });
}

}  // namespace parley::graphql::rules
