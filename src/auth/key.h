// One key and what it can do: check a signature of the one algorithm that its type allows, or make one.
//
// OpenSSL directly and not libcjose: cjose has no EdDSA, copies every token through jansson, which takes the
// last of two members of one name, and would be a second reader of what strangers send. The cryptography is
// the same. Immutable, shared; any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "auth/algorithm.h"
#include "auth/openssl.h"
#include "base/error.h"

namespace parley::auth {

class Key {
 public:
  using Ptr = std::shared_ptr<const Key>;

  // HS256. BAD_USER_INPUT: shorter or longer than keys.h permits.
  [[nodiscard]] static base::Result<Ptr> from_secret(std::string_view secret, std::string kid);
  // RS256, ES256 or EdDSA by the key's type, public or private. BAD_USER_INPUT: another type or curve, or an
  // RSA key too short, too long or with an impossible exponent.
  [[nodiscard]] static base::Result<Ptr> from_pkey(PKey pkey, std::string kid);

  Algorithm algorithm() const { return algorithm_; }
  const std::string& kid() const { return kid_; }

  // False too where OpenSSL fails: what cannot be checked is not believed.
  bool verifies(std::string_view signed_part, std::string_view signature) const;
  // The signature in JWS's form. INTERNAL: OpenSSL failed, or the key is a public one.
  [[nodiscard]] base::Result<std::string> sign(std::string_view signed_part) const;

 private:
  Key(Algorithm algorithm, std::string kid) : algorithm_(algorithm), kid_(std::move(kid)) {}

  // The HMAC in HS256's sense; empty where OpenSSL fails.
  std::string hmac(std::string_view text) const;

  Algorithm algorithm_;
  std::string kid_;
  // HS256: holds the secret and is copied for each use, which spares the key's set-up. Else pkey_.
  MacContext mac_{};
  PKey pkey_{};
};

}  // namespace parley::auth
