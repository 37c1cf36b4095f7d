// links: parley_auth
// Tokens, Authorization headers and JWK Sets as strangers send them; the input's first byte says which. A
// token is read as it comes, and what is read must be sound; then its header and payload are signed with a
// key that is accepted, so that the fuzzer gets past the signature and sees the claims.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "auth/base64url.h"
#include "auth/bearer.h"
#include "auth/claims.h"
#include "auth/issue.h"
#include "auth/jws.h"
#include "auth/keys.h"
#include "auth/verify.h"

namespace {

using namespace parley;

constexpr base::WallTime kNow{std::chrono::milliseconds(1769851800000)};

void require(bool sound) {
  if (!sound) std::abort();
}

const auth::SigningKey& signing_key() {
  static const auth::SigningKey key =
      *auth::SigningKey::from_secret("a secret for the fuzzer and nobody else");
  return key;
}

const auth::KeySet& keys() {
  static const auth::KeySet keys = *auth::KeySet::from_secret("a secret for the fuzzer and nobody else");
  return keys;
}

void check(const auth::Principal& principal) {
  require(!principal.user.empty() && principal.user.size() <= auth::kMaxNameBytes);
  require(!principal.tenant.empty() && principal.tenant.size() <= auth::kMaxNameBytes);
  require(principal.tier.size() <= auth::kMaxTierBytes && principal.scopes.size() <= auth::kMaxScopes);
  require(principal.expires_at > kNow);
  for (const std::string& text : {principal.user, principal.tenant, principal.tier}) {
    for (const char c : text) require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  }
  for (const std::string& scope : principal.scopes) {
    require(!scope.empty() && scope.size() <= auth::kMaxScopeBytes && scope.find(' ') == std::string::npos);
  }
}

void check_refusal(const base::Error& error) {
  require(error.code == base::ErrorCode::kUnauthenticated && !error.message.empty());
  require(error.message.size() + error.cause.size() < 256);
}

void token(std::string_view text) {
  const auto jws = auth::parse_jws(text);
  const auto principal = auth::verify(text, keys(), {}, kNow);
  if (!jws) {
    check_refusal(jws.error());
    require(!principal);
    return;
  }
  // A token that is read has one spelling: put together anew it is the same.
  const std::size_t dot = text.find('.');
  require(std::string(text) == std::string(text.substr(0, dot)) + '.' + auth::base64url_encode(jws->payload) +
                                   '.' + auth::base64url_encode(jws->signature));
  require(auth::bearer_token("Bearer " + std::string(text)) == text);
  if (principal) check(*principal);
  if (!principal) check_refusal(principal.error());
}

void payload(std::string_view text) {
  const auto signed_token = auth::sign_jws(signing_key(), text);
  require(signed_token.has_value());
  const auto principal = auth::verify(*signed_token, keys(), {.issuer = {}, .audience = {}}, kNow);
  const auto claims = auth::read_claims(text, {}, kNow);
  if (signed_token->size() <= auth::kMaxTokenBytes) require(principal.has_value() == claims.has_value());
  if (!claims) return check_refusal(claims.error());
  check(*claims);
}

void key_set(std::string_view text) {
  for (const auto origin : {auth::JwksOrigin::kPrivateFile, auth::JwksOrigin::kPublicUrl}) {
    const auto read = auth::KeySet::from_jwks(text, origin);
    if (!read) {
      require(read.error().code == base::ErrorCode::kBadUserInput);
      continue;
    }
    require(!read->empty() && read->size() + read->skipped() <= auth::KeySet::kMaxKeys);
    require(origin == auth::JwksOrigin::kPrivateFile ||
            read->candidates(auth::Algorithm::kHs256, "").empty());
  }
}

void pem(std::string_view text) {
  if (const auto read = auth::KeySet::from_pem(text); read) {
    require(!read->empty() && read->size() <= auth::KeySet::kMaxKeys);
  }
  std::ignore = auth::SigningKey::from_pem(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0 || size > 16384) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  switch (bytes[0]) {
    case 't':
      token(text);
      break;
    case 'p':
      payload(text);
      break;
    case 'k':
      key_set(text);
      break;
    case 'm':
      pem(text);
      break;
    default:
      if (const auto found = auth::bearer_token(text)) require(text.ends_with(*found) && !found->empty());
  }
  return 0;
}
