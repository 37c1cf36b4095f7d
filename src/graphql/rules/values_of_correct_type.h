// 5.6.1, 5.6.2, 5.6.4, 5.6.5: a literal is a value of the type that is wanted of it; an input object gives
// fields that there are, all that are required, and where it is @oneOf exactly one.
#pragma once

#include "graphql/rules/context.h"
#include "graphql/rules/nodes.h"

namespace parley::graphql::rules {

class ValuesOfCorrectType {
 public:
  explicit ValuesOfCorrectType(Context& context) : context_(context) {}
  void enter(const Value& value);
  void enter(const ObjectField& field);
  void leave(const Value& value);

 private:
  void check_list(const Value& value);
  void check_object(const Value& value);
  void check_leaf(const Value& value);
  void check_built_in(const Value& value, const NamedType& type);
  void check_enum(const Value& value, const NamedType& type);
  void check_custom(const Value& value, const TypeRef& type);
  void unexpected(const Value& value, const TypeRef& type);

  Context& context_;
  // What lies within a value that was refused is not looked at.
  const Value* refused_ = nullptr;
};

}  // namespace parley::graphql::rules
