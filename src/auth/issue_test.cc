#include "auth/issue.h"

#include <gtest/gtest.h>

#include "auth/token_forge.h"
#include "auth/verify.h"

namespace parley::auth {
namespace {

using namespace std::chrono_literals;
using forge::kNow;

constexpr Algorithm kAll[] = {Algorithm::kHs256, Algorithm::kRs256, Algorithm::kEs256, Algorithm::kEdDsa};

SigningKey signing_key(Algorithm algorithm) {
  return algorithm == Algorithm::kHs256 ? *SigningKey::from_secret(forge::kSecret)
                                        : *SigningKey::from_pem(forge::pair(algorithm).private_pem, "kid-1");
}

Claims claims() {
  return {.issuer = "me",
          .audience = "parley",
          .user = "u-1",
          .tenant = "acme",
          .tier = "pro",
          .scopes = {"chat", "admin"},
          .issued_at = kNow,
          .expires_at = kNow + 1h};
}

std::string refusal(const Claims& claims) {
  const auto token = issue_token(signing_key(Algorithm::kHs256), claims);
  if (token) return "issued";
  EXPECT_EQ(token.error().code, base::ErrorCode::kBadUserInput);
  return token.error().message;
}

TEST(Issue, makes_tokens_that_say_what_was_asked_with_every_algorithm) {
  for (const Algorithm algorithm : kAll) {
    const SigningKey key = signing_key(algorithm);
    EXPECT_EQ(key.algorithm(), algorithm);
    const auto token = issue_token(key, claims());
    ASSERT_TRUE(token) << token.error().message;
    const VerifyOptions options{.issuer = "me", .audience = "parley", .leeway = 0s};
    const auto principal = verify(*token, forge::keys_for(algorithm), options, kNow);
    ASSERT_TRUE(principal) << principal.error().message;
    EXPECT_EQ(*principal, (Principal{.tenant = "acme",
                                     .user = "u-1",
                                     .tier = "pro",
                                     .scopes = {"chat", "admin"},
                                     .expires_at = kNow + 1h}));
    EXPECT_EQ(parse_jws(*token)->kid, algorithm == Algorithm::kHs256 ? "" : "kid-1");
  }
}

TEST(Issue, leaves_out_what_is_empty_and_lasts_at_least_as_long_as_asked) {
  const Claims bare{.user = "u", .issued_at = kNow + 400ms, .expires_at = kNow + 1500ms};
  const auto token = issue_token(signing_key(Algorithm::kHs256), bare);
  ASSERT_TRUE(token);
  EXPECT_EQ(parse_jws(*token)->payload, R"({"sub":"u","iat":1769851800,"exp":1769851802})");
}

TEST(Issue, refuses_claims_that_would_be_refused) {
  const auto with = [](auto change) {
    Claims changed = claims();
    change(changed);
    return refusal(changed);
  };
  EXPECT_EQ(with([](Claims&) {}), "issued");
  EXPECT_EQ(with([](Claims& c) { c.user = ""; }),
            "such a token would be refused: the token's claim sub is malformed");
  EXPECT_EQ(with([](Claims& c) { c.user = "a\nb"; }),
            "such a token would be refused: the token's claim sub is malformed");
  EXPECT_EQ(with([](Claims& c) { c.user = "\xff"; }),
            "such a token would be refused: the token is malformed");
  EXPECT_EQ(with([](Claims& c) { c.tenant = std::string(257, 't'); }),
            "such a token would be refused: the token's claim org is malformed");
  EXPECT_EQ(with([](Claims& c) { c.scopes = {"\""}; }),
            "such a token would be refused: the token's claim scope is malformed");
  EXPECT_EQ(with([](Claims& c) { c.scopes = {"a b"}; }), "a scope has a space in it");
  EXPECT_EQ(with([](Claims& c) { c.expires_at = c.issued_at - 1s; }),
            "such a token would be refused: the token has expired");
  EXPECT_EQ(with([](Claims& c) { c.issuer = std::string(8000, 'i'); }),
            "such a token would be longer than 8 KiB");
}

TEST(Issue, takes_private_keys_only_and_none_that_are_weak_foreign_or_locked) {
  const auto refusal = [](const std::string& pem) {
    const auto key = SigningKey::from_pem(pem);
    return key ? "taken" : key.error().message;
  };
  EXPECT_EQ(refusal(""), "the PEM file holds no unencrypted private key");
  EXPECT_EQ(refusal(forge::pair(Algorithm::kEs256).public_pem),
            "the PEM file holds no unencrypted private key");
  const PKey pkey = forge::make_pkey(Algorithm::kEs256);
  const Bio locked(BIO_new(BIO_s_mem()));
  ASSERT_EQ(
      PEM_write_bio_PKCS8PrivateKey(locked.get(), pkey.get(), EVP_aes_128_cbc(), "word", 4, nullptr, nullptr),
      1);
  EXPECT_EQ(refusal(forge::text_of(locked.get())), "the PEM file holds no unencrypted private key");
  const PKey weak(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{1024}));
  EXPECT_EQ(refusal(forge::private_pem(weak.get())),
            "an RSA key of 1024 bits is refused: it must have 2048 to 8192");
  const PKey foreign(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-521"));
  EXPECT_EQ(refusal(forge::private_pem(foreign.get())), "an EC key is on another curve than P-256");
  EXPECT_FALSE(SigningKey::from_secret("short"));
}

TEST(Issue, a_public_key_signs_nothing) {
  const Bio bio(BIO_new_mem_buf(forge::pair(Algorithm::kEs256).public_pem.data(), -1));
  const auto key = Key::from_pkey(PKey(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr)), {});
  ASSERT_TRUE(key);
  EXPECT_FALSE((*key)->sign("text"));
}

}  // namespace
}  // namespace parley::auth
