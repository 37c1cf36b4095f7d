#include "tokens/tokenizer.h"

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

void append_bytes(const Vocabulary& vocabulary, std::uint32_t id, std::string& to) {
  // What is not one byte was merged of two: the left ones on a stack, which is as deep as the token is long
  // at most.
  std::vector<std::uint32_t> rest{id};
  while (!rest.empty()) {
    const std::uint32_t token = rest.back();
    rest.pop_back();
    if (token >= kByteTokens) {
      rest.push_back(vocabulary.token(token).right);
      rest.push_back(vocabulary.token(token).left);
      continue;
    }
    std::uint8_t byte = 0;
    while (vocabulary.token_at(vocabulary.step(0, byte)) != token) ++byte;
    to += static_cast<char>(byte);
  }
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
  std::string bytes;
  if (encoding == Encoding::kUnknown) return bytes;
  const Vocabulary& vocabulary = encoding == Encoding::kCl100k ? cl100k() : o200k();
  if (id < vocabulary.size()) append_bytes(vocabulary, id, bytes);
  return bytes;
}

}  // namespace parley::tokens
