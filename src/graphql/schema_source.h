// Where the parts of a schema stand in its SDL. Used while a schema is made.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "graphql/ast.h"

namespace parley::graphql {

struct TypeSource {
  const TypeDefinition* definition = nullptr;
  std::vector<const TypeDefinition*> extensions{};

  // The definition, then the extensions.
  std::vector<const TypeDefinition*> all() const {
    std::vector<const TypeDefinition*> nodes{definition};
    nodes.insert(nodes.end(), extensions.begin(), extensions.end());
    return nodes;
  }
};

// Of one document, whose parts it points at.
struct SchemaSource {
  explicit SchemaSource(const Document& document);

  const Document& document;
  std::unordered_map<std::string_view, TypeSource> types{};
  // In their order.
  std::vector<const TypeDefinition*> type_definitions{};
  std::vector<const DirectiveDefinition*> directives{};
  const SchemaDefinition* schema = nullptr;
  std::vector<const SchemaDefinition*> schema_extensions{};
};

}  // namespace parley::graphql
