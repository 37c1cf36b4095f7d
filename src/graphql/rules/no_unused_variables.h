// 5.8.4: every variable that is defined is used.
#pragma once

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class NoUnusedVariables {
 public:
  explicit NoUnusedVariables(Context& context) : context_(context) {}
  void leave(const OperationDefinition& operation);

 private:
  Context& context_;
};

}  // namespace parley::graphql::rules
