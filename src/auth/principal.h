// Who asks, as a verified token says it. A value; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace parley::auth {

struct Principal {
  // Claim `org`; "default" where the token has none. 1 to 256 bytes of UTF-8 without control characters.
  std::string tenant;
  // Claim `sub`; bounded like the tenant. Unique within its tenant only.
  std::string user;
  // Claim `tier`; empty where the token names none. At most 64 bytes.
  std::string tier{};
  // Claim `scope` (RFC 8693, 4.2) or `scp`, in the token's order, at most 64.
  std::vector<std::string> scopes{};
  // The first moment at which the token is refused: claim `exp` and the leeway that is granted on it.
  base::WallTime expires_at{};

  bool has_scope(std::string_view scope) const;

  bool operator==(const Principal&) const = default;
};

}  // namespace parley::auth
