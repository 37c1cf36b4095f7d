#include "tokens/run.h"

#include "tokens/character.h"

namespace parley::tokens {
namespace {

constexpr unsigned kLetters = kUpper | kLower | kLetter;
constexpr unsigned kWhite = kSpace | kNewline;

unsigned classes(std::string_view text) {
  unsigned all = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Character c = character_at(text, at);
    all |= c.classes;
    at += c.size;
  }
  return all;
}

Character last_character(std::string_view text) {
  std::size_t at = text.size() - 1;
  while ((static_cast<std::uint8_t>(text[at]) & 0xC0) == 0x80) --at;
  return character_at(text, at);
}

}  // namespace

Run::Kind Run::kind_of(Encoding encoding, std::string_view text) {
  if (encoding == Encoding::kO200k) return o200k_kind(text);
  const Character first = character_at(text, 0);
  const Character last = last_character(text);
  if (last.is(kLetters)) return {.members = kLetters};
  if (last.is(kOther | kMark)) return {.members = kOther | kMark};
  if (!last.is(kWhite)) return {};
  const bool white = first.is(kWhite) && character_at(text, first.size).is(kWhite);
  return {.members = white ? kWhite : kNewline};
}

Run::Kind Run::o200k_kind(std::string_view text) {
  const Character first = character_at(text, 0);
  const Character second = character_at(text, first.size);
  if (first.is(kWhite) && second.is(kWhite)) return {.members = kWhite, .dividers = kNewline};
  const unsigned all = classes(text);
  if ((first.classes | second.classes) & (kLetters | kMark)) {
    // A contraction, or what may become one, has an end of its own.
    if (text.substr(text.size() - 4).contains('\'')) return {};
    if ((all & kLower) != 0) return {.members = kLower | kLetter | kMark};
    return {.members = kUpper | kLetter | kMark, .dividers = kLetter | kMark};
  }
  if ((all & kNewline) != 0) return {.members = kNewline, .slash = true};
  if ((all & kNumber) != 0) return {};
  return {.members = kOther | kMark};
}

std::optional<Run> Run::of(Encoding encoding, std::string_view text) {
  const Kind kind = kind_of(encoding, text);
  if (kind.members == 0) return std::nullopt;
  Run run(encoding == Encoding::kO200k ? o200k() : cl100k(), kind);
  for (std::size_t at = 0; at < text.size();) {
    const Character c = character_at(text, at);
    run.take(text.substr(at, c.size), c.is(kind.dividers));
    at += c.size;
  }
  return run;
}

std::size_t Run::extend(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const Character c = character_at(text, at);
    if (!c.is(kind_.members) && !(kind_.slash && text[at] == '/')) break;
    take(text.substr(at, c.size), c.is(kind_.dividers));
    at += c.size;
  }
  return at;
}

void Run::take(std::string_view character, bool divides) {
  whole_.add(character);
  if (divides) {
    before_ = whole_.tokens();
    rest_ = PrefixCounter(*vocabulary_);
    divided_ = true;
  } else if (divided_) {
    rest_.add(character);
  }
}

}  // namespace parley::tokens
