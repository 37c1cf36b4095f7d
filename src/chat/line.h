// What turns and embeddings have in common where they wait in line for a provider. Pure functions; any
// thread.
#pragma once

#include <chrono>

#include "base/error.h"
#include "limits/gate.h"

namespace parley::chat {

// The provider has too much to do: only then does it say when to come again. What else fails may be the
// request's own doing, and must not cost others their share.
inline bool overloaded(const base::Error& error) {
  return error.code == base::ErrorCode::kProviderUnavailable && error.retry_after.has_value();
}

inline base::Error waited_in_vain(std::chrono::milliseconds retry_after) {
  return {.code = base::ErrorCode::kOverloaded,
          .message = "the line before the provider was longer than it seemed: ask again",
          .retry_after = retry_after};
}

}  // namespace parley::chat
