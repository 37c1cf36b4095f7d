#include "graphql/introspection.h"

#include "graphql/built_in.h"
#include "graphql/literal_text.h"

namespace parley::graphql {
namespace {

template <class T>
const T& of(const Object& object) {
  return *static_cast<const T*>(object.data.get());
}

// The part of a schema as an object that owns nothing.
template <class T>
Resolved part(const T* data) {
  if (data == nullptr) return nullptr;
  return Object{.data = std::shared_ptr<const void>(std::shared_ptr<const void>(), data)};
}

Resolved type_part(const NamedType* type) {
  return part(type == nullptr ? nullptr : type->reference);
}

Resolved text(const std::optional<std::string>& text) {
  if (!text) return nullptr;
  return *text;
}

// Of those without a deprecation, or of all where the argument `includeDeprecated` says so.
template <class Part>
Resolved parts(const std::vector<Part>& all, const boost::json::object& arguments) {
  const boost::json::value* given = arguments.if_contains("includeDeprecated");
  const bool deprecated = given != nullptr && given->is_bool() && given->get_bool();
  Resolved::List list;
  list.reserve(all.size());
  for (const Part& each : all) {
    if (deprecated || !each.deprecated) list.push_back(part(&each));
  }
  return list;
}

template <class Types>
Resolved type_parts(const Types& types) {
  Resolved::List list;
  for (const NamedType* type : types) list.push_back(type_part(type));
  return list;
}

std::string_view kind_name(const TypeRef& type) {
  if (type.list()) return "LIST";
  if (type.non_null()) return "NON_NULL";
  return name(type.named->kind);
}

// The objects that an abstract type may be; null of any other.
Resolved possible_types(const NamedType& type) {
  if (!type.abstract()) return nullptr;
  Resolved::List list;
  for (const NamedType* member : type.members) {
    if (member->kind == TypeKind::kObject) list.push_back(type_part(member));
  }
  return list;
}

bool has_fields(const NamedType& type) {
  return type.kind == TypeKind::kObject || type.kind == TypeKind::kInterface;
}

void add_meta(Resolvers& to) {
  to.plain("__Meta.__schema",
           [](const Object& root, const boost::json::object&, void*) -> Resolved { return root; });
  to.plain("__Meta.__type", [](const Object& root, const boost::json::object& arguments, void*) -> Resolved {
    const boost::json::value* name = arguments.if_contains("name");
    if (name == nullptr || !name->is_string()) return nullptr;
    return type_part(of<Schema>(root).type(name->get_string()));
  });
}

void add_schema(Resolvers& to) {
  to.member<Schema>("__Schema.description", [](const Schema& schema) { return text(schema.description()); });
  to.member<Schema>("__Schema.types", [](const Schema& schema) {
    Resolved::List list;
    for (const auto& type : schema.types()) list.push_back(type_part(type.get()));
    return Resolved(std::move(list));
  });
  to.member<Schema>("__Schema.queryType",
                    [](const Schema& schema) { return type_part(schema.root(OperationType::kQuery)); });
  to.member<Schema>("__Schema.mutationType",
                    [](const Schema& schema) { return type_part(schema.root(OperationType::kMutation)); });
  to.member<Schema>("__Schema.subscriptionType", [](const Schema& schema) {
    return type_part(schema.root(OperationType::kSubscription));
  });
  to.member<Schema>("__Schema.directives", [](const Schema& schema) {
    Resolved::List list;
    for (const DirectiveType& directive : schema.directives()) list.push_back(part(&directive));
    return Resolved(std::move(list));
  });
}

void add_directive(Resolvers& to) {
  using Type = DirectiveType;
  to.member<Type>("__Directive.name", [](const Type& directive) { return Resolved(directive.name); });
  to.member<Type>("__Directive.description",
                  [](const Type& directive) { return text(directive.description); });
  to.member<Type>("__Directive.isRepeatable",
                  [](const Type& directive) { return Resolved(directive.repeatable); });
  to.member<Type>("__Directive.locations", [](const Type& directive) {
    return Resolved(Resolved::List(directive.locations.begin(), directive.locations.end()));
  });
  to.plain("__Directive.args",
           [](const Object& directive, const boost::json::object& arguments, void*) -> Resolved {
             return parts(of<Type>(directive).arguments, arguments);
           });
  // The specification of September 2025 has no way to deprecate a directive.
  to.member<Type>("__Directive.isDeprecated", [](const Type&) { return Resolved(false); });
  to.member<Type>("__Directive.deprecationReason", [](const Type&) { return Resolved(); });
}

// A field of `__Type` that named types alone have; null of a list or a non-null type.
template <class Fn>
void add_of_named(Resolvers& to, std::string_view field, Fn fn) {
  to.plain(field, [fn](const Object& type, const boost::json::object& arguments, void*) -> Resolved {
    const TypeRef& reference = of<TypeRef>(type);
    if (reference.kind != TypeRef::Kind::kNamed) return nullptr;
    return fn(*reference.named, arguments);
  });
}

void add_type(Resolvers& to) {
  using Arguments = boost::json::object;
  to.member<TypeRef>("__Type.kind", [](const TypeRef& type) { return Resolved(kind_name(type)); });
  to.member<TypeRef>("__Type.ofType", [](const TypeRef& type) { return part(type.of); });
  add_of_named(to, "__Type.name",
               [](const NamedType& type, const Arguments&) { return Resolved(type.name); });
  add_of_named(to, "__Type.description",
               [](const NamedType& type, const Arguments&) { return text(type.description); });
  add_of_named(to, "__Type.specifiedByURL",
               [](const NamedType& type, const Arguments&) { return text(type.specified_by); });
  add_of_named(to, "__Type.fields", [](const NamedType& type, const Arguments& arguments) {
    return has_fields(type) ? parts(type.fields, arguments) : Resolved();
  });
  add_of_named(to, "__Type.interfaces", [](const NamedType& type, const Arguments&) {
    return has_fields(type) ? type_parts(type.interfaces) : Resolved();
  });
  add_of_named(to, "__Type.possibleTypes",
               [](const NamedType& type, const Arguments&) { return possible_types(type); });
  add_of_named(to, "__Type.enumValues", [](const NamedType& type, const Arguments& arguments) {
    return type.kind == TypeKind::kEnum ? parts(type.values, arguments) : Resolved();
  });
  add_of_named(to, "__Type.inputFields", [](const NamedType& type, const Arguments& arguments) {
    return type.kind == TypeKind::kInputObject ? parts(type.input_fields, arguments) : Resolved();
  });
  add_of_named(to, "__Type.isOneOf", [](const NamedType& type, const Arguments&) {
    return type.kind == TypeKind::kInputObject ? Resolved(type.one_of) : Resolved();
  });
}

// What fields, input values and enum values have alike.
template <class Type>
void add_named(Resolvers& to, const std::string& type) {
  to.member<Type>(type + ".name", [](const Type& each) { return Resolved(each.name); });
  to.member<Type>(type + ".description", [](const Type& each) { return text(each.description); });
  to.member<Type>(type + ".isDeprecated",
                  [](const Type& each) { return Resolved(each.deprecated.has_value()); });
  to.member<Type>(type + ".deprecationReason", [](const Type& each) {
    return each.deprecated ? Resolved(each.deprecated->reason) : Resolved();
  });
}

void add_members(Resolvers& to) {
  add_named<FieldType>(to, "__Field");
  to.member<FieldType>("__Field.type", [](const FieldType& field) { return part(field.type); });
  to.plain("__Field.args", [](const Object& field, const boost::json::object& arguments, void*) -> Resolved {
    return parts(of<FieldType>(field).arguments, arguments);
  });
  add_named<InputValue>(to, "__InputValue");
  to.member<InputValue>("__InputValue.type", [](const InputValue& value) { return part(value.type); });
  to.member<InputValue>("__InputValue.defaultValue",
                        [](const InputValue& value) { return text(default_text(value)); });
  add_named<EnumValue>(to, "__EnumValue");
}

}  // namespace

const Resolvers& introspection_resolvers() {
  static const Resolvers resolvers = [] {
    Resolvers made;
    add_meta(made);
    add_schema(made);
    add_directive(made);
    add_type(made);
    add_members(made);
    return made;
  }();
  return resolvers;
}

const PlainResolver* find_introspection(const NamedType& parent, const FieldType& field) {
  static const NamedType meta{.kind = TypeKind::kObject, .name = std::string(kMetaType)};
  if (field.name == "__schema" || field.name == "__type") {
    return introspection_resolvers().find_plain(meta, field);
  }
  return parent.built_in ? introspection_resolvers().find_plain(parent, field) : nullptr;
}

Object introspection_root(const Schema& schema) {
  return {.data = std::shared_ptr<const void>(std::shared_ptr<const void>(), &schema)};
}

}  // namespace parley::graphql
