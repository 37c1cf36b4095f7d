// Whether the definitions of an SDL fit together by their names (specification of September 2025, section 3),
// before a schema is made of them: the rules of the reference implementation's validateSDL(), with its
// messages. Pure functions; any thread.
#pragma once

#include <vector>

#include "graphql/ast.h"
#include "graphql/error.h"

namespace parley::graphql {

// Empty where all is well. The errors of one rule stand together, in the order of the document.
std::vector<GraphqlError> check_sdl(const Document& document);

// The rules on what is defined: once, and of known types.
void check_sdl_definitions(const Document& document, std::vector<GraphqlError>& errors);
// The rules on directives where the SDL uses them, and on their arguments.
void check_sdl_directives(const Document& document, std::vector<GraphqlError>& errors);

GraphqlError sdl_error(const Document& document, std::string message, const std::vector<Position>& positions);

}  // namespace parley::graphql
