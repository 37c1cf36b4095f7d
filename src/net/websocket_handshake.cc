#include "net/websocket_handshake.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <openssl/evp.h>

namespace parley::net {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// Takes the part of `list` before the next `separator`.
std::string_view take(std::string_view& list, char separator) {
  const std::size_t end = std::min(list.find(separator), list.size());
  const std::string_view part = trimmed(list.substr(0, end));
  list.remove_prefix(std::min(end + 1, list.size()));
  return part;
}

// 16 bytes in Base64.
bool valid_key(std::string_view key) {
  if (key.size() != 24 || !key.ends_with("==")) return false;
  return std::ranges::all_of(key.substr(0, 22), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '/';
  });
}

std::string accept_of(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  ::EVP_Digest(text.data(), text.size(), digest.data(), &size, ::EVP_sha1(), nullptr);
  std::array<unsigned char, 64> encoded{};
  const int written = ::EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
  return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(written)};
}

// RFC 7692, 7.1.2: 8 to 15, without leading zeros; may be quoted.
std::optional<int> window_bits(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  int bits = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (error != std::errc{} || end != text.data() + text.size() || text.starts_with('0')) return std::nullopt;
  if (bits < 8 || bits > 15) return std::nullopt;
  return bits;
}

struct Offer {
  std::optional<int> server_bits;
  std::array<bool, 4> seen{};
};

// One offer with its parameters; nothing where it is not deflate, malformed, or asks for what zlib cannot do
// (a window of 8 bits).
std::optional<Offer> read_offer(std::string_view text) {
  if (!iequals(take(text, ';'), "permessage-deflate")) return std::nullopt;
  Offer offer;
  constexpr std::array<std::string_view, 4> kNames{"server_no_context_takeover", "client_no_context_takeover",
                                                   "server_max_window_bits", "client_max_window_bits"};
  while (!trimmed(text).empty()) {
    std::string_view parameter = take(text, ';');
    const bool has_value = parameter.contains('=');
    const std::string_view name = take(parameter, '=');
    const auto* const found =
        std::ranges::find_if(kNames, [&](std::string_view n) { return iequals(n, name); });
    if (found == kNames.end()) return std::nullopt;
    const auto which = static_cast<std::size_t>(found - kNames.begin());
    if (offer.seen[which]) return std::nullopt;
    offer.seen[which] = true;
    const std::optional<int> bits = has_value ? window_bits(parameter) : std::nullopt;
    if (has_value && (which < 2 || !bits)) return std::nullopt;
    if (which == 2) {
      if (!bits || *bits < 9) return std::nullopt;
      offer.server_bits = bits;
    }
  }
  return offer;
}

void choose_deflate(const Request& request, Handshake& shake) {
  for (const Header field : request.headers) {
    if (!iequals(field.name, "Sec-WebSocket-Extensions")) continue;
    std::string_view list = field.value;
    while (!list.empty()) {
      const auto offer = read_offer(take(list, ','));
      if (!offer) continue;
      shake.deflate = true;
      // Without a context kept between messages an idle connection costs nothing.
      shake.extensions = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
      if (offer->server_bits) {
        shake.server_window_bits = *offer->server_bits;
        shake.extensions += "; server_max_window_bits=" + std::to_string(*offer->server_bits);
      }
      return;
    }
  }
}

}  // namespace

bool asks_for_websocket(const Request& request) {
  return request.method == "GET" && request.minor_version == 1 &&
         request.headers.has_token("Upgrade", "websocket") &&
         request.headers.has_token("Connection", "upgrade") &&
         request.header("Sec-WebSocket-Version") == std::string_view("13");
}

base::Result<Handshake> shake_hands(const Request& request, const std::vector<std::string>& subprotocols,
                                    bool allow_deflate) {
  if (!asks_for_websocket(request)) {
    return base::fail(base::ErrorCode::kBadUserInput, "this is no WebSocket handshake of version 13");
  }
  const auto key = request.header("Sec-WebSocket-Key");
  if (!key || !valid_key(*key) || request.headers.count("Sec-WebSocket-Key") != 1) {
    return base::fail(base::ErrorCode::kBadUserInput, "the Sec-WebSocket-Key is missing or malformed");
  }
  if (!request.body.empty()) {
    return base::fail(base::ErrorCode::kBadUserInput, "a WebSocket handshake has no body");
  }
  Handshake shake;
  shake.accept = accept_of(*key);
  for (const std::string& wanted : subprotocols) {
    // Subprotocol names are compared with regard to case, which the list's other uses are not.
    for (const Header field : request.headers) {
      if (!iequals(field.name, "Sec-WebSocket-Protocol")) continue;
      std::string_view list = field.value;
      while (!list.empty() && shake.subprotocol.empty()) {
        if (take(list, ',') == wanted) shake.subprotocol = wanted;
      }
    }
    if (!shake.subprotocol.empty()) break;
  }
  if (allow_deflate) choose_deflate(request, shake);
  return shake;
}

}  // namespace parley::net
