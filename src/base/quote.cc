#include "base/quote.h"

namespace parley::base {

std::string quote(std::string_view text, std::size_t max_bytes) {
  std::string quoted = "'";
  for (const char c : text.substr(0, max_bytes)) quoted += c >= ' ' && c <= '~' ? c : '?';
  if (text.size() > max_bytes) quoted += "...";
  quoted += '\'';
  return quoted;
}

}  // namespace parley::base
