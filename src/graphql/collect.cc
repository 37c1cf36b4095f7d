#include "graphql/collect.h"

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

namespace parley::graphql {
namespace {

GraphqlError directive_error(const OperationScope& scope, const std::string& what, Position at) {
  GraphqlError error{.message = "Argument \"if\" of " + what};
  error.locations.push_back(scope.document.location(at));
  error.extensions.emplace("code", "BAD_USER_INPUT");
  return error;
}

// The `if` of @skip or @include. A document that is valid gives it; a variable with a default may still be
// null.
std::expected<bool, GraphqlError> condition(const OperationScope& scope, const Directive& directive) {
  for (const Argument& argument : directive.arguments) {
    if (argument.name.text != "if") continue;
    const Value& value = argument.value;
    if (value.kind == ValueKind::kBoolean) return value.text == "true";
    if (value.kind == ValueKind::kVariable) {
      const auto* given = scope.variables.if_contains(value.text);
      if (given == nullptr) {
        return std::unexpected(directive_error(scope,
                                               "required type \"Boolean!\" was provided the variable \"$" +
                                                   std::string(value.text) +
                                                   "\" which was not provided a runtime value.",
                                               value.at));
      }
      if (const auto* flag = given->if_bool()) return *flag;
    }
    return std::unexpected(directive_error(scope, "non-null type \"Boolean!\" must not be null.", value.at));
  }
  return std::unexpected(
      directive_error(scope, "required type \"Boolean!\" was not provided.", directive.at));
}

// The first directive of that name counts, as only one may be there.
const Directive* find(const std::vector<Directive>& directives, std::string_view name) {
  for (const Directive& directive : directives) {
    if (directive.name.text == name) return &directive;
  }
  return nullptr;
}

std::expected<bool, GraphqlError> included(const OperationScope& scope,
                                           const std::vector<Directive>& directives) {
  if (directives.empty()) return true;
  if (const Directive* skip = find(directives, "skip")) {
    auto skipped = condition(scope, *skip);
    if (!skipped || *skipped) return skipped ? std::expected<bool, GraphqlError>(false) : skipped;
  }
  const Directive* include = find(directives, "include");
  return include != nullptr ? condition(scope, *include) : true;
}

// Goes through selections and what they spread, each fragment once. `Visit` says which types are looked into
// and what is done with a field; it returns false to end the walk.
template <class Visit>
class Walk {
 public:
  Walk(const OperationScope& scope, Visit& visit) : scope_(scope), visit_(visit) {}

  // False where the visit or an error ended it.
  bool through(const SelectionSet& set) {
    for (const Selection& selection : set.selections) {
      const bool goes_on = std::visit([this](const auto& node) { return this->enter(node); }, selection.of);
      if (!goes_on) return false;
    }
    return true;
  }

  std::optional<GraphqlError>& error() { return error_; }

 private:
  bool enter(const Field& field) { return !wanted(field.directives) ? !error_ : visit_.field(field); }

  bool enter(const InlineFragment& fragment) {
    if (!wanted(fragment.directives)) return !error_;
    if (fragment.type_condition && !visit_.applies(fragment.type_condition->text)) return true;
    return through(fragment.selection_set);
  }

  bool enter(const FragmentSpread& spread) {
    const auto found = scope_.fragments.find(spread.name.text);
    if (found == scope_.fragments.end() || entered_.contains(found->second)) return true;
    if (!wanted(spread.directives)) return !error_;
    entered_.insert(found->second);
    if (!visit_.applies(found->second->type_condition.text)) return true;
    return through(found->second->selection_set);
  }

  bool wanted(const std::vector<Directive>& directives) {
    auto is = included(scope_, directives);
    if (is) return *is;
    error_ = std::move(is).error();
    return false;
  }

  const OperationScope& scope_;
  Visit& visit_;
  std::unordered_set<const FragmentDefinition*> entered_{};
  std::optional<GraphqlError> error_{};
};

class Merge {
 public:
  Merge(const Schema& schema, const NamedType& type) : schema_(schema), type_(type) {}

  bool applies(std::string_view condition) const {
    if (condition == type_.name) return true;
    const NamedType* named = schema_.type(condition);
    return named != nullptr && named->abstract() && schema_.is_possible(*named, type_);
  }

  bool field(const Field& field) {
    const std::string_view key = field.response_key();
    if (CollectedField* same = find(key)) {
      same->nodes.push_back(&field);
      return true;
    }
    if (!by_key_.empty()) by_key_.emplace(key, fields_.size());
    fields_.push_back({.key = key, .nodes = {&field}});
    if (fields_.size() == kIndexFrom) index();
    return true;
  }

  std::vector<CollectedField> take() { return std::move(fields_); }

 private:
  static constexpr std::size_t kIndexFrom = 16;

  CollectedField* find(std::string_view key) {
    if (!by_key_.empty()) {
      const auto found = by_key_.find(key);
      return found != by_key_.end() ? &fields_[found->second] : nullptr;
    }
    for (CollectedField& field : fields_) {
      if (field.key == key) return &field;
    }
    return nullptr;
  }

  void index() {
    for (std::size_t i = 0; i < fields_.size(); ++i) by_key_.emplace(fields_[i].key, i);
  }

  const Schema& schema_;
  const NamedType& type_;
  std::vector<CollectedField> fields_{};
  // Filled once there are many.
  std::unordered_map<std::string_view, std::size_t> by_key_{};
};

struct Search {
  std::string_view name;
  bool found = false;

  static bool applies(std::string_view) { return true; }
  bool field(const Field& field) {
    found = field.name.text == name;
    return !found;
  }
};

}  // namespace

Fragments fragments_of(const Document& document) {
  Fragments fragments;
  for (const Definition& definition : document.definitions) {
    if (const auto* fragment = std::get_if<FragmentDefinition>(&definition)) {
      fragments.emplace(fragment->name.text, fragment);
    }
  }
  return fragments;
}

std::expected<std::vector<CollectedField>, GraphqlError> collect_fields(
    const OperationScope& scope, const NamedType& type, std::span<const SelectionSet* const> sets) {
  Merge merge(scope.schema, type);
  Walk walk(scope, merge);
  for (const SelectionSet* set : sets) {
    if (!walk.through(*set)) return std::unexpected(*std::move(walk.error()));
  }
  return merge.take();
}

bool selects_field(const OperationScope& scope, std::span<const SelectionSet* const> sets,
                   std::string_view name) {
  Search search{.name = name};
  Walk walk(scope, search);
  for (const SelectionSet* set : sets) {
    if (!walk.through(*set)) break;
  }
  return search.found;
}

}  // namespace parley::graphql
