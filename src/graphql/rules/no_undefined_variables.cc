#include "graphql/rules/no_undefined_variables.h"

namespace parley::graphql::rules {

void NoUndefinedVariables::leave(const OperationDefinition& operation) {
  context_.variable_usages(operation).each([&](const VariableUsage& usage) {
    std::string_view variable = usage.variable->text;
    if (context_.stopped() || context_.variable(operation, variable) != nullptr) return;
    std::string message = "Variable \"$" + std::string(variable) + "\" is not defined";
    if (operation.name) message.append(" by operation \"").append(operation.name->text).append("\"");
    context_.report(message + ".", {usage.variable->at, operation.at});
  });
}

}  // namespace parley::graphql::rules
