// Not of the specification: introspection follows at most two of the schema's lists one within another, so
// that no small document asks for the schema's square. As the reference implementation recommends it.
#pragma once

#include <string_view>
#include <unordered_map>

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class MaxIntrospectionDepth {
 public:
  explicit MaxIntrospectionDepth(Context& context) : context_(context) {}
  void enter(const Field& field);
  void leave(const Field& field);

 private:
  using Depths = std::unordered_map<std::string_view, int>;

  bool exceeds(const Selection& selection, Depths& visited, int depth);
  bool exceeds(const SelectionSet& set, Depths& visited, int depth);
  bool exceeds(const FragmentSpread& spread, Depths& visited, int depth);

  Context& context_;
  // Of each fragment: the greatest depth of a spread at which all was well, the smallest at which it was not.
  Depths well_{};
  Depths exceeded_{};
  // What lies within a field that was refused is not looked at again.
  const Field* refused_ = nullptr;
  int nesting_ = 0;
};

}  // namespace parley::graphql::rules
