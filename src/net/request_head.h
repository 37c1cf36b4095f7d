// Writes the head of a request as bytes. Pure functions; any thread.
#pragma once

#include <string>

#include "base/call.h"
#include "base/error.h"
#include "net/client.h"

namespace parley::net {

// INTERNAL where a part of the request would not be read as what it is: a method that is no token, a target
// with a blank, a header field that breaks its line.
[[nodiscard]] base::Result<void> check_request(const ClientRequest& request);

// Appends request line, Host, the request's fields without those that are the client's own, traceparent and
// Content-Length, and the empty line after them. `request` was checked.
void append_request_head(std::string& out, const ClientRequest& request, const base::Call& call);

// RFC 9110, 9.2.2: sent twice, it does what it does once.
bool is_idempotent(std::string_view method);

}  // namespace parley::net
