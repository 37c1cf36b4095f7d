#include "auth/claims.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <optional>

#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "auth/strict_json.h"

namespace parley::auth {
namespace {

namespace json = boost::json;
using base::ErrorCode;
using base::fail;
using base::Result;
using base::WallTime;

// 9999-12-31T23:59:59Z. A time given in milliseconds by mistake is beyond it, and refused rather than
// believed.
constexpr double kLastSecond = 253402300799.0;

std::unexpected<base::Error> refuse(std::string_view message, std::string_view cause = {}) {
  return fail(ErrorCode::kUnauthenticated, std::string(message), std::string(cause));
}

std::unexpected<base::Error> wrong_claim(std::string_view claim) {
  return fail(ErrorCode::kUnauthenticated, fmt::format("the token's claim {} is malformed", claim));
}

// Characters of Unicode's category Cc, in a text that is known to be UTF-8: C0, DEL and C1.
bool has_control_character(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f) return true;
    if (c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
  }
  return false;
}

bool is_name(std::string_view text, std::size_t max_bytes) {
  return !text.empty() && text.size() <= max_bytes && !has_control_character(text);
}

// RFC 6749, 3.3.
bool is_scope(std::string_view text) {
  return !text.empty() && text.size() <= kMaxScopeBytes &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '\\'; });
}

// A NumericDate, whole or not; nothing where it is absent.
Result<std::optional<WallTime>> time_claim(const json::object& claims, std::string_view name) {
  const json::value* value = claims.if_contains(name);
  if (value == nullptr) return std::nullopt;
  double seconds = 0;
  if (const std::int64_t* whole = value->if_int64()) {
    seconds = static_cast<double>(*whole);
  } else if (const std::uint64_t* large = value->if_uint64()) {
    seconds = static_cast<double>(*large);
  } else if (const double* number = value->if_double()) {
    seconds = *number;
  } else {
    return wrong_claim(name);
  }
  if (!std::isfinite(seconds) || seconds < 0 || seconds > kLastSecond) return wrong_claim(name);
  return WallTime(std::chrono::milliseconds(static_cast<std::int64_t>(std::floor(seconds * 1000))));
}

Result<WallTime> check_times(const json::object& claims, const VerifyOptions& options, WallTime now,
                             bool& out_of_time) {
  auto expires = time_claim(claims, "exp");
  if (!expires) return fail(std::move(expires));
  auto not_before = time_claim(claims, "nbf");
  if (!not_before) return fail(std::move(not_before));
  auto issued = time_claim(claims, "iat");
  if (!issued) return fail(std::move(issued));
  if (!*expires) return refuse("the token has no expiry", "no exp");
  out_of_time = true;
  // RFC 7519, 4.1.4: the current time must be before it.
  if (now >= **expires + options.leeway) return refuse("the token has expired");
  if (*not_before && now + options.leeway < **not_before) return refuse("the token is not valid yet", "nbf");
  if (*issued && now + options.leeway < **issued) return refuse("the token was issued in the future", "iat");
  out_of_time = false;
  return **expires + options.leeway;
}

Result<void> check_issuer(const json::object& claims, const std::string& wanted) {
  bool wrong = false;
  const json::string* issuer = string_member(claims, "iss", wrong);
  if (wrong) return wrong_claim("iss");
  if (!wanted.empty() && (issuer == nullptr || std::string_view(*issuer) != wanted)) {
    return refuse("the token is from another issuer", issuer == nullptr ? "no iss" : "iss");
  }
  return {};
}

Result<void> check_audience(const json::object& claims, const std::string& wanted) {
  const json::value* value = claims.if_contains("aud");
  bool found = false;
  if (value != nullptr && value->is_string()) {
    found = std::string_view(value->get_string()) == wanted;
  } else if (value != nullptr && value->is_array()) {
    for (const json::value& one : value->get_array()) {
      if (!one.is_string()) return wrong_claim("aud");
      found = found || std::string_view(one.get_string()) == wanted;
    }
  } else if (value != nullptr) {
    return wrong_claim("aud");
  }
  if (!wanted.empty() && !found) {
    return refuse("the token is for another audience", value == nullptr ? "no aud" : "aud");
  }
  return {};
}

bool add_scope(std::vector<std::string>& scopes, std::string_view scope) {
  if (!is_scope(scope) || scopes.size() == kMaxScopes) return false;
  scopes.emplace_back(scope);
  return true;
}

// Names with one space between them; the empty text has none.
bool split_scopes(std::string_view text, std::vector<std::string>& scopes) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (!add_scope(scopes, text.substr(0, end))) return false;
    if (end + 1 == text.size()) return false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

// `scope` as one text (RFC 8693, 4.2); where it is absent `scp`, as a text or, as some issuers have it, an
// array.
Result<std::vector<std::string>> read_scopes(const json::object& claims) {
  std::vector<std::string> scopes;
  const bool standard = claims.contains("scope");
  const json::value* value = claims.if_contains(standard ? "scope" : "scp");
  if (value == nullptr) return scopes;
  bool sound = false;
  if (const json::string* text = value->if_string()) {
    sound = split_scopes(*text, scopes);
  } else if (const json::array* array = value->if_array(); array != nullptr && !standard) {
    sound = std::ranges::all_of(*array, [&scopes](const json::value& one) {
      return one.is_string() && add_scope(scopes, one.get_string());
    });
  }
  if (!sound) return wrong_claim(standard ? "scope" : "scp");
  return scopes;
}

// The claim's text, "" where it is absent.
Result<std::string> name_claim(const json::object& claims, std::string_view name, std::size_t max_bytes) {
  bool wrong = false;
  const json::string* text = string_member(claims, name, wrong);
  if (wrong || (text != nullptr && !is_name(*text, max_bytes))) return wrong_claim(name);
  return text == nullptr ? std::string() : std::string(*text);
}

}  // namespace

Result<Principal> read_claims(std::string_view payload, const VerifyOptions& options, WallTime now,
                              bool* out_of_time) {
  assert(options.leeway >= std::chrono::milliseconds(0) && options.leeway <= std::chrono::minutes(5));
  std::array<unsigned char, 4096> buffer;  // Not set to zero on purpose: it is written before it is read.
  json::monotonic_resource memory(buffer.data(), buffer.size());
  const auto claims = parse_strict_object(payload, &memory);
  if (!claims) return refuse("the token is malformed", claims.error());

  bool wrong_time = false;
  auto expires = check_times(*claims, options, now, wrong_time);
  if (out_of_time != nullptr) *out_of_time = wrong_time;
  if (!expires) return fail(std::move(expires));
  if (auto issuer = check_issuer(*claims, options.issuer); !issuer) return fail(std::move(issuer));
  if (auto audience = check_audience(*claims, options.audience); !audience) return fail(std::move(audience));
  auto user = name_claim(*claims, "sub", kMaxNameBytes);
  if (!user) return fail(std::move(user));
  if (user->empty()) return refuse("the token names no user", "no sub");
  auto tenant = name_claim(*claims, "org", kMaxNameBytes);
  if (!tenant) return fail(std::move(tenant));
  auto tier = name_claim(*claims, "tier", kMaxTierBytes);
  if (!tier) return fail(std::move(tier));
  auto scopes = read_scopes(*claims);
  if (!scopes) return fail(std::move(scopes));

  return Principal{.tenant = tenant->empty() ? std::string(kDefaultTenant) : std::move(*tenant),
                   .user = std::move(*user),
                   .tier = std::move(*tier),
                   .scopes = std::move(*scopes),
                   .expires_at = *expires};
}

}  // namespace parley::auth
