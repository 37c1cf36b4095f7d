// Where bytes are UTF-8 and where not (Unicode 16, 3.9, table 3-7). Pure functions; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace parley::tokens {

inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

struct Sequence {
  enum class Kind : std::uint8_t {
    kCharacter,
    kBroken,  // the maximal part that is the start of a character, or one byte that is none's
    kCut,     // the text ends before the character does
  };
  Kind kind;
  // 1 to 4 bytes.
  std::size_t size;
};

// What stands at the start of `text`, which is not empty.
Sequence first_sequence(std::string_view text);

// How many bytes from the start on are whole characters.
std::size_t valid_prefix(std::string_view text);

// Appends the text with U+FFFD in place of every broken part, but for a character that is cut at the end:
// gives the number of its bytes, 0 to 3, which are left out.
std::size_t append_repaired(std::string& to, std::string_view text);

// Calls `use` with the text as valid UTF-8: the text itself where it is that, else repaired.
template <class Use>
auto with_valid(std::string_view text, Use&& use) {
  const std::size_t valid = valid_prefix(text);
  if (valid == text.size()) return use(text);
  std::string repaired(text.substr(0, valid));
  if (append_repaired(repaired, text.substr(valid)) != 0) repaired += kReplacement;
  return use(std::string_view(repaired));
}

}  // namespace parley::tokens
