#include "auth/keys.h"

#include <gtest/gtest.h>
#include <openssl/x509.h>

#include "auth/token_forge.h"
#include "auth/verify.h"

namespace parley::auth {
namespace {

constexpr Algorithm kPublic[] = {Algorithm::kRs256, Algorithm::kEs256, Algorithm::kEdDsa};

// "<usable> usable, <skipped> skipped" or the refusal.
std::string read(const std::string& jwks, JwksOrigin origin = JwksOrigin::kPrivateFile) {
  const auto keys = KeySet::from_jwks(jwks, origin);
  if (!keys) {
    EXPECT_EQ(keys.error().code, base::ErrorCode::kBadUserInput);
    return keys.error().message + (keys.error().cause.empty() ? "" : ": " + keys.error().cause);
  }
  return fmt::format("{} usable, {} skipped", keys->size(), keys->skipped());
}

// A set of one usable key and the one in question, which must be skipped for the reason given.
std::string fault_of(const std::string& jwk, JwksOrigin origin = JwksOrigin::kPrivateFile) {
  const std::string good = "{" + forge::pair(Algorithm::kEdDsa).jwk_members + "}";
  EXPECT_EQ(read("{\"keys\":[" + jwk + "," + good + "]}", origin), "1 usable, 1 skipped") << jwk;
  const std::string alone = read("{\"keys\":[" + jwk + "]}", origin);
  const std::string prefix = "the JWKS has no key that can be used: key 0: ";
  EXPECT_TRUE(alone.starts_with(prefix)) << alone;
  return alone.substr(std::min(prefix.size(), alone.size()));
}

std::string members(Algorithm algorithm) {
  return forge::pair(algorithm).jwk_members;
}

std::string error(const base::Result<KeySet>& keys) {
  return keys ? "" : keys.error().message;
}

std::string certificate_pem(EVP_PKEY* pkey) {
  const std::unique_ptr<X509, OpenSslFree<X509_free>> certificate(X509_new());
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 60);
  EXPECT_EQ(X509_set_pubkey(certificate.get(), pkey), 1);
  EXPECT_GT(X509_sign(certificate.get(), pkey, EVP_sha256()), 0);
  const Bio bio(BIO_new(BIO_s_mem()));
  EXPECT_EQ(PEM_write_bio_X509(bio.get(), certificate.get()), 1);
  return forge::text_of(bio.get());
}

TEST(KeySet, refuses_a_secret_shorter_than_the_hash_or_absurdly_long) {
  EXPECT_TRUE(KeySet::from_secret(std::string(32, 's')));
  EXPECT_TRUE(KeySet::from_secret(std::string(4096, 's')));
  EXPECT_EQ(error(KeySet::from_secret(std::string(31, 's'))),
            "a secret of 31 bytes is refused: HS256 needs 32 to 4096");
  EXPECT_EQ(error(KeySet::from_secret("")), "a secret of 0 bytes is refused: HS256 needs 32 to 4096");
  EXPECT_FALSE(KeySet::from_secret(std::string(4097, 's')));
}

TEST(KeySet, reads_every_public_key_and_certificate_of_a_pem_file) {
  std::string all = "Our keys, of January:\n";
  for (const Algorithm algorithm : kPublic) all += forge::pair(algorithm).public_pem + "\n";
  const PKey rsa = forge::make_pkey(Algorithm::kRs256);
  all += certificate_pem(rsa.get());
  const auto keys = KeySet::from_pem(all);
  ASSERT_TRUE(keys) << keys.error().message;
  EXPECT_EQ(keys->size(), 4U);
  for (const Algorithm algorithm : kPublic) {
    EXPECT_TRUE(verify(forge::token(algorithm, "any"), *keys, {}, forge::kNow)) << name(algorithm);
  }
  EXPECT_EQ(keys->candidates(Algorithm::kRs256, "any").size(), 2U);
}

TEST(KeySet, reads_the_older_form_of_an_rsa_public_key) {
  const PKey rsa = forge::make_pkey(Algorithm::kRs256);
  unsigned char* der = nullptr;
  const int size = i2d_PublicKey(rsa.get(), &der);
  ASSERT_GT(size, 0);
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio(bio.get(), "RSA PUBLIC KEY", "", der, size);
  OPENSSL_free(der);
  EXPECT_EQ(error(KeySet::from_pem(forge::text_of(bio.get()))), "");
}

TEST(KeySet, refuses_a_pem_file_with_anything_that_it_cannot_use) {
  const std::string good = forge::pair(Algorithm::kEs256).public_pem;
  EXPECT_EQ(error(KeySet::from_pem("")), "the PEM file holds no key");
  EXPECT_EQ(error(KeySet::from_pem("nothing here")), "the PEM file holds no key");
  EXPECT_EQ(error(KeySet::from_pem(good + forge::pair(Algorithm::kRs256).private_pem)),
            "the PEM file holds a private key: checking tokens takes the public one");
  EXPECT_EQ(error(KeySet::from_pem(good + "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")),
            "a key of the PEM file cannot be read");
  EXPECT_EQ(error(KeySet::from_pem("-----BEGIN DH PARAMETERS-----\nAAAA\n-----END DH PARAMETERS-----\n")),
            "the PEM file holds something that is no public key and no certificate: DH PARAMETERS");
  EXPECT_EQ(error(KeySet::from_pem(good.substr(0, good.size() / 2))), "the PEM file is malformed");
  EXPECT_EQ(error(KeySet::from_pem(std::string(KeySet::kMaxDocumentBytes + 1, ' '))),
            "the PEM file is longer than 256 KiB");
  std::string many;
  for (std::size_t i = 0; i <= KeySet::kMaxKeys; ++i) many += good;
  EXPECT_EQ(error(KeySet::from_pem(many)), "the PEM file has more than 64 keys");
}

TEST(KeySet, refuses_weak_and_foreign_keys_in_a_pem_file) {
  const auto refusal = [](PKey pkey) { return error(KeySet::from_pem(forge::public_pem(pkey.get()))); };
  EXPECT_EQ(refusal(PKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{1024}))),
            "an RSA key of 1024 bits is refused: it must have 2048 to 8192");
  EXPECT_EQ(refusal(PKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-384"))),
            "an EC key is on another curve than P-256");
  EXPECT_EQ(refusal(PKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "secp256k1"))),
            "an EC key is on another curve than P-256");
  EXPECT_EQ(refusal(PKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED448"))),
            "a key is neither RSA nor EC on P-256 nor Ed25519");
  EXPECT_EQ(refusal(PKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"))),
            "a key is neither RSA nor EC on P-256 nor Ed25519");
}

TEST(Jwks, gives_each_usable_key_with_its_kid) {
  std::string list;
  for (const Algorithm algorithm :
       {Algorithm::kHs256, Algorithm::kRs256, Algorithm::kEs256, Algorithm::kEdDsa}) {
    list += fmt::format(R"({}{{{},"kid":"{}","use":"sig","alg":"{}","key_ops":["verify"],"x5t":"ignored"}})",
                        list.empty() ? "" : ",", members(algorithm), name(algorithm), name(algorithm));
  }
  const auto keys = KeySet::from_jwks("{\"keys\":[" + list + "],\"more\":1}", JwksOrigin::kPrivateFile);
  ASSERT_TRUE(keys) << keys.error().message << keys.error().cause;
  EXPECT_EQ(keys->size(), 4U);
  EXPECT_TRUE(keys->has_kid("EdDSA"));
  EXPECT_FALSE(keys->has_kid("eddsa"));
  for (const Algorithm algorithm :
       {Algorithm::kHs256, Algorithm::kRs256, Algorithm::kEs256, Algorithm::kEdDsa}) {
    EXPECT_TRUE(verify(forge::token(algorithm, name(algorithm)), *keys, {}, forge::kNow));
    EXPECT_TRUE(verify(forge::token(algorithm), *keys, {}, forge::kNow));
    EXPECT_FALSE(verify(forge::token(algorithm, "another"), *keys, {}, forge::kNow));
  }
}

TEST(Jwks, skips_keys_that_are_for_something_else) {
  const auto with = [](Algorithm algorithm, std::string_view more) {
    return fault_of(fmt::format("{{{}{}}}", members(algorithm), more));
  };
  const std::string use = "its use or key_ops is for something else";
  EXPECT_EQ(with(Algorithm::kRs256, R"(,"use":"enc")"), use);
  EXPECT_EQ(with(Algorithm::kRs256, R"(,"use":1)"), use);
  EXPECT_EQ(with(Algorithm::kRs256, R"(,"key_ops":["sign"])"), use);
  EXPECT_EQ(with(Algorithm::kRs256, R"(,"key_ops":[])"), use);
  EXPECT_EQ(with(Algorithm::kRs256, R"(,"key_ops":"verify")"), use);
  EXPECT_EQ(with(Algorithm::kHs256, R"(,"key_ops":["deriveKey"])"), use);
  const std::string alg = "its alg is not accepted or does not fit its kty";
  EXPECT_EQ(with(Algorithm::kRs256, R"(,"alg":"PS256")"), alg);
  EXPECT_EQ(with(Algorithm::kRs256, R"(,"alg":"HS256")"), alg);
  EXPECT_EQ(with(Algorithm::kHs256, R"(,"alg":"RS256")"), alg);
  EXPECT_EQ(with(Algorithm::kEs256, R"(,"alg":"ES384")"), alg);
  EXPECT_EQ(with(Algorithm::kEs256, R"(,"alg":"none")"), alg);
  const std::string unnamed = "its kty, kid or alg is missing or no string";
  EXPECT_EQ(with(Algorithm::kEs256, R"(,"kid":7)"), unnamed);
  EXPECT_EQ(with(Algorithm::kEs256, R"(,"alg":null)"), unnamed);
  EXPECT_EQ(fault_of(R"({"k":"AAAA"})"), unnamed);
  EXPECT_EQ(with(Algorithm::kEs256, fmt::format(R"(,"kid":"{}")", std::string(257, 'k'))),
            "its kid is too long");
  EXPECT_EQ(fault_of("7"), "it is no object");
}

TEST(Jwks, skips_keys_whose_numbers_are_weak_missing_or_impossible) {
  const std::string malformed = "its numbers are missing or malformed";
  const std::string unsupported = "its kty or crv is not supported";
  EXPECT_EQ(fault_of(R"({"kty":"RSA"})"), malformed);
  EXPECT_EQ(fault_of(R"({"kty":"RSA","n":"AQAB","e":"not base64!"})"), malformed);
  EXPECT_EQ(fault_of(R"({"kty":"RSA","n":17,"e":"AQAB"})"), malformed);
  EXPECT_EQ(fault_of(fmt::format(R"({{"kty":"RSA","n":"{}","e":"AQAB"}})",
                                 base64url_encode(std::string(2000, 'n')))),
            malformed);
  const auto exponent = [](std::string_view e) {
    const std::string n = '\xc0' + std::string(254, '\x33') + '\x01';
    return fault_of(fmt::format(R"({{"kty":"RSA","n":"{}","e":"{}"}})", base64url_encode(n), e));
  };
  EXPECT_EQ(exponent("AQ"), "an RSA key has an impossible public exponent");
  EXPECT_EQ(exponent("BA"), "an RSA key has an impossible public exponent");
  EXPECT_EQ(exponent("Af__________"), "an RSA key has an impossible public exponent");
  EXPECT_EQ(fault_of(fmt::format(R"({{"kty":"RSA","n":"{}","e":"AQAB"}})",
                                 base64url_encode(std::string(128, '\xff')))),
            "an RSA key of 1024 bits is refused: it must have 2048 to 8192");

  const std::string x = base64url_encode(std::string(32, '\1'));
  EXPECT_EQ(fault_of(fmt::format(R"({{"kty":"EC","crv":"P-256","x":"{}","y":"{}"}})", x, x)), malformed);
  EXPECT_EQ(fault_of(fmt::format(R"({{"kty":"EC","crv":"P-256","x":"{}"}})", x)), malformed);
  EXPECT_EQ(fault_of(fmt::format(R"({{"kty":"EC","crv":"P-256","x":"AAAA","y":"{}"}})", x)), malformed);
  EXPECT_EQ(fault_of(fmt::format(R"({{"kty":"EC","crv":"P-384","x":"{}","y":"{}"}})", x, x)), unsupported);
  EXPECT_EQ(fault_of(R"({"kty":"EC"})"), unsupported);
  EXPECT_EQ(fault_of(R"({"kty":"OKP","crv":"Ed25519","x":"AAAA"})"), malformed);
  EXPECT_EQ(fault_of(R"({"kty":"OKP","crv":"X25519","x":"AAAA"})"), unsupported);
  EXPECT_EQ(fault_of(R"({"kty":"AKP","alg":"ML-DSA-44"})"), unsupported);

  EXPECT_EQ(fault_of(R"({"kty":"oct"})"), "its k is missing or malformed");
  EXPECT_EQ(fault_of(R"({"kty":"oct","k":"AAAA"})"),
            "a secret of 3 bytes is refused: HS256 needs 32 to 4096");
}

TEST(Jwks, takes_no_secret_and_no_private_key_from_a_url) {
  const std::string secret = "it is a secret that others can read";
  EXPECT_EQ(fault_of("{" + members(Algorithm::kHs256) + "}", JwksOrigin::kPublicUrl), secret);
  EXPECT_EQ(fault_of("{" + members(Algorithm::kRs256) + R"(,"d":"AAAA"})", JwksOrigin::kPublicUrl), secret);
}

TEST(Jwks, refuses_a_document_that_is_no_jwk_set) {
  EXPECT_EQ(read(""), "the JWKS is malformed: not JSON");
  EXPECT_EQ(read("[]"), "the JWKS is malformed: not a JSON object");
  EXPECT_EQ(read("<html>"), "the JWKS is malformed: not JSON");
  EXPECT_EQ(read(R"({"keys":[],"keys":[]})"), "the JWKS is malformed: a name stands twice in a JSON object");
  EXPECT_EQ(read("{}"), "the JWKS has no array \"keys\"");
  EXPECT_EQ(read(R"({"keys":{}})"), "the JWKS has no array \"keys\"");
  EXPECT_EQ(read(R"({"keys":[]})"), "the JWKS has no key that can be used");
  EXPECT_EQ(read(std::string(KeySet::kMaxDocumentBytes + 1, ' ')), "the JWKS is longer than 256 KiB");
  std::string many = "{" + members(Algorithm::kEdDsa) + "}";
  const std::string one = "," + many;
  for (std::size_t i = 1; i < KeySet::kMaxKeys; ++i) many += one;
  EXPECT_EQ(read("{\"keys\":[" + many + "]}"), "64 usable, 0 skipped");
  EXPECT_EQ(read("{\"keys\":[" + many + one + "]}"), "the JWKS has more than 64 keys");
}

TEST(KeySet, tries_few_keys_for_a_token_that_names_none) {
  std::string list;
  for (std::size_t i = 0; i < KeySet::kMaxTries + 2; ++i) {
    list += fmt::format(R"({}{{{},"kid":"k{}"}})", list.empty() ? "" : ",", members(Algorithm::kEdDsa), i);
  }
  const auto keys = KeySet::from_jwks("{\"keys\":[" + list + "]}", JwksOrigin::kPublicUrl);
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->candidates(Algorithm::kEdDsa, "").size(), KeySet::kMaxTries);
  EXPECT_EQ(keys->candidates(Algorithm::kEdDsa, "k9").size(), 1U);
  EXPECT_TRUE(keys->candidates(Algorithm::kEdDsa, "k99").empty());
  EXPECT_TRUE(keys->candidates(Algorithm::kEs256, "k9").empty());
}

TEST(KeySet, joins_two_sets) {
  const KeySet both = forge::keys_for(Algorithm::kHs256).with(forge::keys_for(Algorithm::kEs256));
  EXPECT_EQ(both.size(), 2U);
  EXPECT_TRUE(verify(forge::token(Algorithm::kHs256), both, {}, forge::kNow));
  EXPECT_TRUE(verify(forge::token(Algorithm::kEs256), both, {}, forge::kNow));
}

}  // namespace
}  // namespace parley::auth
