// 5.6.3: an input object gives no field twice.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class UniqueInputFieldNames {
 public:
  explicit UniqueInputFieldNames(Context& context) : context_(context) {}
  void enter(const Value& value);
  void enter(const ObjectField& field);
  void leave(const Value& value);

 private:
  Context& context_;
  // Of the objects around.
  std::vector<std::unordered_map<std::string_view, Position>> known_{};
};

}  // namespace parley::graphql::rules
