// Makes tokens that verify() takes: for the command `parley token`, for tests and for other services that
// share a secret. Any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/algorithm.h"
#include "auth/keys.h"
#include "base/clock.h"
#include "base/error.h"

namespace parley::auth {

class SigningKey {
 public:
  // For HS256; 32 to 4096 bytes. BAD_USER_INPUT.
  [[nodiscard]] static base::Result<SigningKey> from_secret(std::string_view secret, std::string kid = {});
  // An unencrypted private key in PEM (PKCS #8, or the older RSA and EC forms): RSA of at least 2048 bits
  // gives RS256, EC on P-256 ES256, Ed25519 EdDSA. BAD_USER_INPUT: anything else.
  [[nodiscard]] static base::Result<SigningKey> from_pem(std::string_view pem, std::string kid = {});

  Algorithm algorithm() const;
  const std::string& kid() const;

 private:
  friend base::Result<std::string> sign_jws(const SigningKey& key, std::string_view payload);
  explicit SigningKey(std::shared_ptr<const Key> key) : key_(std::move(key)) {}
  std::shared_ptr<const Key> key_;
};

// What a token says. Empty: the claim is left out.
struct Claims {
  std::string issuer{};
  std::string audience{};
  // Required.
  std::string user{};
  std::string tenant{};
  std::string tier{};
  std::vector<std::string> scopes{};
  base::WallTime issued_at{};
  // After issued_at; written as whole seconds, rounded up.
  base::WallTime expires_at{};
};

// The token, at most kMaxTokenBytes. BAD_USER_INPUT: claims that verify() would refuse; INTERNAL: OpenSSL
// failed.
[[nodiscard]] base::Result<std::string> issue_token(const SigningKey& key, const Claims& claims);

// Signs any payload as a compact JWS of type JWT. INTERNAL: OpenSSL failed.
[[nodiscard]] base::Result<std::string> sign_jws(const SigningKey& key, std::string_view payload);

}  // namespace parley::auth
