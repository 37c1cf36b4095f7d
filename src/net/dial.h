// Opens connections: name, addresses one after the other, TLS handshake.
#pragma once

#include <memory>

#include "base/async.h"
#include "base/call.h"
#include "base/error.h"
#include "base/metrics.h"
#include "net/client.h"
#include "net/client_connection.h"
#include "net/names.h"
#include "net/tls_trust.h"

namespace parley::net {

// What connecting needs; outlives every dial().
struct Dialer {
  Names names;
  // Null: an https address is INTERNAL.
  std::shared_ptr<const TlsTrust> trust;
  base::Gauge& open;
};

// A connection to the host and port of `url`, made before `deadline`. Each address of the name is tried, in
// the resolver's order (RFC 6724), with an equal share of the time that is left, so that one that swallows
// packets leaves time for the next. PROVIDER_UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED; INTERNAL.
base::Awaitable<base::Result<std::shared_ptr<ClientConnection>>> dial(Dialer& dialer, const Url& url,
                                                                      base::Deadline deadline);

}  // namespace parley::net
