// 5.1.1: a document that is executed holds operations and fragments alone.
#pragma once

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class ExecutableDefinitions {
 public:
  explicit ExecutableDefinitions(Context& context) : context_(context) {}
  void enter(const Document& document);

 private:
  Context& context_;
};

}  // namespace parley::graphql::rules
