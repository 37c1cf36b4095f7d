// Whether a token is genuine, meant for us and in time: a pure function of token, keys, options and time.
//
// JSON Web Tokens (RFC 7519) as compact JWS (RFC 7515), signed with HS256, RS256, ES256 (RFC 7518) or EdDSA
// over Ed25519 (RFC 8037), read as strictly as the best current practice asks (RFC 8725). Any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "auth/jws.h"
#include "auth/keys.h"
#include "auth/principal.h"
#include "base/clock.h"
#include "base/error.h"

namespace parley::auth {

struct VerifyOptions {
  // What `iss` must be, byte for byte; empty: it is not looked at.
  std::string issuer{};
  // What `aud` must be or hold, byte for byte; empty: it is not looked at.
  std::string audience{};
  // How far the issuer's clock may be off: granted on `exp`, `nbf` and `iat`. 0 to 5 min.
  std::chrono::milliseconds leeway{30'000};
};

// The token's principal. Every refusal is UNAUTHENTICATED; its message says what the token's holder can know
// ("the token has expired"), its cause what the operator can use. Required claims: `sub` and `exp`, and
// `iss` and `aud` where the options name them. A claim that is present is checked: a wrong type or an
// impossible value refuses the token. Claims that are not named in principal.h or here are not looked at.
[[nodiscard]] base::Result<Principal> verify(std::string_view token, const KeySet& keys,
                                             const VerifyOptions& options, base::WallTime now);

// The first half of it: that a key of the set made the signature. UNAUTHENTICATED: no key fits the token's
// algorithm and kid, or the signature does not match. read_claims (claims.h) is the other half.
[[nodiscard]] base::Result<void> check_signature(const Jws& token, const KeySet& keys);

}  // namespace parley::auth
