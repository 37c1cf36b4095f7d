// 5.2.1.1: the schema has a root type for the operation. Since September 2025.
#pragma once

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class KnownOperationTypes {
 public:
  explicit KnownOperationTypes(Context& context) : context_(context) {}
  void enter(const OperationDefinition& operation);

 private:
  Context& context_;
};

}  // namespace parley::graphql::rules
