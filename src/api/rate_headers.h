// The limits that a request was held to, as its answer tells them: RateLimit-Policy and RateLimit of
// draft-ietf-httpapi-ratelimit-headers-10, sections 3 and 4. Pure; any thread.
//
//   RateLimit-Policy: "address";q=1000;w=10, "user";q=100;w=10
//   RateLimit: "address";r=998;t=1, "user";r=0;t=3
//
// q is the burst that is there when nothing was asked for a while, and w the seconds in which it is there
// again from nothing; r is what is left of it, and t the seconds until all of it is there again. Where the
// request was refused, t of what is used up is the seconds of Retry-After, as section 5 asks.
#pragma once

#include <string>

#include "limits/limiter.h"
#include "net/server.h"

namespace parley::api {

// Both empty where there are no limits.
std::string rate_limit_policy(const limits::Admission& admission);
std::string rate_limit(const limits::Admission& admission);

// Puts both on whatever answer the exchange will have.
void add_rate_headers(net::Exchange& exchange, const limits::Admission& admission);

}  // namespace parley::api
