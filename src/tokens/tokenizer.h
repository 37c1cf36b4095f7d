// How many tokens a text is to a model: byte pair encoding as OpenAI's models have it, equal to tiktoken's.
//
// The tables are read-only parts of the program, made when it is built (src/tokens/tables); nothing is loaded
// or allocated at start. Pure functions; any thread. They take any bytes: each maximal part that is no UTF-8
// counts as one U+FFFD, as a decoder in front of a model has it (WHATWG Encoding, Python's errors="replace").
// Time is linear in the text, whatever it holds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::tokens {

// How a model cuts text into tokens.
enum class Encoding : std::uint8_t { kUnknown, kCl100k, kO200k };

// "cl100k_base", "o200k_base" or "unknown", as the configuration writes it; nothing for another name.
std::optional<Encoding> encoding_from_name(std::string_view name);
std::string_view name(Encoding encoding);

// What the model of that (upstream) name uses by OpenAI's published table (tiktoken/model.py), fine-tuned
// ones ("ft:...") included; kUnknown where the table does not say.
Encoding encoding_of(std::string_view model);

// The number of tokens of `text`. For kUnknown a safe estimate (tokens/estimate.h).
std::int64_t count(Encoding encoding, std::string_view text);

// The same, but done once it is known to be beyond `limit`: then some number larger than `limit`.
std::int64_t count_up_to(Encoding encoding, std::string_view text, std::int64_t limit);

// The ids of the tokens of `text`, in order; none for kUnknown. The names of special tokens, "<|endoftext|>"
// and the like, are cut as any other text (tiktoken's encode_ordinary).
std::vector<std::uint32_t> encode(Encoding encoding, std::string_view text);

// The bytes of a token; empty for an id that the encoding does not have, and for special tokens.
std::string token_bytes(Encoding encoding, std::uint32_t id);

}  // namespace parley::tokens
