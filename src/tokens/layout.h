// How the tables lie in the program: what src/tokens/tables/make_tables.cc writes and the room reads.
//
// An encoding has four: a trie of its tokens' bytes, a record of each token, the pairs of tokens that merge,
// and a filter in front of those. It has a bit set for each hash that a pair has: most pairs that are asked
// for do not merge, and the filter alone stays in the processor's cache. All are arrays of 64-bit or smaller
// whole numbers in the machine's order, read in place.
#pragma once

#include <cstddef>
#include <cstdint>

namespace parley::tokens {

inline constexpr std::uint32_t kNoToken = 0xFFFF'FFFF;

// A state of the trie, a double array: the state after byte `b` is at base ^ b where that unit's label is
// `b`. No two states have one base. State 0 is the root.
struct TrieUnit {
  static constexpr std::uint32_t kUnused = 0x100;  // a label that no byte is

  // The base in the upper 23 bits, the label in the lower 9.
  std::uint32_t base_and_label = kUnused;
  // The token that ends here, or kNoToken.
  std::uint32_t token = kNoToken;

  constexpr std::uint32_t base() const { return base_and_label >> 9; }
  constexpr std::uint32_t label() const { return base_and_label & 0x1FF; }
};

// A token by its id, which is its rank: lower ones merge first.
struct TokenEntry {
  // The two tokens that the last merge made it of; both itself where it is one byte.
  std::uint32_t left = 0;
  std::uint32_t right = 0;
  // The longest token that is a proper prefix of it, in the upper 24 bits (kNoPrefix: none); its length in
  // bytes, 1 to 128, in the lower 8.
  std::uint32_t prefix_and_length = 0;

  static constexpr std::uint32_t kNoPrefix = 0xFF'FFFF;
  constexpr std::uint32_t prefix() const { return prefix_and_length >> 8; }
  constexpr std::uint32_t length() const { return prefix_and_length & 0xFF; }
};

// The first tokens are those of one byte, each once, in some order.
inline constexpr std::uint32_t kByteTokens = 256;
// The longest token of any encoding, in bytes.
inline constexpr std::size_t kMaxTokenBytes = 128;

// A slot of the table of pairs: the left and the right token and what they merge to, 18 bits each from the
// top of the lower 54. Open addressing, linear probing, a power of two of slots.
using PairSlot = std::uint64_t;
inline constexpr PairSlot kNoPair = ~PairSlot{0};
inline constexpr int kTokenBits = 18;

constexpr std::uint64_t pair_key(std::uint32_t left, std::uint32_t right) {
  return (std::uint64_t{left} << kTokenBits) | right;
}
constexpr std::uint64_t pair_hash(std::uint64_t key, int bits_of_slots) {
  return (key * 0x9E37'79B9'7F4A'7C15U) >> (64 - bits_of_slots);
}

// Classes of characters that the patterns tell apart, one bit each, so that a set of them is a mask.
enum CharacterClass : std::uint8_t {
  kUpper = 1,     // Lu, Lt
  kLower = 2,     // Ll
  kLetter = 4,    // Lm, Lo
  kMark = 8,      // M
  kNumber = 16,   // N
  kNewline = 32,  // CR, LF
  kSpace = 64,    // White_Space but those two
  kOther = 128,   // everything else
};

// The table of classes: for each 256 code points the number of their block, then the blocks, 256 classes
// each.
inline constexpr std::size_t kClassBlocks = 0x11'0000 / 256;

}  // namespace parley::tokens
