// A simulated prompt cache: remembers which beginnings of conversations were sent before.
//
// Shared by all workers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_set>

#include "base/guarded.h"
#include "providers/sim/question.h"

namespace parley::providers {

class SimPrefixCache {
 public:
  // Forgets everything when it knows more than `most` beginnings.
  explicit SimPrefixCache(std::size_t most) : most_(most) {}

  // The tokens of the longest beginning of `question` that was asked before with this key, in whole messages;
  // from now on all its beginnings are known.
  std::int64_t ask(const SimQuestion& question, std::string_view key);
  void clear();

 private:
  const std::size_t most_;
  // Guarded rather than posted: a provider's cache is one for all its workers.
  base::Guarded<std::unordered_set<std::uint64_t>> known_;
};

}  // namespace parley::providers
