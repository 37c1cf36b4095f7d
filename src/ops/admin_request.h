// What operators ask of /admin, read from paths, queries and bodies: strict, so that a typing error is told
// and not taken for something else. Pure; any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "model/owner.h"

namespace parley::ops {

// Of a tenant's or a user's name.
inline constexpr std::size_t kMaxOwnerNameBytes = 256;
inline constexpr std::chrono::seconds kLongestBan = std::chrono::days(366);
inline constexpr int kDefaultBans = 50;

// "ip:192.0.2.7", "ip:2001:db8:1:2::/64", "user:acme/ada", as bans have it: an IPv6 address becomes the
// network that counts as one client. In a tenant's name `%`, `/`, `{` and `}` are percent-encoded.
// BAD_USER_INPUT for anything else.
[[nodiscard]] base::Result<std::string> parse_subject(std::string_view text);

struct BanRequest {
  std::string subject;
  std::chrono::seconds lasts{};
  std::string reason;
};

// {"subject", "seconds": 1 to kLongestBan, "reason"}, each once and nothing else; the reason is 1 to
// state::kMaxReasonBytes of UTF-8 without control characters. BAD_USER_INPUT, naming the member.
[[nodiscard]] base::Result<BanRequest> parse_ban_request(std::string_view body);

struct BanPage {
  // A subject as it stands in a ban; empty: from the start.
  std::string after{};
  int limit = kDefaultBans;
};

// `query`: what follows the '?', still percent-encoded. `after`, and `limit` from 1 to state::kMaxBans, each
// once at the most and nothing else. BAD_USER_INPUT, naming the parameter.
[[nodiscard]] base::Result<BanPage> parse_ban_page(std::string_view query);

// One segment of a path, percent-decoded: 1 to `max_bytes` of UTF-8 without control characters. Nothing
// otherwise.
std::optional<std::string> parse_segment(std::string_view segment, std::size_t max_bytes);

// "{tenant}/{user}", both percent-encoded. Nothing where it names nobody.
std::optional<model::Owner> parse_user_path(std::string_view path);

}  // namespace parley::ops
