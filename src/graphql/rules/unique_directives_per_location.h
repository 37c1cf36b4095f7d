// 5.7.3: a directive that is not repeatable stands once at a place.
#pragma once

#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class UniqueDirectivesPerLocation {
 public:
  explicit UniqueDirectivesPerLocation(Context& context) : context_(context) {}

  // Any node that has directives.
  template <class Node>
    requires requires(const Node& node) { node.directives.size(); }
  void enter(const Node& node) {
    if constexpr (std::is_same_v<Node, SchemaDefinition>) {
      check(node.directives, of_schema_);
    } else if constexpr (std::is_same_v<Node, TypeDefinition>) {
      // A type's extensions share a place with it.
      check(node.directives, of_types_[node.name.text]);
    } else if (node.directives.size() > 1) {
      Seen seen;
      check(node.directives, seen);
    }
  }

 private:
  using Seen = std::unordered_map<std::string_view, Position>;
  void check(const std::vector<Directive>& directives, Seen& seen);

  Context& context_;
  Seen of_schema_{};
  std::unordered_map<std::string_view, Seen> of_types_{};
};

}  // namespace parley::graphql::rules
