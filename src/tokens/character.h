// The characters of a text and their classes. The text is valid UTF-8; nothing here looks past its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tokens/tables.h"

namespace parley::tokens {

// A character's class and its size in bytes; at the end of a text no class and no bytes.
struct Character {
  std::uint8_t classes = 0;
  std::uint8_t size = 0;

  bool is(unsigned mask) const { return (classes & mask) != 0; }
};

namespace detail {

constexpr std::uint8_t ascii_class(unsigned byte) {
  if (byte >= 'a' && byte <= 'z') return kLower;
  if (byte >= 'A' && byte <= 'Z') return kUpper;
  if (byte >= '0' && byte <= '9') return kNumber;
  if (byte == '\n' || byte == '\r') return kNewline;
  if (byte == ' ' || byte == '\t' || byte == '\v' || byte == '\f') return kSpace;
  return kOther;
}

struct AsciiClasses {
  std::uint8_t of[128];
  constexpr AsciiClasses() : of{} {
    for (unsigned i = 0; i < 128; ++i) of[i] = ascii_class(i);
  }
};
inline constexpr AsciiClasses kAscii;

}  // namespace detail

inline Character character_at(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {};
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[at + i]); };
  const std::uint32_t first = byte(0);
  if (first < 0x80) return {detail::kAscii.of[first], 1};
  std::uint32_t point = 0;
  std::uint8_t size = 2;
  if (first < 0xE0) {
    point = (first & 0x1FU) << 6 | (byte(1) & 0x3FU);
  } else if (first < 0xF0) {
    point = (first & 0x0FU) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU);
    size = 3;
  } else {
    point = (first & 0x07U) << 18 | (byte(1) & 0x3FU) << 12 | (byte(2) & 0x3FU) << 6 | (byte(3) & 0x3FU);
    size = 4;
  }
  const std::size_t block = kClassTable[point >> 8];
  return {kClassTable[kClassBlocks + block * 256 + (point & 0xFF)], size};
}

// Where the run of characters of a mask that begins at `at` ends.
inline std::size_t run_end(std::string_view text, std::size_t at, unsigned mask) {
  for (Character c = character_at(text, at); c.is(mask); c = character_at(text, at)) at += c.size;
  return at;
}

}  // namespace parley::tokens
