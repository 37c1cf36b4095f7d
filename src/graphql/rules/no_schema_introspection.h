// Not of the specification: refuses introspection where the service has it off.
#pragma once

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class NoSchemaIntrospection {
 public:
  NoSchemaIntrospection(Context& context, bool allowed) : context_(context), allowed_(allowed) {}
  void enter(const Field& field);

 private:
  Context& context_;
  bool allowed_;
};

}  // namespace parley::graphql::rules
