#include "auth/verify.h"

#include <gtest/gtest.h>

#include "auth/claims.h"
#include "auth/token_forge.h"

namespace parley::auth {
namespace {

using namespace std::chrono_literals;
using base::ErrorCode;
using base::WallTime;
using forge::kNow;
using forge::kNowSeconds;

constexpr Algorithm kAll[] = {Algorithm::kHs256, Algorithm::kRs256, Algorithm::kEs256, Algorithm::kEdDsa};

// The refusal's message; "accepted" where there is none.
std::string outcome(std::string_view token, const KeySet& keys, const VerifyOptions& options = {},
                    WallTime now = kNow) {
  const auto principal = verify(token, keys, options, now);
  if (principal) return "accepted";
  EXPECT_EQ(principal.error().code, ErrorCode::kUnauthenticated);
  return principal.error().message;
}

// With a payload signed by the secret.
std::string payload_outcome(std::string_view payload, const VerifyOptions& options = {},
                            WallTime now = kNow) {
  const std::string token =
      forge::sign(*forge::pair(Algorithm::kHs256).key, forge::header(Algorithm::kHs256), payload);
  return outcome(token, forge::keys_for(Algorithm::kHs256), options, now);
}

// With a header, signed by the secret.
std::string header_outcome(std::string_view header) {
  const std::string token = forge::sign(*forge::pair(Algorithm::kHs256).key, header, forge::payload());
  return outcome(token, forge::keys_for(Algorithm::kHs256));
}

TEST(Verify, takes_each_algorithm_s_token_and_says_who_it_is) {
  for (const Algorithm algorithm : kAll) {
    const std::string token = forge::token(
        algorithm, {}, R"(,"org":"acme","tier":"pro","scope":"chat admin","iss":"me","aud":["x","parley"])");
    const VerifyOptions options{.issuer = "me", .audience = "parley", .leeway = 30s};
    const auto principal = verify(token, forge::keys_for(algorithm), options, kNow);
    ASSERT_TRUE(principal) << name(algorithm) << ": " << principal.error().message;
    EXPECT_EQ(*principal, (Principal{.tenant = "acme",
                                     .user = "u-1",
                                     .tier = "pro",
                                     .scopes = {"chat", "admin"},
                                     .expires_at = kNow + 60s + 30s}));
    EXPECT_TRUE(principal->has_scope("admin"));
    EXPECT_FALSE(principal->has_scope("adm"));
  }
}

TEST(Verify, gives_a_token_without_org_tier_and_scope_the_default_tenant_and_nothing_else) {
  const auto principal =
      verify(forge::token(Algorithm::kHs256), forge::keys_for(Algorithm::kHs256), {}, kNow);
  ASSERT_TRUE(principal);
  EXPECT_EQ(principal->tenant, "default");
  EXPECT_EQ(principal->tier, "");
  EXPECT_TRUE(principal->scopes.empty());
}

TEST(Verify, refuses_a_token_with_any_one_bit_flipped) {
  for (const Algorithm algorithm : kAll) {
    const KeySet keys = forge::keys_for(algorithm);
    // The last character of every signature here has bits that belong to no byte: they count too.
    const std::string token = forge::token(algorithm, "kid-7");
    ASSERT_EQ(outcome(token, keys), "accepted");
    for (std::size_t bit = 0; bit < token.size() * 8; ++bit) {
      std::string flipped = token;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
      ASSERT_NE(outcome(flipped, keys), "accepted") << name(algorithm) << " bit " << bit;
    }
  }
}

TEST(Verify, refuses_a_token_cut_short_or_lengthened) {
  for (const Algorithm algorithm : kAll) {
    const KeySet keys = forge::keys_for(algorithm);
    const std::string token = forge::token(algorithm);
    for (std::size_t size = 0; size < token.size(); ++size) {
      ASSERT_NE(outcome(token.substr(0, size), keys), "accepted") << size;
    }
    for (const std::string_view tail : {"A", "AA", "AAAA", "=", ".", ".AA", "\n", " "}) {
      EXPECT_NE(outcome(token + std::string(tail), keys), "accepted") << tail;
    }
    EXPECT_NE(outcome(" " + token, keys), "accepted");
  }
}

TEST(Verify, refuses_alg_none_however_it_is_spelled_and_signed) {
  for (const std::string_view none : {"none", "None", "NONE", "nOnE"}) {
    const std::string header = fmt::format(R"({{"alg":"{}"}})", none);
    EXPECT_EQ(header_outcome(header), "the token's algorithm is not accepted");
    const std::string bare = base64url_encode(header) + "." + base64url_encode(forge::payload()) + ".";
    EXPECT_EQ(outcome(bare, forge::keys_for(Algorithm::kHs256)), "the token's algorithm is not accepted");
  }
}

TEST(Verify, refuses_algorithms_beyond_its_four) {
  for (const std::string_view other : {"HS384", "HS512", "RS384", "RS512", "PS256", "ES384", "ES512",
                                       "ES256K", "Ed25519", "hs256", "HS256 ", "", "A128KW", "dir"}) {
    EXPECT_EQ(header_outcome(fmt::format(R"({{"alg":"{}"}})", other)),
              "the token's algorithm is not accepted")
        << other;
  }
}

TEST(Verify, refuses_an_unsigned_token_of_an_accepted_algorithm) {
  const std::string bare =
      base64url_encode(forge::header(Algorithm::kHs256)) + "." + base64url_encode(forge::payload()) + ".";
  EXPECT_EQ(outcome(bare, forge::keys_for(Algorithm::kHs256)), "the token has no signature");
}

// The classic: the public key's text taken for an HMAC secret.
TEST(Verify, refuses_an_hmac_made_with_a_public_key) {
  for (const Algorithm algorithm : {Algorithm::kRs256, Algorithm::kEs256, Algorithm::kEdDsa}) {
    const forge::Pair& pair = forge::pair(algorithm);
    for (const std::string& text : {pair.public_pem, pair.jwk_members}) {
      const auto forger = Key::from_secret(text, {});
      ASSERT_TRUE(forger);
      const std::string token =
          forge::sign(**forger, forge::header(Algorithm::kHs256, "k"), forge::payload());
      EXPECT_EQ(outcome(token, *KeySet::from_pem(pair.public_pem)),
                "the token is signed with a key that is not known");
      EXPECT_EQ(outcome(token, *KeySet::from_jwks(forge::jwks(algorithm, "k"), JwksOrigin::kPublicUrl)),
                "the token is signed with a key that is not known");
    }
  }
}

TEST(Verify, refuses_an_algorithm_that_is_not_the_key_s) {
  for (const Algorithm claimed : kAll) {
    for (const Algorithm real : kAll) {
      const std::string token =
          forge::sign(*forge::pair(real).key, forge::header(claimed, "k"), forge::payload());
      const std::string wanted =
          claimed == real ? "accepted" : "the token is signed with a key that is not known";
      EXPECT_EQ(outcome(token, *KeySet::from_jwks(forge::jwks(real, "k"), JwksOrigin::kPrivateFile)), wanted);
      if (claimed != real) {
        EXPECT_EQ(outcome(token, forge::keys_for(claimed)), "the token's signature does not match");
      }
    }
  }
}

TEST(Verify, refuses_an_ecdsa_signature_in_another_form_or_with_impossible_numbers) {
  const Key& key = *forge::pair(Algorithm::kEs256).key;
  const KeySet keys = forge::keys_for(Algorithm::kEs256);
  const std::string head =
      base64url_encode(forge::header(Algorithm::kEs256)) + "." + base64url_encode(forge::payload());
  const std::string raw = *key.sign(head);
  ASSERT_EQ(raw.size(), 64U);
  const std::string r = raw.substr(0, 32);
  const std::string s = raw.substr(32);
  const std::string zero(32, '\0');
  const std::string der = "\x30\x44\x02\x20" + r + "\x02\x20" + s;
  const std::string longer[] = {der,
                                zero + zero,
                                r + zero,
                                zero + s,
                                s + r,
                                raw + '\0',
                                r + s.substr(0, 31),
                                '\0' + r + '\0' + s,
                                std::string(64, '\xff'),
                                std::string(32, '\xff') + s};
  for (const std::string& signature : longer) {
    EXPECT_EQ(outcome(head + "." + base64url_encode(signature), keys),
              "the token's signature does not match");
  }
  EXPECT_EQ(outcome(head + "." + base64url_encode(raw), keys), "accepted");
}

TEST(Verify, refuses_a_header_that_asks_for_more_or_is_for_something_else) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"({"alg":"HS256","typ":"JWT"})", "accepted"},
      {R"({"alg":"HS256","typ":"at+jwt"})", "accepted"},
      {R"({"alg":"HS256","typ":"application/AT+JWT"})", "accepted"},
      {R"({"alg":"HS256","x5t":"abc","jku":"https://evil.example/","jwk":{"kty":"oct","k":"AAAA"}})",
       "accepted"},
      {R"({"alg":"HS256","typ":"logout+jwt"})", "the token was made for something else"},
      {R"({"alg":"HS256","typ":"application/"})", "the token was made for something else"},
      {R"({"alg":"HS256","typ":""})", "the token was made for something else"},
      {R"({"alg":"HS256","cty":"JWT"})", "a token within a token is not accepted"},
      {R"({"alg":"HS256","crit":["exp"],"exp":1})", "the token needs an extension that is not supported"},
      {R"({"alg":"HS256","crit":[]})", "the token needs an extension that is not supported"},
      {R"({"alg":"HS256","crit":["b64"],"b64":false})", "the token needs an extension that is not supported"},
      {R"({"alg":"HS256","b64":false})", "the token needs an extension that is not supported"},
      {R"({"alg":"HS256","alg":"HS256"})", "the token is malformed"},
      {R"({"alg":"none","\u0061lg":"HS256"})", "the token is malformed"},
      {R"({"alg":"HS256","kid":1})", "the token is malformed"},
      {R"({"alg":"HS256","kid":null})", "the token is malformed"},
      {R"({"alg":["HS256"]})", "the token is malformed"},
      {R"({"typ":"JWT"})", "the token is malformed"},
      {R"({})", "the token is malformed"},
      {R"([])", "the token is malformed"},
      {R"({"alg":"HS256"} )", "accepted"},
      {R"({"alg":"HS256"}x)", "the token is malformed"},
      {"", "the token is malformed"},
      {"{\"alg\":\"HS256\",\"x\":\"\xff\"}", "the token is malformed"}};
  for (const auto& [header, wanted] : cases) EXPECT_EQ(header_outcome(header), wanted) << header;
}

TEST(Verify, bounds_the_token_and_its_kid) {
  const KeySet keys = forge::keys_for(Algorithm::kHs256);
  const auto with_filler = [](std::size_t bytes) {
    return forge::token(Algorithm::kHs256, {}, fmt::format(R"(,"x":"{}")", std::string(bytes, 'a')));
  };
  std::size_t filler = 5900;
  while (with_filler(filler + 1).size() <= kMaxTokenBytes) ++filler;
  EXPECT_EQ(outcome(with_filler(filler), keys), "accepted");
  EXPECT_EQ(outcome(with_filler(filler + 1), keys), "the token is longer than 8 KiB");
  EXPECT_EQ(outcome(std::string(1 << 20, '.'), keys), "the token is longer than 8 KiB");
  EXPECT_EQ(outcome(forge::token(Algorithm::kHs256, std::string(256, 'k')), keys), "accepted");
  EXPECT_EQ(outcome(forge::token(Algorithm::kHs256, std::string(257, 'k')), keys), "the token is malformed");
}

TEST(Verify, refuses_what_is_not_three_parts) {
  const KeySet keys = forge::keys_for(Algorithm::kHs256);
  EXPECT_EQ(outcome("", keys), "the token is malformed");
  EXPECT_EQ(outcome(".", keys), "the token is malformed");
  EXPECT_EQ(outcome("..", keys), "the token is malformed");
  EXPECT_EQ(outcome("a.b.c.d", keys), "the token is malformed");
  EXPECT_EQ(outcome("a.b.c.d.e", keys), "an encrypted token is not accepted");
  EXPECT_EQ(outcome("sk-1234567890", keys), "the token is malformed");
}

TEST(Verify, holds_to_exp_nbf_and_iat_to_the_millisecond_with_leeway) {
  const VerifyOptions leeway{.issuer = {}, .audience = {}, .leeway = 5s};
  const std::string at_now = fmt::format("{}", kNowSeconds);
  const std::string expires = R"({"sub":"u","exp":)" + at_now + "}";
  EXPECT_EQ(payload_outcome(expires, leeway, kNow + 5s - 1ms), "accepted");
  EXPECT_EQ(payload_outcome(expires, leeway, kNow + 5s), "the token has expired");
  EXPECT_EQ(payload_outcome(expires, leeway, kNow + 5s + 1ms), "the token has expired");
  const VerifyOptions strict{.issuer = {}, .audience = {}, .leeway = 0s};
  EXPECT_EQ(payload_outcome(expires, strict, kNow - 1ms), "accepted");
  EXPECT_EQ(payload_outcome(expires, strict, kNow), "the token has expired");

  const std::pair<std::string, std::string> starts[] = {{"nbf", "the token is not valid yet"},
                                                        {"iat", "the token was issued in the future"}};
  for (const auto& [claim, refusal] : starts) {
    const std::string begins =
        fmt::format(R"({{"sub":"u","exp":{},"{}":{}}})", kNowSeconds + 600, claim, at_now);
    EXPECT_EQ(payload_outcome(begins, leeway, kNow - 5s), "accepted");
    EXPECT_EQ(payload_outcome(begins, leeway, kNow - 5s - 1ms), refusal);
    EXPECT_EQ(payload_outcome(begins, strict, kNow), "accepted");
    EXPECT_EQ(payload_outcome(begins, strict, kNow - 1ms), refusal);
  }

  // A NumericDate may have a fraction.
  const std::string fraction = R"({"sub":"u","exp":)" + at_now + ".250}";
  EXPECT_EQ(payload_outcome(fraction, strict, kNow + 249ms), "accepted");
  EXPECT_EQ(payload_outcome(fraction, strict, kNow + 250ms), "the token has expired");
}

TEST(Verify, says_when_the_token_stops_being_accepted) {
  const KeySet keys = forge::keys_for(Algorithm::kHs256);
  const std::string token = forge::token(Algorithm::kHs256);
  const VerifyOptions options{.issuer = {}, .audience = {}, .leeway = 7s};
  const auto principal = verify(token, keys, options, kNow);
  ASSERT_TRUE(principal);
  EXPECT_EQ(outcome(token, keys, options, principal->expires_at - 1ms), "accepted");
  EXPECT_EQ(outcome(token, keys, options, principal->expires_at), "the token has expired");
}

TEST(Verify, refuses_times_that_are_none) {
  EXPECT_EQ(payload_outcome(R"({"sub":"u"})"), "the token has no expiry");
  for (const std::string_view bad :
       {R"("1769851900")", "null", "true", "[]", "-1", "1e300", "253402300800", "1769851900000",
        "18446744073709551615", "-9223372036854775808", "-0.5"}) {
    for (const std::string_view claim : {"exp", "nbf", "iat"}) {
      const std::string exp = claim == "exp" ? "" : fmt::format(R"("exp":{},)", kNowSeconds + 60);
      EXPECT_EQ(payload_outcome(fmt::format(R"({{"sub":"u",{}"{}":{}}})", exp, claim, bad)),
                fmt::format("the token's claim {} is malformed", claim))
          << bad;
    }
  }
  EXPECT_EQ(payload_outcome(R"({"sub":"u","exp":253402300799})"), "accepted");
}

TEST(Verify, holds_to_issuer_and_audience_byte_for_byte) {
  const VerifyOptions options{.issuer = "https://issuer.example/", .audience = "parley", .leeway = 0s};
  const auto with = [&](std::string_view members) {
    return payload_outcome(forge::payload(members), options);
  };
  EXPECT_EQ(with(R"(,"iss":"https://issuer.example/","aud":"parley")"), "accepted");
  EXPECT_EQ(with(R"(,"iss":"https://issuer.example/","aud":["other","parley"])"), "accepted");
  for (const std::string_view bad :
       {R"(,"iss":"https://issuer.example/")", R"(,"iss":"https://issuer.example/","aud":"Parley")",
        R"(,"iss":"https://issuer.example/","aud":"")", R"(,"iss":"https://issuer.example/","aud":[])",
        R"(,"iss":"https://issuer.example/","aud":["parley2","parle"])"}) {
    EXPECT_EQ(with(bad), "the token is for another audience") << bad;
  }
  for (const std::string_view bad :
       {R"(,"aud":"parley")", R"(,"iss":"https://issuer.example","aud":"parley")",
        R"(,"iss":"","aud":"parley")", R"(,"iss":"HTTPS://ISSUER.EXAMPLE/")"}) {
    EXPECT_EQ(with(bad), "the token is from another issuer") << bad;
  }
  EXPECT_EQ(with(R"(,"iss":["https://issuer.example/"],"aud":"parley")"),
            "the token's claim iss is malformed");
  for (const std::string_view bad : {"1", "null", "{}", R"(["parley",1])", "[[\"parley\"]]"}) {
    EXPECT_EQ(with(fmt::format(R"(,"iss":"https://issuer.example/","aud":{})", bad)),
              "the token's claim aud is malformed")
        << bad;
  }
  // Nothing is demanded where nothing is configured, but what is there is still sound.
  EXPECT_EQ(payload_outcome(forge::payload(R"(,"iss":"anyone","aud":"anything")")), "accepted");
  EXPECT_EQ(payload_outcome(forge::payload(R"(,"aud":1)")), "the token's claim aud is malformed");
}

TEST(Verify, demands_a_user_and_bounds_every_name) {
  const auto with = [](std::string_view members) {
    return payload_outcome(fmt::format(R"({{"exp":{}{}}})", kNowSeconds + 60, members));
  };
  EXPECT_EQ(with(""), "the token names no user");
  EXPECT_EQ(with(R"(,"sub":"Åsa 試 @ #1")"), "accepted");
  EXPECT_EQ(with(fmt::format(R"(,"sub":"{}")", std::string(256, 'u'))), "accepted");
  for (const std::string& bad :
       {std::string(R"("")"), std::string("1"), std::string("null"), '"' + std::string(257, 'u') + '"',
        std::string(R"("a\nb")"), std::string(R"("a\u0000b")"), std::string(R"("a\u007fb")"),
        std::string(R"("a\u0085b")"), std::string(R"("\u009f")"), std::string(R"(["u"])")}) {
    EXPECT_EQ(with(",\"sub\":" + bad), "the token's claim sub is malformed") << bad;
    EXPECT_EQ(with(R"(,"sub":"u","org":)" + bad), "the token's claim org is malformed") << bad;
    EXPECT_EQ(with(R"(,"sub":"u","tier":)" + bad), "the token's claim tier is malformed") << bad;
  }
  EXPECT_EQ(with("\u00a0,\"sub\":\"u\""), "the token is malformed");
  EXPECT_EQ(with(R"(,"sub":"a\u00a0b")"), "accepted");
  EXPECT_EQ(with(fmt::format(R"(,"sub":"u","tier":"{}")", std::string(64, 't'))), "accepted");
  EXPECT_EQ(with(fmt::format(R"(,"sub":"u","tier":"{}")", std::string(65, 't'))),
            "the token's claim tier is malformed");
}

TEST(Verify, reads_scopes_from_scope_and_otherwise_from_scp) {
  const auto scopes = [](std::string_view members) {
    const auto principal =
        verify(forge::token(Algorithm::kHs256, {}, members), forge::keys_for(Algorithm::kHs256), {}, kNow);
    return principal ? principal->scopes : std::vector<std::string>{principal.error().message};
  };
  using Scopes = std::vector<std::string>;
  EXPECT_EQ(scopes(R"(,"scope":"a b:c d")"), (Scopes{"a", "b:c", "d"}));
  EXPECT_EQ(scopes(R"(,"scope":"")"), Scopes{});
  EXPECT_EQ(scopes(R"(,"scp":["a","b"])"), (Scopes{"a", "b"}));
  EXPECT_EQ(scopes(R"(,"scp":"a b")"), (Scopes{"a", "b"}));
  EXPECT_EQ(scopes(R"(,"scope":"a","scp":["admin"])"), Scopes{"a"});
  for (const std::string_view bad : {R"(" a")", R"("a ")", R"("a  b")", R"("a\tb")", R"("a\"")", R"("ü")",
                                     "1", R"(["a"])", "null", "{}"}) {
    EXPECT_EQ(scopes(fmt::format(R"(,"scope":{})", bad)), Scopes{"the token's claim scope is malformed"})
        << bad;
  }
  for (const std::string_view bad : {R"(["a b"])", R"([""])", "[1]", "1", R"([["a"]])"}) {
    EXPECT_EQ(scopes(fmt::format(R"(,"scp":{})", bad)), Scopes{"the token's claim scp is malformed"}) << bad;
  }
  std::string many = "s";
  for (std::size_t i = 1; i < kMaxScopes; ++i) many += " s";
  EXPECT_EQ(scopes(fmt::format(R"(,"scope":"{}")", many)).size(), kMaxScopes);
  EXPECT_EQ(scopes(fmt::format(R"(,"scope":"{} s")", many)), Scopes{"the token's claim scope is malformed"});
  EXPECT_EQ(scopes(fmt::format(R"(,"scope":"{}")", std::string(kMaxScopeBytes + 1, 's'))),
            Scopes{"the token's claim scope is malformed"});
}

TEST(Verify, refuses_a_payload_that_is_no_claims_set) {
  for (const std::string_view bad :
       {"", "[]", "x", "{\"sub\":\"u\",\"exp\":1769851900,\"sub\":\"admin\"}",
        "{\"sub\":\"\xff\",\"exp\":1769851900}", "{\"sub\":\"u\",\"exp\":1769851900} {}",
        "{\"sub\":\"u\",\"exp\":1769851900,\"x\":{\"y\":1,\"y\":1}}"}) {
    EXPECT_EQ(payload_outcome(bad), "the token is malformed") << bad;
  }
  // A token as the payload of a token.
  EXPECT_EQ(payload_outcome(forge::token(Algorithm::kHs256)), "the token is malformed");
}

TEST(Verify, refuses_everything_without_keys) {
  for (const Algorithm algorithm : kAll) {
    EXPECT_EQ(outcome(forge::token(algorithm), KeySet()), "the token is signed with a key that is not known");
  }
}

TEST(Verify, tells_nothing_of_the_token_in_a_refusal) {
  const std::string token =
      forge::sign(*forge::pair(Algorithm::kHs256).key, R"({"alg":"HS256","kid":"canary"})",
                  R"({"sub":"canary","exp":1,"iss":"canary","aud":"canary"})");
  const auto principal = verify(token, forge::keys_for(Algorithm::kHs256), {}, kNow);
  ASSERT_FALSE(principal);
  EXPECT_EQ((principal.error().message + principal.error().cause).find("canary"), std::string::npos);
}

}  // namespace
}  // namespace parley::auth
