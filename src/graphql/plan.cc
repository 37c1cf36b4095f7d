#include "graphql/plan.h"

#include <array>
#include <utility>

#include "graphql/arguments.h"
#include "graphql/introspection.h"

namespace parley::graphql {
namespace {

std::vector<const SelectionSet*> selections_of(const PlannedField& field) {
  std::vector<const SelectionSet*> sets;
  sets.reserve(field.nodes.size());
  for (const Field* node : field.nodes) sets.push_back(&node->selection_set);
  return sets;
}

}  // namespace

Plan Planner::root(const NamedType& type, const SelectionSet& selections) const {
  return make(type, std::array{&selections});
}

Plan& Planner::below(PlannedField& field, const NamedType& type) const {
  for (const auto& plan : field.below) {
    if (plan->type == &type) return *plan;
  }
  return *field.below.emplace_back(std::make_unique<Plan>(make(type, selections_of(field))));
}

bool Planner::selects(const PlannedField& field, std::string_view name) const {
  return selects_field(scope_, selections_of(field), name);
}

Plan Planner::make(const NamedType& type, std::span<const SelectionSet* const> sets) const {
  Plan plan{.type = &type};
  auto collected = collect_fields(scope_, type, sets);
  if (!collected) {
    plan.refused = std::move(collected).error();
    return plan;
  }
  plan.fields.reserve(collected->size());
  for (CollectedField& field : *collected) {
    PlannedField made = planned(type, std::move(field));
    // Only a document that is not valid asks for a field that does not exist; it is left out.
    if (made.type == nullptr) continue;
    made.ordinal = static_cast<std::uint32_t>(plan.fields.size());
    plan.waits = plan.waits || (made.batch != nullptr && !made.refused);
    plan.fields.push_back(std::move(made));
  }
  return plan;
}

PlannedField Planner::planned(const NamedType& type, CollectedField collected) const {
  PlannedField field{.key = collected.key, .parent_type = &type, .nodes = std::move(collected.nodes)};
  const Field& node = *field.nodes.front();
  field.type = scope_.schema.field(type, node.name.text);
  if (field.type == nullptr) return field;
  field.innermost = &field.type->type->innermost();
  if (field.innermost->leaf()) field.leaf = leaf_of(*field.innermost);
  if (field.type == &scope_.schema.typename_field()) {
    field.type_name = true;
    return field;
  }
  if (auto arguments = coerce_arguments(scope_, *field.type, node)) {
    field.arguments = std::move(*arguments);
  } else {
    field.refused = std::move(arguments).error();
  }
  if (const PlainResolver* introspection = find_introspection(type, *field.type)) {
    field.plain = introspection;
    field.of_schema = !type.built_in;
    return field;
  }
  field.plain = resolvers_.find_plain(type, *field.type);
  field.batch = resolvers_.find_batch(type, *field.type);
  return field;
}

}  // namespace parley::graphql
