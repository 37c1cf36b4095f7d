// 5.5.1.2: every type that is named is there.
#pragma once

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class KnownTypeNames {
 public:
  explicit KnownTypeNames(Context& context) : context_(context) {}
  void enter(const NamedTypeNode& node);

 private:
  Context& context_;
};

}  // namespace parley::graphql::rules
