// What a model's tokens cost, and what a usage costs at that. Values; any thread.
#pragma once

#include <optional>

#include "model/quantity.h"
#include "model/usage.h"

namespace parley::model {

// Micro-dollars for a million tokens.
struct Price {
  MicroUsd input{};
  MicroUsd cached_input{};
  MicroUsd output{};

  friend bool operator==(const Price&, const Price&) = default;
};

// What `usage` costs at `price`, rounded up to a whole micro-dollar, once for the sum. Negative counts, and
// more cached input than input, are taken as none.
MicroUsd cost_of(const Usage& usage, const Price& price);

// The most output tokens that `cost` pays for after `input` tokens at price.input: the largest count for
// which cost_of() is not above `cost`. Nothing where it does not pay for the input. The most that can be
// counted where output costs nothing. A cost below none is none.
std::optional<Tokens> most_output(Tokens input, const Price& price, MicroUsd cost);

}  // namespace parley::model
