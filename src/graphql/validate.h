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
  // Stops after so many; one more error says so.
  std::size_t max_errors = 100;
  // Off: `__schema` and `__type` are refused.
  bool introspection = true;
};

// Empty where the document is valid. The errors come in the reference implementation's order, each with the
// code GRAPHQL_VALIDATION_FAILED; where one says that validation was aborted, it is the last. The time has a
// bound, also for documents that are made to be slow (fragments that nest, fields that overlap): one that is
// beyond it is refused with the code QUERY_TOO_COMPLEX. So has what the errors hold together, about 256 KiB.
std::vector<GraphqlError> validate(const Schema& schema, const Document& document,
                                   const ValidateOptions& options = {});

}  // namespace parley::graphql
