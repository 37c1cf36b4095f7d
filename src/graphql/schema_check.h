// The rules of type validation (specification of September 2025, section 3), worded and located as the
// reference implementation's validateSchema(). Used while a schema is made.
#pragma once

#include <vector>

#include "graphql/error.h"
#include "graphql/schema.h"
#include "graphql/schema_source.h"

namespace parley::graphql {

// Adds what is wrong with the schema that was made of `source`. Default values are not looked at.
void check_schema(const Schema& schema, const SchemaSource& source, std::vector<GraphqlError>& errors);

// Of one object or interface: that it implements what it says (3.6.1, IsValidImplementation).
void check_interfaces(const Schema& schema, const NamedType& type, const SchemaSource& source,
                      std::vector<GraphqlError>& errors);

// An error at these places of the SDL.
GraphqlError schema_error(const SchemaSource& source, std::string message,
                          const std::vector<Position>& positions);

// The part of the SDL that says the field; nullptr where none does.
const FieldDefinition* find_source(const SchemaSource& source, const NamedType& type, const FieldType& field);
const InputValueDefinition* find_source(const FieldDefinition& field, const InputValue& argument);
// Where the type's definition and its extensions stand.
std::vector<Position> positions(const SchemaSource& source, const NamedType& type);

}  // namespace parley::graphql
