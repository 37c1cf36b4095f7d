#include "graphql/rules/unique_input_field_names.h"

namespace parley::graphql::rules {

void UniqueInputFieldNames::enter(const Value& value) {
  if (value.kind == ValueKind::kObject) known_.emplace_back();
}

void UniqueInputFieldNames::enter(const ObjectField& field) {
  auto [known, added] = known_.back().try_emplace(field.name.text, field.name.at);
  if (added) return;
  context_.report("There can be only one input field named \"" + std::string(field.name.text) + "\".",
                  {known->second, field.name.at});
}

void UniqueInputFieldNames::leave(const Value& value) {
  if (value.kind == ValueKind::kObject) known_.pop_back();
}

}  // namespace parley::graphql::rules
