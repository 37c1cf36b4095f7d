// A directive's definition: the schema's, or one that the document itself has. (Such a document is refused,
// but the reference implementation judges the rest of it by its own definitions.)
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graphql/ast.h"
#include "graphql/schema.h"

namespace parley::graphql::rules {

class Context;

class DirectiveView {
 public:
  // Nothing where there is no directive of that name.
  static std::optional<DirectiveView> find(const Context& context, std::string_view name);

  bool repeatable() const;
  bool allowed_at(std::string_view location) const;
  std::vector<std::string_view> argument_names() const;

  struct Required {
    std::string_view name;
    std::string type;
  };
  // The arguments that have to be given.
  std::vector<Required> required() const;

 private:
  const DirectiveType* type_ = nullptr;
  const DirectiveDefinition* written_ = nullptr;
};

}  // namespace parley::graphql::rules
