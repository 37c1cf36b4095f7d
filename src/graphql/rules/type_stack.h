// The types at the place of a document that a walk has reached: what the reference implementation calls
// TypeInfo. Follows a document that may be wrong: what is not known is a null pointer.
//
// Owned by one walk.
#pragma once

#include <deque>
#include <vector>

#include "graphql/ast.h"
#include "graphql/schema.h"

namespace parley::graphql::rules {

// A place where a value stands.
struct InputPosition {
  // The type that is wanted of it.
  const TypeRef* type = nullptr;
  // Whether the argument or input field has a default.
  bool has_default = false;
  // The input object type whose field this is.
  const NamedType* object = nullptr;
};

class TypeStack {
 public:
  explicit TypeStack(const Schema& schema) : schema_(schema) {}
  TypeStack(const TypeStack&) = delete;
  TypeStack& operator=(const TypeStack&) = delete;

  // The named type of the innermost field, fragment or operation.
  const NamedType* type() const { return types_.empty() ? nullptr : types_.back(); }
  // The composite type of the innermost selection set.
  const NamedType* parent() const { return parents_.empty() ? nullptr : parents_.back(); }
  const FieldType* field() const { return fields_.empty() ? nullptr : fields_.back(); }
  const InputValue* argument() const { return argument_; }
  bool in_directive() const { return in_directive_; }
  const TypeRef* input() const { return inputs_.empty() ? nullptr : inputs_.back().type; }
  const TypeRef* parent_input() const {
    return inputs_.size() < 2 ? nullptr : inputs_[inputs_.size() - 2].type;
  }
  InputPosition input_position() const { return inputs_.empty() ? InputPosition{} : inputs_.back(); }

  // As Schema::resolve(), for any number of wrappers too.
  const TypeRef* resolve(const TypeReference& reference);

  void enter(const OperationDefinition& operation);
  void enter(const FragmentDefinition& fragment);
  void enter(const InlineFragment& fragment);
  void enter(const SelectionSet& set);
  void enter(const Field& field);
  void enter(const Directive& directive);
  void enter(const VariableDefinition& variable);
  void enter(const Argument& argument);
  void enter(const ObjectField& field);
  void enter_list();

  void leave(const OperationDefinition&) { types_.pop_back(); }
  void leave(const FragmentDefinition&) { types_.pop_back(); }
  void leave(const InlineFragment&) { types_.pop_back(); }
  void leave(const SelectionSet&) { parents_.pop_back(); }
  void leave(const Field&);
  void leave(const Directive&);
  void leave(const VariableDefinition&) { inputs_.pop_back(); }
  void leave(const Argument&);
  void leave(const ObjectField&) { inputs_.pop_back(); }
  void leave_list() { inputs_.pop_back(); }

 private:
  const Schema& schema_;
  std::vector<const NamedType*> types_{};
  std::vector<const NamedType*> parents_{};
  std::vector<const FieldType*> fields_{};
  std::vector<InputPosition> inputs_{};
  const DirectiveType* directive_ = nullptr;
  bool in_directive_ = false;
  const InputValue* argument_ = nullptr;
  // Types that the schema has no reference for.
  std::deque<TypeRef> own_{};
};

}  // namespace parley::graphql::rules
