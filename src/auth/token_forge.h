// Keys, and tokens that say whatever a test wants; included by tests only.
//
// Each algorithm has one key, made once a program run.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>

#include "auth/base64url.h"
#include "auth/issue.h"
#include "auth/key.h"
#include "auth/keys.h"
#include "auth/openssl.h"

namespace parley::auth::forge {

inline constexpr std::string_view kSecret = "a secret that is known to this test only";
// 2026-01-31T09:30:00.000Z, the manual clock's start.
inline constexpr base::WallTime kNow{std::chrono::milliseconds(1769851800000)};
inline constexpr std::int64_t kNowSeconds = 1769851800;

inline PKey make_pkey(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kRs256:
      return PKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048}));
    case Algorithm::kEs256:
      return PKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    default:
      return PKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  }
}

inline std::string text_of(BIO* bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  return {text, static_cast<std::size_t>(size)};
}

inline std::string private_pem(EVP_PKEY* pkey) {
  const Bio bio(BIO_new(BIO_s_mem()));
  EXPECT_EQ(PEM_write_bio_PKCS8PrivateKey(bio.get(), pkey, nullptr, nullptr, 0, nullptr, nullptr), 1);
  return text_of(bio.get());
}

inline std::string public_pem(EVP_PKEY* pkey) {
  const Bio bio(BIO_new(BIO_s_mem()));
  EXPECT_EQ(PEM_write_bio_PUBKEY(bio.get(), pkey), 1);
  return text_of(bio.get());
}

inline std::string number(EVP_PKEY* pkey, const char* parameter, int bytes) {
  BIGNUM* found = nullptr;
  EXPECT_EQ(EVP_PKEY_get_bn_param(pkey, parameter, &found), 1);
  std::string text(static_cast<std::size_t>(bytes == 0 ? BN_num_bytes(found) : bytes), '\0');
  BN_bn2binpad(found, reinterpret_cast<unsigned char*>(text.data()), static_cast<int>(text.size()));
  BN_free(found);
  return base64url_encode(text);
}

// The members that make the key, without braces: `"kty":"EC",...`.
inline std::string public_jwk_members(EVP_PKEY* pkey) {
  switch (EVP_PKEY_get_base_id(pkey)) {
    case EVP_PKEY_RSA:
      return fmt::format(R"("kty":"RSA","n":"{}","e":"{}")", number(pkey, OSSL_PKEY_PARAM_RSA_N, 0),
                         number(pkey, OSSL_PKEY_PARAM_RSA_E, 0));
    case EVP_PKEY_EC:
      return fmt::format(R"("kty":"EC","crv":"P-256","x":"{}","y":"{}")",
                         number(pkey, OSSL_PKEY_PARAM_EC_PUB_X, 32),
                         number(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, 32));
    default: {
      std::string raw(32, '\0');
      std::size_t size = raw.size();
      EXPECT_EQ(EVP_PKEY_get_raw_public_key(pkey, reinterpret_cast<unsigned char*>(raw.data()), &size), 1);
      return fmt::format(R"("kty":"OKP","crv":"Ed25519","x":"{}")", base64url_encode(raw));
    }
  }
}

struct Pair {
  Key::Ptr key;
  // Empty for HS256.
  std::string private_pem{};
  std::string public_pem{};
  std::string jwk_members{};
};

inline const Pair& pair(Algorithm algorithm) {
  static std::map<Algorithm, Pair> made;
  if (const auto found = made.find(algorithm); found != made.end()) return found->second;
  Pair pair;
  if (algorithm == Algorithm::kHs256) {
    pair.key = *Key::from_secret(kSecret, {});
    pair.jwk_members = fmt::format(R"("kty":"oct","k":"{}")", base64url_encode(kSecret));
  } else {
    PKey pkey = make_pkey(algorithm);
    pair.private_pem = private_pem(pkey.get());
    pair.public_pem = public_pem(pkey.get());
    pair.jwk_members = public_jwk_members(pkey.get());
    pair.key = *Key::from_pkey(std::move(pkey), {});
  }
  return made.emplace(algorithm, std::move(pair)).first->second;
}

inline KeySet keys_for(Algorithm algorithm) {
  return algorithm == Algorithm::kHs256 ? *KeySet::from_secret(kSecret)
                                        : *KeySet::from_pem(pair(algorithm).public_pem);
}

// A JWKS of one key.
inline std::string jwks(Algorithm algorithm, std::string_view kid, std::string_view more = {}) {
  return fmt::format(R"({{"keys":[{{{},"kid":"{}"{}}}]}})", pair(algorithm).jwk_members, kid, more);
}

// Whatever header and payload, properly signed by this key.
inline std::string sign(const Key& key, std::string_view header, std::string_view payload) {
  std::string token = base64url_encode(header) + '.' + base64url_encode(payload);
  const std::string signature = *key.sign(token);
  return token + '.' + base64url_encode(signature);
}

inline std::string header(Algorithm algorithm, std::string_view kid = {}) {
  if (kid.empty()) return fmt::format(R"({{"alg":"{}"}})", name(algorithm));
  return fmt::format(R"({{"alg":"{}","kid":"{}"}})", name(algorithm), kid);
}

// A good payload with `more` members after it, such as `,"org":"acme"`.
inline std::string payload(std::string_view more = {}) {
  return fmt::format(R"({{"sub":"u-1","exp":{}{}}})", kNowSeconds + 60, more);
}

inline std::string token(Algorithm algorithm, std::string_view kid = {}, std::string_view more = {}) {
  return sign(*pair(algorithm).key, header(algorithm, kid), payload(more));
}

}  // namespace parley::auth::forge
