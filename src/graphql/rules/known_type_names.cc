#include "graphql/rules/known_type_names.h"

#include <algorithm>
#include <array>

#include "graphql/rules/suggestions.h"

namespace parley::graphql::rules {

namespace {

// A type system document may use these without their being in the schema.
constexpr auto kStandard = std::to_array<std::string_view>(
    {"String", "Int", "Float", "Boolean", "ID", "__Schema", "__Directive", "__DirectiveLocation", "__Type",
     "__Field", "__InputValue", "__EnumValue", "__TypeKind"});

}  // namespace

void KnownTypeNames::enter(const NamedTypeNode& node) {
  std::string_view name = node.name.text;
  const Schema& schema = context_.schema();
  if (schema.type(name) != nullptr || context_.defined_type(name) != nullptr) return;
  if (node.defining && std::ranges::find(kStandard, name) != kStandard.end()) return;
  std::vector<std::string_view> names = context_.defined_types();
  for (const auto& type : schema.types()) names.push_back(type->name);
  if (node.defining) names.insert(names.end(), kStandard.begin(), kStandard.end());
  context_.report(
      "Unknown type \"" + std::string(name) + "\"." + did_you_mean({}, suggestion_list(name, names)),
      {node.name.at});
}

}  // namespace parley::graphql::rules
