#include "graphql/rules/overlapping_fields.h"

#include <algorithm>
#include <functional>

namespace parley::graphql::rules {

namespace {

// The reference implementation's bounds: on comparisons, and on what one error shows of a conflict.
constexpr int kBudget = 500'000;
constexpr std::size_t kMaxReason = 1000;
constexpr std::size_t kMaxFields = 20;
// Comparisons within one another, through selections and fragments. Far beyond what any limit on depth lets
// through; the recursion ends here.
constexpr int kMaxDepth = 400;
// More conflicts below one pair of fields than its error has room for.
constexpr std::size_t kMaxBelow = 64;
// From here on, names are looked up by hash.
constexpr std::size_t kIndexFrom = 24;

std::string abbreviate(std::string text) {
  if (text.size() <= kMaxReason) return text;
  text.resize(kMaxReason);
  return text + "...";
}

void append_length(std::string& out, std::string_view text) {
  out.append(std::to_string(text.size())).append(":").append(text);
}

// A text that is the same for values that are the same, whatever the order of an object's fields.
void append_canonical(std::string& out, const Value& value) {
  out += static_cast<char>('a' + static_cast<int>(value.kind));
  if (value.kind == ValueKind::kList) {
    out.append(std::to_string(value.items.size())).append("[");
    for (const Value& item : value.items) append_canonical(out, item);
  } else if (value.kind == ValueKind::kObject) {
    out.append(std::to_string(value.fields.size())).append("{");
    std::vector<const ObjectField*> fields;
    fields.reserve(value.fields.size());
    for (const ObjectField& field : value.fields) fields.push_back(&field);
    std::ranges::sort(fields, {},
                      [](const ObjectField* field) { return std::pair(field->name.text, field->name.at); });
    for (const ObjectField* field : fields) {
      append_length(out, field->name.text);
      append_canonical(out, field->value);
    }
  } else {
    if (value.block) out += '"';
    append_length(out, value.text);
  }
}

}  // namespace

std::size_t OverlappingFields::PairHash::operator()(const FragmentPair& pair) const {
  std::hash<std::string_view> hash;
  return hash(pair.first) * 31 + hash(pair.second);
}

std::size_t OverlappingFields::PairHash::operator()(const std::pair<const void*, const void*>& pair) const {
  std::hash<const void*> hash;
  return (hash(pair.first) >> 4U) * 0x9E3779B97F4A7C15U + (hash(pair.second) >> 4U);
}

OverlappingFields::OverlappingFields(Context& context) : context_(context), budget_(kBudget) {}

bool OverlappingFields::spend(int cost) {
  budget_ -= cost;
  if (budget_ < 0) context_.abort_too_complex();
  return !context_.stopped();
}

bool OverlappingFields::enough(const Conflicts& conflicts) const {
  return context_.stopped() || conflicts.found.size() >= conflicts.limit;
}

bool OverlappingFields::deeper() {
  if (depth_ >= kMaxDepth) context_.abort_too_complex();
  return !context_.stopped();
}

void OverlappingFields::enter(const SelectionSetNode& node) {
  const auto& selections = node.set.selections;
  if (node.flattened) return;
  if (selections.size() == 1 && !std::holds_alternative<InlineFragment>(selections[0].of)) return;
  Conflicts conflicts{.limit = context_.errors_left() + 1};
  Collected& all = collect(context_.types().parent(), node.set);
  within(conflicts, all);
  if (!all.groups.empty() || all.fragments.size() > 1) {
    for (std::size_t i = 0; i < all.fragments.size() && !enough(conflicts); ++i) {
      with_fragment(conflicts, false, all, all.fragments[i]);
      for (std::size_t j = i + 1; j < all.fragments.size() && !enough(conflicts); ++j) {
        fragments(conflicts, false, all.fragments[i], all.fragments[j]);
      }
    }
  }
  for (const Conflict& conflict : conflicts.found) {
    if (context_.stopped()) return;
    std::vector<Position> at;
    for (const Field* field : conflict.first) at.push_back(field->at);
    for (const Field* field : conflict.second) at.push_back(field->at);
    context_.report("Fields \"" + abbreviate(std::string(conflict.key)) + "\" conflict because " +
                        conflict.reason +
                        ". Use different aliases on the fields to fetch both if this was intentional.",
                    at);
  }
}

// ---- what a selection set selects

const OverlappingFields::Group* OverlappingFields::Collected::find(std::string_view key) const {
  if (groups.size() < kIndexFrom) {
    auto found = std::ranges::find(groups, key, &Group::key);
    return found == groups.end() ? nullptr : &*found;
  }
  auto found = index.find(key);
  return found == index.end() ? nullptr : &groups[found->second];
}

OverlappingFields::Group& OverlappingFields::Collected::group(std::string_view key) {
  if (const Group* known = find(key)) return groups[static_cast<std::size_t>(known - groups.data())];
  groups.push_back({.key = key});
  if (groups.size() == kIndexFrom) {
    for (std::size_t i = 0; i < groups.size(); ++i) index[groups[i].key] = i;
  } else if (groups.size() > kIndexFrom) {
    index[key] = groups.size() - 1;
  }
  return groups.back();
}

OverlappingFields::Collected& OverlappingFields::collect(const NamedType* parent, const SelectionSet& set) {
  auto [entry, added] = collected_.try_emplace({parent, &set});
  if (added) {
    entry->second = &all_.emplace_back();
    collect_into(*entry->second, parent, set);
  }
  return *entry->second;
}

OverlappingFields::Collected& OverlappingFields::collect(const FragmentDefinition& fragment) {
  return collect(context_.schema().type(fragment.type_condition.text), fragment.selection_set);
}

OverlappingFields::Collected& OverlappingFields::below(const Use& use) {
  if (use.below == nullptr) use.below = &collect(use.named_type(), use.field->selection_set);
  return *use.below;
}

void OverlappingFields::collect_into(Collected& all, const NamedType* parent, const SelectionSet& set) {
  for (const Selection& selection : set.selections) {
    if (const auto* field = std::get_if<Field>(&selection.of)) {
      Use use{.parent = parent, .field = field};
      if (parent != nullptr) use.definition = parent->field(field->name.text);
      all.group(field->response_key()).uses.push_back(use);
    } else if (const auto* inlined = std::get_if<InlineFragment>(&selection.of)) {
      const auto& condition = inlined->type_condition;
      collect_into(all, condition ? context_.schema().type(condition->text) : parent, inlined->selection_set);
    } else {
      std::string_view name = std::get<FragmentSpread>(selection.of).name.text;
      if (all.spread.insert(name).second) all.fragments.push_back(name);
    }
  }
}

// ---- which are compared with which

void OverlappingFields::within(Conflicts& conflicts, const Collected& all) {
  for (const Group& group : all.groups) {
    for (std::size_t i = 0; i < group.uses.size(); ++i) {
      for (std::size_t j = i + 1; j < group.uses.size(); ++j) {
        if (enough(conflicts)) return;
        compare(conflicts, false, group.key, group.uses[i], group.uses[j]);
      }
    }
  }
}

void OverlappingFields::between(Conflicts& conflicts, bool exclusive, const Collected& first,
                                const Collected& second) {
  if (first.groups.empty() || second.groups.empty()) return;
  for (const Group& group : first.groups) {
    if (!spend(1)) return;
    const Group* overlap = second.find(group.key);
    if (overlap == nullptr) continue;
    for (const Use& one : group.uses) {
      for (const Use& other : overlap->uses) {
        if (enough(conflicts)) return;
        compare(conflicts, exclusive, group.key, one, other);
      }
    }
  }
}

void OverlappingFields::with_fragment(Conflicts& conflicts, bool exclusive, Collected& fields,
                                      std::string_view name) {
  if (!spend(1) || fields.groups.empty() || !deeper()) return;
  auto [compared, added] = fields.compared.try_emplace(name, exclusive);
  if (!added) {
    // What was compared as if both could apply to one object need not be compared again.
    if (!compared->second || exclusive) return;
    compared->second = false;
  }
  const FragmentDefinition* fragment = context_.fragment(name);
  if (fragment == nullptr) return;
  const Collected& other = collect(*fragment);
  if (&fields == &other) return;
  ++depth_;
  between(conflicts, exclusive, fields, other);
  for (std::string_view further : other.fragments) {
    if (enough(conflicts)) break;
    with_fragment(conflicts, exclusive, fields, further);
  }
  --depth_;
}

void OverlappingFields::fragments(Conflicts& conflicts, bool exclusive, std::string_view name1,
                                  std::string_view name2) {
  if (!spend(2) || name1 == name2 || !deeper()) return;
  for (const FragmentPair& pair : {FragmentPair{name1, name2}, FragmentPair{name2, name1}}) {
    auto known = compared_.find(pair);
    if (known != compared_.end() && (exclusive || !known->second)) return;
  }
  compared_[{name1, name2}] = exclusive;
  const FragmentDefinition* fragment1 = context_.fragment(name1);
  const FragmentDefinition* fragment2 = context_.fragment(name2);
  if (fragment1 == nullptr || fragment2 == nullptr) return;
  Collected& first = collect(*fragment1);
  const Collected& second = collect(*fragment2);
  ++depth_;
  between(conflicts, exclusive, first, second);
  for (std::string_view further : second.fragments) {
    if (enough(conflicts)) break;
    fragments(conflicts, exclusive, name1, further);
  }
  for (std::string_view further : first.fragments) {
    if (enough(conflicts)) break;
    fragments(conflicts, exclusive, further, name2);
  }
  --depth_;
}

OverlappingFields::Conflicts OverlappingFields::sub_selections(bool exclusive, const Use& one,
                                                               const Use& other) {
  Conflicts conflicts{.limit = kMaxBelow};
  if (!deeper()) return conflicts;
  ++depth_;
  Collected& first = below(one);
  Collected& second = below(other);
  between(conflicts, exclusive, first, second);
  for (std::string_view name : second.fragments) {
    if (enough(conflicts)) break;
    with_fragment(conflicts, exclusive, first, name);
  }
  for (std::string_view name : first.fragments) {
    if (enough(conflicts)) break;
    with_fragment(conflicts, exclusive, second, name);
  }
  for (std::string_view name1 : first.fragments) {
    for (std::string_view name2 : second.fragments) {
      if (enough(conflicts)) break;
      fragments(conflicts, exclusive, name1, name2);
    }
  }
  --depth_;
  return conflicts;
}

// ---- comparing two fields

void OverlappingFields::compare(Conflicts& conflicts, bool parents_exclusive, std::string_view key,
                                const Use& one, const Use& other) {
  if (!spend(2)) return;
  auto is_object = [](const NamedType* type) { return type != nullptr && type->kind == TypeKind::kObject; };
  // Objects of two types are never one object, so their fields may differ as long as their shapes do not.
  bool exclusive =
      parents_exclusive || (one.parent != other.parent && is_object(one.parent) && is_object(other.parent));
  const TypeRef* type1 = one.type();
  const TypeRef* type2 = other.type();
  if (one.simple_leaf() && other.simple_leaf() && type1 == type2 &&
      one.field->name.text == other.field->name.text) {
    return;
  }
  auto conflict = [&](std::string reason) {
    conflicts.found.push_back(
        {.key = key, .reason = std::move(reason), .first = {one.field}, .second = {other.field}});
  };
  if (!exclusive) {
    std::string reason = difference(one, other);
    if (!reason.empty()) return conflict(std::move(reason));
  }
  if (type1 != nullptr && type2 != nullptr && types_conflict(*type1, *type2)) {
    return conflict("they return conflicting types \"" + type1->str() + "\" and \"" + type2->str() + "\"");
  }
  if (one.field->selection_set.empty() || other.field->selection_set.empty()) return;
  Conflicts below = sub_selections(exclusive, one, other);
  if (!below.found.empty()) conflicts.found.push_back(joined(key, one, other, below));
}

OverlappingFields::Conflict OverlappingFields::joined(std::string_view key, const Use& one, const Use& other,
                                                      const Conflicts& below) {
  std::string reason;
  for (const Conflict& of : below.found) {
    reason.append(reason.empty() ? "" : " and ")
        .append("subfields \"")
        .append(abbreviate(std::string(of.key)));
    reason.append("\" conflict because ").append(of.reason);
    if (reason.size() > kMaxReason) break;
  }
  Conflict all{
      .key = key, .reason = abbreviate(std::move(reason)), .first = {one.field}, .second = {other.field}};
  auto add = [&below](std::vector<const Field*>& fields, std::vector<const Field*> Conflict::* side) {
    for (const Conflict& of : below.found) {
      const auto& more = of.*side;
      auto room = static_cast<std::ptrdiff_t>(kMaxFields - fields.size());
      auto count = std::min(room, std::ssize(more));
      // The deeper fields stand at the end and tell more.
      fields.insert(fields.end(), more.end() - count, more.end());
      if (fields.size() == kMaxFields) break;
    }
  };
  add(all.first, &Conflict::first);
  add(all.second, &Conflict::second);
  return all;
}

std::string OverlappingFields::difference(const Use& one, const Use& other) {
  std::string_view name1 = one.field->name.text;
  std::string_view name2 = other.field->name.text;
  if (name1 != name2) {
    return "\"" + abbreviate(std::string(name1)) + "\" and \"" + abbreviate(std::string(name2)) +
           "\" are different fields";
  }
  return same_arguments(*one.field, *other.field) ? "" : "they have differing arguments";
}

bool OverlappingFields::same_arguments(const Field& one, const Field& other) {
  if (one.arguments.size() != other.arguments.size()) return false;
  if (one.arguments.empty()) return true;
  auto [entry, added] = same_arguments_.try_emplace({&one, &other});
  if (!added) return entry->second;
  // Many are looked up by hash.
  std::unordered_map<std::string_view, const Value*> values;
  if (other.arguments.size() > kIndexFrom) {
    for (const Argument& argument : other.arguments) values[argument.name.text] = &argument.value;
  }
  auto value_of = [&](std::string_view name) -> const Value* {
    if (!values.empty()) {
      auto found = values.find(name);
      return found == values.end() ? nullptr : found->second;
    }
    // The last of that name, should there be more.
    auto found = std::ranges::find(other.arguments.rbegin(), other.arguments.rend(), name,
                                   [](const Argument& of) { return of.name.text; });
    return found == other.arguments.rend() ? nullptr : &found->value;
  };
  entry->second = std::ranges::all_of(one.arguments, [&](const Argument& argument) {
    const Value* value = value_of(argument.name.text);
    return spend(1) && value != nullptr && canonical(argument.value) == canonical(*value);
  });
  return entry->second;
}

const std::string& OverlappingFields::canonical(const Value& value) {
  auto [entry, added] = canonical_.try_emplace(&value);
  if (added) append_canonical(entry->second, value);
  return entry->second;
}

bool OverlappingFields::types_conflict(const TypeRef& one, const TypeRef& other) {
  if (&one == &other || !spend(1)) return false;
  if (one.list() || other.list()) {
    return one.list() != other.list() || types_conflict(*one.of, *other.of);
  }
  if (one.non_null() || other.non_null()) {
    return one.non_null() != other.non_null() || types_conflict(*one.of, *other.of);
  }
  return (one.named->leaf() || other.named->leaf()) && one.named != other.named;
}

}  // namespace parley::graphql::rules
