#include "graphql/rules/variables_in_allowed_position.h"

#include "graphql/parse.h"

namespace parley::graphql::rules {

namespace {

// Whether a value of the type as it is written is one of `wanted`. Compared as written, so that a type with
// more wrappers than the schema knows is judged too.
bool fits(const TypeReference& written, const TypeRef& wanted) {
  bool non_null = written.kind == TypeReference::Kind::kNonNull;
  if (wanted.non_null()) return non_null && fits(*written.of, *wanted.of);
  if (non_null) return fits(*written.of, wanted);
  bool list = written.kind == TypeReference::Kind::kList;
  if (list != wanted.list()) return false;
  return list ? fits(*written.of, *wanted.of) : written.name.text == wanted.named->name;
}

bool allowed(const VariableDefinition& variable, const InputPosition& position) {
  const TypeRef& wanted = *position.type;
  if (!wanted.non_null() || variable.type.kind == TypeReference::Kind::kNonNull) {
    return fits(variable.type, wanted);
  }
  bool has_value = variable.default_value && variable.default_value->kind != ValueKind::kNull;
  return (has_value || position.has_default) && fits(variable.type, *wanted.of);
}

}  // namespace

void VariablesInAllowedPosition::leave(const OperationDefinition& operation) {
  if (operation.variables.empty()) return;
  context_.variable_usages(operation).each([&](const VariableUsage& usage) {
    const VariableDefinition* variable = context_.variable(operation, usage.variable->text);
    if (variable != nullptr && usage.position.type != nullptr) check(*variable, usage);
  });
}

void VariablesInAllowedPosition::check(const VariableDefinition& variable, const VariableUsage& usage) {
  const TypeReference* innermost = &variable.type;
  while (innermost->of != nullptr) innermost = innermost->of.get();
  if (context_.stopped() || context_.schema().type(innermost->name.text) == nullptr) return;
  const InputPosition& position = usage.position;
  std::string name(variable.name.text);
  if (!allowed(variable, position)) {
    context_.report("Variable \"$" + name + "\" of type \"" + print(variable.type) +
                        "\" used in position expecting type \"" + position.type->str() + "\".",
                    {variable.at, usage.variable->at});
  }
  bool nullable = variable.type.kind != TypeReference::Kind::kNonNull;
  if (position.object != nullptr && position.object->one_of && nullable) {
    context_.report("Variable \"$" + name + "\" is of type \"" + print(variable.type) +
                        "\" but must be non-nullable to be used for OneOf Input Object \"" +
                        position.object->name + "\".",
                    {variable.at, usage.variable->at});
  }
}

}  // namespace parley::graphql::rules
