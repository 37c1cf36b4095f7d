// What a model's tokens cost, and what a usage costs at that. Values; any thread.
#pragma once

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

}  // namespace parley::model
