// The Authorization header's Bearer scheme (RFC 6750, 2.1). Any thread.
#pragma once

#include <optional>
#include <string_view>

namespace parley::auth {

// The token in "Bearer <token>", a view into `authorization_header_value`: the scheme in any case, spaces,
// then b64token characters to the end, at most kMaxTokenBytes. Nothing for anything else.
std::optional<std::string_view> bearer_token(std::string_view authorization_header_value);

}  // namespace parley::auth
