#include "model/price.h"

#include <algorithm>
#include <limits>

namespace parley::model {

namespace {

// Products of two 63-bit counts, and the sum of three such.
__extension__ using Wide = unsigned __int128;

constexpr Wide kMillion = 1'000'000;
constexpr auto kMost = std::numeric_limits<std::int64_t>::max();

// A count below none is none.
std::uint64_t natural(std::int64_t count) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(count, 0));
}

// In millionths of a micro-dollar.
Wide part(std::uint64_t tokens, MicroUsd per_million) {
  return static_cast<Wide>(tokens) * natural(per_million.count());
}

}  // namespace

MicroUsd cost_of(const Usage& usage, const Price& price) {
  const std::uint64_t input = natural(usage.input.count());
  const std::uint64_t cached = std::min(natural(usage.cached_input.count()), input);
  const Wide sum = part(input - cached, price.input) + part(cached, price.cached_input) +
                   part(natural(usage.output.count()), price.output);
  const Wide whole = (sum + kMillion - 1) / kMillion;
  return MicroUsd(whole > natural(kMost) ? kMost : static_cast<std::int64_t>(whole));
}

std::optional<Tokens> most_output(Tokens input, const Price& price, MicroUsd cost) {
  // Rounded up, the sum is within `cost` exactly where it is within so many millionths.
  const Wide purse = natural(cost.count()) * kMillion;
  const Wide spent = part(natural(input.count()), price.input);
  if (spent > purse) return std::nullopt;
  const std::uint64_t each = natural(price.output.count());
  if (each == 0) return Tokens(kMost);
  const Wide most = (purse - spent) / each;
  return Tokens(most > natural(kMost) ? kMost : static_cast<std::int64_t>(most));
}

}  // namespace parley::model
