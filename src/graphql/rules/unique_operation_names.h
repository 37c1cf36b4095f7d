// 5.2.2.1: no two operations have the same name.
#pragma once

#include <string_view>
#include <unordered_map>

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class UniqueOperationNames {
 public:
  explicit UniqueOperationNames(Context& context) : context_(context) {}
  void enter(const OperationDefinition& operation);

 private:
  Context& context_;
  std::unordered_map<std::string_view, Position> known_{};
};

}  // namespace parley::graphql::rules
