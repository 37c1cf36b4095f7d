#include "auth/issue.h"

#include <chrono>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <openssl/pem.h>

#include "auth/base64url.h"
#include "auth/claims.h"
#include "auth/jws.h"
#include "auth/key.h"
#include "auth/openssl.h"

namespace parley::auth {
namespace {

namespace json = boost::json;
using base::ErrorCode;
using base::fail;
using base::Result;

// Without it OpenSSL asks the terminal for the password of an encrypted key.
int no_password(char* /*out*/, int /*size*/, int /*writing*/, void* /*context*/) {
  return -1;
}

std::string payload_of(const Claims& claims) {
  json::object payload;
  if (!claims.issuer.empty()) payload["iss"] = claims.issuer;
  if (!claims.audience.empty()) payload["aud"] = claims.audience;
  payload["sub"] = claims.user;
  if (!claims.tenant.empty()) payload["org"] = claims.tenant;
  if (!claims.tier.empty()) payload["tier"] = claims.tier;
  if (!claims.scopes.empty()) payload["scope"] = fmt::format("{}", fmt::join(claims.scopes, " "));
  payload["iat"] = std::chrono::floor<std::chrono::seconds>(claims.issued_at).time_since_epoch().count();
  payload["exp"] = std::chrono::ceil<std::chrono::seconds>(claims.expires_at).time_since_epoch().count();
  return json::serialize(payload);
}

}  // namespace

Result<SigningKey> SigningKey::from_secret(std::string_view secret, std::string kid) {
  auto key = Key::from_secret(secret, std::move(kid));
  if (!key) return fail(std::move(key));
  return SigningKey(std::move(*key));
}

Result<SigningKey> SigningKey::from_pem(std::string_view pem, std::string kid) {
  if (pem.size() > KeySet::kMaxDocumentBytes) {
    return fail(ErrorCode::kBadUserInput, "the PEM file is longer than 256 KiB");
  }
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  PKey pkey(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr) : nullptr);
  if (!pkey) {
    return fail(ErrorCode::kBadUserInput, "the PEM file holds no unencrypted private key",
                take_openssl_error());
  }
  auto key = Key::from_pkey(std::move(pkey), std::move(kid));
  if (!key) return fail(std::move(key));
  return SigningKey(std::move(*key));
}

Algorithm SigningKey::algorithm() const {
  return key_->algorithm();
}

const std::string& SigningKey::kid() const {
  return key_->kid();
}

Result<std::string> sign_jws(const SigningKey& key, std::string_view payload) {
  json::object header;
  header["alg"] = name(key.algorithm());
  header["typ"] = "JWT";
  if (!key.kid().empty()) header["kid"] = key.kid();
  std::string token = base64url_encode(json::serialize(header)) + '.' + base64url_encode(payload);
  auto signature = key.key_->sign(token);
  if (!signature) return fail(std::move(signature));
  token += '.' + base64url_encode(*signature);
  return token;
}

Result<std::string> issue_token(const SigningKey& key, const Claims& claims) {
  const std::string payload = payload_of(claims);
  const VerifyOptions rules{.issuer = claims.issuer, .audience = claims.audience, .leeway = {}};
  auto read = read_claims(payload, rules, claims.issued_at);
  if (!read) {
    return fail(ErrorCode::kBadUserInput,
                fmt::format("such a token would be refused: {}", read.error().message),
                std::move(read.error().cause));
  }
  if (read->scopes != claims.scopes) return fail(ErrorCode::kBadUserInput, "a scope has a space in it");
  auto token = sign_jws(key, payload);
  if (token && token->size() > kMaxTokenBytes) {
    return fail(ErrorCode::kBadUserInput, "such a token would be longer than 8 KiB");
  }
  return token;
}

}  // namespace parley::auth
