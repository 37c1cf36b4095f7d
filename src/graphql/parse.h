// Source text to syntax tree (specification of September 2025, section 2 and appendix B).
//
// Pure functions; any thread. Every limit is checked while reading, so that hostile text costs no more than
// its bound: nesting does not recurse past `max_depth`.
#pragma once

#include <cstddef>
#include <expected>
#include <string>

#include "graphql/ast.h"
#include "graphql/error.h"

namespace parley::graphql {

struct ParseOptions {
  std::size_t max_tokens = 10'000;
  // Of selection sets, list and object values and types, one within another.
  std::size_t max_depth = 200;
};

// A whole document. The error is a syntax error with its location, worded as the reference implementation's
// ("Syntax Error: Expected Name, found \"}\"."); its code is GRAPHQL_PARSE_FAILED, or QUERY_TOO_COMPLEX for a
// limit. Text that is not UTF-8 is a syntax error too.
[[nodiscard]] std::expected<DocumentPtr, GraphqlError> parse(std::string source,
                                                             const ParseOptions& options = {});

// One value without variables, such as a default value or a test's literal. The document owns what the
// value's views point at.
struct ParsedValue {
  DocumentPtr document;
  Value value;
};
[[nodiscard]] std::expected<ParsedValue, GraphqlError> parse_value(std::string source);

// A document in the form of the reference implementation's print(): two-space indentation, one definition a
// paragraph.
std::string print(const Document& document);
std::string print(const Value& value);
std::string print(const TypeReference& type);

}  // namespace parley::graphql
