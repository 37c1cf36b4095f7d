// What an authentic token says (RFC 7519, 4.1), checked claim by claim. Any thread.
#pragma once

#include <string_view>

#include "auth/principal.h"
#include "auth/verify.h"
#include "base/clock.h"
#include "base/error.h"

namespace parley::auth {

inline constexpr std::size_t kMaxNameBytes = 256;
inline constexpr std::size_t kMaxTierBytes = 64;
inline constexpr std::size_t kMaxScopes = 64;
inline constexpr std::size_t kMaxScopeBytes = 128;

// The tenant of tokens without `org`.
inline constexpr std::string_view kDefaultTenant = "default";

// `payload` as JSON text; errors as verify(). `out_of_time`, where it is given, is set where the token is
// refused because it has expired or is not valid yet, and for nothing else.
[[nodiscard]] base::Result<Principal> read_claims(std::string_view payload, const VerifyOptions& options,
                                                  base::WallTime now, bool* out_of_time = nullptr);

}  // namespace parley::auth
