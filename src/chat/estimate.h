// How many tokens a text has, for when the provider did not say: a guess from its length, marked as one
// wherever it is kept. Pure functions; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "providers/provider.h"

namespace parley::chat {

// A token for every four bytes, begun ones included.
std::int64_t estimate_tokens(std::size_t bytes);
// The messages' texts, and four tokens for each message's frame.
std::int64_t estimate_tokens(const std::vector<providers::ChatMessage>& messages);

}  // namespace parley::chat
