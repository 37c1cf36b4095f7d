#include "state/memory/rates.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "state/gcra.h"

namespace parley::state::memory {

namespace {

std::int64_t micros(base::SteadyTime time) {
  return std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch()).count();
}

}  // namespace

std::vector<RateStanding> Rates::take(std::span<const RateClaim> claims, std::span<const Fingerprint> keys) {
  std::array<std::size_t, kMaxClaims> indexes{};
  const std::span wanted(indexes.data(), claims.size());
  std::ranges::transform(keys, wanted.begin(),
                         [this](const Fingerprint& key) { return shards_.index_of(key); });
  std::ranges::sort(wanted);
  const std::span locked = wanted.first(wanted.size() - std::ranges::unique(wanted).size());

  std::array<Part*, kMaxClaims> held{};
  std::vector<RateStanding> standings;
  shards_.with_all(locked, held, [&] {
    std::array<Part*, kMaxClaims> parts{};
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto at = std::ranges::lower_bound(locked, shards_.index_of(keys[i]));
      parts[i] = held[static_cast<std::size_t>(at - locked.begin())];
    }
    standings = decide(claims, keys, std::span(parts).first(keys.size()));
  });
  return standings;
}

std::vector<RateStanding> Rates::decide(std::span<const RateClaim> claims, std::span<const Fingerprint> keys,
                                        std::span<Part* const> parts) {
  // Read under the locks, so that the times at which one key is decided about never go back.
  const std::int64_t now = micros(clock_.steady_now());
  std::array<GcraVerdict, kMaxClaims> verdicts{};
  bool allowed = true;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const auto* entry = parts[i]->table.find(keys[i]);
    verdicts[i] = gcra(entry == nullptr ? 0 : entry->forget_at, now, claims[i].rate, claims[i].cost);
    allowed = allowed && verdicts[i].allowed;
  }
  std::vector<RateStanding> standings;
  standings.reserve(claims.size());
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const std::int64_t arrival = allowed ? verdicts[i].after : verdicts[i].before;
    if (allowed && claims[i].cost > 0) keep(*parts[i], keys[i], now, arrival);
    RateStanding one = standing(arrival, now, claims[i].rate);
    one.allowed = verdicts[i].allowed;
    one.retry_after = verdicts[i].retry_after;
    standings.push_back(one);
  }
  return standings;
}

void Rates::keep(Part& part, const Fingerprint& key, std::int64_t now, std::int64_t arrival) {
  const auto before = static_cast<std::int64_t>(part.table.size());
  part.table
      .put(key, now,
           [&](const auto& dropped) {
             if (dropped.forget_at > now) metrics_.evicted.add();
           })
      .forget_at = arrival;
  if (const std::int64_t more = static_cast<std::int64_t>(part.table.size()) - before; more != 0) {
    metrics_.keys.add(more);
  }
}

}  // namespace parley::state::memory
