// `/graphql` over WebSocket: drives graphql_ws_protocol.h over one accepted socket.
//
// The token comes in connection_init's payload, as `authorization: "Bearer <JWT>"`, or in the upgrade's
// header. A token that is refused, or that runs out while the connection is open, closes it with 4403. Each
// operation is let in like a request (admission.h), and an open subscription holds one of the user's streams;
// what is refused is answered with an error of its own.
#pragma once

#include <chrono>

#include "api/admission.h"
#include "api/graphql_service.h"
#include "net/server.h"

namespace parley::api {

struct GraphqlWsOptions {
  net::WebSocketOptions socket{};
  // From the upgrade to connection_init.
  std::chrono::milliseconds init_timeout{10'000};
  // Open at once on one connection.
  std::size_t max_operations = 100;
};

// Accepts the upgrade and serves until the socket ends.
base::Awaitable<void> serve_graphql_ws(GraphqlService& service, const GraphqlWsOptions& options, Visit visit,
                                       net::Exchange& exchange);

}  // namespace parley::api
