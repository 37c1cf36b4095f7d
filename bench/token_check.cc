// links: parley_auth
// What checking one token costs, by algorithm: a signature checked each time, and a token that is remembered.
//   ninja -C build/release token_check && build/release/bench/token_check
#include <chrono>
#include <cstdio>
#include <string>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "auth/issue.h"
#include "auth/token_cache.h"
#include "auth/verify.h"

namespace {

using namespace parley;
using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr base::WallTime kNow{std::chrono::milliseconds(1769851800000)};

struct Keys {
  auth::SigningKey signing;
  auth::KeySet checking;
};

std::string pem_of(EVP_PKEY* pkey, bool secret) {
  BIO* bio = BIO_new(BIO_s_mem());
  if (secret) {
    PEM_write_bio_PKCS8PrivateKey(bio, pkey, nullptr, nullptr, 0, nullptr, nullptr);
  } else {
    PEM_write_bio_PUBKEY(bio, pkey);
  }
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(bio);
  return pem;
}

Keys keys_of(EVP_PKEY* pkey) {
  Keys keys{*auth::SigningKey::from_pem(pem_of(pkey, true)), *auth::KeySet::from_pem(pem_of(pkey, false))};
  EVP_PKEY_free(pkey);
  return keys;
}

template <class Fn>
void measure(std::string_view what, Fn&& once) {
  std::uint64_t runs = 0;
  const Steady::time_point began = Steady::now();
  Steady::duration took{};
  do {
    for (int i = 0; i < 100; ++i) once();
    runs += 100;
    took = Steady::now() - began;
  } while (took < 1s);
  std::printf("%-28.*s %8.2f us\n", static_cast<int>(what.size()), what.data(),
              std::chrono::duration<double, std::micro>(took).count() / static_cast<double>(runs));
}

void require(bool sound) {
  if (!sound) std::abort();
}

void measure_algorithm(const Keys& keys) {
  const auth::Claims claims{.issuer = "https://issuer.example/",
                            .audience = "parley",
                            .user = "0f8fad5b-d9cb-469f-a165-70867728950e",
                            .tenant = "acme",
                            .tier = "pro",
                            .scopes = {"chat", "embeddings"},
                            .issued_at = kNow,
                            .expires_at = kNow + 1h};
  const std::string token = *auth::issue_token(keys.signing, claims);
  const auth::VerifyOptions options{.issuer = claims.issuer, .audience = claims.audience};
  measure(std::string(auth::name(keys.signing.algorithm())) + " checked",
          [&] { require(auth::verify(token, keys.checking, options, kNow).has_value()); });
  if (keys.signing.algorithm() != auth::Algorithm::kHs256) return;
  base::Gauge gauge;
  auth::TokenCache cache(1024, gauge);
  cache.put(token, *auth::verify(token, keys.checking, options, kNow));
  measure("remembered", [&] { require(cache.find(token, kNow) != nullptr); });
}

}  // namespace

int main() {
  const std::string secret(32, 's');
  measure_algorithm({*auth::SigningKey::from_secret(secret), *auth::KeySet::from_secret(secret)});
  measure_algorithm(keys_of(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048})));
  measure_algorithm(keys_of(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")));
  measure_algorithm(keys_of(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")));
}
