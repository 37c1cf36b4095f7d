// The signature algorithms that are accepted (RFC 7518, RFC 8037), and no other. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace parley::auth {

enum class Algorithm : std::uint8_t { kHs256, kRs256, kEs256, kEdDsa };

// As `alg` has it, such as "RS256".
std::string_view name(Algorithm algorithm);

// The algorithm of exactly that name; nothing for any other, "none" included.
std::optional<Algorithm> algorithm_from_name(std::string_view name);

}  // namespace parley::auth
