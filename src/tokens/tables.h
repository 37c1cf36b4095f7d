// The tables that lie in the program, as views. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "tokens/layout.h"

namespace parley::tokens {

// An encoding's tables and how they are asked.
class Vocabulary {
 public:
  // `pairs`: a power of two of slots.
  constexpr Vocabulary(std::span<const TrieUnit> trie, std::span<const TokenEntry> tokens,
                       std::span<const PairSlot> pairs, std::span<const std::uint64_t> filter)
      : trie_(trie),
        tokens_(tokens),
        pairs_(pairs),
        filter_(filter),
        pair_bits_(__builtin_ctzll(pairs.size())),
        filter_bits_(__builtin_ctzll(filter.size()) + 6) {}

  std::uint32_t size() const { return static_cast<std::uint32_t>(tokens_.size()); }
  const TokenEntry& token(std::uint32_t id) const { return tokens_[id]; }

  // Follows the trie by one byte from a state, 0 being the root; 0 where no token goes on that way.
  std::uint32_t step(std::uint32_t state, std::uint8_t byte) const {
    const std::uint32_t next = trie_[state].base() ^ byte;
    return trie_[next].label() == byte ? next : 0;
  }
  // The token that ends in a state, or kNoToken.
  std::uint32_t token_at(std::uint32_t state) const { return trie_[state].token; }

  // What two neighbours merge to, or kNoToken.
  std::uint32_t merged(std::uint32_t left, std::uint32_t right) const {
    const std::uint64_t key = pair_key(left, right);
    const std::uint64_t bit = pair_hash(key, filter_bits_);
    if ((filter_[bit / 64] >> (bit % 64) & 1) == 0) return kNoToken;
    for (std::size_t at = pair_hash(key, pair_bits_);; at = (at + 1) & (pairs_.size() - 1)) {
      const PairSlot slot = pairs_[at];
      if (slot == kNoPair) return kNoToken;
      if (slot >> kTokenBits == key) return slot & ((std::uint32_t{1} << kTokenBits) - 1);
    }
  }

 private:
  std::span<const TrieUnit> trie_;
  std::span<const TokenEntry> tokens_;
  std::span<const PairSlot> pairs_;
  std::span<const std::uint64_t> filter_;
  int pair_bits_;
  int filter_bits_;
};

const Vocabulary& cl100k();
const Vocabulary& o200k();

// For each 256 code points the number of their block; then the blocks (layout.h).
extern const std::uint8_t* const kClassTable;

}  // namespace parley::tokens
