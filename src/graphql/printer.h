// Pieces of print() that its files share; see parse.h for what they give. Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graphql/ast.h"

namespace parley::graphql {

// A string with its quotes.
std::string print_string(std::string_view text);
// With the line break after it; empty where there is none.
std::string print_description(const std::optional<Description>& description);
// In parentheses; empty where there are none. A line each where what goes before them on the line and they
// take more than 80 characters; a directive's, whose prefix is empty, stay on the line.
std::string print_arguments(const std::vector<Argument>& arguments, std::string_view prefix);
// Each with a space before it.
std::string print_directives(const std::vector<Directive>& directives);

std::string join(const std::vector<std::string>& items, std::string_view separator);
// Each line two columns further.
std::string indent(std::string_view text);
bool any_multiline(const std::vector<std::string>& items);

// print_type_system.cc
std::string print(const SchemaDefinition& definition);
std::string print(const TypeDefinition& definition);
std::string print(const DirectiveDefinition& definition);

}  // namespace parley::graphql
