#include "graphql/rules/fields_on_correct_type.h"

#include <algorithm>

#include "graphql/rules/suggestions.h"

namespace parley::graphql::rules {

namespace {

struct Candidate {
  const NamedType* type;
  int uses;
};

// Which objects and interfaces that an abstract type may be have the field, the most common first.
std::vector<std::string_view> suggested_types(const Schema& schema, const NamedType& type,
                                              std::string_view field) {
  if (!type.abstract()) return {};
  std::vector<Candidate> candidates;
  auto count = [&candidates](const NamedType* candidate) {
    auto known = std::ranges::find(candidates, candidate, &Candidate::type);
    if (known == candidates.end()) {
      candidates.push_back({.type = candidate, .uses = 1});
    } else {
      ++known->uses;
    }
  };
  for (const NamedType* object : schema.possible_types(type)) {
    if (object->field(field) == nullptr) continue;
    count(object);
    for (const NamedType* implemented : object->interfaces) {
      if (implemented->field(field) != nullptr) count(implemented);
    }
  }
  auto above = [](const NamedType& a, const NamedType& b) {
    return a.kind == TypeKind::kInterface && std::ranges::find(a.members, &b) != a.members.end();
  };
  auto before = [&](const Candidate& a, const Candidate& b) {
    if (a.uses != b.uses) return a.uses > b.uses;
    if (above(*a.type, *b.type)) return true;
    if (above(*b.type, *a.type)) return false;
    return natural_less(a.type->name, b.type->name);
  };
  // Insertion: there are few, and `before` need not be an order.
  std::vector<Candidate> sorted;
  for (const Candidate& candidate : candidates) {
    sorted.insert(std::ranges::upper_bound(sorted, candidate, before), candidate);
  }
  std::vector<std::string_view> names;
  names.reserve(sorted.size());
  for (const Candidate& candidate : sorted) names.push_back(candidate.type->name);
  return names;
}

}  // namespace

void FieldsOnCorrectType::enter(const Field& field) {
  const NamedType* type = context_.types().parent();
  if (type == nullptr || context_.types().field() != nullptr) return;
  std::string_view name = field.name.text;
  std::string suggestion =
      did_you_mean("to use an inline fragment on", suggested_types(context_.schema(), *type, name));
  if (suggestion.empty()) suggestion = did_you_mean({}, suggestion_list(name, names_of(type->fields)));
  context_.report(
      "Cannot query field \"" + std::string(name) + "\" on type \"" + type->name + "\"." + suggestion,
      {field.at});
}

}  // namespace parley::graphql::rules
