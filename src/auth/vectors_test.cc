// The specifications' own examples, and an independent implementation (cjose) in both directions.
#include <cstdlib>
#include <memory>
#include <string>

#include <cjose/cjose.h>
#include <gtest/gtest.h>

#include "auth/token_forge.h"
#include "auth/verify.h"

namespace parley::auth {
namespace {

struct Example {
  const char* where;
  std::string jwk;
  std::string token;
  std::string payload;
};

const std::string kJoe =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const std::string kJoeText =
    "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
const std::string kFrodo =
    "SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9h"
    "ZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3"
    "ZXB0IG9mZiB0by4";
const std::string kFrodoText =
    "It\xe2\x80\x99s a dangerous business, Frodo, going out your door. You step onto the road, and if you "
    "don't "
    "keep your feet, there\xe2\x80\x99s no knowing where you might be swept off to.";

const Example kExamples[] = {
    {"RFC 7515, A.1",
     R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})",
     "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + kJoe + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
     kJoeText},
    {"RFC 7515, A.2",
     R"({"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJ)"
     "rcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-"
     "bSf63kpaSHSXndS"
     "5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-"
     "DWN"
     "moudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ\"}",
     "eyJhbGciOiJSUzI1NiJ9." + kJoe +
         ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
         "O8W2Fp5jujGbds9uJ"
         "dbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_"
         "eSN93"
         "83LcOLn6_dO--xi12jzDwusC-"
         "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWk"
         "WywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
     kJoeText},
    {"RFC 7515, A.3",
     R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
     R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
     "eyJhbGciOiJFUzI1NiJ9." + kJoe +
         ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
     kJoeText},
    {"RFC 8037, A.4", R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
     "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
     "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
     "Example of Ed25519 signing"},
    {"RFC 7520, 4.1",
     R"({"kty":"RSA","kid":"bilbo.baggins@hobbiton.example","use":"sig","e":"AQAB","n":"n4EPtAOCc9AlkeQHPzHStgAb)"
     "gs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-"
     "QtiWN2lb"
     "zcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-"
     "OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEH"
     "g8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__"
     "kRhuaxwUkRz5iaiQkqgc5gHdrNP"
     "5zw\"}",
     "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9." + kFrodo +
         ".MRjdkly7_-"
         "oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wn"
         "B-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_"
         "qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFx"
         "nt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-"
         "ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fc"
         "Ie8u9ipH84ogoree7vjbU5y18kDquDg",
     kFrodoText},
    {"RFC 7520, 4.4",
     R"({"kty":"oct","kid":"018c0ae5-4d9b-471b-bfd6-eef314bc7037","use":"sig","alg":"HS256",)"
     R"("k":"hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg"})",
     "eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1iZmQ2LWVlZjMxNGJjNzAzNyJ9." + kFrodo +
         ".s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0",
     kFrodoText}};

KeySet one_key(const std::string& jwk) {
  auto keys = KeySet::from_jwks("{\"keys\":[" + jwk + "]}", JwksOrigin::kPrivateFile);
  EXPECT_TRUE(keys) << keys.error().message << ": " << keys.error().cause;
  return keys ? *keys : KeySet();
}

TEST(Vectors, the_specifications_examples_are_genuine) {
  for (const Example& example : kExamples) {
    const auto jws = parse_jws(example.token);
    ASSERT_TRUE(jws) << example.where << ": " << jws.error().message;
    EXPECT_EQ(jws->payload, example.payload) << example.where;
    EXPECT_TRUE(check_signature(*jws, one_key(example.jwk))) << example.where;
  }
}

TEST(Vectors, none_is_genuine_by_another_example_s_key) {
  for (const Example& example : kExamples) {
    const auto jws = parse_jws(example.token);
    ASSERT_TRUE(jws);
    for (const Example& other : kExamples) {
      if (&other == &example) continue;
      EXPECT_FALSE(check_signature(*jws, one_key(other.jwk))) << example.where << " by " << other.where;
    }
  }
}

// The private key of RFC 8037, A.1, as PKCS #8: Ed25519 has one signature for a text.
TEST(Vectors, signing_gives_the_signature_of_rfc_8037) {
  const auto secret = base64url_decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
  PKey pkey(EVP_PKEY_new_raw_private_key(
      EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(secret->data()), secret->size()));
  const auto key = Key::from_pkey(std::move(pkey), {});
  ASSERT_TRUE(key);
  EXPECT_EQ(forge::sign(**key, R"({"alg":"EdDSA"})", "Example of Ed25519 signing"), kExamples[3].token);
}

using CjoseKey = std::unique_ptr<cjose_jwk_t, OpenSslFree<cjose_jwk_release>>;
using CjoseSigned = std::unique_ptr<cjose_jws_t, OpenSslFree<cjose_jws_release>>;
using CjoseHeader = std::unique_ptr<cjose_header_t, OpenSslFree<cjose_header_release>>;
using CText = std::unique_ptr<char, OpenSslFree<std::free>>;

CjoseKey cjose_key(Algorithm algorithm) {
  cjose_err error{};
  switch (algorithm) {
    case Algorithm::kHs256:
      return CjoseKey(cjose_jwk_create_oct_random(256, &error));
    case Algorithm::kRs256:
      return CjoseKey(cjose_jwk_create_RSA_random(2048, reinterpret_cast<const std::uint8_t*>("\x01\x00\x01"),
                                                  3, &error));
    default:
      return CjoseKey(cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, &error));
  }
}

// cjose has no EdDSA.
constexpr Algorithm kShared[] = {Algorithm::kHs256, Algorithm::kRs256, Algorithm::kEs256};

TEST(Vectors, what_cjose_signs_is_taken) {
  for (const Algorithm algorithm : kShared) {
    const CjoseKey key = cjose_key(algorithm);
    cjose_err error{};
    const CjoseHeader header(cjose_header_new(&error));
    ASSERT_TRUE(cjose_header_set(header.get(), "alg", std::string(name(algorithm)).c_str(), &error));
    const std::string payload = forge::payload();
    const CText jwk(cjose_jwk_to_json(key.get(), algorithm == Algorithm::kHs256, &error));
    const KeySet keys = one_key(jwk.get());
    // ECDSA's numbers are shorter than 32 bytes once in 256 signatures.
    for (int i = 0; i < (algorithm == Algorithm::kEs256 ? 600 : 1); ++i) {
      const CjoseSigned jws(cjose_jws_sign(key.get(), header.get(),
                                           reinterpret_cast<const std::uint8_t*>(payload.data()),
                                           payload.size(), &error));
      ASSERT_TRUE(jws) << error.message;
      const char* token = nullptr;
      ASSERT_TRUE(cjose_jws_export(jws.get(), &token, &error));
      const auto principal = verify(token, keys, {}, forge::kNow);
      ASSERT_TRUE(principal) << name(algorithm) << ": " << principal.error().message;
      EXPECT_EQ(principal->user, "u-1");
    }
  }
}

TEST(Vectors, what_is_signed_here_is_taken_by_cjose) {
  for (const Algorithm algorithm : kShared) {
    const std::string jwk = "{" + forge::pair(algorithm).jwk_members + "}";
    cjose_err error{};
    const CjoseKey key(cjose_jwk_import(jwk.data(), jwk.size(), &error));
    ASSERT_TRUE(key) << error.message;
    for (int i = 0; i < (algorithm == Algorithm::kEs256 ? 600 : 1); ++i) {
      const std::string token = forge::token(algorithm);
      const CjoseSigned jws(cjose_jws_import(token.data(), token.size(), &error));
      ASSERT_TRUE(jws) << error.message;
      EXPECT_TRUE(cjose_jws_verify(jws.get(), key.get(), &error)) << name(algorithm) << ": " << error.message;
    }
  }
}

}  // namespace
}  // namespace parley::auth
