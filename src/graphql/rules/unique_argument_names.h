// 5.4.2: no argument is given twice.
#pragma once

#include <vector>

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class UniqueArgumentNames {
 public:
  explicit UniqueArgumentNames(Context& context) : context_(context) {}
  void enter(const Field& field) { check(field.arguments); }
  void enter(const DirectiveNode& node) { check(node.directive.arguments); }

 private:
  void check(const std::vector<Argument>& arguments);

  Context& context_;
};

}  // namespace parley::graphql::rules
