#include "state/memory/bans.h"

#include <algorithm>

#include "base/time.h"

namespace parley::state::memory {

namespace {

// The length of the ban that is the subject's `times`-th in a row.
std::int64_t length_of(const BanRule& rule, std::int64_t times) {
  std::int64_t length = std::min(rule.first, rule.longest).count();
  for (std::int64_t i = 1; i < times && length < rule.longest.count(); ++i) length *= 2;
  return std::min(length, rule.longest.count());
}

}  // namespace

Ban Bans::Record::ban(std::int64_t now) const {
  return {.subject = subject,
          .until = base::WallTime(std::chrono::milliseconds(until)),
          .times = times,
          .reason = reason,
          .left = std::chrono::milliseconds(until - now)};
}

Bans::Offences& Bans::Record::offences_for(std::string_view why, std::int64_t now, std::int64_t window) {
  const std::string_view kept = why.substr(0, kMaxReasonBytes);
  auto own = std::ranges::find(offences, kept, &Offences::reason);
  if (own == offences.end()) {
    own = offences.size() < kReasons ? offences.insert(own, Offences{})
                                     : std::ranges::min_element(offences, {}, &Offences::window_end);
    *own = {.reason = std::string(kept)};
  }
  if (now >= own->window_end) {
    own->count = 0;
    own->window_end = now + window;
  }
  return *own;
}

std::int64_t Bans::now() const {
  return clock_.wall_now().time_since_epoch().count();
}

Bans::Entry& Bans::entry_of(Part& part, const Fingerprint& key, std::string_view subject, std::int64_t at) {
  const auto before = static_cast<std::int64_t>(part.table.size());
  Entry& entry = part.table.put(key, at, [&](const Entry& dropped) {
    if (dropped.forget_at > at) metrics_.evicted.add();
    part.held.erase(dropped.payload->subject);
  });
  metrics_.keys.add(static_cast<std::int64_t>(part.table.size()) - before);
  if (!entry.payload) entry.payload = std::make_unique<Record>(Record{.subject = std::string(subject)});
  return entry;
}

std::optional<Ban> Bans::offend(const Fingerprint& key, std::string_view subject, std::string_view reason,
                                const BanRule& rule) {
  return shards_.with(key, [&](Part& part) -> std::optional<Ban> {
    const std::int64_t at = now();
    Entry& entry = entry_of(part, key, subject, at);
    Record& record = *entry.payload;
    if (record.banned(at)) return std::nullopt;
    Offences& offences = record.offences_for(reason, at, rule.window.count());
    const bool repeated = record.times > 0 && at < record.until + rule.forget.count();
    if (++offences.count < rule.offences) {
      entry.forget_at = std::max({entry.forget_at, offences.window_end,
                                  repeated ? record.until + rule.forget.count() : std::int64_t{0}});
      return std::nullopt;
    }
    record.times = repeated ? record.times + 1 : 1;
    record.until = at + length_of(rule, record.times);
    record.offences.clear();
    record.reason = reason.substr(0, kMaxReasonBytes);
    entry.forget_at = record.until + rule.forget.count();
    part.held.emplace(record.subject, &record);
    return record.ban(at);
  });
}

std::optional<Ban> Bans::banned(const Fingerprint& key) {
  return shards_.with(key, [&](Part& part) -> std::optional<Ban> {
    const Entry* entry = part.table.find(key);
    const std::int64_t at = now();
    if (entry == nullptr || !entry->payload->banned(at)) return std::nullopt;
    return entry->payload->ban(at);
  });
}

void Bans::ban(const Fingerprint& key, const Ban& ban) {
  shards_.with(key, [&](Part& part) {
    const std::int64_t at = now();
    Entry& entry = entry_of(part, key, ban.subject, at);
    Record& record = *entry.payload;
    record.until = std::clamp(ban.until, base::kFirstTime, base::kLastTime).time_since_epoch().count();
    record.times = ban.times;
    record.offences.clear();
    record.reason = ban.reason.substr(0, kMaxReasonBytes);
    // No rule says how long it is to be remembered: as long as usual.
    entry.forget_at = record.until + BanRule{}.forget.count();
    part.held.emplace(record.subject, &record);
  });
}

bool Bans::lift(const Fingerprint& key) {
  return shards_.with(key, [&](Part& part) {
    Entry* entry = part.table.find(key);
    if (entry == nullptr) return false;
    const bool held = entry->payload->banned(now());
    part.held.erase(entry->payload->subject);
    part.table.erase(entry);
    metrics_.keys.add(-1);
    return held;
  });
}

std::vector<Ban> Bans::list(std::string_view after, std::size_t limit) {
  std::vector<Ban> bans;
  for (std::size_t i = 0; i < shards_.count(); ++i) {
    shards_.with(i, [&](Part& part) {
      const std::int64_t at = now();
      std::size_t from_here = 0;
      for (auto it = part.held.upper_bound(after); it != part.held.end() && from_here < limit;) {
        if (!it->second->banned(at)) {
          it = part.held.erase(it);
          continue;
        }
        bans.push_back(it->second->ban(at));
        ++from_here;
        ++it;
      }
    });
    // The first of all are among the first of each.
    std::ranges::sort(bans, {}, &Ban::subject);
    if (bans.size() > limit) bans.resize(limit);
  }
  return bans;
}

}  // namespace parley::state::memory
