// A turn's event as JSON, with the members that GraphQL's TurnEvent has: what REST's readers get. Pure; any
// thread.
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "chat/engine.h"
#include "streams/event.h"

namespace parley::api {

// {"turnId", "seq", "kind"} and, where the event has them, "text", "extra", "message" and "error".
std::string turn_event_json(const streams::Event& event);

// {"id", "conversationId", "turnId", "role", "content", "status", "createdAt", "answer"}, as GraphQL's
// Message.
boost::json::object message_json(const model::Message& message);

// {"id", "conversationId", "status", "lastEvent", "userMessage", "assistantMessage"}, as GraphQL's Turn.
boost::json::object turn_json(const store::TurnState& state);

}  // namespace parley::api
