// The errors of the HTTP client. Messages are fit for users; host and reason stand in the cause. Pure
// functions; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "net/client.h"

namespace parley::net {

// PROVIDER_UNAVAILABLE. `message` for people, `why` for the log.
std::unexpected<base::Error> unavailable(std::string message, const Url& url, std::string_view why);
// DEADLINE_EXCEEDED. `doing`: what took too long, for the log.
std::unexpected<base::Error> too_slow(const Url& url, std::string_view doing);
std::unexpected<base::Error> call_cancelled();

}  // namespace parley::net
