#include "graphql/rules/directive_view.h"

#include <algorithm>

#include "graphql/parse.h"
#include "graphql/rules/context.h"

namespace parley::graphql::rules {

std::optional<DirectiveView> DirectiveView::find(const Context& context, std::string_view name) {
  DirectiveView view;
  view.written_ = context.defined_directive(name);
  if (view.written_ == nullptr) view.type_ = context.schema().directive(name);
  if (view.written_ == nullptr && view.type_ == nullptr) return std::nullopt;
  return view;
}

bool DirectiveView::repeatable() const {
  return written_ ? written_->repeatable : type_->repeatable;
}

bool DirectiveView::allowed_at(std::string_view location) const {
  if (written_ == nullptr) return std::ranges::find(type_->locations, location) != type_->locations.end();
  return std::ranges::find(written_->locations, location, &Name::text) != written_->locations.end();
}

std::vector<std::string_view> DirectiveView::argument_names() const {
  std::vector<std::string_view> names;
  if (written_ != nullptr) {
    for (const InputValueDefinition& argument : written_->arguments) names.push_back(argument.name.text);
  } else {
    for (const InputValue& argument : type_->arguments) names.push_back(argument.name);
  }
  return names;
}

std::vector<DirectiveView::Required> DirectiveView::required() const {
  std::vector<Required> all;
  if (written_ != nullptr) {
    for (const InputValueDefinition& argument : written_->arguments) {
      if (argument.type.kind == TypeReference::Kind::kNonNull && !argument.default_value) {
        all.push_back({.name = argument.name.text, .type = print(argument.type)});
      }
    }
  } else {
    for (const InputValue& argument : type_->arguments) {
      if (argument.required()) all.push_back({.name = argument.name, .type = argument.type->str()});
    }
  }
  return all;
}

}  // namespace parley::graphql::rules
