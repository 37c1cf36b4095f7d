#include "net/grammar.h"

#include <algorithm>
#include <array>

namespace parley::net {
namespace {

using Allowed = std::array<bool, 256>;

constexpr Allowed letters_digits_and(std::string_view others) {
  Allowed allowed{};
  for (unsigned c = '0'; c <= '9'; ++c) allowed[c] = true;
  for (unsigned c = 'a'; c <= 'z'; ++c) allowed[c] = true;
  for (unsigned c = 'A'; c <= 'Z'; ++c) allowed[c] = true;
  for (const char c : others) allowed[static_cast<unsigned char>(c)] = true;
  return allowed;
}

constexpr Allowed kToken = letters_digits_and("!#$%&'*+-.^_`|~");
constexpr Allowed kPathAndQuery = letters_digits_and("-._~!$&'()*+,;=:@/?%");
constexpr Allowed kFieldValue = [] {
  Allowed allowed{};
  for (unsigned c = 0x20; c <= 0xFF; ++c) allowed[c] = c != 0x7F;
  allowed['\t'] = true;
  return allowed;
}();

bool all_in(std::string_view text, const Allowed& allowed) {
  return std::ranges::all_of(text, [&](char c) { return allowed[static_cast<unsigned char>(c)]; });
}

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() && all_in(text, kToken);
}

bool is_field_value(std::string_view text) {
  return all_in(text, kFieldValue);
}

bool is_path_and_query(std::string_view text) {
  if (!all_in(text, kPathAndQuery)) return false;
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 3)) {
    if (at + 2 >= text.size() || hex_value(text[at + 1]) < 0 || hex_value(text[at + 2]) < 0) return false;
  }
  return true;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace parley::net
