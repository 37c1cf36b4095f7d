#include "net/address.h"

#include <algorithm>
#include <cassert>
#include <charconv>

#include <arpa/inet.h>
#include <fmt/format.h>

namespace parley::net {
namespace {

// ::ffff:0:0/96 (RFC 4291, 2.5.5.2).
constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr int kMappedBits = 96;
// 64:ff9b::/96, 2002::/16, 2001::/32.
constexpr std::array<std::uint8_t, 12> kNat64{0, 0x64, 0xFF, 0x9B};
constexpr std::array<std::uint8_t, 2> k6to4{0x20, 0x02};
constexpr std::array<std::uint8_t, 4> kTeredo{0x20, 0x01, 0, 0};
// What one subscriber has of IPv6 (RFC 6177).
constexpr int kSubscriberBits = 64;

// The longest address is "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255".
constexpr std::size_t kMaxText = 45;

bool begins_with(std::span<const std::uint8_t> bytes, std::span<const std::uint8_t> prefix) {
  return std::ranges::equal(bytes.first(prefix.size()), prefix);
}

int bits(const Address& address) {
  return address.is_v4() ? 32 : 128;
}

// The bits of byte `at` that a prefix of so many bits covers.
std::uint8_t mask(int prefix, std::size_t at) {
  const int covered = std::clamp(prefix - static_cast<int>(at) * 8, 0, 8);
  return static_cast<std::uint8_t>(0xFF00 >> covered);
}

Address cut(const Address& address, int prefix) {
  const auto bytes = address.bytes();
  std::array<std::uint8_t, 16> kept{};
  for (std::size_t i = 0; i < bytes.size(); ++i) kept[i] = bytes[i] & mask(prefix, i);
  return address.is_v4() ? Address::v4(std::span(kept).first<4>()) : Address::v6(kept);
}

std::optional<int> parse_prefix(std::string_view text, int most) {
  int prefix = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), prefix);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (prefix < 0 || prefix > most || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  return text.front() == '-' ? std::nullopt : std::optional(prefix);
}

std::unexpected<base::Error> not_a_network(std::string_view text, std::string_view why) {
  // A configuration's line is short; what comes from elsewhere is not shown whole.
  return base::fail(base::ErrorCode::kBadUserInput,
                    fmt::format("\"{}\" is no network: {}", text.substr(0, 64), why));
}

}  // namespace

Address Address::v4(std::span<const std::uint8_t, 4> bytes) {
  Address address;
  address.size_ = 4;
  std::ranges::copy(bytes, address.bytes_.begin());
  return address;
}

Address Address::v6(std::span<const std::uint8_t, 16> bytes) {
  if (begins_with(bytes, kMapped)) return v4(bytes.last<4>());
  Address address;
  std::ranges::copy(bytes, address.bytes_.begin());
  return address;
}

std::string Address::str() const {
  if (is_v4()) return fmt::format("{}.{}.{}.{}", bytes_[0], bytes_[1], bytes_[2], bytes_[3]);
  std::array<char, INET6_ADDRSTRLEN> text;
  return ::inet_ntop(AF_INET6, bytes_.data(), text.data(), text.size());
}

std::optional<Address> parse_address(std::string_view text) {
  if (text.empty() || text.size() > kMaxText || text.contains('\0')) return std::nullopt;
  std::array<char, kMaxText + 1> terminated{};
  std::ranges::copy(text, terminated.begin());
  std::array<std::uint8_t, 16> bytes{};
  if (text.contains(':')) {
    if (::inet_pton(AF_INET6, terminated.data(), bytes.data()) != 1) return std::nullopt;
    return Address::v6(bytes);
  }
  if (::inet_pton(AF_INET, terminated.data(), bytes.data()) != 1) return std::nullopt;
  return Address::v4(std::span(bytes).first<4>());
}

Network::Network(const Address& address)
    : address_(address), prefix_(static_cast<std::uint8_t>(bits(address))) {}

Network::Network(const Address& address, int prefix)
    : address_(cut(address, prefix)), prefix_(static_cast<std::uint8_t>(prefix)) {
  assert(prefix >= 0 && prefix <= bits(address));
}

base::Result<Network> Network::parse(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::string_view before = text.substr(0, slash);
  const auto address = parse_address(before);
  if (!address) return not_a_network(text, "it does not begin with an IP address");
  if (slash == text.size()) return Network(*address);
  const bool maps_v4 = address->is_v4() && before.contains(':');
  auto prefix = parse_prefix(text.substr(slash + 1), maps_v4 ? 128 : bits(*address));
  if (prefix && maps_v4) {
    *prefix -= kMappedBits;
    if (*prefix < 0) return not_a_network(text, "the address has bits beyond the prefix");
  }
  if (!prefix) return not_a_network(text, "the prefix is no number of bits of such an address");
  const Network network(*address, *prefix);
  if (network.address() != *address) {
    return not_a_network(text, fmt::format("the address has bits beyond the prefix; \"{}\"?", network.str()));
  }
  return network;
}

bool Network::contains(const Address& address) const {
  return address.is_v4() == address_.is_v4() && cut(address, prefix_) == address_;
}

std::string Network::str() const {
  if (prefix_ == bits(address_)) return address_.str();
  return fmt::format("{}/{}", address_.str(), prefix_);
}

base::Result<NetworkSet> NetworkSet::parse(std::span<const std::string> texts) {
  std::vector<Network> networks;
  networks.reserve(texts.size());
  for (const std::string& text : texts) {
    auto network = Network::parse(text);
    if (!network) return base::fail(std::move(network));
    networks.push_back(*network);
  }
  return NetworkSet(std::move(networks));
}

bool NetworkSet::contains(const Address& address) const {
  return std::ranges::any_of(networks_, [&](const Network& network) { return network.contains(address); });
}

Network client_network(const Address& address) {
  if (address.is_v4()) return Network(address);
  const auto bytes = address.bytes();
  if (begins_with(bytes, kNat64)) return Network(Address::v4(bytes.subspan<12, 4>()));
  if (begins_with(bytes, k6to4)) return Network(Address::v4(bytes.subspan<2, 4>()));
  if (begins_with(bytes, kTeredo)) {
    std::array<std::uint8_t, 4> inverted{};
    std::ranges::transform(bytes.last<4>(), inverted.begin(),
                           [](std::uint8_t byte) { return static_cast<std::uint8_t>(~byte); });
    return Network(Address::v4(inverted));
  }
  return {address, kSubscriberBits};
}

std::string client_key(const Address& address) {
  return client_network(address).str();
}

}  // namespace parley::net
