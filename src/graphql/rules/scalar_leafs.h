// 5.3.3: leaf fields have no selections, all others do.
#pragma once

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class ScalarLeafs {
 public:
  explicit ScalarLeafs(Context& context) : context_(context) {}
  void enter(const Field& field);

 private:
  Context& context_;
};

}  // namespace parley::graphql::rules
