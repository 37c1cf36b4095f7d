// 5.3.1: a field that is selected is there.
#pragma once

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class FieldsOnCorrectType {
 public:
  explicit FieldsOnCorrectType(Context& context) : context_(context) {}
  void enter(const Field& field);

 private:
  Context& context_;
};

}  // namespace parley::graphql::rules
