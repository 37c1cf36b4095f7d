#include "graphql/rules/possible_fragment_spreads.h"

#include <algorithm>

namespace parley::graphql::rules {

namespace {

bool overlap(const Schema& schema, const NamedType& a, const NamedType& b) {
  if (&a == &b) return true;
  if (!a.abstract()) return b.abstract() && schema.is_possible(b, a);
  if (!b.abstract()) return schema.is_possible(a, b);
  return std::ranges::any_of(schema.possible_types(a),
                             [&](const NamedType* object) { return schema.is_possible(b, *object); });
}

}  // namespace

void PossibleFragmentSpreads::enter(const InlineFragment& fragment) {
  const NamedType* type = context_.types().type();
  const NamedType* parent = context_.types().parent();
  if (type == nullptr || !type->composite() || parent == nullptr) return;
  if (overlap(context_.schema(), *type, *parent)) return;
  context_.report("Fragment cannot be spread here as objects of type \"" + parent->name +
                      "\" can never be of type \"" + type->name + "\".",
                  {fragment.at});
}

void PossibleFragmentSpreads::enter(const FragmentSpread& spread) {
  const FragmentDefinition* fragment = context_.fragment(spread.name.text);
  const NamedType* parent = context_.types().parent();
  if (fragment == nullptr || parent == nullptr) return;
  const NamedType* type = context_.schema().type(fragment->type_condition.text);
  if (type == nullptr || !type->composite() || overlap(context_.schema(), *type, *parent)) return;
  context_.report("Fragment \"" + std::string(spread.name.text) +
                      "\" cannot be spread here as objects of type \"" + parent->name +
                      "\" can never be of type \"" + type->name + "\".",
                  {spread.at});
}

}  // namespace parley::graphql::rules
