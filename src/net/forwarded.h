// Who sent a request, where proxies stand in between.
//
// The peer of the socket is the only address that nobody can make up. A proxy that is trusted adds the
// address it was called from at the right end of `Forwarded` (RFC 7239) or `X-Forwarded-For`; everything to
// the left of that was there when the request came to it. So the list is read from the right, as long as
// what is found is itself a trusted proxy; the first that is not is the client. An address that somebody
// untrusted wrote is never believed.
//
// What goes wrong elsewhere, and why it does not here:
// - The leftmost address is taken (Express with `trust proxy: true`): it is the client's own claim, a new
//   one with each request, and no limit holds. Here the walk stops at the first untrusted address.
// - A number of hops is configured (Envoy's xff_num_trusted_hops, Express's number): whoever reaches the
//   server by a shorter way, around a proxy, writes one of the counted hops. Here each hop is known by its
//   address.
// - Only one of several lines is read, and the client's comes first: here all lines of a name are one list.
// - The proxy writes one of the two headers and hands on the other as the client sent it, as most do, and
//   the server prefers that other. See ForwardedBy.
//
// Pure; any thread.
#pragma once

#include <cstdint>

#include "net/address.h"
#include "net/http.h"

namespace parley::net {

// Which header the trusted proxies write.
enum class ForwardedBy : std::uint8_t {
  // Not known. Where a request has one of the two, that one is read. Where it has both and they name the same
  // client, fine; otherwise the client has written one of them, nobody can say which, and the request counts
  // as the proxy's own.
  kEither,
  // The other header is never looked at.
  kForwarded,
  kXForwardedFor,
};

struct Sender {
  Address address;
  // True where trusted proxies alone stand behind the request: the list names nobody else and was read to its
  // end, or there is none. Never true where something could not be read: a client has a hand in how long a
  // proxy's element is (its `host`), and must not come to count as nobody by that.
  bool within = false;
};

// The client that sent `request`: the peer, unless `trusted` holds it; then as above. Where the list ends, or
// an element is no address (`unknown`, an obfuscated name, malformed, without `for`), the last trusted hop.
// The same past 32 elements or 8 KiB, which no chain of proxies comes to. The text may hold any bytes. "::"
// where the peer has no address (a request that came from no socket).
//
// An address may stand with a port and, IPv6, in brackets; neither header's elements need to be more
// regular than that, but Forwarded's quoting is held to, as a comma within quotes ends no element.
Sender find_client(const Request& request, const NetworkSet& trusted, ForwardedBy by = ForwardedBy::kEither);

// Its address alone, for what makes no difference for requests from within.
Address client_address(const Request& request, const NetworkSet& trusted,
                       ForwardedBy by = ForwardedBy::kEither);

}  // namespace parley::net
