#include <algorithm>
#include <array>
#include <expected>
#include <optional>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "auth/base64url.h"
#include "auth/jws.h"
#include "auth/key.h"
#include "auth/keys.h"
#include "auth/openssl.h"
#include "auth/strict_json.h"

namespace parley::auth {
namespace {

namespace json = boost::json;
using base::ErrorCode;
using base::fail;
using base::Result;

// Why a JWK is skipped.
using Skipped = std::unexpected<std::string>;
using Jwk = std::expected<Key::Ptr, std::string>;

using ParameterBuilder = std::unique_ptr<OSSL_PARAM_BLD, OpenSslFree<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, OpenSslFree<OSSL_PARAM_free>>;
using BigNumber = std::unique_ptr<BIGNUM, OpenSslFree<BN_free>>;

// A member of bytes as base64url; nothing where it is absent, empty or malformed.
std::optional<std::string> bytes_member(const json::object& jwk, std::string_view name) {
  bool wrong = false;
  const json::string* text = string_member(jwk, name, wrong);
  if (text == nullptr || text->empty()) return std::nullopt;
  return base64url_decode(*text);
}

PKey make_public_key(const char* type, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const std::unique_ptr<EVP_PKEY_CTX, OpenSslFree<EVP_PKEY_CTX_free>> context(
      EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1) {
    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get());
  }
  return PKey(key);
}

const unsigned char* bytes(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// RFC 7518, 6.3.1.
PKey rsa_key(const json::object& jwk) {
  const auto modulus = bytes_member(jwk, "n");
  const auto exponent = bytes_member(jwk, "e");
  // Looked at before OpenSSL computes with them; Key::from_pkey looks closer.
  if (!modulus || !exponent || modulus->size() > KeySet::kMaxRsaBits / 8 + 1 || exponent->size() > 9) {
    return nullptr;
  }
  const BigNumber n(BN_bin2bn(bytes(*modulus), static_cast<int>(modulus->size()), nullptr));
  const BigNumber e(BN_bin2bn(bytes(*exponent), static_cast<int>(exponent->size()), nullptr));
  const ParameterBuilder builder(OSSL_PARAM_BLD_new());
  if (!n || !e || !builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return nullptr;
  }
  return make_public_key("RSA", builder.get());
}

// RFC 7518, 6.2.1: each coordinate has the curve's full length.
PKey ec_key(const json::object& jwk) {
  const auto x = bytes_member(jwk, "x");
  const auto y = bytes_member(jwk, "y");
  if (!x || !y || x->size() != 32 || y->size() != 32) return nullptr;
  const std::string point = '\x04' + *x + *y;
  const ParameterBuilder builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) !=
          1) {
    return nullptr;
  }
  return make_public_key("EC", builder.get());
}

// RFC 8037, 2.
PKey ed25519_key(const json::object& jwk) {
  const auto x = bytes_member(jwk, "x");
  if (!x || x->size() != 32) return nullptr;
  return PKey(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, bytes(*x), x->size()));
}

// RFC 7517, 4.2 and 4.3: what the key may be used for.
bool may_check_signatures(const json::object& jwk, bool secret) {
  bool wrong = false;
  const json::string* use = string_member(jwk, "use", wrong);
  if (wrong || (use != nullptr && *use != "sig")) return false;
  const json::value* operations = jwk.if_contains("key_ops");
  if (operations == nullptr) return true;
  if (!operations->is_array()) return false;
  return std::ranges::any_of(operations->get_array(), [secret](const json::value& operation) {
    // A secret that may sign can check as well: it is the same computation.
    return operation.is_string() &&
           (operation.get_string() == "verify" || (secret && operation.get_string() == "sign"));
  });
}

Jwk public_key(const json::object& jwk, std::string_view type, std::string kid) {
  bool wrong = false;
  const json::string* curve = string_member(jwk, "crv", wrong);
  const std::string_view crv = curve == nullptr ? std::string_view() : std::string_view(*curve);
  PKey pkey;
  if (type == "RSA") {
    pkey = rsa_key(jwk);
  } else if (type == "EC" && crv == "P-256") {
    pkey = ec_key(jwk);
  } else if (type == "OKP" && crv == "Ed25519") {
    pkey = ed25519_key(jwk);
  } else {
    return Skipped("its kty or crv is not supported");
  }
  if (!pkey) {
    take_openssl_error();
    return Skipped("its numbers are missing or malformed");
  }
  auto key = Key::from_pkey(std::move(pkey), std::move(kid));
  if (!key) return Skipped(std::move(key).error().message);
  return std::move(*key);
}

Jwk secret_key(const json::object& jwk, std::string kid) {
  const auto secret = bytes_member(jwk, "k");
  if (!secret) return Skipped("its k is missing or malformed");
  auto key = Key::from_secret(*secret, std::move(kid));
  if (!key) return Skipped(std::move(key).error().message);
  return std::move(*key);
}

Jwk read_jwk(const json::value& value, JwksOrigin origin) {
  const json::object* jwk = value.if_object();
  if (jwk == nullptr) return Skipped("it is no object");
  bool wrong = false;
  const json::string* type = string_member(*jwk, "kty", wrong);
  const json::string* kid = string_member(*jwk, "kid", wrong);
  const json::string* algorithm = string_member(*jwk, "alg", wrong);
  if (wrong || type == nullptr) return Skipped("its kty, kid or alg is missing or no string");
  if (kid != nullptr && kid->size() > kMaxKidBytes) return Skipped("its kid is too long");
  const bool secret = *type == "oct";
  if (origin == JwksOrigin::kPublicUrl && (secret || jwk->contains("d"))) {
    return Skipped("it is a secret that others can read");
  }
  if (!may_check_signatures(*jwk, secret)) return Skipped("its use or key_ops is for something else");
  std::string name_of_key = kid == nullptr ? std::string() : std::string(*kid);
  Jwk key =
      secret ? secret_key(*jwk, std::move(name_of_key)) : public_key(*jwk, *type, std::move(name_of_key));
  if (key && algorithm != nullptr && std::string_view(*algorithm) != name((*key)->algorithm())) {
    return Skipped("its alg is not accepted or does not fit its kty");
  }
  return key;
}

}  // namespace

Result<KeySet> KeySet::from_jwks(std::string_view text, JwksOrigin origin) {
  if (text.size() > kMaxDocumentBytes)
    return fail(ErrorCode::kBadUserInput, "the JWKS is longer than 256 KiB");
  const auto document = parse_strict_object(text);
  if (!document) {
    return fail(ErrorCode::kBadUserInput, "the JWKS is malformed", std::string(document.error()));
  }
  const json::value* keys = document->if_contains("keys");
  if (keys == nullptr || !keys->is_array()) {
    return fail(ErrorCode::kBadUserInput, "the JWKS has no array \"keys\"");
  }
  if (keys->get_array().size() > kMaxKeys) {
    return fail(ErrorCode::kBadUserInput, fmt::format("the JWKS has more than {} keys", kMaxKeys));
  }
  KeySet set;
  std::string faults;
  for (std::size_t i = 0; i < keys->get_array().size(); ++i) {
    Jwk key = read_jwk(keys->get_array()[i], origin);
    if (key) {
      set.keys_.push_back(std::move(*key));
    } else {
      ++set.skipped_;
      faults += fmt::format("{}key {}: {}", faults.empty() ? "" : "; ", i, key.error());
    }
  }
  if (set.empty()) return fail(ErrorCode::kBadUserInput, "the JWKS has no key that can be used", faults);
  return set;
}

}  // namespace parley::auth
