#include "graphql/rules/scalar_leafs.h"

namespace parley::graphql::rules {

void ScalarLeafs::enter(const Field& field) {
  const FieldType* definition = context_.types().field();
  if (definition == nullptr) return;
  bool leaf = definition->type->innermost().leaf();
  if (leaf == field.selection_set.empty()) return;
  std::string name(field.name.text);
  std::string type = definition->type->str();
  if (leaf) {
    context_.report(
        "Field \"" + name + "\" must not have a selection since type \"" + type + "\" has no subfields.",
        {field.selection_set.at});
  } else {
    context_.report("Field \"" + name + "\" of type \"" + type +
                        "\" must have a selection of subfields. Did you mean \"" + name + " { ... }\"?",
                    {field.at});
  }
}

}  // namespace parley::graphql::rules
