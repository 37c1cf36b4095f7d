// Byte pair encoding of one piece of text, in time linear in it.
//
// tiktoken merges neighbours, the lowest rank first, until nothing merges. The same tokens come out of this:
// a row of tokens is the encoding of its bytes exactly where each two neighbours are the encoding of theirs,
// so the longest token that fits is taken, and taken back where nothing fits behind it. A place that was
// given up is not tried again. Only where the last token's bytes stand once more is that tried first: long
// runs consist of one token, which is not the longest. (The way of the crate "bpe" of GitHub's rust-gems;
// that every token comes out of its own bytes, on which it rests, make_tables checks.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "tokens/tables.h"

namespace parley::tokens {

// Whether the bytes of the two, one behind the other, are encoded as these two.
bool stay_apart(const Vocabulary& vocabulary, std::uint32_t left, std::uint32_t right);

// Holds the room that it works in; one for many pieces. Whoever has it owns it.
class PieceEncoder {
 public:
  explicit PieceEncoder(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {}

  // The number of tokens of a piece, which is not empty.
  std::size_t count(std::string_view piece) {
    const Match match = longest(piece, 0);
    return match.size == piece.size() ? 1 : encode_from(piece, match.token).size();
  }
  // Its tokens, until the next call.
  std::span<const std::uint32_t> encode(std::string_view piece) {
    return encode_from(piece, longest(piece, 0).token);
  }
  // How many times a token was tried, for the tests that hold it linear.
  std::uint64_t attempts() const { return attempts_; }

 private:
  struct Match {
    std::uint32_t token = kNoToken;
    std::size_t size = 0;
  };
  // The longest token at a place of the piece.
  Match longest(std::string_view piece, std::size_t at) const {
    Match match;
    std::uint32_t state = 0;
    for (std::size_t i = at; i < piece.size(); ++i) {
      state = vocabulary_.step(state, static_cast<std::uint8_t>(piece[i]));
      if (state == 0) break;
      if (const std::uint32_t token = vocabulary_.token_at(state); token != kNoToken)
        match = {token, i + 1 - at};
    }
    return match;
  }
  std::span<const std::uint32_t> encode_from(std::string_view piece, std::uint32_t first);

  const Vocabulary& vocabulary_;
  std::vector<std::uint32_t> tokens_{};
  // A bit for each place of the piece: nothing fits behind it.
  std::vector<std::uint64_t> dead_{};
  std::uint64_t attempts_ = 0;
};

}  // namespace parley::tokens
