// How many tokens a text may be to a model whose tokenizer is not known: a number on the safe side, for
// reservations and for fitting a context, never for what is charged. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace parley::tokens {

// At least as many tokens as common tokenizers make of `text` (any bytes).
std::int64_t estimate(std::string_view text);

}  // namespace parley::tokens
