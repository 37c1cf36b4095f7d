#include "tokens/estimate.h"

#include <array>

#include "tokens/character.h"
#include "tokens/tokenizer.h"
#include "tokens/utf8.h"

namespace parley::tokens {
namespace {

// All in 32nds of a token.
constexpr std::int64_t kUnit = 32;
constexpr std::int64_t kPerToken = 30;

struct Weights {
  std::int64_t first;   // behind another character
  std::int64_t repeat;  // behind the same one
};

constexpr Weights ascii_weights(unsigned byte) {
  if (byte == ' ') return {4, 4};
  switch (detail::ascii_class(byte)) {
    case kLower:
      return {4, 14};
    case kUpper:
      return {6, 16};
    case kNumber:
      return {18, 44};
    case kNewline:
    case kSpace:
      return {4, 36};
    default:
      return {19, 45};
  }
}

// By a character's first byte.
constexpr Weights weights_of(unsigned first) {
  if (first < 0x80) return ascii_weights(first);
  if (first < 0xE0) return {16, 42};
  if (first < 0xF0) return {53, 79};
  return {51, 77};
}

constexpr std::array<Weights, 256> kWeights = [] {
  std::array<Weights, 256> all{};
  for (unsigned first = 0; first < all.size(); ++first) all[first] = weights_of(first);
  return all;
}();

}  // namespace

void CharacterWeights::add(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::uint8_t size = character_at(text, at).size;
    std::uint32_t character = 0;
    for (std::size_t i = 0; i < size; ++i)
      character = character << 8 | static_cast<std::uint8_t>(text[at + i]);
    const Weights& weights = kWeights[static_cast<std::uint8_t>(text[at])];
    weight_ += character == previous_ ? weights.repeat : weights.first;
    previous_ = character;
    at += size;
  }
}

std::int64_t CharacterWeights::estimate(std::int64_t tokens) const {
  return (tokens * kPerToken + weight_ + kUnit - 1) / kUnit;
}

std::int64_t estimate(std::string_view text) {
  return with_valid(text, [](std::string_view valid) {
    CharacterWeights weights;
    weights.add(valid);
    return weights.estimate(count(Encoding::kCl100k, valid));
  });
}

}  // namespace parley::tokens
