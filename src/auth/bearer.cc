#include "auth/bearer.h"

#include <algorithm>

#include "auth/jws.h"

namespace parley::auth {
namespace {

bool is_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~' || c == '+' || c == '/';
}

}  // namespace

std::optional<std::string_view> bearer_token(std::string_view authorization_header_value) {
  std::string_view rest = authorization_header_value;
  for (const char wanted : std::string_view("bearer")) {
    if (rest.empty() || (rest.front() | 0x20) != wanted) return std::nullopt;
    rest.remove_prefix(1);
  }
  if (!rest.starts_with(' ')) return std::nullopt;
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  const std::string_view token = rest;
  if (token.empty() || token.size() > kMaxTokenBytes) return std::nullopt;
  // b64token: characters, then any number of '='.
  const auto padding = std::ranges::find_if_not(token, is_token_character);
  if (padding == token.begin() || std::any_of(padding, token.end(), [](char c) { return c != '='; })) {
    return std::nullopt;
  }
  return token;
}

}  // namespace parley::auth
