// 5.4.1: every argument that is given is there.
#pragma once

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class KnownArgumentNames {
 public:
  explicit KnownArgumentNames(Context& context) : context_(context) {}
  void enter(const DirectiveNode& node);
  void enter(const Argument& argument);

 private:
  Context& context_;
};

}  // namespace parley::graphql::rules
