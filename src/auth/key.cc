#include "auth/key.h"

#include <array>
#include <cstddef>
#include <utility>

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/params.h>

#include "auth/keys.h"

namespace parley::auth {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;

using BigNumber = std::unique_ptr<BIGNUM, OpenSslFree<BN_free>>;
using EcdsaSig = std::unique_ptr<ECDSA_SIG, OpenSslFree<ECDSA_SIG_free>>;

constexpr std::size_t kHmacBytes = 32;
// Each of r and s in an ES256 signature (RFC 7518, 3.4).
constexpr std::size_t kEs256HalfBytes = 32;
constexpr std::size_t kEd25519SignatureBytes = 64;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

const EVP_MD* digest_of(Algorithm algorithm) {
  return algorithm == Algorithm::kEdDsa ? nullptr : EVP_sha256();
}

Result<void> check_rsa(const EVP_PKEY* pkey) {
  const int bits = EVP_PKEY_get_bits(pkey);
  if (bits < KeySet::kMinRsaBits || bits > KeySet::kMaxRsaBits) {
    return fail(ErrorCode::kBadUserInput,
                fmt::format("an RSA key of {} bits is refused: it must have {} to {}", bits,
                            KeySet::kMinRsaBits, KeySet::kMaxRsaBits));
  }
  BIGNUM* found = nullptr;
  if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &found) != 1) {
    return fail(ErrorCode::kBadUserInput, "an RSA key cannot be read", take_openssl_error());
  }
  const BigNumber exponent(found);
  // A large exponent makes every check slow; 1 makes every text its own signature.
  if (BN_is_odd(exponent.get()) == 0 || BN_num_bits(exponent.get()) < 2 || BN_num_bits(exponent.get()) > 64) {
    return fail(ErrorCode::kBadUserInput, "an RSA key has an impossible public exponent");
  }
  return {};
}

Result<void> check_ec(EVP_PKEY* pkey) {
  std::array<char, 64> group{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(pkey, group.data(), group.size(), &size) != 1 ||
      std::string_view(group.data(), size) != "prime256v1") {
    take_openssl_error();
    return fail(ErrorCode::kBadUserInput, "an EC key is on another curve than P-256");
  }
  const std::unique_ptr<EVP_PKEY_CTX, OpenSslFree<EVP_PKEY_CTX_free>> context(
      EVP_PKEY_CTX_new_from_pkey(nullptr, pkey, nullptr));
  if (!context || EVP_PKEY_public_check(context.get()) != 1) {
    return fail(ErrorCode::kBadUserInput, "an EC key is not a point of P-256", take_openssl_error());
  }
  return {};
}

// r and s, 32 bytes each, as the DER that OpenSSL reads; empty where it cannot be made.
std::string es256_to_der(std::string_view signature) {
  EcdsaSig parts(ECDSA_SIG_new());
  BigNumber r(BN_bin2bn(bytes(signature), kEs256HalfBytes, nullptr));
  BigNumber s(BN_bin2bn(bytes(signature.substr(kEs256HalfBytes)), kEs256HalfBytes, nullptr));
  if (!parts || !r || !s || ECDSA_SIG_set0(parts.get(), r.get(), s.get()) != 1) return {};
  std::ignore = r.release();
  std::ignore = s.release();
  std::string der(static_cast<std::size_t>(i2d_ECDSA_SIG(parts.get(), nullptr)), '\0');
  unsigned char* out = bytes(der);
  return i2d_ECDSA_SIG(parts.get(), &out) > 0 ? der : std::string();
}

// The other way; empty where it cannot be read.
std::string es256_from_der(std::string_view der) {
  const unsigned char* in = bytes(der);
  const EcdsaSig parts(d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size())));
  std::string signature(2 * kEs256HalfBytes, '\0');
  if (!parts ||
      BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), bytes(signature), kEs256HalfBytes) != kEs256HalfBytes ||
      BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), bytes(signature) + kEs256HalfBytes, kEs256HalfBytes) !=
          kEs256HalfBytes) {
    return {};
  }
  return signature;
}

}  // namespace

Result<Key::Ptr> Key::from_secret(std::string_view secret, std::string kid) {
  if (secret.size() < KeySet::kMinSecretBytes || secret.size() > KeySet::kMaxSecretBytes) {
    return fail(ErrorCode::kBadUserInput,
                fmt::format("a secret of {} bytes is refused: HS256 needs {} to {}", secret.size(),
                            KeySet::kMinSecretBytes, KeySet::kMaxSecretBytes));
  }
  const Mac hmac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  MacContext context(hmac ? EVP_MAC_CTX_new(hmac.get()) : nullptr);
  std::string digest = "SHA256";
  const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
                              OSSL_PARAM_construct_end()};
  if (!context || EVP_MAC_init(context.get(), bytes(secret), secret.size(), parameters.data()) != 1) {
    return fail(ErrorCode::kInternal, "HMAC cannot be set up", take_openssl_error());
  }
  std::shared_ptr<Key> key(new Key(Algorithm::kHs256, std::move(kid)));
  key->mac_ = std::move(context);
  return key;
}

Result<Key::Ptr> Key::from_pkey(PKey pkey, std::string kid) {
  Algorithm algorithm{};
  Result<void> checked;
  switch (EVP_PKEY_get_base_id(pkey.get())) {
    case EVP_PKEY_RSA:
      algorithm = Algorithm::kRs256;
      checked = check_rsa(pkey.get());
      break;
    case EVP_PKEY_EC:
      algorithm = Algorithm::kEs256;
      checked = check_ec(pkey.get());
      break;
    case EVP_PKEY_ED25519:
      algorithm = Algorithm::kEdDsa;
      break;
    default:
      return fail(ErrorCode::kBadUserInput, "a key is neither RSA nor EC on P-256 nor Ed25519");
  }
  if (!checked) return fail(std::move(checked));
  std::shared_ptr<Key> key(new Key(algorithm, std::move(kid)));
  key->pkey_ = std::move(pkey);
  return key;
}

std::string Key::hmac(std::string_view text) const {
  const MacContext context(EVP_MAC_CTX_dup(mac_.get()));
  std::string out(kHmacBytes, '\0');
  std::size_t size = 0;
  if (!context || EVP_MAC_update(context.get(), bytes(text), text.size()) != 1 ||
      EVP_MAC_final(context.get(), bytes(out), &size, out.size()) != 1 || size != kHmacBytes) {
    take_openssl_error();
    return {};
  }
  return out;
}

bool Key::verifies(std::string_view signed_part, std::string_view signature) const {
  std::string der;
  std::size_t expected = 0;
  switch (algorithm_) {
    case Algorithm::kHs256: {
      const std::string ours = hmac(signed_part);
      return !ours.empty() && signature.size() == ours.size() &&
             CRYPTO_memcmp(ours.data(), signature.data(), ours.size()) == 0;
    }
    case Algorithm::kRs256:
      expected = static_cast<std::size_t>(EVP_PKEY_get_size(pkey_.get()));
      break;
    case Algorithm::kEs256:
      expected = 2 * kEs256HalfBytes;
      break;
    case Algorithm::kEdDsa:
      expected = kEd25519SignatureBytes;
      break;
  }
  if (signature.size() != expected) return false;
  if (algorithm_ == Algorithm::kEs256) {
    der = es256_to_der(signature);
    signature = der;
  }
  const DigestContext context(EVP_MD_CTX_new());
  const bool matches =
      context &&
      EVP_DigestVerifyInit(context.get(), nullptr, digest_of(algorithm_), nullptr, pkey_.get()) == 1 &&
      EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(signed_part),
                       signed_part.size()) == 1;
  if (!matches) take_openssl_error();
  return matches;
}

Result<std::string> Key::sign(std::string_view signed_part) const {
  std::string signature;
  if (algorithm_ == Algorithm::kHs256) {
    signature = hmac(signed_part);
  } else {
    const DigestContext context(EVP_MD_CTX_new());
    std::size_t size = 0;
    if (context &&
        EVP_DigestSignInit(context.get(), nullptr, digest_of(algorithm_), nullptr, pkey_.get()) == 1 &&
        EVP_DigestSign(context.get(), nullptr, &size, bytes(signed_part), signed_part.size()) == 1) {
      signature.resize(size);
      const int done =
          EVP_DigestSign(context.get(), bytes(signature), &size, bytes(signed_part), signed_part.size());
      signature.resize(done == 1 ? size : 0);
    }
    if (algorithm_ == Algorithm::kEs256 && !signature.empty()) signature = es256_from_der(signature);
  }
  if (signature.empty())
    return fail(ErrorCode::kInternal, "the token cannot be signed", take_openssl_error());
  return signature;
}

}  // namespace parley::auth
