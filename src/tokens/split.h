// Cuts a text into the pieces that tokens never cross, by the published patterns of the encodings
// (tiktoken_ext/openai_public.py), matched by hand: in linear time, where a backtracking engine may take
// longer.
//
// The text is valid UTF-8. Pure functions; any thread.
//
#pragma once

#include <cstddef>
#include <string_view>

#include "tokens/character.h"

namespace parley::tokens {

namespace detail {

// The white space at `at`.
struct Space {
  std::size_t end;
  std::size_t last;              // where its last character begins
  std::size_t last_newline_end;  // where its last newline ends; `at` where it has none
};
inline Space space_at(std::string_view text, std::size_t at) {
  Space space{.end = at, .last = at, .last_newline_end = at};
  for (Character c = character_at(text, at); c.is(kSpace | kNewline); c = character_at(text, space.end)) {
    space.last = space.end;
    space.end += c.size;
    if (c.is(kNewline)) space.last_newline_end = space.end;
  }
  return space;
}

// Of white space without a newline: all of it at the text's end, else all but the last character, which goes
// with what follows, and a single one alone.  \s+(?!\S)|\s
inline std::size_t spaces_end(std::string_view text, std::size_t at, const Space& space) {
  return space.end == text.size() || space.last == at ? space.end : space.last;
}

// The size of a contraction ('s 't 'm 'd 'll 've 're, in any case, with the long s as an s) at `at`, or 0.
std::size_t contraction(std::string_view text, std::size_t at);

// The end of a word of o200k_base whose letters begin at `at`; `at` where there is none:
//   [upper letter mark]*[lower letter mark]+   or, where that fails,   [upper letter mark]+
struct Word {
  std::size_t end;
  bool has_lower;  // the first of the two
};
inline Word word_end(std::string_view text, std::size_t at) {
  std::size_t end = at;
  std::size_t last_caseless = at;  // where the last letter or mark ends that either part may take
  Character c = character_at(text, end);
  for (; c.is(kUpper | kLetter | kMark); c = character_at(text, end)) {
    end += c.size;
    if (!c.is(kUpper)) last_caseless = end;
  }
  if (c.is(kLower)) return {run_end(text, end, kLower | kLetter | kMark), true};
  if (last_caseless != at) return {last_caseless, true};
  return {end, false};
}

}  // namespace detail

// '(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|
// \s*[\r\n]|\s+(?!\S)|\s
struct Cl100kSplit {
  // The end of the piece that begins at `at`, which is less than the text's size.
  static std::size_t piece_end(std::string_view text, std::size_t at) {
    constexpr unsigned kLetters = kUpper | kLower | kLetter;
    const Character first = character_at(text, at);
    if (first.is(kLetters)) return run_end(text, at + first.size, kLetters);
    if (first.is(kNumber)) return numbers_end(text, at);
    if (text[at] == '\'') {
      if (const std::size_t size = detail::contraction(text, at); size != 0) return at + size;
    }
    const std::size_t second_at = at + first.size;
    const Character second = character_at(text, second_at);
    if (!first.is(kNewline) && second.is(kLetters)) return run_end(text, second_at + second.size, kLetters);
    if (first.is(kOther | kMark)) return marks_end(text, second_at);
    if (text[at] == ' ' && second.is(kOther | kMark)) return marks_end(text, second_at);
    const detail::Space space = detail::space_at(text, at);
    if (space.end == text.size()) return space.end;
    if (space.last_newline_end != at) return space.last_newline_end;
    return detail::spaces_end(text, at, space);
  }

  static std::size_t numbers_end(std::string_view text, std::size_t at) {
    for (int i = 0; i < 3; ++i) {
      const Character c = character_at(text, at);
      if (!c.is(kNumber)) break;
      at += c.size;
    }
    return at;
  }

 private:
  static std::size_t marks_end(std::string_view text, std::size_t at) {
    return run_end(text, run_end(text, at, kOther | kMark), kNewline);
  }
};

// [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|
// [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|
// \p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
struct O200kSplit {
  static std::size_t piece_end(std::string_view text, std::size_t at) {
    constexpr unsigned kLetters = kUpper | kLower | kLetter;
    const Character first = character_at(text, at);
    if (first.is(kLetters)) return with_contraction(text, detail::word_end(text, at).end);
    if (first.is(kNumber)) return Cl100kSplit::numbers_end(text, at);
    const std::size_t second_at = at + first.size;
    const Character second = character_at(text, second_at);
    if (!first.is(kNewline) && second.is(kLetters | kMark)) {
      const detail::Word word = detail::word_end(text, second_at);
      // A mark in front of capitals is a word of its own: it can be a letter of the first kind, which comes
      // first.
      const bool alone = first.is(kMark) && !word.has_lower;
      return with_contraction(text, alone ? second_at : word.end);
    }
    if (first.is(kMark)) return with_contraction(text, second_at);
    if (first.is(kOther)) return marks_end(text, second_at);
    if (text[at] == ' ' && second.is(kOther)) return marks_end(text, second_at);
    const detail::Space space = detail::space_at(text, at);
    if (space.last_newline_end != at) return space.last_newline_end;
    return detail::spaces_end(text, at, space);
  }

 private:
  static std::size_t with_contraction(std::string_view text, std::size_t end) {
    if (end < text.size() && text[end] == '\'') return end + detail::contraction(text, end);
    return end;
  }
  static std::size_t marks_end(std::string_view text, std::size_t at) {
    at = run_end(text, at, kOther | kMark);
    while (at < text.size() && (text[at] == '\n' || text[at] == '\r' || text[at] == '/')) ++at;
    return at;
  }
};

}  // namespace parley::tokens
