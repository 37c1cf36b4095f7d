// The tokens of an unbroken run, a stretch of letters, of marks or of white space that has no place where it
// could be cut for good, while it grows. It makes one piece, or two that a later character may yet join:
//
//   o200k_base cuts capitals off the letters without case in front of them, until a small letter follows;
//   and white space behind its last newline, until another one follows.
//
// For long runs, which a counter could not afford to look at anew with each piece of an answer. Whoever has
// it owns it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "tokens/prefix_counter.h"
#include "tokens/tokenizer.h"

namespace parley::tokens {

class Run {
 public:
  // What a text is that cannot be cut anywhere for good (tokens/split.h), from its characters: nothing where
  // it is no run. `text`: whole characters, more than 16 bytes of them.
  static std::optional<Run> of(Encoding encoding, std::string_view text);

  // Takes whole characters from the start of `text` for as long as they go on with the run; gives how many
  // bytes.
  std::size_t extend(std::string_view text);
  std::int64_t tokens() const { return before_ + (divided_ ? rest_.tokens() : whole_.tokens()); }

 private:
  struct Kind {
    // The classes of characters that go on with the run, and those behind which it is in two.
    unsigned members = 0;
    unsigned dividers = 0;
    // Whether '/' goes on with it too.
    bool slash = false;
  };

  static Kind kind_of(Encoding encoding, std::string_view text);
  static Kind o200k_kind(std::string_view text);
  Run(const Vocabulary& vocabulary, Kind kind)
      : vocabulary_(&vocabulary), kind_(kind), whole_(vocabulary), rest_(vocabulary) {}
  void take(std::string_view character, bool divides);

  const Vocabulary* vocabulary_;
  Kind kind_;
  PrefixCounter whole_;
  PrefixCounter rest_;
  std::int64_t before_ = 0;
  bool divided_ = false;
};

}  // namespace parley::tokens
