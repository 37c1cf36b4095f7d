#include <array>
#include <map>
#include <unordered_map>

#include <fmt/core.h>

#include "graphql/built_in.h"
#include "graphql/rules/suggestions.h"
#include "graphql/sdl_rules.h"

namespace parley::graphql {
namespace {

using Names = std::unordered_map<std::string_view, Position>;

std::string_view kind_name(TypeKind kind) {
  switch (kind) {
    case TypeKind::kScalar:
      return "scalar";
    case TypeKind::kObject:
      return "object";
    case TypeKind::kInterface:
      return "interface";
    case TypeKind::kUnion:
      return "union";
    case TypeKind::kEnum:
      return "enum";
    case TypeKind::kInputObject:
      return "input object";
  }
  return {};
}

class Definitions {
 public:
  Definitions(const Document& document, std::vector<GraphqlError>& errors)
      : document_(document), errors_(errors) {
    for (const TypeDefinition* type : all<TypeDefinition>()) {
      if (type->extension) continue;
      if (!types_.contains(type->name.text)) type_names_.push_back(type->name.text);
      types_[type->name.text] = type;
    }
  }

  void only_type_system() {
    for (const Definition& definition : document_.definitions) {
      const auto* operation = std::get_if<OperationDefinition>(&definition);
      const auto* fragment = std::get_if<FragmentDefinition>(&definition);
      if (operation != nullptr || fragment != nullptr) {
        fail("A schema holds type system definitions only.",
             {operation != nullptr ? operation->at : fragment->at});
      }
    }
  }

  void one_schema() {
    bool seen = false;
    for (const SchemaDefinition* schema : all<SchemaDefinition>()) {
      if (schema->extension) continue;
      if (seen) fail("Must provide only one schema definition.", {schema->at});
      seen = true;
    }
  }

  void unique_roots() {
    std::map<OperationType, Position> seen;
    for (const SchemaDefinition* schema : all<SchemaDefinition>()) {
      for (const RootOperation& root : schema->roots) {
        if (const auto [first, fresh] = seen.emplace(root.type, root.at); !fresh) {
          fail(fmt::format("There can be only one {} type in schema.", name(root.type)),
               {first->second, root.at});
        }
      }
    }
  }

  void unique_types() {
    Names seen;
    for (const TypeDefinition* type : all<TypeDefinition>()) {
      if (!type->extension) once(seen, type->name, "There can be only one type named \"{}\".");
    }
  }

  void unique_directives() {
    Names seen;
    for (const DirectiveDefinition* directive : all<DirectiveDefinition>()) {
      once(seen, directive->name, "There can be only one directive named \"@{}\".");
    }
  }

  void unique_members() {
    std::unordered_map<std::string_view, Names> values;
    std::unordered_map<std::string_view, Names> fields;
    for (const TypeDefinition* type : all<TypeDefinition>()) {
      for (const EnumValueDefinition& value : type->values) {
        once(values[type->name.text], value.name,
             fmt::format("Enum value \"{}.{{}}\" can only be defined once.", type->name.text));
      }
      const std::string message = fmt::format("Field \"{}.{{}}\" can only be defined once.", type->name.text);
      for (const FieldDefinition& field : type->fields) once(fields[type->name.text], field.name, message);
      for (const InputValueDefinition& field : type->input_fields) {
        once(fields[type->name.text], field.name, message);
      }
    }
  }

  void unique_arguments() {
    for (const Definition& definition : document_.definitions) {
      if (const auto* directive = std::get_if<DirectiveDefinition>(&definition)) {
        arguments(fmt::format("@{}", directive->name.text), directive->arguments);
      } else if (const auto* type = std::get_if<TypeDefinition>(&definition)) {
        for (const FieldDefinition& field : type->fields) {
          arguments(fmt::format("{}.{}", type->name.text, field.name.text), field.arguments);
        }
      }
    }
  }

  void known_types() {
    for (const Definition& definition : document_.definitions) {
      if (const auto* schema = std::get_if<SchemaDefinition>(&definition)) {
        for (const RootOperation& root : schema->roots) known(root.name);
      } else if (const auto* directive = std::get_if<DirectiveDefinition>(&definition)) {
        for (const InputValueDefinition& argument : directive->arguments) known(argument.type);
      } else if (const auto* type = std::get_if<TypeDefinition>(&definition)) {
        known(*type);
      }
    }
  }

  void extensions() {
    for (const TypeDefinition* type : all<TypeDefinition>()) {
      if (!type->extension) continue;
      const auto found = types_.find(type->name.text);
      if (found == types_.end()) {
        fail(fmt::format("Cannot extend type \"{}\" because it is not defined.{}", type->name.text,
                         suggest(type->name.text, type_names_)),
             {type->name.at});
      } else if (found->second->kind != type->kind) {
        fail(fmt::format("Cannot extend non-{} type \"{}\".", kind_name(type->kind), type->name.text),
             {found->second->at, type->at});
      }
    }
  }

 private:
  template <class Of>
  std::vector<const Of*> all() const {
    std::vector<const Of*> found;
    for (const Definition& definition : document_.definitions) {
      if (const auto* of = std::get_if<Of>(&definition)) found.push_back(of);
    }
    return found;
  }

  void fail(std::string message, const std::vector<Position>& positions) {
    errors_.push_back(sdl_error(document_, std::move(message), positions));
  }

  // `message` has a place for the name.
  void once(Names& seen, const Name& name, std::string_view message) {
    if (const auto [first, fresh] = seen.emplace(name.text, name.at); !fresh) {
      fail(fmt::format(fmt::runtime(message), name.text), {first->second, name.at});
    }
  }

  void arguments(std::string_view parent, const std::vector<InputValueDefinition>& definitions) {
    std::unordered_map<std::string_view, std::vector<Position>> places;
    for (const InputValueDefinition& each : definitions) places[each.name.text].push_back(each.name.at);
    for (const InputValueDefinition& each : definitions) {
      const std::vector<Position>& at = places[each.name.text];
      if (at.size() < 2 || at.front() != each.name.at) continue;
      fail(fmt::format("Argument \"{}({}:)\" can only be defined once.", parent, each.name.text), at);
    }
  }

  void known(const TypeDefinition& type) {
    for (const Name& name : type.interfaces) known(name);
    for (const Name& name : type.members) known(name);
    for (const FieldDefinition& field : type.fields) {
      for (const InputValueDefinition& argument : field.arguments) known(argument.type);
      known(field.type);
    }
    for (const InputValueDefinition& field : type.input_fields) known(field.type);
  }

  void known(const TypeReference& type) {
    const TypeReference* innermost = &type;
    while (innermost->of) innermost = innermost->of.get();
    known(innermost->name);
  }

  void known(const Name& name) {
    if (types_.contains(name.text) || built_in_type(name.text)) return;
    std::vector<std::string_view> options;
    for (const auto& definition : built_in_document()->definitions) {
      const auto* type = std::get_if<TypeDefinition>(&definition);
      if (type != nullptr && built_in_type(type->name.text)) options.push_back(type->name.text);
    }
    options.insert(options.end(), type_names_.begin(), type_names_.end());
    fail(fmt::format("Unknown type \"{}\".{}", name.text, suggest(name.text, options)), {name.at});
  }

  static std::string suggest(std::string_view name, const std::vector<std::string_view>& options) {
    return rules::did_you_mean({}, rules::suggestion_list(name, options));
  }

  const Document& document_;
  std::vector<GraphqlError>& errors_;
  std::unordered_map<std::string_view, const TypeDefinition*> types_{};
  std::vector<std::string_view> type_names_{};
};

}  // namespace

std::vector<GraphqlError> check_sdl(const Document& document) {
  std::vector<GraphqlError> errors;
  check_sdl_definitions(document, errors);
  check_sdl_directives(document, errors);
  return errors;
}

void check_sdl_definitions(const Document& document, std::vector<GraphqlError>& errors) {
  Definitions rules(document, errors);
  rules.only_type_system();
  rules.one_schema();
  rules.unique_roots();
  rules.unique_types();
  rules.unique_members();
  rules.unique_arguments();
  rules.unique_directives();
  rules.known_types();
  rules.extensions();
}

GraphqlError sdl_error(const Document& document, std::string message,
                       const std::vector<Position>& positions) {
  GraphqlError error{.message = std::move(message), .extensions = {{"code", "GRAPHQL_VALIDATION_FAILED"}}};
  for (const Position at : positions) error.locations.push_back(document.location(at));
  return error;
}

}  // namespace parley::graphql
