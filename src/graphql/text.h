// UTF-8 text, and counts of UTF-16 code units: what the reference implementation's columns and line lengths
// are measured in. Pure functions; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace parley::graphql {

// Where the first byte stands that is not part of well-formed UTF-8 (RFC 3629: shortest forms only, no
// surrogates, at most U+10FFFF); nothing where all is well.
std::optional<std::size_t> find_invalid_utf8(std::string_view text);

// The code point that starts at `at` of well-formed text.
char32_t code_point_at(std::string_view text, std::size_t at);
// `point` is a Unicode scalar value.
void append_utf8(std::string& text, char32_t point);

// How many UTF-16 code units the well-formed text takes.
std::size_t utf16_length(std::string_view text);
// So many UTF-16 code units of the well-formed text, or all where it has fewer. Half a surrogate pair at the
// end becomes U+FFFD.
std::string utf16_prefix(std::string_view text, std::size_t units);

}  // namespace parley::graphql
