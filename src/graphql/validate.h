// Whether a document may be executed against a schema (specification of September 2025, section 5).
//
// Pure functions; any thread. One file a rule in graphql/rules/. Messages and locations are the reference
// implementation's (npm `graphql` 16), so that both can be compared.
#pragma once

#include <cstddef>
#include <vector>

#include "graphql/ast.h"
#include "graphql/error.h"
#include "graphql/schema.h"

namespace parley::graphql {

struct ValidateOptions {
  // Stops after so many; the last error says so.
  std::size_t max_errors = 100;
  // Off: `__schema` and `__type` are refused.
  bool introspection = true;
};

// Empty where the document is valid. Every error has the code GRAPHQL_VALIDATION_FAILED. The time is bounded
// by a small power of the document's size also for documents that are made to be slow (fragments that nest,
// fields that overlap).
std::vector<GraphqlError> validate(const Schema& schema, const Document& document,
                                   const ValidateOptions& options = {});

}  // namespace parley::graphql
