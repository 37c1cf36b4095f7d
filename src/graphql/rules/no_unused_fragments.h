// 5.5.1.4: every fragment is spread, directly or not, by some operation.
#pragma once

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class NoUnusedFragments {
 public:
  explicit NoUnusedFragments(Context& context) : context_(context) {}
  void leave(const Document& document);

 private:
  Context& context_;
};

}  // namespace parley::graphql::rules
