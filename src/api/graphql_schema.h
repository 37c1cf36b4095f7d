// The GraphQL contract (schema.graphql) as a schema, with the rules of its scalars. Any thread.
#pragma once

#include <string_view>

#include "graphql/resolver.h"
#include "graphql/schema.h"

namespace parley::api {

// schema.graphql, compiled in.
std::string_view schema_sdl();

// The schema. Ends the program with a message where schema_sdl() is not a valid schema: a programming error.
graphql::SchemaPtr chat_schema();

// Every field's resolver. Ends the program with a message where one is missing or too many.
graphql::Resolvers chat_resolvers(const graphql::Schema& schema);

}  // namespace parley::api
