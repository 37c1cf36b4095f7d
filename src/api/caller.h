// Who asks, and what goes with the request: established once, before anything else is done for it.
//
// Used on the request's worker.
#pragma once

#include <string>
#include <string_view>

#include "api/services.h"
#include "auth/principal.h"
#include "base/call.h"
#include "model/owner.h"
#include "net/server.h"

namespace parley::api {

struct Caller {
  auth::Principal principal;
  model::Owner owner;
  // Without a deadline: what is done for the request has its own.
  base::Call call;
};

// `call` for work that waits for no model.
base::Call short_call(const Services& services, base::Call call);
// The same for the caller's call.
base::Call short_call(const Services& services, const Caller& caller);
// The same for work that waits for an answer.
base::Call answer_call(const Services& services, const Caller& caller);

// A name for the request, as the log has it and `X-Request-Id` shows it: "req_" and a ULID.
std::string new_request_id(const Services& services);

// `value` where it is a traceparent as W3C Trace Context 1, 3.2 writes it; empty otherwise.
std::string checked_traceparent(std::string_view value);

// The call of a request: its id and its trace.
base::Call call_of(const net::Request& request, std::string request_id);

// The caller that a token names. Errors as auth::Authenticator::authenticate(). `address` (admission.h) is
// where it came from: a bad token is counted against it, one that is merely out of time is not.
base::Awaitable<base::Result<Caller>> caller_of_token(const Services& services, base::Call call,
                                                      std::string token, std::string address);

// The caller that the request's Authorization header names; UNAUTHENTICATED also where there is none, which
// is nothing to count.
base::Awaitable<base::Result<Caller>> caller_of(const Services& services, const net::Request& request,
                                                base::Call call, std::string address);

// Counts a bad token against the address it came from (admission.h); nothing for an empty one.
base::Awaitable<void> count_bad_token(const Services& services, base::Call call, std::string address);

}  // namespace parley::api
