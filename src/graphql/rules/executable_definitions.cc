#include "graphql/rules/executable_definitions.h"

namespace parley::graphql::rules {

void ExecutableDefinitions::enter(const Document& document) {
  auto refuse = [this](const std::string& what, Position at) {
    context_.report("The " + what + " definition is not executable.", {at});
  };
  for (const Definition& definition : document.definitions) {
    if (const auto* schema = std::get_if<SchemaDefinition>(&definition)) {
      refuse("schema", schema->at);
    } else if (const auto* type = std::get_if<TypeDefinition>(&definition)) {
      refuse("\"" + std::string(type->name.text) + "\"", type->at);
    } else if (const auto* directive = std::get_if<DirectiveDefinition>(&definition)) {
      refuse("\"" + std::string(directive->name.text) + "\"", directive->at);
    }
  }
}

}  // namespace parley::graphql::rules
