// The keys that tokens are checked with: read once, never changed, shared by any number of workers.
//
// A key has one algorithm, which its type decides and not the token: an HMAC is never computed with a public
// key's bytes. Copies share the keys. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/algorithm.h"
#include "base/error.h"

namespace parley::auth {

class Key;

// Where a JWKS document comes from.
enum class JwksOrigin : std::uint8_t {
  // A file that only the operator reads: secrets (kty oct) are taken.
  kPrivateFile,
  // A URL, whose document others can read too: secrets and private keys in it are no secrets, and are
  // skipped.
  kPublicUrl
};

class KeySet {
 public:
  static constexpr std::size_t kMaxKeys = 64;
  // Of a PEM file or a JWKS document.
  static constexpr std::size_t kMaxDocumentBytes = std::size_t{256} << 10;
  // RFC 7518, 3.2: at least as long as the hash.
  static constexpr std::size_t kMinSecretBytes = 32;
  static constexpr std::size_t kMaxSecretBytes = 4096;
  // RFC 7518, 3.3. The upper bound is on the time that a signature may cost.
  static constexpr int kMinRsaBits = 2048;
  static constexpr int kMaxRsaBits = 8192;
  // How many keys one token is tried with, where it names none by `kid`.
  static constexpr std::size_t kMaxTries = 8;

  // No key: every token is refused.
  KeySet() = default;

  // For HS256. `secret` is used as its bytes are, a line's end included; `kid` may be empty. BAD_USER_INPUT:
  // too short or too long.
  [[nodiscard]] static base::Result<KeySet> from_secret(std::string_view secret, std::string kid = {});

  // Every public key and certificate (only its key is looked at) of a PEM text: RSA, EC on P-256, Ed25519.
  // None has a `kid`. BAD_USER_INPUT: not PEM, no key, too many, a private key, or one that cannot be used:
  // an operator who names a file wants all that is in it.
  [[nodiscard]] static base::Result<KeySet> from_pem(std::string_view pem);

  // The usable keys of a JWK Set (RFC 7517, 5): kty oct, RSA, EC with P-256, OKP with Ed25519, whose use,
  // key_ops and alg permit checking signatures with an accepted algorithm. As the RFC asks, keys that are
  // not understood or not permitted are skipped; skipped() counts them. BAD_USER_INPUT: not a JWK Set, a
  // member doubled, too large, too many keys, or no usable key (the cause names each key's fault).
  [[nodiscard]] static base::Result<KeySet> from_jwks(std::string_view json, JwksOrigin origin);

  // The keys of both, this one's first.
  KeySet with(const KeySet& other) const;

  std::size_t size() const { return keys_.size(); }
  bool empty() const { return keys_.empty(); }
  std::size_t skipped() const { return skipped_; }
  bool has_kid(std::string_view kid) const;

  // The keys that a token with this algorithm and `kid` (empty: it names none) may have been signed with:
  // those of that kid; where there are none, those that have no kid; for a token without kid every key of
  // the algorithm. At most kMaxTries.
  std::vector<const Key*> candidates(Algorithm algorithm, std::string_view kid) const;

 private:
  std::vector<std::shared_ptr<const Key>> keys_{};
  std::size_t skipped_ = 0;
};

}  // namespace parley::auth
