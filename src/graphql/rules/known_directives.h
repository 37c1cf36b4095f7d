// 5.7.1, 5.7.2: a directive is there and may stand where it stands.
#pragma once

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class KnownDirectives {
 public:
  explicit KnownDirectives(Context& context) : context_(context) {}
  void enter(const DirectiveNode& node);

 private:
  Context& context_;
};

}  // namespace parley::graphql::rules
