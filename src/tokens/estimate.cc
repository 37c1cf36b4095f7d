#include "tokens/estimate.h"

namespace parley::tokens {

std::int64_t estimate(std::string_view text) {
  return static_cast<std::int64_t>(text.size());
}

}  // namespace parley::tokens
