// 5.8.2: a variable is of an input type.
#pragma once

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class VariablesAreInputTypes {
 public:
  explicit VariablesAreInputTypes(Context& context) : context_(context) {}
  void enter(const VariableDefinition& variable);

 private:
  Context& context_;
};

}  // namespace parley::graphql::rules
