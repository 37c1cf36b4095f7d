#include "graphql/schema.h"

#include <algorithm>

#include "graphql/built_in.h"

namespace parley::graphql {
namespace {

template <class Member>
const Member* find(const std::vector<Member>& members, std::string_view name) {
  const auto found = std::ranges::find(members, name, &Member::name);
  return found == members.end() ? nullptr : &*found;
}

template <class Member>
const Member* find(const NamedType& type, const std::vector<Member>& members, std::string_view name) {
  if (type.index.empty()) return find(members, name);
  const auto found = type.index.find(name);
  return found == type.index.end() || found->second >= members.size() ? nullptr : &members[found->second];
}

}  // namespace

std::string TypeRef::str() const {
  switch (kind) {
    case Kind::kNamed:
      return named->name;
    case Kind::kList:
      return '[' + of->str() + ']';
    case Kind::kNonNull:
      return of->str() + '!';
  }
  return {};
}

const InputValue* FieldType::argument(std::string_view name) const {
  return find(arguments, name);
}
const InputValue* DirectiveType::argument(std::string_view name) const {
  return find(arguments, name);
}

const FieldType* NamedType::field(std::string_view name) const {
  return find(*this, fields, name);
}
const InputValue* NamedType::input_field(std::string_view name) const {
  return find(*this, input_fields, name);
}
const EnumValue* NamedType::value(std::string_view name) const {
  return find(*this, values, name);
}

const NamedType* Schema::type(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second.type;
}

const DirectiveType* Schema::directive(std::string_view name) const {
  return find(directives_, name);
}

const NamedType* Schema::root(OperationType type) const {
  switch (type) {
    case OperationType::kQuery:
      return query_;
    case OperationType::kMutation:
      return mutation_;
    case OperationType::kSubscription:
      return subscription_;
  }
  return nullptr;
}

const TypeRef* Schema::resolve(const TypeReference& reference) const {
  switch (reference.kind) {
    case TypeReference::Kind::kNamed: {
      const auto found = by_name_.find(reference.name.text);
      return found == by_name_.end() ? nullptr : found->second.reference;
    }
    case TypeReference::Kind::kList:
      return list_of(resolve(*reference.of));
    case TypeReference::Kind::kNonNull:
      return non_null_of(resolve(*reference.of));
  }
  return nullptr;
}

const TypeRef* Schema::non_null_of(const TypeRef* type) const {
  return type == nullptr ? nullptr : static_cast<const Reference*>(type)->non_null_of_it;
}

const TypeRef* Schema::list_of(const TypeRef* type) const {
  return type == nullptr ? nullptr : static_cast<const Reference*>(type)->list_of_it;
}

const Schema::Reference* Schema::make_references(const NamedType& type, int lists) {
  // Makes `self` and its non-null form, and what `levels` more lists around them give.
  const auto complete = [this](const auto& again, Reference& self, int levels) -> void {
    Reference& non_null = references_.emplace_back();
    non_null.kind = TypeRef::Kind::kNonNull;
    non_null.of = &self;
    non_null.non_null_of_it = &non_null;
    self.non_null_of_it = &non_null;
    for (Reference* inner : {&self, &non_null}) {
      if (levels == 0) {
        inner->list_of_it = &self;
        continue;
      }
      Reference& list = references_.emplace_back();
      list.kind = TypeRef::Kind::kList;
      list.of = inner;
      inner->list_of_it = &list;
      again(again, list, levels - 1);
    }
  };
  Reference& self = references_.emplace_back();
  self.named = &type;
  complete(complete, self, lists);
  return &self;
}

const std::vector<const NamedType*>& Schema::possible_types(const NamedType& type) const {
  static const std::vector<const NamedType*> kNone;
  const auto found = subtypes_.find(&type);
  return found == subtypes_.end() ? kNone : found->second.objects;
}

bool Schema::is_possible(const NamedType& abstract, const NamedType& object) const {
  if (&abstract == &object) return true;
  const auto found = subtypes_.find(&abstract);
  return object.kind == TypeKind::kObject && found != subtypes_.end() && found->second.all.contains(&object);
}

bool Schema::is_subtype(const TypeRef& sub, const TypeRef& super) const {
  if (&sub == &super) return true;
  if (super.non_null()) return sub.non_null() && is_subtype(*sub.of, *super.of);
  if (sub.non_null()) return is_subtype(*sub.of, super);
  if (super.list() || sub.list()) return super.list() && sub.list() && is_subtype(*sub.of, *super.of);
  const auto found = subtypes_.find(super.named);
  return super.named->abstract() && found != subtypes_.end() && found->second.all.contains(sub.named);
}

const FieldType* Schema::field(const NamedType& parent, std::string_view name) const {
  if (name.starts_with("__")) {
    if (name == typename_field_->name && parent.composite()) return typename_field_.get();
    if (&parent == query_) {
      if (name == schema_field_->name) return schema_field_.get();
      if (name == type_field_->name) return type_field_.get();
    }
  }
  return parent.field(name);
}

}  // namespace parley::graphql
