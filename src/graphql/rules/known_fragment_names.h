// 5.5.2.1: a fragment that is spread is there.
#pragma once

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class KnownFragmentNames {
 public:
  explicit KnownFragmentNames(Context& context) : context_(context) {}
  void enter(const FragmentSpread& spread);

 private:
  Context& context_;
};

}  // namespace parley::graphql::rules
