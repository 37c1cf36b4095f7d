#include "providers/sim/prefix_cache.h"

namespace parley::providers {

std::int64_t SimPrefixCache::ask(const SimQuestion& question, std::string_view key) {
  const std::uint64_t owner = sim_hash(0, key);
  return known_.with([&](std::unordered_set<std::uint64_t>& known) {
    std::int64_t cached = 0;
    if (known.size() + question.prefixes.size() > most_) known.clear();
    for (const SimQuestion::Prefix& prefix : question.prefixes) {
      if (!known.insert(prefix.hash ^ owner).second) cached = prefix.tokens;
    }
    return cached;
  });
}

void SimPrefixCache::clear() {
  known_.with([](std::unordered_set<std::uint64_t>& known) { known.clear(); });
}

}  // namespace parley::providers
