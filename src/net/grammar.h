// What HTTP's and URLs' grammars allow in a text. Pure functions; any thread.
#pragma once

#include <string_view>

namespace parley::net {

// RFC 9110, 5.6.2: at least one character, as methods and field names are written.
bool is_token(std::string_view text);

// RFC 9110, 5.5: no control character but the tab.
bool is_field_value(std::string_view text);

// RFC 3986: pchar, '/' and '?', each '%' before two hexadecimal digits; as paths with queries are written.
bool is_path_and_query(std::string_view text);

// The value of a hexadecimal digit, or -1.
int hex_value(char c);

// Without the blanks and tabs at both ends.
std::string_view trimmed(std::string_view text);

}  // namespace parley::net
