// Amounts that must not be mixed up: tokens and money. Whole numbers, so that sums are exact.
//
// Sums saturate at the ends of int64 rather than wrap. Values; any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace parley::model {

template <class Tag>
class Quantity {
 public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(std::int64_t count) : count_(count) {}

  constexpr std::int64_t count() const { return count_; }

  friend constexpr auto operator<=>(Quantity, Quantity) = default;
  friend constexpr Quantity operator+(Quantity a, Quantity b) {
    std::int64_t sum = 0;
    return __builtin_add_overflow(a.count_, b.count_, &sum) ? end(b.count_ > 0) : Quantity(sum);
  }
  friend constexpr Quantity operator-(Quantity a, Quantity b) {
    std::int64_t difference = 0;
    return __builtin_sub_overflow(a.count_, b.count_, &difference) ? end(b.count_ < 0) : Quantity(difference);
  }
  constexpr Quantity& operator+=(Quantity other) { return *this = *this + other; }
  constexpr Quantity& operator-=(Quantity other) { return *this = *this - other; }

 private:
  static constexpr Quantity end(bool upper) {
    using Limits = std::numeric_limits<std::int64_t>;
    return Quantity(upper ? Limits::max() : Limits::min());
  }

  std::int64_t count_ = 0;
};

// Provider tokens.
using Tokens = Quantity<struct TokensTag>;
// Millionths of a US dollar.
using MicroUsd = Quantity<struct MicroUsdTag>;

}  // namespace parley::model
