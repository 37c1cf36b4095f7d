// What is sent to a model for a turn of a conversation.
//
// In this order, so that what changes least comes first and providers can cache it: one system message with
// the briefing and the system prompt, the summary, then the pinned and the last messages by position, the new
// one last. A pure function; any thread.
#pragma once

#include <string>
#include <vector>

#include "model/message.h"
#include "store/requests.h"

namespace parley::context {

struct ContextMessage {
  model::Role role = model::Role::kUser;
  std::string content;

  friend bool operator==(const ContextMessage&, const ContextMessage&) = default;
};

// The question to ask the store so that the `history` messages before the user's message at `position` come
// with it; history from 0 to store::kMaxPage - 1.
store::ContextQuery query_for(model::ConversationId conversation, std::int64_t position, int history,
                              int max_pinned);

// Messages without text are left out: there is nothing to say. So is a summary that reaches as far as the
// message that is answered: an old one answered anew must not know what was said later.
std::vector<ContextMessage> assemble(const store::Context& context);

}  // namespace parley::context
