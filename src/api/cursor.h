// Cursors and global ids as clients hold them. A cursor is base64url of a short text that begins with what it
// points into: opaque to clients, strict when it comes back. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "chat/conversations.h"

namespace parley::api {

// A place among a conversation's messages.
std::string message_cursor(store::MessageCursor position);
// BAD_USER_INPUT for anything that message_cursor() did not write.
[[nodiscard]] base::Result<store::MessageCursor> parse_message_cursor(std::string_view text);

// A place in the list of conversations.
std::string conversation_cursor(const model::Conversation& conversation);
// BAD_USER_INPUT for anything that conversation_cursor() did not write.
[[nodiscard]] base::Result<store::ConversationCursor> parse_conversation_cursor(std::string_view text);

// "user_" and the base64url of the name.
std::string user_id(std::string_view user);

}  // namespace parley::api
