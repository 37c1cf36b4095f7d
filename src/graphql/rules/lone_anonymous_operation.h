// 5.2.3.1: an operation without a name is the only one.
#pragma once

#include <cstddef>

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class LoneAnonymousOperation {
 public:
  explicit LoneAnonymousOperation(Context& context) : context_(context) {}
  void enter(const Document& document);
  void enter(const OperationDefinition& operation);

 private:
  Context& context_;
  std::ptrdiff_t operations_ = 0;
};

}  // namespace parley::graphql::rules
