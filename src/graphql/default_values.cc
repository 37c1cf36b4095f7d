#include "graphql/default_values.h"

#include <algorithm>

#include <fmt/core.h>

#include "graphql/coerce.h"

namespace parley::graphql {

void DefaultValues::add(InputValue& value, std::string coordinate) {
  if (value.default_literal == nullptr) return;
  index_.emplace(&value, entries_.size());
  entries_.push_back({.value = &value, .coordinate = std::move(coordinate)});
}

void DefaultValues::coerce_all() {
  for (Entry& entry : entries_) {
    if (entry.state == State::kNew) coerce(entry);
  }
}

void DefaultValues::coerce(Entry& entry) {
  InputValue& value = *entry.value;
  entry.state = State::kBegun;
  path_.push_back(&entry);
  coerce_within(*value.default_literal, *value.type);
  path_.pop_back();
  entry.state = State::kDone;
  auto coerced = coerce_literal(schema_, *value.default_literal, *value.type, nullptr);
  if (coerced) {
    value.default_value = std::move(*coerced);
  } else {
    errors_.push_back(
        {.message = fmt::format("{} has an invalid default value: {}", entry.coordinate, coerced.error()),
         .locations = {document_.location(value.default_literal->at)},
         .extensions = {{"code", "GRAPHQL_VALIDATION_FAILED"}}});
  }
}

void DefaultValues::coerce_within(const Value& literal, const TypeRef& type) {
  const TypeRef& nullable = type.nullable();
  if (nullable.list()) {
    if (literal.kind != ValueKind::kList) return coerce_within(literal, *nullable.of);
    for (const Value& item : literal.items) coerce_within(item, *nullable.of);
    return;
  }
  if (nullable.named->kind != TypeKind::kInputObject || literal.kind != ValueKind::kObject) return;
  for (const InputValue& field : nullable.named->input_fields) {
    const auto given = std::ranges::find_if(
        literal.fields, [&field](const ObjectField& each) { return each.name.text == field.name; });
    if (given != literal.fields.end()) {
      coerce_within(given->value, *field.type);
    } else if (const auto found = index_.find(&field); found != index_.end()) {
      Entry& entry = entries_[found->second];
      if (entry.state == State::kNew) coerce(entry);
      if (entry.state == State::kBegun) report_cycle(entry);
    }
  }
}

void DefaultValues::report_cycle(const Entry& entry) {
  const auto start = std::ranges::find(path_, &entry);
  std::string others;
  std::vector<Location> where{document_.location(entry.value->default_literal->at)};
  for (auto step = start + 1; step != path_.end(); ++step) {
    others += others.empty() ? " via the default values of: " : ", ";
    others += (*step)->coordinate;
    where.push_back(document_.location((*step)->value->default_literal->at));
  }
  errors_.push_back(
      {.message = fmt::format(
           "Invalid circular reference. The default value of Input Object field {} references itself{}.",
           entry.coordinate, others),
       .locations = std::move(where),
       .extensions = {{"code", "GRAPHQL_VALIDATION_FAILED"}}});
}

}  // namespace parley::graphql
