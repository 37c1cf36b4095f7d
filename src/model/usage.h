// What an answer used and cost, as the provider counts it. Values; any thread.
#pragma once

#include "model/quantity.h"

namespace parley::model {

struct Usage {
  // All input tokens, the cached ones included.
  Tokens input{};
  // The part of `input` that the provider had cached.
  Tokens cached_input{};
  Tokens output{};
  MicroUsd cost{};

  Tokens total() const { return input + output; }

  Usage& operator+=(const Usage& other) {
    input += other.input;
    cached_input += other.cached_input;
    output += other.output;
    cost += other.cost;
    return *this;
  }
  friend bool operator==(const Usage&, const Usage&) = default;
};

}  // namespace parley::model
