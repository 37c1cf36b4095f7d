// How many tokens a request may come to at the most, before it is sent: what is held back of budgets.
// Pure; any thread.
#pragma once

#include <boost/json/object.hpp>

#include "base/async.h"
#include "chat/catalog.h"
#include "model/quantity.h"
#include "providers/provider.h"

namespace parley::chat {

// The input: the messages' texts and frames by the model's tokenizer, `image_tokens` for each part that is no
// text, and whatever else is sent along (tools, a response's schema) as JSON. Exact for plain conversations
// with a model whose tokenizer is known; on the safe side otherwise.
// Lets others of its worker run in between where there is much to count. Both outlive the coroutine.
base::Awaitable<model::Tokens> count_input(const ChatModel& model, const providers::ChatRequest& request);

// The input of a request for embeddings: a text, texts, or tokens that are tokens already, and what else a
// server may take for text, as JSON.
base::Awaitable<model::Tokens> count_embeddings_input(const ChatModel& model,
                                                      const boost::json::object& request);

}  // namespace parley::chat
