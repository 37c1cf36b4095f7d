#include "auth/algorithm.h"

#include <array>
#include <cstddef>

namespace parley::auth {
namespace {

// In the enum's order.
constexpr std::array<std::string_view, 4> kNames{"HS256", "RS256", "ES256", "EdDSA"};
static_assert(kNames.size() == static_cast<std::size_t>(Algorithm::kEdDsa) + 1);

}  // namespace

std::string_view name(Algorithm algorithm) {
  return kNames[static_cast<std::size_t>(algorithm)];
}

std::optional<Algorithm> algorithm_from_name(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<Algorithm>(i);
  }
  return std::nullopt;
}

}  // namespace parley::auth
