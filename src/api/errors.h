// How an error is told to a client: the documented code, a message for people, and nothing of the inside.
//
// Pure but for the log; any thread.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "base/error.h"
#include "base/log.h"
#include "net/http.h"
#include "net/server.h"

namespace parley::api {

// The error as it may be shown: an INTERNAL one is replaced by a message that names the request, and its
// cause is logged under that id.
base::Error presentable(base::Error error, std::string_view request_id, const base::Log& log);

// {"code", "retryAfterMs", "currentVersion", "resetsAt"}, each of the last three where the error has it.
boost::json::object error_extensions(const base::Error& error);

// OpenAI's error object (platform.openai.com/docs/guides/error-codes) of a presentable error, with the same
// members as error_extensions() beside its own: {"message", "type", "param": null, "code", ...}.
boost::json::object openai_error(const base::Error& error);

// {"error": openai_error()} with the status, Retry-After, WWW-Authenticate and X-Request-Id that go with it,
// and with what OpenAI's clients look at: `retry-after-ms`, and `x-should-retry: false` for a budget that is
// spent. For that, Retry-After is the date on which it is fresh again.
net::Response error_response(const base::Error& error, std::string_view request_id);

// Answers the exchange with the error, made presentable.
void refuse(net::Exchange& exchange, base::Error error, std::string_view request_id, const base::Log& log);

}  // namespace parley::api
