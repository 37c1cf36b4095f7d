#include <algorithm>
#include <charconv>

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>

#include "net/client.h"
#include "net/grammar.h"

namespace parley::net {
namespace {

constexpr std::size_t kMaxUrl = 8192;
// RFC 1035, 2.3.4.
constexpr std::size_t kMaxName = 253;
constexpr std::size_t kMaxLabel = 63;

std::uint16_t port_of_scheme(bool tls) {
  return tls ? 443 : 80;
}

std::unexpected<base::Error> bad(const char* what) {
  return base::fail(base::ErrorCode::kBadUserInput, std::string("the URL ") + what);
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_ipv4(const std::string& host) {
  boost::system::error_code error;
  boost::asio::ip::make_address_v4(host, error);
  return !error;
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kMaxLabel && std::ranges::all_of(label, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
  });
}

// `host` is in lower case.
bool is_name_or_ipv4(const std::string& host) {
  std::string_view rest = host;
  if (rest.ends_with('.')) rest.remove_suffix(1);
  if (rest.empty() || rest.size() > kMaxName) return false;
  std::string_view label;
  while (true) {
    const std::size_t dot = rest.find('.');
    label = rest.substr(0, dot);
    if (!is_label(label)) return false;
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  // What ends in a number is an address; "127.1" and "0x7f000001" are ways to write one that only some
  // readers understand.
  const bool number = std::ranges::all_of(label, is_digit) || label.starts_with("0x");
  return !number || is_ipv4(host);
}

const char* set_host(Url& url, std::string_view text) {
  std::string host(text);
  std::ranges::transform(host, host.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (host.starts_with('[')) {
    if (!host.ends_with(']')) return "has a malformed host";
    host = host.substr(1, host.size() - 2);
    boost::system::error_code error;
    // A zone ("%eth0") means something on one machine only.
    if (host.contains('%') || (boost::asio::ip::make_address_v6(host, error), error)) {
      return "has a malformed IPv6 address";
    }
  } else if (!is_name_or_ipv4(host)) {
    return host.empty() ? "has no host" : "has a malformed host";
  }
  url.host = std::move(host);
  return nullptr;
}

const char* set_authority(Url& url, std::string_view authority) {
  if (authority.contains('@')) return "must not hold a user or password";
  const std::size_t colon = authority.rfind(':');
  const bool has_port = colon != std::string_view::npos && !authority.substr(colon).contains(']');
  if (const char* wrong = set_host(url, authority.substr(0, has_port ? colon : authority.size()))) {
    return wrong;
  }
  if (!has_port) return nullptr;
  const std::string_view digits = authority.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
  if (error != std::errc{} || end != digits.data() + digits.size() || url.port == 0) {
    return "has a port that is not a number from 1 to 65535";
  }
  return nullptr;
}

}  // namespace

std::string Url::authority() const {
  std::string text = host.contains(':') ? '[' + host + ']' : host;
  if (port != port_of_scheme(tls)) text.append(":").append(std::to_string(port));
  return text;
}

base::Result<Url> parse_url(std::string_view text) {
  if (text.size() > kMaxUrl) return bad("is too long");
  Url url;
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return bad("must begin with http:// or https://");
  const std::string_view scheme = text.substr(0, colon);
  url.tls = iequals(scheme, "https");
  if (!url.tls && !iequals(scheme, "http")) return bad("must begin with http:// or https://");
  url.port = port_of_scheme(url.tls);
  text.remove_prefix(colon + 3);
  if (text.contains('#')) return bad("must not hold a fragment");
  const std::size_t end = std::min(text.find_first_of("/?"), text.size());
  if (const char* wrong = set_authority(url, text.substr(0, end))) return bad(wrong);
  text.remove_prefix(end);
  if (!is_path_and_query(text)) return bad("holds a character that must be percent-encoded");
  url.target.assign(text);
  if (!text.starts_with('/')) url.target.insert(0, 1, '/');
  return url;
}

}  // namespace parley::net
