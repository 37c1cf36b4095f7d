// What a walk shows to the rules beside the syntax tree's own nodes: nodes with what only their place tells.
#pragma once

#include <string_view>

#include "graphql/ast.h"

namespace parley::graphql::rules {

// A named type where it is referred to. `defining`: within a type system definition.
struct NamedTypeNode {
  const Name& name;
  bool defining;
};

// `location` as the specification names it: "FIELD", "QUERY", ...
struct DirectiveNode {
  const Directive& directive;
  std::string_view location;
};

// `flattened`: of an inline fragment, whose fields belong to the selection set around it.
struct SelectionSetNode {
  const SelectionSet& set;
  bool flattened;
};

}  // namespace parley::graphql::rules
