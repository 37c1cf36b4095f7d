// Base64url without padding (RFC 4648, 5; RFC 7515, appendix C), one spelling for each sequence of bytes. Any
// thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley::auth {

std::string base64url_encode(std::string_view bytes);

// Nothing where `text` has a character of another alphabet, padding, white space, an impossible length, or
// bits that are set beyond the last byte: what differs in spelling is not the same token.
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace parley::auth
