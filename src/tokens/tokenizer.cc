#include "tokens/tokenizer.h"

#include <array>
#include <limits>

#include "tokens/bpe.h"
#include "tokens/estimate.h"
#include "tokens/split.h"
#include "tokens/utf8.h"

namespace parley::tokens {
namespace {

template <class Split>
std::int64_t count_pieces(const Vocabulary& vocabulary, std::string_view text, std::int64_t limit) {
  PieceEncoder encoder(vocabulary);
  std::int64_t tokens = 0;
  for (std::size_t at = 0; at < text.size() && tokens <= limit;) {
    const std::size_t end = Split::piece_end(text, at);
    tokens += static_cast<std::int64_t>(encoder.count(text.substr(at, end - at)));
    at = end;
  }
  return tokens;
}

template <class Split>
std::vector<std::uint32_t> encode_pieces(const Vocabulary& vocabulary, std::string_view text) {
  PieceEncoder encoder(vocabulary);
  std::vector<std::uint32_t> ids;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = Split::piece_end(text, at);
    const auto piece = encoder.encode(text.substr(at, end - at));
    ids.insert(ids.end(), piece.begin(), piece.end());
    at = end;
  }
  return ids;
}

// The byte of each token that is one.
using TokenBytes = std::array<char, kByteTokens>;

TokenBytes bytes_of(const Vocabulary& vocabulary) {
  TokenBytes bytes{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    bytes[vocabulary.token_at(vocabulary.step(0, static_cast<std::uint8_t>(byte)))] = static_cast<char>(byte);
  }
  return bytes;
}

std::string bytes_of_token(const Vocabulary& vocabulary, const TokenBytes& bytes, std::uint32_t id) {
  std::string text;
  // What is not one byte was merged of two: those that are still to come lie on a stack, the next on top.
  std::vector<std::uint32_t> rest{id};
  while (!rest.empty()) {
    const std::uint32_t token = rest.back();
    rest.pop_back();
    if (token < kByteTokens) {
      text += bytes[token];
    } else {
      rest.push_back(vocabulary.token(token).right);
      rest.push_back(vocabulary.token(token).left);
    }
  }
  return text;
}

}  // namespace

std::int64_t count_up_to(Encoding encoding, std::string_view text, std::int64_t limit) {
  if (encoding == Encoding::kUnknown) return estimate(text);
  return with_valid(text, [&](std::string_view valid) {
    return encoding == Encoding::kCl100k ? count_pieces<Cl100kSplit>(cl100k(), valid, limit)
                                         : count_pieces<O200kSplit>(o200k(), valid, limit);
  });
}

std::int64_t count(Encoding encoding, std::string_view text) {
  return count_up_to(encoding, text, std::numeric_limits<std::int64_t>::max());
}

std::vector<std::uint32_t> encode(Encoding encoding, std::string_view text) {
  if (encoding == Encoding::kUnknown) return {};
  return with_valid(text, [&](std::string_view valid) {
    return encoding == Encoding::kCl100k ? encode_pieces<Cl100kSplit>(cl100k(), valid)
                                         : encode_pieces<O200kSplit>(o200k(), valid);
  });
}

std::string token_bytes(Encoding encoding, std::uint32_t id) {
  static const std::array kBytes{bytes_of(cl100k()), bytes_of(o200k())};
  if (encoding == Encoding::kUnknown) return {};
  const bool is_o200k = encoding == Encoding::kO200k;
  const Vocabulary& vocabulary = is_o200k ? o200k() : cl100k();
  if (id >= vocabulary.size()) return {};
  return bytes_of_token(vocabulary, kBytes[is_o200k ? 1 : 0], id);
}

}  // namespace parley::tokens
