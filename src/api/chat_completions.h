// `POST /v1/chat/completions`: OpenAI's API over the turn engine, stateless or as a turn of a conversation.
//
// Request headers: `Parley-Conversation-Id` (a conversation's id, or "new"), `Idempotency-Key`. Reply
// headers: `Parley-Turn-Id`, `Parley-Conversation-Id` where there is one, `Parley-Replayed: true` where the
// key was known. A client that leaves does not stop the turn: it goes on with the turn's events
// (turn_events.h). Only a turn that nobody could come back to, as it is stateless and has no key, gives up
// its place in line.
#pragma once

#include "api/caller.h"
#include "api/services.h"
#include "net/server.h"

namespace parley::api {

// Answers the exchange. An error before the answer's first word has its status, also when it was to be
// streamed.
base::Awaitable<void> serve_chat_completions(const Services& services, const Caller& caller,
                                             net::Exchange& exchange);

}  // namespace parley::api
