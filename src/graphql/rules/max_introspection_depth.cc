#include "graphql/rules/max_introspection_depth.h"

#include <algorithm>

namespace parley::graphql::rules {

namespace {

constexpr int kMaxLists = 3;
// Selection sets within one another, through fragments. Far beyond any use; the recursion ends here.
constexpr int kMaxNesting = 1000;

bool is_list(std::string_view field) {
  return field == "fields" || field == "interfaces" || field == "possibleTypes" || field == "inputFields";
}

}  // namespace

void MaxIntrospectionDepth::enter(const Field& field) {
  std::string_view name = field.name.text;
  if (refused_ != nullptr || (name != "__schema" && name != "__type")) return;
  Depths visited;
  if (!exceeds(field.selection_set, visited, 0) || context_.stopped()) return;
  refused_ = &field;
  context_.report("Maximum introspection depth exceeded", {field.at});
}

void MaxIntrospectionDepth::leave(const Field& field) {
  if (refused_ == &field) refused_ = nullptr;
}

bool MaxIntrospectionDepth::exceeds(const SelectionSet& set, Depths& visited, int depth) {
  if (nesting_ >= kMaxNesting) {
    context_.abort_too_complex();
    return true;
  }
  ++nesting_;
  bool found = std::ranges::any_of(
      set.selections, [&](const Selection& selection) { return exceeds(selection, visited, depth); });
  --nesting_;
  return found;
}

bool MaxIntrospectionDepth::exceeds(const Selection& selection, Depths& visited, int depth) {
  if (const auto* spread = std::get_if<FragmentSpread>(&selection.of)) {
    return exceeds(*spread, visited, depth);
  }
  if (const auto* fragment = std::get_if<InlineFragment>(&selection.of)) {
    return exceeds(fragment->selection_set, visited, depth);
  }
  const auto& field = std::get<Field>(selection.of);
  if (is_list(field.name.text) && ++depth >= kMaxLists) return true;
  return exceeds(field.selection_set, visited, depth);
}

bool MaxIntrospectionDepth::exceeds(const FragmentSpread& spread, Depths& visited, int depth) {
  std::string_view name = spread.name.text;
  if (auto known = exceeded_.find(name); known != exceeded_.end() && known->second <= depth) return true;
  for (const Depths* depths : {&visited, &well_}) {
    if (auto known = depths->find(name); known != depths->end() && known->second >= depth) return false;
  }
  const FragmentDefinition* fragment = context_.fragment(name);
  if (fragment == nullptr) return false;
  visited[name] = depth;
  bool found = exceeds(fragment->selection_set, visited, depth);
  (found ? exceeded_ : well_)[name] = depth;
  return found;
}

}  // namespace parley::graphql::rules
