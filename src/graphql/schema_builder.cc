#include "graphql/schema_builder.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include <fmt/core.h>

#include "graphql/built_in.h"
#include "graphql/default_values.h"
#include "graphql/parse.h"
#include "graphql/schema_check.h"
#include "graphql/sdl_rules.h"

namespace parley::graphql {
namespace {

// An SDL is the service's own, but a bound on it costs nothing.
constexpr ParseOptions kSdlLimits{.max_tokens = 1'000'000};
constexpr int kMinLists = 3;
// From so many members on they are looked up by hash.
constexpr std::size_t kIndexed = 9;

std::optional<std::string> text_of(const std::optional<Description>& description) {
  if (!description) return std::nullopt;
  return std::string(description->text);
}

int lists_in(const TypeReference& type) {
  return type.of ? lists_in(*type.of) + (type.kind == TypeReference::Kind::kList ? 1 : 0) : 0;
}

int lists_in(const std::vector<InputValueDefinition>& values) {
  int most = 0;
  for (const InputValueDefinition& value : values) most = std::max(most, lists_in(value.type));
  return most;
}

// Of the deepest reference.
int lists_in(const Document& document) {
  int most = 0;
  for (const Definition& definition : document.definitions) {
    if (const auto* directive = std::get_if<DirectiveDefinition>(&definition)) {
      most = std::max(most, lists_in(directive->arguments));
    } else if (const auto* type = std::get_if<TypeDefinition>(&definition)) {
      most = std::max(most, lists_in(type->input_fields));
      for (const FieldDefinition& field : type->fields) {
        most = std::max({most, lists_in(field.type), lists_in(field.arguments)});
      }
    }
  }
  return most;
}

const Directive* find_directive(const std::vector<Directive>& directives, std::string_view name) {
  const auto found =
      std::ranges::find_if(directives, [name](const Directive& each) { return each.name.text == name; });
  return found == directives.end() ? nullptr : &*found;
}

const Value* find_argument(const Directive& directive, std::string_view name) {
  const auto found = std::ranges::find_if(directive.arguments,
                                          [name](const Argument& each) { return each.name.text == name; });
  return found == directive.arguments.end() ? nullptr : &found->value;
}

template <class Member>
void index(NamedType& type, const std::vector<Member>& members) {
  if (members.size() < kIndexed) return;
  for (std::size_t i = 0; i < members.size(); ++i) type.index.emplace(members[i].name, i);
}

}  // namespace

std::expected<std::shared_ptr<const Schema>, std::vector<GraphqlError>> Schema::make(
    std::string sdl, std::map<std::string, ScalarRules, std::less<>> scalars) {
  auto document = parse(std::move(sdl), kSdlLimits);
  if (!document) return std::unexpected(std::vector{std::move(document).error()});
  if (auto errors = check_sdl(**document); !errors.empty()) return std::unexpected(std::move(errors));
  return SchemaBuilder(std::move(*document), std::move(scalars)).build();
}

SchemaSource::SchemaSource(const Document& of) : document(of) {
  for (const Definition& definition : document.definitions) {
    if (const auto* type = std::get_if<TypeDefinition>(&definition)) {
      if (type->extension) {
        types[type->name.text].extensions.push_back(type);
      } else {
        types[type->name.text].definition = type;
        type_definitions.push_back(type);
      }
    } else if (const auto* directive = std::get_if<DirectiveDefinition>(&definition)) {
      directives.push_back(directive);
    } else if (const auto* found = std::get_if<SchemaDefinition>(&definition)) {
      if (found->extension) {
        schema_extensions.push_back(found);
      } else {
        schema = found;
      }
    }
  }
}

SchemaBuilder::SchemaBuilder(DocumentPtr document, Scalars scalars)
    : document_(std::move(document)),
      schema_(new Schema()),
      scalars_(std::move(scalars)),
      source_(*document_),
      built_in_(*built_in_document()) {}

std::expected<SchemaPtr, std::vector<GraphqlError>> SchemaBuilder::build() {
  schema_->document_ = document_;
  schema_->built_in_ = built_in_document();
  make_types();
  for (const auto& type : made_) {
    fill(*type, (type->built_in ? built_in_ : source_).types.at(type->name));
  }
  fill_directives();
  fill_meta_fields();
  find_roots();
  order_types();
  find_subtypes();
  index_members();
  check_schema(*schema_, source_, errors_);
  if (errors_.empty()) coerce_defaults();
  if (!errors_.empty()) return std::unexpected(std::move(errors_));
  return std::move(schema_);
}

void SchemaBuilder::make_types() {
  const int lists = std::max(kMinLists, lists_in(*document_) + 1);
  for (const TypeDefinition* definition : source_.type_definitions) {
    // One that the SDL says again is what it is anyway.
    if (!built_in_type(definition->name.text)) make_type(*definition, false, lists);
  }
  for (const TypeDefinition* definition : built_in_.type_definitions) {
    if (definition->name.text != kMetaType) make_type(*definition, true, lists);
  }
  for (const auto& [name, rules] : scalars_) {
    const NamedType* type = schema_->type(name);
    if (type == nullptr || type->kind != TypeKind::kScalar || type->built_in) {
      errors_.push_back(
          {.message = fmt::format("Rules are given for \"{}\", which is no scalar of the SDL.", name),
           .extensions = {{"code", "GRAPHQL_VALIDATION_FAILED"}}});
    }
  }
}

void SchemaBuilder::make_type(const TypeDefinition& definition, bool built_in, int lists) {
  NamedType& type = *made_.emplace_back(std::make_unique<NamedType>());
  type.kind = definition.kind;
  type.name = definition.name.text;
  type.built_in = built_in;
  const Schema::Reference* reference = schema_->make_references(type, lists);
  type.reference = reference;
  schema_->by_name_.emplace(type.name, Schema::Known{.type = &type, .reference = reference});
}

void SchemaBuilder::fill(NamedType& type, const TypeSource& source) {
  type.description = text_of(source.definition->description);
  if (const auto rules = scalars_.find(type.name); rules != scalars_.end()) type.scalar = rules->second;
  for (const TypeDefinition* node : source.all()) {
    for (const Name& name : node->interfaces) type.interfaces.push_back(schema_->type(name.text));
    for (const Name& name : node->members) type.members.push_back(schema_->type(name.text));
    for (const FieldDefinition& each : node->fields) type.fields.push_back(field(each));
    for (const InputValueDefinition& each : node->input_fields) {
      type.input_fields.push_back(input_value(each));
    }
    for (const EnumValueDefinition& each : node->values) {
      type.values.push_back({.name = std::string(each.name.text),
                             .description = text_of(each.description),
                             .deprecated = deprecation(each.directives)});
    }
    if (auto url = directive_text(node->directives, "specifiedBy", "url", {})) {
      type.specified_by = std::move(url);
    }
    type.one_of = type.one_of || find_directive(node->directives, "oneOf") != nullptr;
  }
}

void SchemaBuilder::fill_directives() {
  for (const DirectiveDefinition* definition : source_.directives) {
    schema_->directives_.push_back(directive(*definition));
  }
  for (const DirectiveDefinition* definition : built_in_.directives) {
    if (schema_->directive(definition->name.text) == nullptr) {
      schema_->directives_.push_back(directive(*definition));
    }
  }
}

DirectiveType SchemaBuilder::directive(const DirectiveDefinition& definition) {
  DirectiveType made{.name = std::string(definition.name.text),
                     .description = text_of(definition.description),
                     .arguments = input_values(definition.arguments),
                     .repeatable = definition.repeatable};
  for (const Name& location : definition.locations) made.locations.emplace_back(location.text);
  return made;
}

void SchemaBuilder::fill_meta_fields() {
  const std::vector<FieldDefinition>& fields = built_in_.types.at(kMetaType).definition->fields;
  schema_->schema_field_ = std::make_unique<FieldType>(field(fields[0]));
  schema_->type_field_ = std::make_unique<FieldType>(field(fields[1]));
  schema_->typename_field_ = std::make_unique<FieldType>(field(fields[2]));
}

FieldType SchemaBuilder::field(const FieldDefinition& definition) {
  FieldType made{.name = std::string(definition.name.text),
                 .description = text_of(definition.description),
                 .arguments = input_values(definition.arguments),
                 .type = schema_->resolve(definition.type),
                 .deprecated = deprecation(definition.directives)};
  made.cost = cost(*made.type, definition.directives);
  return made;
}

InputValue SchemaBuilder::input_value(const InputValueDefinition& definition) {
  return {.name = std::string(definition.name.text),
          .description = text_of(definition.description),
          .type = schema_->resolve(definition.type),
          .default_literal = definition.default_value ? &*definition.default_value : nullptr,
          .deprecated = deprecation(definition.directives)};
}

std::vector<InputValue> SchemaBuilder::input_values(const std::vector<InputValueDefinition>& definitions) {
  std::vector<InputValue> made;
  made.reserve(definitions.size());
  for (const InputValueDefinition& definition : definitions) made.push_back(input_value(definition));
  return made;
}

// The directive's argument, or `otherwise` where it is not given; nothing where the directive is not there,
// or its argument is null, which an argument without a default must not be.
std::optional<std::string> SchemaBuilder::directive_text(const std::vector<Directive>& directives,
                                                         std::string_view directive,
                                                         std::string_view argument,
                                                         std::string_view otherwise) {
  const Directive* found = find_directive(directives, directive);
  if (found == nullptr) return std::nullopt;
  const Value* value = find_argument(*found, argument);
  if (value == nullptr) return std::string(otherwise);
  if (value->kind == ValueKind::kString) return std::string(value->text);
  const bool null = value->kind == ValueKind::kNull;
  if (null && !otherwise.empty()) return std::nullopt;
  std::string message = fmt::format("Argument \"{}\" has invalid value {}.", argument, print(*value));
  if (null) message = fmt::format("Argument \"{}\" of non-null type \"String!\" must not be null.", argument);
  errors_.push_back({.message = std::move(message),
                     .locations = {document_->location(value->at)},
                     .extensions = {{"code", "GRAPHQL_VALIDATION_FAILED"}}});
  return std::nullopt;
}

std::optional<Deprecation> SchemaBuilder::deprecation(const std::vector<Directive>& directives) {
  auto reason = directive_text(directives, "deprecated", "reason", kDefaultDeprecation);
  if (!reason) return std::nullopt;
  return Deprecation{.reason = std::move(*reason)};
}

int SchemaBuilder::cost(const TypeRef& type, const std::vector<Directive>& directives) {
  const int usual = type.innermost().leaf() ? 0 : 1;
  const Directive* found = find_directive(directives, "cost");
  const Value* weight = found == nullptr ? nullptr : find_argument(*found, "weight");
  if (weight == nullptr) return usual;
  // A number, or as in IBM's cost specification a string that holds one.
  int value = 0;
  const char* const end = weight->text.data() + weight->text.size();
  const auto read = std::from_chars(weight->text.data(), end, value);
  if ((weight->kind == ValueKind::kInt || weight->kind == ValueKind::kString) && read.ec == std::errc() &&
      read.ptr == end && value >= 0) {
    return value;
  }
  errors_.push_back({.message = fmt::format("Argument \"weight\" has invalid value {}.", print(*weight)),
                     .locations = {document_->location(weight->at)},
                     .extensions = {{"code", "GRAPHQL_VALIDATION_FAILED"}}});
  return usual;
}

void SchemaBuilder::order_types() {
  std::unordered_set<const NamedType*> seen;
  std::vector<const NamedType*> ordered;
  for (const TypeDefinition* definition : source_.type_definitions) {
    seen.insert(schema_->type(definition->name.text));
  }
  const auto visit = [&](const auto& again, const NamedType& type) -> void {
    const auto refer = [&](const NamedType& to) {
      if (!seen.insert(&to).second) return;
      ordered.push_back(&to);
      again(again, to);
    };
    for (const NamedType* member : type.members) refer(*member);
    for (const NamedType* interface : type.interfaces) refer(*interface);
    for (const FieldType& each : type.fields) {
      refer(each.type->innermost());
      for (const InputValue& argument : each.arguments) refer(argument.type->innermost());
    }
    for (const InputValue& each : type.input_fields) refer(each.type->innermost());
  };
  for (const TypeDefinition* definition : source_.type_definitions) {
    const NamedType& type = *schema_->type(definition->name.text);
    ordered.push_back(&type);
    visit(visit, type);
  }
  NamedType others;
  for (const DirectiveType& each : schema_->directives_) {
    for (const InputValue& argument : each.arguments) {
      others.fields.push_back({.type = argument.type});
    }
  }
  others.fields.push_back({.type = schema_->schema_field_->type});
  for (const NamedType* root : {schema_->query_, schema_->mutation_, schema_->subscription_}) {
    if (root != nullptr) others.members.push_back(root);
  }
  visit(visit, others);

  std::unordered_map<const NamedType*, std::unique_ptr<NamedType>> owned;
  for (auto& type : made_) owned.emplace(type.get(), std::move(type));
  for (const NamedType* type : ordered) schema_->types_.push_back(std::move(owned.at(type)));
  for (const auto& [type, unused] : owned) {
    if (unused) schema_->by_name_.erase(type->name);
  }
}

void SchemaBuilder::find_roots() {
  const auto set = [this](OperationType type, std::string_view name) {
    const NamedType*& root = type == OperationType::kQuery      ? schema_->query_
                             : type == OperationType::kMutation ? schema_->mutation_
                                                                : schema_->subscription_;
    root = schema_->type(name);
  };
  if (source_.schema != nullptr) {
    schema_->description_ = text_of(source_.schema->description);
    for (const RootOperation& root : source_.schema->roots) set(root.type, root.name.text);
  } else {
    set(OperationType::kQuery, "Query");
    set(OperationType::kMutation, "Mutation");
    set(OperationType::kSubscription, "Subscription");
  }
  for (const SchemaDefinition* extension : source_.schema_extensions) {
    for (const RootOperation& root : extension->roots) set(root.type, root.name.text);
  }
}

void SchemaBuilder::find_subtypes() {
  const auto add = [this](const NamedType& super, const NamedType& sub) {
    Schema::Subtypes& known = schema_->subtypes_[&super];
    if (known.all.insert(&sub).second && sub.kind == TypeKind::kObject) known.objects.push_back(&sub);
  };
  for (const auto& type : schema_->types_) {
    if (type->kind == TypeKind::kObject) add(*type, *type);
    if (type->kind == TypeKind::kUnion) {
      for (const NamedType* member : type->members) add(*type, *member);
    }
    for (const NamedType* interface : type->interfaces) {
      if (interface->kind != TypeKind::kInterface) continue;
      add(*interface, *type);
      std::vector<const NamedType*>& members = schema_->by_name_.at(interface->name).type->members;
      if (std::ranges::find(members, type.get()) == members.end()) members.push_back(type.get());
    }
  }
}

void SchemaBuilder::index_members() {
  for (const auto& type : schema_->types_) {
    index(*type, type->fields);
    index(*type, type->values);
    index(*type, type->input_fields);
  }
}

void SchemaBuilder::coerce_defaults() {
  DefaultValues defaults(*schema_, *document_, errors_);
  for (const auto& type : schema_->types_) {
    for (InputValue& each : type->input_fields) {
      defaults.add(each, fmt::format("{}.{}", type->name, each.name));
    }
    for (FieldType& each : type->fields) {
      for (InputValue& argument : each.arguments) {
        defaults.add(argument, fmt::format("{}.{}({}:)", type->name, each.name, argument.name));
      }
    }
  }
  for (DirectiveType& each : schema_->directives_) {
    for (InputValue& argument : each.arguments) {
      defaults.add(argument, fmt::format("@{}({}:)", each.name, argument.name));
    }
  }
  defaults.coerce_all();
}

}  // namespace parley::graphql
