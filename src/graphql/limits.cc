#include "graphql/limits.h"

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"

namespace parley::graphql {

namespace {

namespace json = boost::json;

template <class Number>
Number add(Number a, Number b) {
  Number sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<Number>::max() : sum;
}

std::int64_t times(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<std::int64_t>::max() : product;
}

bool introspective(const NamedType& type) {
  return type.name.starts_with("__");
}

// What a selection set or a fragment costs. Neither knows how many items the page around it has, so what is
// multiplied by that is kept apart; that makes a fragment's cost the same wherever it is spread.
struct Weight {
  std::int64_t once = 0;
  // For each item of `edges` or `nodes`.
  std::int64_t per_item = 0;
  int depth = 0;
  int introspection_depth = 0;
  int aliases = 0;
  int fields = 0;

  void join(const Weight& other) {
    once = add(once, other.once);
    per_item = add(per_item, other.per_item);
    depth = std::max(depth, other.depth);
    introspection_depth = std::max(introspection_depth, other.introspection_depth);
    aliases = add(aliases, other.aliases);
    fields = add(fields, other.fields);
  }
  std::int64_t with_page(std::int64_t page) const { return add(once, times(per_item, page)); }
};

class Scales {
 public:
  Scales(const Schema& schema, const Document& document, const json::object& variables, int default_page)
      : schema_(schema), variables_(variables), default_page_(std::max(default_page, 0)) {
    for (const Definition& definition : document.definitions) {
      const auto* fragment = std::get_if<FragmentDefinition>(&definition);
      if (fragment != nullptr) fragments_[fragment->name.text] = fragment;
    }
  }

  OperationCost weigh(const OperationDefinition& operation) {
    weigh_fragments(operation.selection_set);
    Weight all = weigh(operation.selection_set, schema_.root(operation.type));
    return {.depth = all.depth,
            .introspection_depth = all.introspection_depth,
            .cost = all.with_page(default_page_),
            .aliases = all.aliases,
            .root_fields = all.fields};
  }

 private:
  // A fragment whose own fragments are being weighed.
  struct Step {
    const FragmentDefinition* fragment;
    std::vector<std::string_view> spreads;
    std::size_t next = 0;
  };

  // Weighs each fragment that is reached from `set` once, the ones within others first. Kept beside the stack
  // of calls, because a chain of fragments may be as long as the document.
  void weigh_fragments(const SelectionSet& set) {
    if (fragments_.empty()) return;
    std::vector<Step> steps{{.fragment = nullptr, .spreads = spreads(set)}};
    while (!steps.empty()) {
      Step& step = steps.back();
      if (step.next < step.spreads.size()) {
        auto found = fragments_.find(step.spreads[step.next++]);
        if (found == fragments_.end() || !weights_.try_emplace(found->first).second) continue;
        steps.push_back({.fragment = found->second, .spreads = spreads(found->second->selection_set)});
        continue;
      }
      if (const FragmentDefinition* fragment = step.fragment) {
        weights_[fragment->name.text] =
            weigh(fragment->selection_set, schema_.type(fragment->type_condition.text));
      }
      steps.pop_back();
    }
  }

  static std::vector<std::string_view> spreads(const SelectionSet& set) {
    std::vector<std::string_view> names;
    std::vector<const SelectionSet*> sets{&set};
    while (!sets.empty()) {
      const SelectionSet* next = sets.back();
      sets.pop_back();
      for (const Selection& selection : next->selections) {
        if (const auto* spread = std::get_if<FragmentSpread>(&selection.of)) {
          names.push_back(spread->name.text);
        } else if (const auto* field = std::get_if<Field>(&selection.of)) {
          sets.push_back(&field->selection_set);
        } else {
          sets.push_back(&std::get<InlineFragment>(selection.of).selection_set);
        }
      }
    }
    return names;
  }

  Weight weigh(const SelectionSet& set, const NamedType* parent) {
    Weight all;
    for (const Selection& selection : set.selections) {
      if (const auto* field = std::get_if<Field>(&selection.of)) {
        if (included(field->directives)) all.join(weigh(*field, parent));
      } else if (const auto* inlined = std::get_if<InlineFragment>(&selection.of)) {
        if (!included(inlined->directives)) continue;
        const auto& condition = inlined->type_condition;
        all.join(weigh(inlined->selection_set, condition ? schema_.type(condition->text) : parent));
      } else {
        const auto& spread = std::get<FragmentSpread>(selection.of);
        auto found = weights_.find(spread.name.text);
        if (found != weights_.end() && included(spread.directives)) all.join(found->second);
      }
    }
    return all;
  }

  Weight weigh(const Field& field, const NamedType* parent) {
    Weight all{.aliases = field.alias ? 1 : 0, .fields = 1};
    const FieldType* type = parent == nullptr ? nullptr : schema_.field(*parent, field.name.text);
    if (type == nullptr) return all;
    const NamedType& innermost = type->type->innermost();
    Weight below = weigh(field.selection_set, &innermost);
    all.aliases = add(all.aliases, below.aliases);
    all.once = std::max(type->cost, 0);
    if (introspective(*parent) || introspective(innermost)) {
      all.introspection_depth = add(1, below.introspection_depth);
      all.once = add(all.once, below.with_page(1));
      return all;
    }
    all.depth = add(1, below.depth);
    all.introspection_depth = below.introspection_depth;
    std::string_view name = type->name;
    bool list = type->type->nullable().list();
    if (type->argument("first") != nullptr || type->argument("last") != nullptr) {
      std::int64_t size = page(field, *type);
      bool connection = innermost.field("edges") != nullptr || innermost.field("nodes") != nullptr;
      all.once =
          add(all.once, connection ? below.with_page(size) : times(below.with_page(default_page_), size));
    } else if (list && (name == "edges" || name == "nodes")) {
      all.per_item = below.with_page(default_page_);
    } else {
      all.once = add(all.once, times(below.with_page(default_page_), list ? default_page_ : 1));
    }
    return all;
  }

  // How many items the field's arguments ask for.
  std::int64_t page(const Field& field, const FieldType& type) const {
    std::int64_t size = -1;
    for (std::string_view name : {"first", "last"}) {
      auto given =
          std::ranges::find_if(field.arguments, [&](const Argument& of) { return of.name.text == name; });
      if (given != field.arguments.end()) size = std::max(size, number(given->value));
    }
    for (std::string_view name : {"first", "last"}) {
      const InputValue* argument = type.argument(name);
      if (size < 0 && argument != nullptr && argument->default_value) size = number(*argument->default_value);
    }
    return size < 0 ? default_page_ : size;
  }

  // -1 where it is none. A negative one is as good as none: no resolver takes it.
  static std::int64_t number(const json::value& value) {
    return value.is_int64() ? std::max<std::int64_t>(value.get_int64(), -1) : -1;
  }
  std::int64_t number(const Value& value) const {
    if (value.kind == ValueKind::kVariable) {
      const json::value* given = variables_.if_contains(value.text);
      return given == nullptr ? -1 : number(*given);
    }
    if (value.kind != ValueKind::kInt || value.text.starts_with('-')) return -1;
    std::int64_t number = 0;
    for (char digit : value.text) number = add(times(number, 10), std::int64_t{digit - '0'});
    return number;
  }

  // False where a directive surely leaves the selection out.
  bool included(const std::vector<Directive>& directives) const {
    return std::ranges::none_of(directives, [this](const Directive& directive) {
      bool skip = directive.name.text == "skip";
      if (!skip && directive.name.text != "include") return false;
      return std::ranges::any_of(directive.arguments, [&](const Argument& argument) {
        return argument.name.text == "if" && is(argument.value, skip);
      });
    });
  }

  bool is(const Value& value, bool wanted) const {
    if (value.kind == ValueKind::kBoolean) return (value.text == "true") == wanted;
    if (value.kind != ValueKind::kVariable) return false;
    const json::value* given = variables_.if_contains(value.text);
    return given != nullptr && given->is_bool() && given->get_bool() == wanted;
  }

  const Schema& schema_;
  const json::object& variables_;
  std::int64_t default_page_;
  std::unordered_map<std::string_view, const FragmentDefinition*> fragments_{};
  // Of the fragments that were reached; of one that is being weighed, nothing.
  std::unordered_map<std::string_view, Weight> weights_{};
};

}  // namespace

OperationCost operation_cost(const Schema& schema, const Document& document,
                             const OperationDefinition& operation, const json::object& variables,
                             int default_page) {
  return Scales(schema, document, variables, default_page).weigh(operation);
}

std::optional<GraphqlError> check_limits(const OperationCost& cost, const OperationLimits& limits) {
  auto beyond = [](std::string_view what, std::int64_t is,
                   std::int64_t limit) -> std::optional<GraphqlError> {
    if (is <= limit) return std::nullopt;
    GraphqlError error;
    error.message.append("The operation's ").append(what).append(" is ").append(std::to_string(is));
    error.message.append(", ").append(std::to_string(is - limit)).append(" more than the limit of ");
    error.message.append(std::to_string(limit)).append(".");
    error.extensions["code"] = base::name(base::ErrorCode::kQueryTooComplex);
    return error;
  };
  if (auto error = beyond("depth of fields", cost.depth, limits.max_depth)) return error;
  if (auto error =
          beyond("depth of introspection", cost.introspection_depth, limits.max_introspection_depth)) {
    return error;
  }
  if (auto error = beyond("number of aliases", cost.aliases, limits.max_aliases)) return error;
  if (auto error = beyond("number of root fields", cost.root_fields, limits.max_root_fields)) return error;
  return beyond("cost", cost.cost, limits.max_cost);
}

}  // namespace parley::graphql
