#include "graphql/rules/locations.h"

#include <algorithm>

namespace parley::graphql::rules {

namespace {

constexpr std::size_t kStride = 256;

// How many UTF-16 code units the character that starts with this byte has; 0 for a byte inside a character.
Position units_of(char c) {
  auto byte = static_cast<unsigned char>(c);
  if ((byte & 0xC0U) == 0x80U) return 0;
  return byte >= 0xF0U ? 2 : 1;
}

}  // namespace

void Locations::index() {
  indexed_ = true;
  ascii_ = std::ranges::all_of(source_, [](char c) { return static_cast<unsigned char>(c) < 0x80U; });
  lines_.push_back(0);
  Position units = 0;
  for (std::size_t i = 0; i < source_.size(); ++i) {
    if (!ascii_ && i % kStride == 0) units_.push_back(units);
    char c = source_[i];
    units += units_of(c);
    bool crlf = c == '\r' && i + 1 < source_.size() && source_[i + 1] == '\n';
    if (c == '\n' || (c == '\r' && !crlf)) lines_.push_back(static_cast<Position>(i + 1));
  }
}

Location Locations::find(Position at) {
  if (!indexed_) index();
  auto line = std::ranges::upper_bound(lines_, at) - lines_.begin();
  Position start = lines_[static_cast<std::size_t>(line - 1)];
  auto units_before = [&](Position offset) {
    if (ascii_ || units_.empty()) return offset;
    std::size_t mark = std::min(offset / kStride, units_.size() - 1);
    Position units = units_[mark];
    for (std::size_t i = mark * kStride; i < offset && i < source_.size(); ++i) units += units_of(source_[i]);
    return units;
  };
  return {.line = static_cast<std::uint32_t>(line), .column = units_before(at) - units_before(start) + 1};
}

}  // namespace parley::graphql::rules
