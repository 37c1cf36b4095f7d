// 5.2.4.1: a subscription selects one root field, none of introspection's, and does not leave it to @skip or
// @include (since September 2025) whether it does.
#pragma once

#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class SingleFieldSubscriptions {
 public:
  explicit SingleFieldSubscriptions(Context& context) : context_(context) {}
  void enter(const OperationDefinition& operation);

 private:
  // The root fields by response key, and the directives that may not stand there.
  struct Roots {
    std::vector<std::vector<const Field*>> fields{};
    std::unordered_map<std::string_view, std::size_t> index{};
    std::vector<Position> forbidden{};
    std::unordered_set<std::string_view> visited{};
  };
  void collect(const NamedType& root, const SelectionSet& set, Roots& roots);
  bool included(const std::vector<Directive>& directives, Roots& roots) const;
  bool applies(const NamedType& root, const Name& condition) const;

  Context& context_;
};

}  // namespace parley::graphql::rules
