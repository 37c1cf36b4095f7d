// Text as a JSON string (RFC 8259, 7), in the one way that JSON.stringify() writes it too: what is written is
// compared byte by byte. Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>

namespace parley::base {

// Appends `text` between quotes, with no more escapes than are demanded. Bytes above 0x7f are copied: the
// caller knows that they are UTF-8.
void append_json_string(std::string& out, std::string_view text);
std::string json_string(std::string_view text);

}  // namespace parley::base
