#include "tokens/prefix_counter.h"

#include "tokens/bpe.h"

namespace parley::tokens {

void PrefixCounter::add(std::uint8_t byte) {
  starts_[open_++] = {.state = 0, .last = last_, .tokens = tokens_};
  std::size_t kept = 0;
  bool found = false;
  for (std::size_t i = 0; i < open_; ++i) {
    Start start = starts_[i];
    start.state = vocabulary_->step(start.state, byte);
    if (start.state == 0) continue;
    starts_[kept++] = start;
    if (found) continue;
    const std::uint32_t token = vocabulary_->token_at(start.state);
    if (token == kNoToken) continue;
    if (start.last != kNoToken && !stay_apart(*vocabulary_, start.last, token)) continue;
    found = true;
    last_ = token;
    tokens_ = start.tokens + 1;
  }
  open_ = kept;
}

}  // namespace parley::tokens
