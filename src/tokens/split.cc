#include "tokens/split.h"

namespace parley::tokens::detail {
namespace {

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::size_t contraction(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at + 1, 2);
  if (rest.empty()) return 0;
  const char first = lower(rest[0]);
  if (first == 's' || first == 't' || first == 'm' || first == 'd') return 2;
  if (rest == "\xC5\xBF") return 3;  // U+017F, which folds to an s
  if (rest.size() < 2) return 0;
  const char second = lower(rest[1]);
  const bool two = (first == 'l' && second == 'l') || ((first == 'v' || first == 'r') && second == 'e');
  return two ? 3 : 0;
}

}  // namespace parley::tokens::detail
