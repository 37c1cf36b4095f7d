#include "graphql/rules/context.h"

#include <algorithm>
#include <unordered_set>

#include "base/error.h"
#include "graphql/rules/walk.h"

namespace parley::graphql::rules {

namespace {

// The reference implementation's bound on the work of following fragments.
constexpr std::size_t kFragmentWork = 50'000;
// What all errors of a document may hold together: a hostile document can make each error as long as itself.
constexpr std::size_t kErrorBytes = std::size_t{256} * 1024;

// Collects the variables of a definition with the types that are wanted of them.
struct UsageCollector {
  TypeStack& types;
  std::vector<VariableUsage>& usages;

  void enter(const Value& value) {
    if (value.kind == ValueKind::kVariable) {
      usages.push_back({.variable = &value, .position = types.input_position()});
    }
  }
};

template <class Definition>
const Definition* find(const std::unordered_map<std::string_view, const Definition*>& all,
                       std::string_view name) {
  if (all.empty()) return nullptr;
  auto found = all.find(name);
  return found == all.end() ? nullptr : found->second;
}

}  // namespace

Context::Context(const Schema& schema, const Document& document, const ValidateOptions& options)
    : schema_(schema),
      document_(document),
      max_errors_(options.max_errors),
      types_(schema),
      locations_(document.source()),
      fragment_work_left_(kFragmentWork),
      has_variables_(document.source().contains('$')) {
  for (const Definition& definition : document.definitions) {
    if (const auto* fragment = std::get_if<FragmentDefinition>(&definition)) {
      fragments_[fragment->name.text] = fragment;
    } else if (const auto* type = std::get_if<TypeDefinition>(&definition)) {
      if (!type->extension) defined_types_[type->name.text] = type;
    } else if (const auto* directive = std::get_if<DirectiveDefinition>(&definition)) {
      defined_directives_[directive->name.text] = directive;
    }
  }
}

void Context::report(std::string message, std::initializer_list<Position> at) {
  report(std::move(message), std::span(at.begin(), at.size()));
}

void Context::report(std::string message, std::span<const Position> at) {
  if (stopped_) return;
  GraphqlError error{.message = std::move(message)};
  error.extensions["code"] = base::name(base::ErrorCode::kGraphqlValidationFailed);
  error_bytes_ += error.message.size() + at.size() * sizeof(Location);
  if (errors_.size() >= max_errors_ || (!errors_.empty() && error_bytes_ > kErrorBytes)) {
    stopped_ = true;
    error.message = "Too many validation errors, error limit reached. Validation aborted.";
  } else {
    error.locations.reserve(at.size());
    for (Position position : at) error.locations.push_back(locations_.find(position));
  }
  errors_.push_back(std::move(error));
}

void Context::abort_too_complex() {
  if (stopped_) return;
  stopped_ = true;
  GraphqlError error{.message = "Validation aborted."};
  error.extensions["code"] = base::name(base::ErrorCode::kQueryTooComplex);
  errors_.push_back(std::move(error));
}

bool Context::spend_fragment_work(std::size_t cost) {
  if (cost > fragment_work_left_) {
    abort_too_complex();
    return false;
  }
  fragment_work_left_ -= cost;
  return !stopped_;
}

const FragmentDefinition* Context::fragment(std::string_view name) const {
  return find(fragments_, name);
}

const TypeDefinition* Context::defined_type(std::string_view name) const {
  return find(defined_types_, name);
}

const DirectiveDefinition* Context::defined_directive(std::string_view name) const {
  return find(defined_directives_, name);
}

std::vector<std::string_view> Context::defined_types() const {
  std::vector<std::string_view> names;
  for (const auto& [name, _] : defined_types_) names.push_back(name);
  return names;
}

const std::vector<const FragmentSpread*>& Context::spreads(const SelectionSet& set) {
  auto [entry, added] = spreads_.try_emplace(&set);
  if (!added) return entry->second;
  std::vector<const SelectionSet*> sets{&set};
  while (!sets.empty()) {
    const SelectionSet* next = sets.back();
    sets.pop_back();
    for (const Selection& selection : next->selections) {
      if (const auto* spread = std::get_if<FragmentSpread>(&selection.of)) {
        entry->second.push_back(spread);
      } else if (const auto* field = std::get_if<Field>(&selection.of)) {
        if (!field->selection_set.empty()) sets.push_back(&field->selection_set);
      } else {
        sets.push_back(&std::get<InlineFragment>(selection.of).selection_set);
      }
    }
  }
  return entry->second;
}

Context::Reach& Context::reach(std::span<const OperationDefinition* const> operations) {
  std::vector<std::string_view> names;
  std::unordered_set<std::string_view> known;
  for (const OperationDefinition* operation : operations) {
    for (const FragmentSpread* spread : spreads(operation->selection_set)) {
      if (known.insert(spread->name.text).second) names.push_back(spread->name.text);
    }
  }
  std::vector<std::string_view> key = names;
  std::ranges::sort(key);
  auto [entry, added] = reach_.try_emplace(std::move(key));
  Reach& reach = entry->second;
  if (!added || !spend_fragment_work(names.size())) return reach;
  // `names` grows while it is read.
  for (std::size_t i = 0; i < names.size(); ++i) {  // NOLINT(modernize-loop-convert)
    const FragmentDefinition* found = fragment(names[i]);
    if (found == nullptr) continue;
    reach.fragments.push_back(found);
    const auto& further = spreads(found->selection_set);
    if (!spend_fragment_work(further.size())) return reach;
    for (const FragmentSpread* spread : further) {
      if (known.insert(spread->name.text).second) names.push_back(spread->name.text);
    }
  }
  return reach;
}

const std::vector<const FragmentDefinition*>& Context::reachable(
    std::span<const OperationDefinition* const> operations) {
  return reach(operations).fragments;
}

const std::vector<VariableUsage>& Context::local_usages(const OperationDefinition& operation) {
  auto [entry, added] = local_usages_.try_emplace(&operation);
  if (!added) return entry->second;
  TypeStack types(schema_);
  UsageCollector collector{.types = types, .usages = entry->second};
  Walk walk(*this, types, collector);
  types.enter(operation);
  walk.directives(operation.directives, {});
  walk.selection_set(operation.selection_set, false);
  types.leave(operation);
  return entry->second;
}

const std::vector<VariableUsage>& Context::local_usages(const FragmentDefinition& fragment) {
  auto [entry, added] = local_usages_.try_emplace(&fragment);
  if (!added) return entry->second;
  TypeStack types(schema_);
  UsageCollector collector{.types = types, .usages = entry->second};
  Walk walk(*this, types, collector);
  types.enter(fragment);
  walk.directives(fragment.directives, {});
  walk.selection_set(fragment.selection_set, false);
  types.leave(fragment);
  return entry->second;
}

Context::Usages Context::variable_usages(const OperationDefinition& operation) {
  if (usages_of_ == &operation) return usages_;
  usages_of_ = &operation;
  usages_ = {};
  const OperationDefinition* one = &operation;
  Reach& found = reach(std::span(&one, 1));
  if (stopped_) return usages_;
  if (!found.usages) {
    found.usages.emplace();
    if (!spend_fragment_work(found.fragments.size())) return usages_;
    for (const FragmentDefinition* fragment : found.fragments) {
      if (!has_variables_) break;
      const auto& local = local_usages(*fragment);
      if (!spend_fragment_work(local.size())) return usages_;
      found.usages->insert(found.usages->end(), local.begin(), local.end());
    }
  }
  if (!has_variables_ || !spend_fragment_work(found.usages->size())) return usages_;
  usages_ = {.own = local_usages(operation), .in_fragments = *found.usages};
  return usages_;
}

const VariableDefinition* Context::variable(const OperationDefinition& operation, std::string_view name) {
  if (variables_of_ != &operation) {
    variables_of_ = &operation;
    variables_.clear();
    for (const VariableDefinition& variable : operation.variables) variables_[variable.name.text] = &variable;
  }
  return find(variables_, name);
}

}  // namespace parley::graphql::rules
