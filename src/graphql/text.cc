#include "graphql/text.h"

#include <cstdint>
#include <cstring>

namespace parley::graphql {
namespace {

unsigned char byte(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// Bytes of the sequence that a lead byte starts; 0 where it starts none.
std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return 2;
  if (lead < 0xF0) return 3;
  return lead < 0xF5 ? 4 : 0;
}

bool well_formed(std::string_view text, std::size_t at, std::size_t length) {
  if (length == 0 || length > text.size() - at) return false;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(text, at + i) & 0xC0) != 0x80) return false;
  }
  if (length < 3) return true;
  // Of three and four bytes the second tells overlong forms, surrogates and what is beyond U+10FFFF.
  const unsigned char second = byte(text, at + 1);
  switch (byte(text, at)) {
    case 0xE0:
      return second >= 0xA0;
    case 0xED:
      return second < 0xA0;
    case 0xF0:
      return second >= 0x90;
    case 0xF4:
      return second < 0x90;
    default:
      return true;
  }
}

}  // namespace

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  std::size_t at = 0;
  while (at < text.size()) {
    std::uint64_t word = 0;
    if (text.size() - at >= sizeof word) {
      std::memcpy(&word, text.data() + at, sizeof word);
      if ((word & kHighBits) == 0) {
        at += sizeof word;
        continue;
      }
    }
    const std::size_t length = sequence_length(byte(text, at));
    if (!well_formed(text, at, length)) return at;
    at += length;
  }
  return std::nullopt;
}

char32_t code_point_at(std::string_view text, std::size_t at) {
  const unsigned char lead = byte(text, at);
  const std::size_t length = sequence_length(lead);
  if (length == 1) return lead;
  auto point = static_cast<char32_t>(lead & (0xFF >> (length + 1)));
  for (std::size_t i = 1; i < length; ++i) point = (point << 6) | (byte(text, at + i) & 0x3F);
  return point;
}

void append_utf8(std::string& text, char32_t point) {
  const auto put = [&text](char32_t bits) { text.push_back(static_cast<char>(bits)); };
  if (point < 0x80) {
    put(point);
    return;
  }
  if (point < 0x800) {
    put(0xC0 | (point >> 6));
  } else {
    if (point < 0x10000) {
      put(0xE0 | (point >> 12));
    } else {
      put(0xF0 | (point >> 18));
      put(0x80 | ((point >> 12) & 0x3F));
    }
    put(0x80 | ((point >> 6) & 0x3F));
  }
  put(0x80 | (point & 0x3F));
}

std::size_t utf16_length(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) {
    const auto unit = static_cast<unsigned char>(c);
    units += (unit & 0xC0) == 0x80 ? 0 : unit >= 0xF0 ? 2 : 1;
  }
  return units;
}

std::string utf16_prefix(std::string_view text, std::size_t units) {
  std::size_t end = 0;
  while (units > 0 && end < text.size()) {
    const std::size_t length = sequence_length(byte(text, end));
    if (length == 4 && units == 1) return std::string(text.substr(0, end)) + "\uFFFD";
    units -= length == 4 ? 2 : 1;
    end += length;
  }
  return std::string(text.substr(0, end));
}

}  // namespace parley::graphql
