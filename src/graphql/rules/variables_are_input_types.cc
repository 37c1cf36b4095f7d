#include "graphql/rules/variables_are_input_types.h"

#include "graphql/parse.h"

namespace parley::graphql::rules {

void VariablesAreInputTypes::enter(const VariableDefinition& variable) {
  const TypeReference* innermost = &variable.type;
  while (innermost->of != nullptr) innermost = innermost->of.get();
  const NamedType* type = context_.schema().type(innermost->name.text);
  if (type == nullptr || type->input()) return;
  context_.report("Variable \"$" + std::string(variable.name.text) + "\" cannot be non-input type \"" +
                      print(variable.type) + "\".",
                  {variable.type.at});
}

}  // namespace parley::graphql::rules
