#include <algorithm>
#include <unordered_map>

#include <fmt/core.h>

#include "graphql/built_in.h"
#include "graphql/parse.h"
#include "graphql/rules/suggestions.h"
#include "graphql/sdl_rules.h"

namespace parley::graphql {
namespace {

class Directives {
 public:
  // Directives that were seen at one place, or of one type and its extensions.
  using Seen = std::unordered_map<std::string_view, Position>;

  Directives(const Document& document, std::vector<GraphqlError>& errors)
      : document_(document), errors_(errors) {
    for (const Document* each : {built_in_document().get(), &document}) {
      for (const Definition& definition : each->definitions) {
        if (const auto* directive = std::get_if<DirectiveDefinition>(&definition)) {
          known_[directive->name.text] = directive;
        }
      }
    }
  }

  void check() {
    for (const Definition& definition : document_.definitions) {
      if (const auto* schema = std::get_if<SchemaDefinition>(&definition)) {
        check(schema->directives, "SCHEMA", of_schema_);
      } else if (const auto* directive = std::get_if<DirectiveDefinition>(&definition)) {
        input_values(directive->arguments, "ARGUMENT_DEFINITION");
      } else if (const auto* type = std::get_if<TypeDefinition>(&definition)) {
        check(*type);
      }
    }
  }

 private:
  void fail(std::string message, const std::vector<Position>& positions) {
    errors_.push_back(sdl_error(document_, std::move(message), positions));
  }

  void check(const TypeDefinition& type) {
    check(type.directives, name(type.kind), of_types_[type.name.text]);
    for (const FieldDefinition& field : type.fields) {
      input_values(field.arguments, "ARGUMENT_DEFINITION");
      check_here(field.directives, "FIELD_DEFINITION");
    }
    for (const EnumValueDefinition& value : type.values) check_here(value.directives, "ENUM_VALUE");
    input_values(type.input_fields, "INPUT_FIELD_DEFINITION");
  }

  void input_values(const std::vector<InputValueDefinition>& values, std::string_view location) {
    for (const InputValueDefinition& value : values) {
      if (value.default_value) unique_input_fields(*value.default_value);
      check_here(value.directives, location);
    }
  }

  void check_here(const std::vector<Directive>& directives, std::string_view location) {
    Seen seen;
    check(directives, location, seen);
  }

  void check(const std::vector<Directive>& directives, std::string_view location, Seen& seen) {
    for (const Directive& directive : directives) {
      const auto known = known_.find(directive.name.text);
      if (known == known_.end()) {
        fail(fmt::format("Unknown directive \"@{}\".", directive.name.text), {directive.at});
      } else {
        check(directive, *known->second, location, seen);
      }
      unique_arguments(directive);
      for (const Argument& argument : directive.arguments) unique_input_fields(argument.value);
    }
  }

  void check(const Directive& directive, const DirectiveDefinition& definition, std::string_view location,
             Seen& seen) {
    const bool allowed = std::ranges::any_of(definition.locations,
                                             [location](const Name& each) { return each.text == location; });
    if (!allowed) {
      fail(fmt::format("Directive \"@{}\" may not be used on {}.", directive.name.text, location),
           {directive.at});
    }
    if (!definition.repeatable) {
      if (const auto [first, fresh] = seen.emplace(directive.name.text, directive.at); !fresh) {
        fail(
            fmt::format("The directive \"@{}\" can only be used once at this location.", directive.name.text),
            {first->second, directive.at});
      }
    }
    known_arguments(directive, definition);
    required_arguments(directive, definition);
  }

  void known_arguments(const Directive& directive, const DirectiveDefinition& definition) {
    std::vector<std::string_view> names;
    for (const InputValueDefinition& each : definition.arguments) names.push_back(each.name.text);
    for (const Argument& argument : directive.arguments) {
      if (std::ranges::find(names, argument.name.text) != names.end()) continue;
      fail(fmt::format("Unknown argument \"{}\" on directive \"@{}\".{}", argument.name.text,
                       directive.name.text,
                       rules::did_you_mean({}, rules::suggestion_list(argument.name.text, names))),
           {argument.name.at});
    }
  }

  void required_arguments(const Directive& directive, const DirectiveDefinition& definition) {
    for (const InputValueDefinition& each : definition.arguments) {
      if (each.type.kind != TypeReference::Kind::kNonNull || each.default_value) continue;
      const bool given = std::ranges::any_of(
          directive.arguments, [&each](const Argument& one) { return one.name.text == each.name.text; });
      if (given) continue;
      fail(fmt::format(
               "Directive \"@{}\" argument \"{}\" of type \"{}\" is required, but it was not provided.",
               directive.name.text, each.name.text, print(each.type)),
           {directive.at});
    }
  }

  void unique_arguments(const Directive& directive) {
    std::unordered_map<std::string_view, std::vector<Position>> places;
    for (const Argument& each : directive.arguments) places[each.name.text].push_back(each.name.at);
    for (const Argument& each : directive.arguments) {
      const std::vector<Position>& at = places[each.name.text];
      if (at.size() < 2 || at.front() != each.name.at) continue;
      fail(fmt::format("There can be only one argument named \"{}\".", each.name.text), at);
    }
  }

  // Recurses as deep as the parser let the value nest.
  void unique_input_fields(const Value& value) {
    Seen seen;
    for (const ObjectField& field : value.fields) {
      if (const auto [first, fresh] = seen.emplace(field.name.text, field.name.at); !fresh) {
        fail(fmt::format("There can be only one input field named \"{}\".", field.name.text),
             {first->second, field.name.at});
      }
      unique_input_fields(field.value);
    }
    for (const Value& item : value.items) unique_input_fields(item);
  }

  const Document& document_;
  std::vector<GraphqlError>& errors_;
  std::unordered_map<std::string_view, const DirectiveDefinition*> known_{};
  Seen of_schema_{};
  std::unordered_map<std::string_view, Seen> of_types_{};
};

}  // namespace

void check_sdl_directives(const Document& document, std::vector<GraphqlError>& errors) {
  Directives(document, errors).check();
}

}  // namespace parley::graphql
