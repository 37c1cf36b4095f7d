// The number of tokens of a piece that grows byte by byte, in constant time and room for each.
//
// The last token of a row's encoding is the one token that ends there and stays apart from what is encoded in
// front of it; so every place where a token begins is remembered with how many tokens lead to it, for as long
// as a token that begins there may yet be longer. See tokens/bpe.h. Whoever has it owns it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tokens/tables.h"

namespace parley::tokens {

class PrefixCounter {
 public:
  explicit PrefixCounter(const Vocabulary& vocabulary) : vocabulary_(&vocabulary) {}

  void add(std::string_view bytes) {
    for (const char byte : bytes) add(static_cast<std::uint8_t>(byte));
  }
  // Of all bytes so far, taken as one piece.
  std::int64_t tokens() const { return tokens_; }

 private:
  // A token that may go on: where the trie stands, and what was encoded in front of it.
  struct Start {
    std::uint32_t state;
    std::uint32_t last;
    std::int64_t tokens;
  };

  void add(std::uint8_t byte);

  const Vocabulary* vocabulary_;
  // The oldest first. No token is longer than kMaxTokenBytes, so no more begin before one must end.
  std::array<Start, kMaxTokenBytes + 1> starts_{};
  std::size_t open_ = 0;
  std::uint32_t last_ = kNoToken;
  std::int64_t tokens_ = 0;
};

}  // namespace parley::tokens
