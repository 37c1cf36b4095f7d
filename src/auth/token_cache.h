// Tokens that were verified, by their SHA-256, so that a client that repeats its token does not make us pay
// for the signature again.
//
// Belongs to one worker. Bounded: the token used longest ago goes first. The token itself is not kept.
#pragma once

#include <array>
#include <cstddef>
#include <list>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "auth/principal.h"
#include "base/clock.h"
#include "base/metrics.h"

namespace parley::auth {

class TokenCache {
 public:
  // `entries` outlives the cache and shows how many tokens the caches of all workers hold.
  TokenCache(std::size_t max_tokens, base::Gauge& entries) : max_tokens_(max_tokens), gauge_(entries) {}
  ~TokenCache() { clear(); }
  TokenCache(const TokenCache&) = delete;
  TokenCache& operator=(const TokenCache&) = delete;

  // Nothing where the token is not held or has run out at `now`. The pointer holds until the next call.
  const Principal* find(std::string_view token, base::WallTime now);
  void put(std::string_view token, const Principal& principal);
  void clear();

  std::size_t size() const { return by_digest_.size(); }

 private:
  using Digest = std::array<unsigned char, 32>;
  struct DigestHash {
    std::size_t operator()(const Digest& digest) const;
  };
  struct Entry {
    Digest digest;
    Principal principal;
  };
  using Entries = std::list<Entry>;

  // Nothing where OpenSSL fails: such a token is not found and not held.
  static std::optional<Digest> digest_of(std::string_view token);
  void erase(Entries::iterator entry);

  std::size_t max_tokens_;
  base::Gauge& gauge_;
  // The token used last comes first.
  Entries entries_{};
  std::unordered_map<Digest, Entries::iterator, DigestHash> by_digest_{};
};

}  // namespace parley::auth
