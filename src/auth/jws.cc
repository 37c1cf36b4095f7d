#include "auth/jws.h"

#include <algorithm>
#include <array>
#include <optional>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include "auth/base64url.h"
#include "auth/strict_json.h"

namespace parley::auth {
namespace {

namespace json = boost::json;
using base::ErrorCode;
using base::fail;
using base::Result;

std::unexpected<base::Error> malformed(std::string_view cause) {
  return fail(ErrorCode::kUnauthenticated, "the token is malformed", std::string(cause));
}

bool same_word(std::string_view a, std::string_view lower_case) {
  return std::ranges::equal(a, lower_case, {},
                            [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
}

// RFC 8725, 3.11: a token made for another purpose is not taken for an access token. RFC 9068 calls it
// at+jwt.
bool is_access_token_type(std::string_view type) {
  constexpr std::string_view kMedia = "application/";
  if (type.size() > kMedia.size() && same_word(type.substr(0, kMedia.size()), kMedia)) {
    type.remove_prefix(kMedia.size());
  }
  return same_word(type, "jwt") || same_word(type, "at+jwt");
}

Result<void> read_header(std::string_view text, Jws& jws) {
  std::array<unsigned char, 2048> buffer;  // Not set to zero on purpose: it is written before it is read.
  json::monotonic_resource memory(buffer.data(), buffer.size());
  const auto header = parse_strict_object(text, &memory);
  if (!header) return malformed(header.error());
  if (header->contains("crit")) {
    return fail(ErrorCode::kUnauthenticated, "the token needs an extension that is not supported", "crit");
  }
  if (header->contains("b64")) {
    return fail(ErrorCode::kUnauthenticated, "the token needs an extension that is not supported", "b64");
  }
  bool wrong = false;
  const json::string* algorithm = string_member(*header, "alg", wrong);
  const json::string* kid = string_member(*header, "kid", wrong);
  const json::string* type = string_member(*header, "typ", wrong);
  if (wrong || algorithm == nullptr) return malformed("alg, kid or typ is missing or no string");
  if (header->contains("cty")) {
    return fail(ErrorCode::kUnauthenticated, "a token within a token is not accepted", "cty");
  }
  if (type != nullptr && !is_access_token_type(*type)) {
    return fail(ErrorCode::kUnauthenticated, "the token was made for something else", "typ");
  }
  if (kid != nullptr) {
    if (kid->size() > kMaxKidBytes) return malformed("the kid is too long");
    jws.kid = std::string(*kid);
  }
  const std::optional<Algorithm> known = algorithm_from_name(*algorithm);
  if (!known) {
    return fail(ErrorCode::kUnauthenticated, "the token's algorithm is not accepted",
                same_word(*algorithm, "none") ? "alg none" : "unknown alg");
  }
  jws.algorithm = *known;
  return {};
}

}  // namespace

Result<Jws> parse_jws(std::string_view token) {
  if (token.size() > kMaxTokenBytes) {
    return fail(ErrorCode::kUnauthenticated, "the token is longer than 8 KiB");
  }
  const auto dots = std::ranges::count(token, '.');
  if (dots == 4) {
    return fail(ErrorCode::kUnauthenticated, "an encrypted token is not accepted", "five parts");
  }
  if (dots != 2) return malformed("not three parts");
  const std::size_t first = token.find('.');
  const std::size_t second = token.rfind('.');
  const auto header = base64url_decode(token.substr(0, first));
  auto payload = base64url_decode(token.substr(first + 1, second - first - 1));
  auto signature = base64url_decode(token.substr(second + 1));
  if (!header || !payload || !signature) return malformed("a part is not canonical base64url");

  Jws jws;
  if (auto read = read_header(*header, jws); !read) return fail(std::move(read));
  if (signature->empty()) return fail(ErrorCode::kUnauthenticated, "the token has no signature");
  jws.signed_part = token.substr(0, second);
  jws.payload = std::move(*payload);
  jws.signature = std::move(*signature);
  return jws;
}

}  // namespace parley::auth
