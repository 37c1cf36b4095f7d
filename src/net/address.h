// Internet addresses and networks as values, and who counts as one client.
//
// Without I/O; any thread may hold its own.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace parley::net {

// An IPv4 or IPv6 address. An IPv6 address that maps an IPv4 one (::ffff:a.b.c.d) is that IPv4 address from
// the start, so that the two spellings cannot be told apart later.
class Address {
 public:
  // "::", the address of nobody.
  Address() = default;
  static Address v4(std::span<const std::uint8_t, 4> bytes);
  static Address v6(std::span<const std::uint8_t, 16> bytes);

  bool is_v4() const { return size_ == 4; }
  // 4 or 16, in network order.
  std::span<const std::uint8_t> bytes() const { return {bytes_.data(), size_}; }
  // "192.0.2.7"; for IPv6 as RFC 5952 writes it: "2001:db8::1".
  std::string str() const;

  auto operator<=>(const Address&) const = default;

 private:
  // First, so that addresses of one family stand together.
  std::uint8_t size_ = 16;
  // Those beyond size_ are zero.
  std::array<std::uint8_t, 16> bytes_{};
};

// Four decimal numbers without leading zeros, or IPv6 (RFC 4291, 2.2). Nothing for anything else: ports,
// brackets, zone ids ("fe80::1%eth0" means something on one machine only), blanks, and the short, octal and
// hexadecimal forms that some programs take for IPv4 ("127.1", "0x7f000001").
std::optional<Address> parse_address(std::string_view text);

// All addresses with the same first bits.
class Network {
 public:
  // The one address alone.
  explicit Network(const Address& address);
  // `prefix`: 0 to 32 bits for IPv4, 0 to 128 for IPv6; what `address` has beyond them is dropped.
  Network(const Address& address, int prefix);

  // "10.0.0.0/8", "2001:db8::/32", or an address for itself alone. A network that maps IPv4
  // (::ffff:10.0.0.0/104) is the IPv4 one. Fails with kBadUserInput, naming `text` and what is wrong: no
  // address, a prefix that is out of range, or an address with bits beyond its prefix ("10.0.0.1/8": one of
  // the two is a mistake).
  [[nodiscard]] static base::Result<Network> parse(std::string_view text);

  // Always false across the families: "::/0" holds no IPv4 address.
  bool contains(const Address& address) const;
  const Address& address() const { return address_; }
  int prefix() const { return prefix_; }
  // As parse() takes it; an address alone has no "/32" or "/128".
  std::string str() const;

  auto operator<=>(const Network&) const = default;

 private:
  Address address_;
  std::uint8_t prefix_;
};

// A few networks, such as the proxies that are trusted; looked through one by one.
class NetworkSet {
 public:
  NetworkSet() = default;
  explicit NetworkSet(std::vector<Network> networks) : networks_(std::move(networks)) {}
  // Fails as Network::parse() does, at the first that is wrong.
  [[nodiscard]] static base::Result<NetworkSet> parse(std::span<const std::string> texts);

  bool contains(const Address& address) const;
  bool empty() const { return networks_.empty(); }
  const std::vector<Network>& networks() const { return networks_; }

 private:
  std::vector<Network> networks_;
};

// The network whose addresses are one client to rates, bans and connection limits: an IPv4 address whole, an
// IPv6 address by its /64, which is what one subscriber has at least and moves about in freely.
//
// Where an IPv6 address holds the IPv4 address that its packets go through, that one is the client, for both
// reasons: many would share a /64 (all of IPv4 behind a NAT64, all users of a Teredo server), or one would
// have many (a 6to4 site has 65,536). They are 64:ff9b::/96 (NAT64, RFC 6052), 2002::/16 (6to4, RFC 3056)
// and 2001::/32 (Teredo, RFC 4380, 4: the last 4 bytes, inverted). A translator's own prefix (RFC 8215)
// cannot be known here and counts by its /64.
//
// Only for counting. What is trusted or exempt is decided by the address itself: whoever claims
// "2002:a00:1::" is not in 10.0.0.0/8.
Network client_network(const Address& address);

// Its name: "192.0.2.7", "2001:db8:1:2::/64".
std::string client_key(const Address& address);

}  // namespace parley::net
