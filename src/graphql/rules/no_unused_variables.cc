#include "graphql/rules/no_unused_variables.h"

#include <unordered_set>

namespace parley::graphql::rules {

void NoUnusedVariables::leave(const OperationDefinition& operation) {
  if (operation.variables.empty()) return;
  std::unordered_set<std::string_view> used;
  context_.variable_usages(operation).each(
      [&](const VariableUsage& usage) { used.insert(usage.variable->text); });
  for (const VariableDefinition& variable : operation.variables) {
    if (used.contains(variable.name.text)) continue;
    std::string message = "Variable \"$" + std::string(variable.name.text) + "\" is never used";
    if (operation.name) message.append(" in operation \"").append(operation.name->text).append("\"");
    context_.report(message + ".", {variable.at});
  }
}

}  // namespace parley::graphql::rules
