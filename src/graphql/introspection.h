// How a schema describes itself (specification of September 2025, section 4.2): the resolvers of the types
// whose names begin with "__". Made once; any thread.
#pragma once

#include "graphql/resolver.h"
#include "graphql/schema.h"

namespace parley::graphql {

// The resolver of a field of one of introspection's types, or of `__schema` or `__type`; nullptr for any
// other field, `__typename` too. The objects are parts of the schema, which outlives their use; the parent of
// `__schema` and `__type` is introspection_root().
const PlainResolver* find_introspection(const NamedType& parent, const FieldType& field);

// What `__schema` and `__type` are asked of: the schema, not owned.
Object introspection_root(const Schema& schema);

// All of them, those two as fields of "__Meta".
const Resolvers& introspection_resolvers();

}  // namespace parley::graphql
