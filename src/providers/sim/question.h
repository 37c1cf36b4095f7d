// What a request to the simulated provider asks, and the figures that its answer is made from.
//
// Functions without state; any thread. Tokens are o200k_base's whatever the model is called, and a prompt's
// are counted as OpenAI says (tokens/chat.h); what that does not say, tools and parts that are no text, in a
// way of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace parley::providers {

// A fast hash of some bytes that is the same everywhere; not against adversaries.
std::uint64_t sim_hash(std::uint64_t seed, std::string_view bytes);

std::int64_t sim_tokens(std::string_view text);

struct SimQuestion {
  std::string model;
  bool stream = false;
  bool include_usage = false;
  // The smaller of max_tokens and max_completion_tokens, from 1.
  std::optional<std::int64_t> max_tokens{};
  // For each message: the hash and the tokens of the messages up to and including it.
  struct Prefix {
    std::uint64_t hash;
    std::int64_t tokens;
  };
  std::vector<Prefix> prefixes{};
  // The content of the last message whose role is "user".
  std::string last_user{};
  // The last message is a tool's.
  bool tool_answered = false;
  // The first of `tools`; empty where there is none.
  std::string tool{};
  // Of what is not a message: the tools, and the start of the reply.
  std::int64_t other_tokens = 0;

  std::uint64_t hash() const { return prefixes.back().hash; }
  std::int64_t prompt_tokens() const { return prefixes.back().tokens + other_tokens; }
};

// `body` of POST /v1/chat/completions; `seed` starts the hashes. BAD_USER_INPUT with a message for whoever
// sent it.
[[nodiscard]] base::Result<SimQuestion> read_question(std::string_view body, std::uint64_t seed);

}  // namespace parley::providers
