#include "graphql/rules/fragments_on_composite_types.h"

namespace parley::graphql::rules {

void FragmentsOnCompositeTypes::enter(const InlineFragment& fragment) {
  if (!fragment.type_condition) return;
  const Name& condition = *fragment.type_condition;
  const NamedType* type = context_.schema().type(condition.text);
  if (type == nullptr || type->composite()) return;
  context_.report("Fragment cannot condition on non composite type \"" + std::string(condition.text) + "\".",
                  {condition.at});
}

void FragmentsOnCompositeTypes::enter(const FragmentDefinition& fragment) {
  const Name& condition = fragment.type_condition;
  const NamedType* type = context_.schema().type(condition.text);
  if (type == nullptr || type->composite()) return;
  context_.report("Fragment \"" + std::string(fragment.name.text) +
                      "\" cannot condition on non composite type \"" + std::string(condition.text) + "\".",
                  {condition.at});
}

}  // namespace parley::graphql::rules
