// 5.5.1.3: fragments are on objects, interfaces and unions.
#pragma once

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class FragmentsOnCompositeTypes {
 public:
  explicit FragmentsOnCompositeTypes(Context& context) : context_(context) {}
  void enter(const InlineFragment& fragment);
  void enter(const FragmentDefinition& fragment);

 private:
  Context& context_;
};

}  // namespace parley::graphql::rules
