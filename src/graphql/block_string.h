// Block strings (specification of September 2025, section 2.9.4, BlockStringValue), read and written as the
// reference implementation does. Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>

namespace parley::graphql {

// The value of what stands between the triple quotes: the indentation that the lines after the first have in
// common is taken off, then blank lines at both ends; lines are joined by "\n" and \""" is """.
std::string block_string_value(std::string_view raw);

// Whether the text, written as a block string, is read as the same text again.
bool printable_as_block_string(std::string_view text);

// The text as a block string with its quotes, on one line where it is short and has no line breaks.
std::string print_block_string(std::string_view text);

}  // namespace parley::graphql
