// 5.4.3: every argument that is required is given.
#pragma once

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class ProvidedRequiredArguments {
 public:
  explicit ProvidedRequiredArguments(Context& context) : context_(context) {}
  void leave(const Field& field);
  void leave(const DirectiveNode& node);

 private:
  Context& context_;
};

}  // namespace parley::graphql::rules
