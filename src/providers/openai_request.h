// Writes a ChatRequest as the body of POST /chat/completions (platform.openai.com/docs/api-reference/chat),
// the same bytes for the same request each time.
//
// Functions without state; any thread.
#pragma once

#include <string>

#include "providers/provider.h"

namespace parley::providers {

struct OpenAiDialect {
  // Ask for the usage of a stream with `stream_options`. Off for servers that refuse members they do not
  // know.
  bool include_usage = true;
  // Name the limit `max_completion_tokens`, as OpenAI's reasoning models want it, and not `max_tokens`, which
  // every server knows.
  bool max_completion_tokens = false;
};

// Members in this order: model, messages, stream, stream_options, the limit, temperature, then `extra` less
// what ChatRequest says is left out.
std::string write_chat_body(const ChatRequest& request, const OpenAiDialect& dialect);

}  // namespace parley::providers
