#include "tokens/bpe.h"

namespace parley::tokens {
namespace {

// Whether the bytes in front of a place stand behind it once more.
bool stands_twice(std::string_view piece, std::size_t at, std::size_t size) {
  return piece.size() - at >= size && piece[at] == piece[at - size] &&
         piece.substr(at, size) == piece.substr(at - size, size);
}

}  // namespace

bool stay_apart(const Vocabulary& vocabulary, std::uint32_t left, std::uint32_t right) {
  // Goes back in time from the two, undoing the later merge, and looks whether a merge across the border
  // would have come first. Of equal ranks the leftmost merges first.
  std::uint32_t limit = kNoToken;
  while (true) {
    if (vocabulary.merged(left, right) < limit) return false;
    if (left > right) {
      if (left < kByteTokens) return true;
      limit = left;
      left = vocabulary.token(left).right;
    } else {
      if (right < kByteTokens) return true;
      limit = right + 1;
      right = vocabulary.token(right).left;
    }
  }
}

std::span<const std::uint32_t> PieceEncoder::encode_from(std::string_view piece, std::uint32_t first) {
  tokens_.clear();
  dead_.assign(piece.size() / 64 + 1, 0);
  std::size_t at = 0;
  std::uint32_t token = first;
  bool repeats = false;  // it is tried because it was taken last, before the longest
  while (at < piece.size()) {
    ++attempts_;
    const TokenEntry& entry = vocabulary_.token(token);
    const std::size_t end = at + entry.length();
    const bool open = (dead_[end / 64] >> (end % 64) & 1) == 0;
    if (open && (tokens_.empty() || stay_apart(vocabulary_, tokens_.back(), token))) {
      tokens_.push_back(token);
      at = end;
      repeats = stands_twice(piece, at, entry.length());
      if (!repeats) token = longest(piece, at).token;
    } else if (repeats) {
      repeats = false;
      token = longest(piece, at).token;
    } else if (entry.prefix() != TokenEntry::kNoPrefix) {
      token = entry.prefix();
    } else {
      dead_[at / 64] |= std::uint64_t{1} << (at % 64);
      token = tokens_.back();
      tokens_.pop_back();
      at -= vocabulary_.token(token).length();
      repeats = !tokens_.empty() && tokens_.back() == token;
    }
  }
  return tokens_;
}

}  // namespace parley::tokens
