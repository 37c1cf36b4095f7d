// A compact JWS (RFC 7515, 7.1) taken apart, before anything in it is believed. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "auth/algorithm.h"
#include "base/error.h"

namespace parley::auth {

inline constexpr std::size_t kMaxTokenBytes = std::size_t{8} << 10;
inline constexpr std::size_t kMaxKidBytes = 256;

struct Jws {
  Algorithm algorithm = Algorithm::kHs256;
  // Empty where the header names no key.
  std::string kid{};
  // header.payload as sent: what the signature is over. A view into the token.
  std::string_view signed_part{};
  std::string payload{};
  std::string signature{};
};

// The result refers to `token`. UNAUTHENTICATED, with a message that says why: more than kMaxTokenBytes; not
// three parts of base64url (unpadded, canonical: no bits left over); a header that is not a JSON object of
// UTF-8 or has a member twice; an `alg` that is not accepted, "none" among them; `crit` or `b64` (RFC 7797);
// a nested token (`cty`) or a token for something else (`typ` that is not JWT or at+jwt); no signature.
// `jku`, `jwk`, `x5u` and `x5c` are never followed: keys come from the configuration only.
[[nodiscard]] base::Result<Jws> parse_jws(std::string_view token);

}  // namespace parley::auth
