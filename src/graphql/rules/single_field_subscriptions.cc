#include "graphql/rules/single_field_subscriptions.h"

#include <algorithm>

namespace parley::graphql::rules {

void SingleFieldSubscriptions::enter(const OperationDefinition& operation) {
  const NamedType* root = context_.schema().root(OperationType::kSubscription);
  if (operation.type != OperationType::kSubscription || root == nullptr) return;
  Roots roots;
  collect(*root, operation.selection_set, roots);
  if (context_.stopped()) return;
  std::string subscription = "Anonymous Subscription";
  if (operation.name) subscription = "Subscription \"" + std::string(operation.name->text) + "\"";
  if (!roots.forbidden.empty()) {
    context_.report(
        subscription + " must not use `@skip` or `@include` directives in the top level selection.",
        roots.forbidden);
    return;
  }
  if (roots.fields.size() > 1) {
    std::vector<Position> extra;
    for (std::size_t i = 1; i < roots.fields.size(); ++i) {
      for (const Field* field : roots.fields[i]) extra.push_back(field->at);
    }
    context_.report(subscription + " must select only one top level field.", extra);
  }
  for (const auto& fields : roots.fields) {
    if (!fields.front()->name.text.starts_with("__")) continue;
    std::vector<Position> at;
    for (const Field* field : fields) at.push_back(field->at);
    context_.report(subscription + " must not select an introspection top level field.", at);
  }
}

void SingleFieldSubscriptions::collect(const NamedType& root, const SelectionSet& start, Roots& roots) {
  // Depth first in the order of the document; no recursion, because fragments may form a long chain.
  struct Place {
    const SelectionSet* set;
    std::size_t next = 0;
  };
  std::vector<Place> places{{.set = &start}};
  if (!context_.spend_fragment_work(start.selections.size())) return;
  while (!places.empty()) {
    Place& place = places.back();
    if (place.next == place.set->selections.size()) {
      places.pop_back();
      continue;
    }
    const Selection& selection = place.set->selections[place.next++];
    const SelectionSet* within = nullptr;
    if (const auto* field = std::get_if<Field>(&selection.of)) {
      if (!included(field->directives, roots)) continue;
      auto [known, added] = roots.index.try_emplace(field->response_key(), roots.fields.size());
      if (added) roots.fields.emplace_back();
      roots.fields[known->second].push_back(field);
    } else if (const auto* inline_fragment = std::get_if<InlineFragment>(&selection.of)) {
      if (!included(inline_fragment->directives, roots)) continue;
      const auto& condition = inline_fragment->type_condition;
      if (!condition || applies(root, *condition)) within = &inline_fragment->selection_set;
    } else {
      const auto& spread = std::get<FragmentSpread>(selection.of);
      if (roots.visited.contains(spread.name.text) || !included(spread.directives, roots)) continue;
      roots.visited.insert(spread.name.text);
      const FragmentDefinition* fragment = context_.fragment(spread.name.text);
      if (fragment != nullptr && applies(root, fragment->type_condition)) within = &fragment->selection_set;
    }
    if (within == nullptr) continue;
    if (!context_.spend_fragment_work(within->selections.size())) return;
    places.push_back({.set = within});
  }
}

bool SingleFieldSubscriptions::included(const std::vector<Directive>& directives, Roots& roots) const {
  for (std::string_view name : {"skip", "include"}) {
    auto found = std::ranges::find_if(directives, [&](const Directive& of) { return of.name.text == name; });
    if (found == directives.end()) continue;
    roots.forbidden.push_back(found->at);
    return false;
  }
  return true;
}

bool SingleFieldSubscriptions::applies(const NamedType& root, const Name& condition) const {
  const NamedType* type = context_.schema().type(condition.text);
  if (type == nullptr) return false;
  return type == &root || (type->abstract() && context_.schema().is_possible(*type, root));
}

}  // namespace parley::graphql::rules
