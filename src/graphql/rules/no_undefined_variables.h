// 5.8.3: every variable that is used is defined.
#pragma once

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class NoUndefinedVariables {
 public:
  explicit NoUndefinedVariables(Context& context) : context_(context) {}
  void leave(const OperationDefinition& operation);

 private:
  Context& context_;
};

}  // namespace parley::graphql::rules
