#include "model/price.h"

#include <algorithm>
#include <limits>

namespace parley::model {

namespace {

// Products of two 63-bit counts.
__extension__ using Wide = unsigned __int128;

}  // namespace

MicroUsd cost_of(const Usage& usage, const Price& price) {
  constexpr Wide kMillion = 1'000'000;
  const auto at_least_none = [](std::int64_t n) { return std::max<std::int64_t>(n, 0); };
  const std::int64_t input = at_least_none(usage.input.count());
  const std::int64_t cached = std::min(at_least_none(usage.cached_input.count()), input);
  const auto part = [&](std::int64_t tokens, MicroUsd per_million) {
    return static_cast<Wide>(tokens) * static_cast<std::uint64_t>(at_least_none(per_million.count()));
  };
  const Wide sum = part(input - cached, price.input) + part(cached, price.cached_input) +
                   part(at_least_none(usage.output.count()), price.output);
  const Wide whole = (sum + kMillion - 1) / kMillion;
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  return MicroUsd(whole > static_cast<std::uint64_t>(kMost) ? kMost : static_cast<std::int64_t>(whole));
}

}  // namespace parley::model
