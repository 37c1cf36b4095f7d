// 5.8.5: a variable is used only where its type is allowed; in a @oneOf input object it cannot be null.
#pragma once

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class VariablesInAllowedPosition {
 public:
  explicit VariablesInAllowedPosition(Context& context) : context_(context) {}
  void leave(const OperationDefinition& operation);

 private:
  void check(const VariableDefinition& variable, const VariableUsage& usage);

  Context& context_;
};

}  // namespace parley::graphql::rules
