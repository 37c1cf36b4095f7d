// 5.8.1: an operation defines no variable twice.
#pragma once

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class UniqueVariableNames {
 public:
  explicit UniqueVariableNames(Context& context) : context_(context) {}
  void enter(const OperationDefinition& operation);

 private:
  Context& context_;
};

}  // namespace parley::graphql::rules
