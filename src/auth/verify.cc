#include "auth/verify.h"

#include "auth/claims.h"
#include "auth/key.h"

namespace parley::auth {

using base::ErrorCode;
using base::fail;
using base::Result;

Result<void> check_signature(const Jws& token, const KeySet& keys) {
  const std::vector<const Key*> candidates = keys.candidates(token.algorithm, token.kid);
  if (candidates.empty()) {
    return fail(ErrorCode::kUnauthenticated, "the token is signed with a key that is not known",
                token.kid.empty() ? "no key of this alg" : "no key of this alg and kid");
  }
  for (const Key* key : candidates) {
    if (key->verifies(token.signed_part, token.signature)) return {};
  }
  return fail(ErrorCode::kUnauthenticated, "the token's signature does not match");
}

Result<Principal> verify(std::string_view token, const KeySet& keys, const VerifyOptions& options,
                         base::WallTime now) {
  auto jws = parse_jws(token);
  if (!jws) return fail(std::move(jws));
  if (auto checked = check_signature(*jws, keys); !checked) return fail(std::move(checked));
  return read_claims(jws->payload, options, now);
}

}  // namespace parley::auth
