// 5.5.1.1: no two fragments have the same name.
#pragma once

#include <string_view>
#include <unordered_map>

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class UniqueFragmentNames {
 public:
  explicit UniqueFragmentNames(Context& context) : context_(context) {}
  void enter(const FragmentDefinition& fragment);

 private:
  Context& context_;
  std::unordered_map<std::string_view, Position> known_{};
};

}  // namespace parley::graphql::rules
