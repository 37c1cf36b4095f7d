// 5.5.2.3: a fragment is spread where its type can be.
#pragma once

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class PossibleFragmentSpreads {
 public:
  explicit PossibleFragmentSpreads(Context& context) : context_(context) {}
  void enter(const InlineFragment& fragment);
  void enter(const FragmentSpread& spread);

 private:
  Context& context_;
};

}  // namespace parley::graphql::rules
