#include "tokens/utf8.h"

#include <cstring>

namespace parley::tokens {
namespace {

constexpr std::uint64_t kHighBits = 0x8080'8080'8080'8080U;

// What may follow a first byte: how many bytes, and the range of the first of them.
struct Lead {
  std::size_t size = 0;  // of the whole character; 0: not the first byte of any
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xBF;
};

constexpr Lead lead_of(std::uint8_t byte) {
  if (byte < 0x80) return {1};
  if (byte < 0xC2) return {};
  if (byte < 0xE0) return {2};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte < 0xF0) return {3};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte < 0xF4) return {4};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {};
}

}  // namespace

Sequence first_sequence(std::string_view text) {
  const Lead lead = lead_of(static_cast<std::uint8_t>(text[0]));
  if (lead.size == 0) return {Sequence::Kind::kBroken, 1};
  for (std::size_t i = 1; i < lead.size; ++i) {
    if (i == text.size()) return {Sequence::Kind::kCut, i};
    const auto byte = static_cast<std::uint8_t>(text[i]);
    const bool follows = i == 1 ? byte >= lead.low && byte <= lead.high : (byte & 0xC0) == 0x80;
    if (!follows) return {Sequence::Kind::kBroken, i};
  }
  return {Sequence::Kind::kCharacter, lead.size};
}

std::size_t valid_prefix(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (static_cast<signed char>(text[at]) >= 0) {
      // Eight bytes at a time where all are ASCII.
      std::uint64_t eight = 0;
      while (at + sizeof eight <= text.size()) {
        std::memcpy(&eight, text.data() + at, sizeof eight);
        if ((eight & kHighBits) != 0) break;
        at += sizeof eight;
      }
      while (at < text.size() && static_cast<signed char>(text[at]) >= 0) ++at;
      continue;
    }
    const Sequence sequence = first_sequence(text.substr(at));
    if (sequence.kind != Sequence::Kind::kCharacter) break;
    at += sequence.size;
  }
  return at;
}

std::size_t append_repaired(std::string& to, std::string_view text) {
  while (true) {
    const std::size_t valid = valid_prefix(text);
    to.append(text.substr(0, valid));
    text.remove_prefix(valid);
    if (text.empty()) return 0;
    const Sequence sequence = first_sequence(text);
    if (sequence.kind == Sequence::Kind::kCut) return sequence.size;
    to.append(kReplacement);
    text.remove_prefix(sequence.size);
  }
}

}  // namespace parley::tokens
