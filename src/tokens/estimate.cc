#include "tokens/estimate.h"

#include <array>

#include "tokens/character.h"
#include "tokens/tokenizer.h"
#include "tokens/utf8.h"

namespace parley::tokens {
namespace {

// All in 32nds of a token.
constexpr std::int64_t kUnit = 32;

struct Weights {
  std::int64_t plain;
  std::int64_t again;     // behind the same one
  std::int64_t by_turns;  // where two take turns, from the second round on
};

constexpr Weights ascii_weights(unsigned byte) {
  if (byte == ' ') return {4, 4, 36};
  switch (detail::ascii_class(byte)) {
    case kLower:
      return {4, 18, 18};
    case kUpper:
      return {6, 20, 20};
    case kNumber:
      return {18, 44, 44};
    case kNewline:
    case kSpace:
      return {4, 36, 36};
    default:
      return {19, 45, 45};
  }
}

// By a character's first byte.
constexpr Weights weights_of(unsigned first) {
  if (first < 0x80) return ascii_weights(first);
  if (first < 0xE0) return {18, 44, 44};
  if (first < 0xF0) return {56, 82, 82};
  return {68, 94, 94};
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
    const auto [last, last_but_one, third] = previous_;
    if (character == last) {
      weight_ += weights.again;
    } else {
      weight_ += character == last_but_one && last == third ? weights.by_turns : weights.plain;
    }
    previous_ = {character, last, last_but_one};
    at += size;
  }
}

std::int64_t CharacterWeights::estimate(std::int64_t tokens) const {
  return tokens + (weight_ + kUnit - 1) / kUnit;
}

std::int64_t estimate(std::string_view text) {
  return with_valid(text, [](std::string_view valid) {
    CharacterWeights weights;
    weights.add(valid);
    return weights.estimate(count(Encoding::kCl100k, valid));
  });
}

}  // namespace parley::tokens
