// Who is let in: the limits of the address before anything is known of who asks, then the token, then the
// limits of the user, the organisation and the API. What is left of them goes out with every answer, whatever
// it is (rate_headers.h).
//
// One request is one HTTP request, or one operation over a WebSocket; the upgrade counts for its address
// alone. Used on the request's worker.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/caller.h"
#include "api/services.h"
#include "base/call.h"
#include "limits/limiter.h"
#include "net/server.h"

namespace parley::api {

// A request whose address was let in.
struct Visit {
  // Without a deadline.
  base::Call call;
  // Who sent it, as net::client_key() has it. Empty for a request from within, which is not counted: a
  // trusted proxy's own, sent for nobody.
  std::string address{};
  std::vector<limits::LimitStanding> standings{};
};

// The address that counts for this request; see Visit.
std::string counted_address(const net::Request& request, const ApiOptions& options);

// RATE_LIMITED with retry_after: too many requests from there, or a ban.
base::Awaitable<base::Result<Visit>> enter(const Services& services, base::Call call,
                                           net::Exchange& exchange);

// The caller that the request's token names, let in for `api`. Errors as caller_of(), and RATE_LIMITED with
// retry_after.
base::Awaitable<base::Result<Caller>> admit(const Services& services, Visit visit, limits::Api api,
                                            net::Exchange& exchange);

// One more GraphQL operation of a caller who is in: the refusal, where it is refused.
base::Awaitable<std::optional<base::Error>> admit_operation(const Services& services, const Caller& caller,
                                                            std::string address);

}  // namespace parley::api
