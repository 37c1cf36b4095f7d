#include "graphql/rules/no_schema_introspection.h"

namespace parley::graphql::rules {

void NoSchemaIntrospection::enter(const Field& field) {
  if (allowed_) return;
  const NamedType* type = context_.types().type();
  if (context_.types().field() == nullptr || !type->name.starts_with("__")) return;
  context_.report("GraphQL introspection has been disabled, but the requested query contained the field \"" +
                      std::string(field.name.text) + "\".",
                  {field.at});
}

}  // namespace parley::graphql::rules
