// What OpenAI's `POST /v1/chat/completions` asks, read from its JSON
// (platform.openai.com/docs/api-reference/chat/create). Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/error.h"
#include "chat/input.h"

namespace parley::api {

struct ChatCompletionRequest {
  // Stateless, with all of the request's messages, unless continue_conversation() made it a turn of one.
  // Members that are not known here are passed on as they are.
  chat::TurnInput turn;
  // `stream_options.include_usage`.
  bool include_usage = false;
};

// A JSON object of at most 64 levels. BAD_USER_INPUT, saying where it is at fault.
[[nodiscard]] base::Result<boost::json::object> parse_json_object(std::string_view body);

// BAD_USER_INPUT, naming the member.
[[nodiscard]] base::Result<ChatCompletionRequest> parse_chat_request(std::string_view body);

// Makes the request a turn of `conversation`, or of a new one where it is "new": its last message is what the
// user says, and what came before is left to the conversation's own history. BAD_USER_INPUT where the id is
// none, or the last message is not a user's text.
[[nodiscard]] base::Result<void> continue_conversation(ChatCompletionRequest& request,
                                                       std::string_view conversation);

}  // namespace parley::api
