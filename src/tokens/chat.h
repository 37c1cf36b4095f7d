// What a chat request costs beside its texts: the marks that a model's template puts around each message and
// in front of the reply. Add the count of every message's content and name. Pure functions; any thread.
//
// Source: OpenAI's cookbook, "How to count tokens with tiktoken" (num_tokens_from_messages).
#pragma once

#include <cstddef>
#include <cstdint>

#include "tokens/tokenizer.h"

namespace parley::tokens {

// Tokens of the frames of `messages` messages, the name of each one's role included, and of the start of the
// reply. For kUnknown a number on the safe side, with room for the system prompt that some models' templates
// put in where a request has none.
std::int64_t chat_overhead(Encoding encoding, std::size_t messages);

// Tokens that a message's `name` costs beside its own text.
std::int64_t name_overhead(Encoding encoding);

}  // namespace parley::tokens
