// How many tokens a text may be to a model whose tokenizer is not known: a number on the safe side, for
// reservations and for fitting a context, never for what is charged. Pure functions; any thread.
//
// It is cl100k_base's count and something for each character, by its kind. The weights were fitted so that
// the result is not below what any of ten tokenizers makes of a text of a few hundred bytes or more:
// cl100k_base, o200k_base, Claude 2, Llama 3, Mistral 7B, Mistral's Tekken, Qwen 2, Qwen 3.6, DeepSeek and
// SmolLM2, over 130 languages, code, every script at random, random letters, hexadecimal, white space, long
// runs, and rows of cl100k_base's own tokens, which are the worst for a count that starts from them. Against
// the largest of the ten counts it is 1.3 times that on the average of the languages: German, Polish and
// Korean 1.1 to 1.2, Russian and Arabic 1.3, code 1.5, English, Chinese and Japanese 1.5 to 1.7, Hindi 2.2,
// the most; for long runs of one character up to 20 times.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace parley::tokens {

// At least as many tokens as common tokenizers make of `text` (any bytes).
std::int64_t estimate(std::string_view text);

// What is added for characters, for a text that comes in pieces. Whoever has it owns it.
class CharacterWeights {
 public:
  // `text`: whole characters, valid UTF-8.
  void add(std::string_view text);
  // The estimate for all that was added, `tokens` being cl100k_base's count of it.
  std::int64_t estimate(std::int64_t tokens) const;

 private:
  std::int64_t weight_ = 0;
  // The last three characters, the last one first, each one's bytes as a number.
  std::array<std::uint32_t, 3> previous_{};
};

}  // namespace parley::tokens
