#include "auth/token_cache.h"

#include <cstring>
#include <iterator>

#include <openssl/evp.h>

#include "auth/openssl.h"

namespace parley::auth {

std::size_t TokenCache::DigestHash::operator()(const Digest& digest) const {
  // A digest is evenly spread already.
  std::size_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

std::optional<TokenCache::Digest> TokenCache::digest_of(std::string_view token) {
  Digest digest{};
  if (EVP_Digest(token.data(), token.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    take_openssl_error();
    return std::nullopt;
  }
  return digest;
}

const Principal* TokenCache::find(std::string_view token, base::WallTime now) {
  if (entries_.empty()) return nullptr;
  const std::optional<Digest> digest = digest_of(token);
  const auto found = digest ? by_digest_.find(*digest) : by_digest_.end();
  if (found == by_digest_.end()) return nullptr;
  const Entries::iterator entry = found->second;
  if (now >= entry->principal.expires_at) {
    erase(entry);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return &entry->principal;
}

void TokenCache::put(std::string_view token, const Principal& principal) {
  if (max_tokens_ == 0) return;
  const std::optional<Digest> digest = digest_of(token);
  if (!digest) return;
  if (const auto found = by_digest_.find(*digest); found != by_digest_.end()) erase(found->second);
  if (entries_.size() == max_tokens_) erase(std::prev(entries_.end()));
  entries_.push_front(Entry{.digest = *digest, .principal = principal});
  by_digest_.emplace(*digest, entries_.begin());
  gauge_.add(1);
}

void TokenCache::clear() {
  gauge_.add(-static_cast<std::int64_t>(entries_.size()));
  by_digest_.clear();
  entries_.clear();
}

void TokenCache::erase(Entries::iterator entry) {
  by_digest_.erase(entry->digest);
  entries_.erase(entry);
  gauge_.add(-1);
}

}  // namespace parley::auth
