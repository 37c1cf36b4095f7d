// Simulated embeddings: a text's vector is the sum of its words' directions, which are their hashes, at
// length
// 1. The same text has the same vector everywhere, and texts that share words are near each other.
//
// Functions without state; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace parley::providers {

// Words are what stands between ASCII characters that are no letters or digits; ASCII letters count without
// their case. A text without a word points along the first axis.
std::vector<float> sim_embedding(std::string_view text, std::size_t dimensions, std::uint64_t seed);

struct SimEmbeddings {
  std::string model;
  std::int64_t prompt_tokens = 0;
  // The body of the answer.
  std::string reply;
};

// `body` of POST /v1/embeddings: `input` a string or a list of at most 2048 strings, `dimensions` from 1 to
// 4096, `encoding_format` "float" or "base64" (little-endian). BAD_USER_INPUT with a message for whoever sent
// it.
[[nodiscard]] base::Result<SimEmbeddings> answer_embeddings(std::string_view body, std::size_t dimensions,
                                                            std::uint64_t seed);

}  // namespace parley::providers
