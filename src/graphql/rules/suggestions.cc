#include "graphql/rules/suggestions.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <list>
#include <optional>
#include <utility>

namespace parley::graphql::rules {

namespace {

// Distances count UTF-16 code units, as the reference implementation's strings do. Case is that of ASCII, of
// which names are made.
using Units = std::vector<std::uint16_t>;

Units lower_units(std::string_view text) {
  Units units;
  units.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    auto byte = static_cast<unsigned char>(text[i]);
    std::size_t length = byte < 0x80U ? 1 : byte < 0xE0U ? 2 : byte < 0xF0U ? 3 : 4;
    std::uint32_t point = length == 1 ? byte : byte & (0x7FU >> length);
    for (std::size_t k = 1; k < length && i + k < text.size(); ++k) {
      point = (point << 6U) | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    }
    i += length;
    if (point >= 0x10000U) {
      point -= 0x10000U;
      units.push_back(static_cast<std::uint16_t>(0xD800U + (point >> 10U)));
      units.push_back(static_cast<std::uint16_t>(0xDC00U + (point & 0x3FFU)));
    } else {
      if (point >= 'A' && point <= 'Z') point += 'a' - 'A';
      units.push_back(static_cast<std::uint16_t>(point));
    }
  }
  return units;
}

// Damerau and Levenshtein's distance between adjacent rows; nothing where it is beyond the threshold.
std::optional<std::size_t> distance(const Units& input, const Units& option, std::size_t threshold) {
  const Units& a = option.size() < input.size() ? input : option;
  const Units& b = option.size() < input.size() ? option : input;
  if (a.size() - b.size() > threshold) return std::nullopt;
  std::array<std::vector<std::size_t>, 3> rows;
  for (auto& row : rows) row.resize(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    const auto& up = rows[(i - 1) % 3];
    auto& current = rows[i % 3];
    std::size_t smallest = current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
      std::size_t cell = std::min({up[j] + 1, current[j - 1] + 1, up[j - 1] + cost});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cell = std::min(cell, rows[(i - 2) % 3][j - 2] + 1);
      }
      smallest = std::min(smallest, cell);
      current[j] = cell;
    }
    if (smallest > threshold) return std::nullopt;
  }
  std::size_t found = rows[a.size() % 3][b.size()];
  return found <= threshold ? std::optional(found) : std::nullopt;
}

bool digit(std::string_view text, std::size_t i) {
  return i < text.size() && text[i] >= '0' && text[i] <= '9';
}

// Reads the number at `i`; as the reference implementation does, one leading zero ends it.
double number(std::string_view text, std::size_t& i) {
  double value = 0;
  do {
    value = value * 10 + (text[i] - '0');
    ++i;
  } while (digit(text, i) && value > 0);
  return value;
}

int natural_compare(std::string_view a, std::string_view b) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    if (digit(a, i) && digit(b, j)) {
      double left = number(a, i);
      double right = number(b, j);
      if (left != right) return left < right ? -1 : 1;
    } else {
      if (a[i] != b[j]) return a[i] < b[j] ? -1 : 1;
      ++i;
      ++j;
    }
  }
  if (a.size() == b.size()) return 0;
  return a.size() < b.size() ? -1 : 1;
}

}  // namespace

bool natural_less(std::string_view a, std::string_view b) {
  return natural_compare(a, b) < 0;
}

std::vector<std::string_view> suggestion_list(std::string_view input,
                                              const std::vector<std::string_view>& options) {
  Units units = lower_units(input);
  std::size_t threshold = units.size() * 2 / 5 + 1;
  // A list, whose sort keeps the order of equals and takes any comparison.
  std::list<std::pair<std::size_t, std::string_view>> near;
  for (std::string_view option : options) {
    if (option == input) {
      near.emplace_back(0, option);
      continue;
    }
    Units other = lower_units(option);
    auto found = units == other ? std::optional(std::size_t{1}) : distance(units, other, threshold);
    if (found) near.emplace_back(*found, option);
  }
  near.sort([](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : natural_less(a.second, b.second);
  });
  near.unique();
  std::vector<std::string_view> names;
  names.reserve(near.size());
  for (const auto& [_, name] : near) names.push_back(name);
  return names;
}

std::string did_you_mean(std::string_view what, const std::vector<std::string_view>& suggestions) {
  constexpr std::size_t kMost = 5;
  std::size_t count = std::min(suggestions.size(), kMost);
  if (count == 0) return {};
  std::string message = " Did you mean ";
  if (!what.empty()) message.append(what).append(" ");
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) message += count == 2 ? " or " : i + 1 == count ? ", or " : ", ";
    message.append("\"").append(suggestions[i]).append("\"");
  }
  return message + "?";
}

}  // namespace parley::graphql::rules
