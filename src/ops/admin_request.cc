#include "ops/admin_request.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <boost/url/params_encoded_view.hpp>
#include <boost/url/parse_query.hpp>
#include <boost/url/pct_string_view.hpp>
#include <fmt/format.h>

#include "auth/strict_json.h"
#include "base/quote.h"
#include "net/address.h"
#include "state/state.h"

namespace parley::ops {

namespace json = boost::json;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view kAddress = "ip:";
constexpr std::string_view kUser = "user:";

std::unexpected<base::Error> bad(std::string message) {
  return base::fail(ErrorCode::kBadUserInput, std::move(message));
}

// The length of the UTF-8 sequence that `text` begins with (RFC 3629, 4); 0 where it is none.
std::size_t utf8_length(std::string_view text) {
  const auto at = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto within = [&](std::size_t i, unsigned low, unsigned high) {
    return i < text.size() && at(i) >= low && at(i) <= high;
  };
  const unsigned first = at(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return within(1, 0x80, 0xBF) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    return within(1, low, high) && within(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return within(1, low, high) && within(2, 0x80, 0xBF) && within(3, 0x80, 0xBF) ? 4 : 0;
  }
  return 0;
}

// UTF-8 without characters of Unicode's category Cc: C0, DEL and C1.
bool is_plain(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const auto first = static_cast<unsigned char>(text.front());
    if (length == 0 || first < 0x20 || first == 0x7F) return false;
    if (first == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool is_name(std::string_view text, std::size_t max_bytes) {
  return !text.empty() && text.size() <= max_bytes && is_plain(text);
}

// A tenant's name as a subject has it.
bool is_tenant(std::string_view text) {
  return !text.empty() && text.find_first_of("{}") == std::string_view::npos &&
         boost::urls::make_pct_string_view(text).has_value();
}

Result<std::string> address_subject(std::string_view text) {
  const auto whole = [&text] {
    return bad(
        fmt::format("{} is neither an address nor the network that counts as one client: an IPv4 "
                    "address, or an IPv6 network of 64 bits",
                    base::quote(text)));
  };
  if (text.find('/') == std::string_view::npos) {
    const auto address = net::parse_address(text);
    if (!address) return whole();
    return std::string(kAddress) + net::client_key(*address);
  }
  const auto network = net::Network::parse(text);
  if (!network || *network != net::client_network(network->address())) return whole();
  return std::string(kAddress) + network->str();
}

}  // namespace

Result<std::string> parse_subject(std::string_view text) {
  if (!is_name(text, state::kMaxSubjectBytes)) {
    return bad(fmt::format("a subject has 1 to {} bytes of UTF-8 without control characters",
                           state::kMaxSubjectBytes));
  }
  if (text.starts_with(kAddress)) return address_subject(text.substr(kAddress.size()));
  if (text.starts_with(kUser)) {
    const std::string_view user = text.substr(kUser.size());
    const std::size_t slash = user.find('/');
    if (slash != std::string_view::npos && is_tenant(user.substr(0, slash)) && slash + 1 < user.size()) {
      return std::string(text);
    }
  }
  return bad("a subject is \"ip:<address>\" or \"user:<tenant>/<user>\"");
}

Result<BanRequest> parse_ban_request(std::string_view body) {
  const auto object = auth::parse_strict_object(body);
  if (!object) return bad(fmt::format("the body is not the JSON object that is wanted: {}", object.error()));
  for (const auto& member : *object) {
    const std::string_view name = member.key();
    if (name != "subject" && name != "seconds" && name != "reason") {
      return bad(fmt::format("{} is not known here", base::quote(name)));
    }
  }
  bool wrong = false;
  const json::string* subject = auth::string_member(*object, "subject", wrong);
  if (wrong || subject == nullptr) return bad("subject is missing or not a string");
  const json::string* reason = auth::string_member(*object, "reason", wrong);
  if (wrong || reason == nullptr || !is_name(*reason, state::kMaxReasonBytes)) {
    return bad(fmt::format("reason is not a text of 1 to {} bytes without control characters",
                           state::kMaxReasonBytes));
  }
  const json::value* seconds = object->if_contains("seconds");
  const std::int64_t* lasts = seconds == nullptr ? nullptr : seconds->if_int64();
  if (lasts == nullptr || *lasts < 1 || *lasts > kLongestBan.count()) {
    return bad(fmt::format("seconds is not a whole number from 1 to {}", kLongestBan.count()));
  }
  auto parsed = parse_subject(*subject);
  if (!parsed) return base::fail(std::move(parsed));
  return BanRequest{
      .subject = std::move(*parsed), .lasts = std::chrono::seconds(*lasts), .reason = std::string(*reason)};
}

Result<BanPage> parse_ban_page(std::string_view query) {
  BanPage page;
  if (query.empty()) return page;
  const auto parameters = boost::urls::parse_query(query);
  if (!parameters) return bad("the query of the URL cannot be read");
  std::set<std::string> seen;
  for (const auto parameter : *parameters) {
    const std::string name = parameter.key.decode();
    const std::string value = parameter.has_value ? parameter.value.decode() : std::string();
    if (!seen.insert(name).second) return bad(fmt::format("{} is there twice", base::quote(name)));
    if (name == "after") {
      if (value.size() > state::kMaxSubjectBytes) return bad("after is not the subject of a ban");
      page.after = value;
    } else if (name == "limit") {
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), page.limit);
      if (error != std::errc{} || end != value.data() + value.size() || page.limit < 1 ||
          page.limit > state::kMaxBans) {
        return bad(fmt::format("limit is not a whole number from 1 to {}", state::kMaxBans));
      }
    } else {
      return bad(fmt::format("{} is not known here", base::quote(name)));
    }
  }
  return page;
}

std::optional<std::string> parse_segment(std::string_view segment, std::size_t max_bytes) {
  const auto encoded = boost::urls::make_pct_string_view(segment);
  if (!encoded || segment.find('/') != std::string_view::npos) return std::nullopt;
  std::string decoded = encoded->decode();
  if (!is_name(decoded, max_bytes)) return std::nullopt;
  return decoded;
}

std::optional<model::Owner> parse_user_path(std::string_view path) {
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  auto tenant = parse_segment(path.substr(0, slash), kMaxOwnerNameBytes);
  auto user = parse_segment(path.substr(slash + 1), kMaxOwnerNameBytes);
  if (!tenant || !user) return std::nullopt;
  return model::Owner{.tenant = std::move(*tenant), .user = std::move(*user)};
}

}  // namespace parley::ops
