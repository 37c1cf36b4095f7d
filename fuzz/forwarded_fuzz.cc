// links: parley_net
// What clients write into Forwarded and X-Forwarded-For ahead of what a trusted proxy adds: whatever it is,
// the client is whom the proxy names. And addresses and networks as strangers write them: what is taken for
// one is written as it is read.
//
// The first byte: bit 0 which header, bit 1 on a line of its own or not, bits 2 to 4 how the proxy writes.
// The rest: the client's lines.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/forwarded.h"

namespace {

using namespace parley::net;

void require(bool sound) {
  if (!sound) std::abort();
}

const Address& client() {
  static const Address address = *parse_address("2001:db8::7");
  return address;
}

const Address& proxy() {
  static const Address address = *parse_address("10.0.0.1");
  return address;
}

void check_written(std::string_view text) {
  if (const auto address = parse_address(text)) {
    require(parse_address(address->str()) == *address);
    require(Network(*address).contains(*address));
    require(Network::parse(client_key(*address)) == client_network(*address));
  }
  if (const auto network = Network::parse(text)) {
    require(Network::parse(network->str()) == *network);
    require(network->contains(network->address()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 1 || size > 16384) return 0;
  static const NetworkSet trusted({Network(*parse_address("10.0.0.0"), 8)});
  constexpr std::array<std::string_view, 4> kForwarded{
      "for=\"[2001:db8::7]:4711\"", "for=\"[2001:db8::7]\";by=\"_a\\\"b,c\";proto=https",
      "proto=http;For=\"[2001:db8::7]\", for=10.0.0.2", "host=\"\\\\\";for=\"[2001:db8::7]\""};
  constexpr std::array<std::string_view, 4> kList{
      "2001:db8::7", "[2001:db8::7]:4711", "2001:db8::7, 10.0.0.2", "[2001:db8::7],10.0.0.3,10.0.0.2:80"};
  const bool forwarded = (bytes[0] & 1) != 0;
  const bool own_line = (bytes[0] & 2) != 0;
  const std::string_view name = forwarded ? "Forwarded" : "X-Forwarded-For";
  const std::string_view other = forwarded ? "X-Forwarded-For" : "Forwarded";
  const std::string_view truth = (forwarded ? kForwarded : kList)[bytes[0] >> 2 & 3];

  std::string_view rest(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  Request request;
  Request forged;
  request.peer_address = forged.peer_address = proxy().str();
  std::string line;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    // The request parser lets none of them in.
    std::erase_if(line, [](char c) { return c == '\r' || c == '\0'; });
    check_written(line);
    forged.headers.add(other, line);
    if (!rest.empty() || own_line) request.headers.add(name, line);
  }
  request.headers.add(name, own_line ? std::string(truth) : line + ", " + std::string(truth));
  require(client_address(request, trusted) == client());
  require(client_address(request, NetworkSet()) == proxy());

  // The header that the proxy does not write, beside the one that it does.
  forged.headers.add(name, truth);
  const Address found = client_address(forged, trusted);
  require(found == client() || found == proxy());
  require(!find_client(request, trusted).within && !find_client(forged, trusted).within);
  const auto by = forwarded ? ForwardedBy::kForwarded : ForwardedBy::kXForwardedFor;
  require(client_address(forged, trusted, by) == client());
  return 0;
}
