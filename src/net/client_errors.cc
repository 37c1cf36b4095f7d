#include "net/client_errors.h"

#include <fmt/format.h>

namespace parley::net {

std::unexpected<base::Error> unavailable(std::string message, const Url& url, std::string_view why) {
  return base::fail(base::ErrorCode::kProviderUnavailable, std::move(message),
                    fmt::format("{}: {}", url.authority(), why));
}

std::unexpected<base::Error> too_slow(const Url& url, std::string_view doing) {
  return base::fail(base::ErrorCode::kDeadlineExceeded, "the upstream server did not answer in time",
                    fmt::format("{}: {}", url.authority(), doing));
}

std::unexpected<base::Error> call_cancelled() {
  return base::fail(base::ErrorCode::kCancelled, "cancelled");
}

}  // namespace parley::net
