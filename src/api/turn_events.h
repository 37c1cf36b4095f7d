// `GET /v1/turns/{id}/events` and `POST /v1/turns/{id}/stop`: any turn of the caller's, whichever API began
// it.
//
// Events are Server-Sent Events: `id` is the number, `event` the kind, `data` turn_event_json().
// `Last-Event-ID` or
// `?after=` names the last number that was seen; the header wins. The stream ends after the turn's last
// event, and answers 204, upon which an EventSource stops asking, where nothing comes after the number.
#pragma once

#include <string_view>

#include "api/caller.h"
#include "api/services.h"
#include "net/server.h"

namespace parley::api {

// Holds one of the user's streams as long as it is open; RATE_LIMITED where they have too many.
base::Awaitable<void> serve_turn_events(const Services& services, const Caller& caller, std::string_view turn,
                                        net::Exchange& exchange);

// Answers turn_json() of the turn as it ended.
base::Awaitable<void> serve_turn_stop(const Services& services, const Caller& caller, std::string_view turn,
                                      net::Exchange& exchange);

}  // namespace parley::api
