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

Ban Bans::Record::ban() const {
  return {.subject = subject,
          .until = base::WallTime(std::chrono::milliseconds(until)),
          .times = times,
          .reason = reason};
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
    if (at >= record.window_end) {
      record.offences = 0;
      record.window_end = at + rule.window.count();
    }
    const bool repeated = record.times > 0 && at < record.until + rule.forget.count();
    if (++record.offences < rule.offences) {
      entry.forget_at =
          std::max(record.window_end, repeated ? record.until + rule.forget.count() : std::int64_t{0});
      return std::nullopt;
    }
    record.times = repeated ? record.times + 1 : 1;
    record.until = at + length_of(rule, record.times);
    record.offences = record.window_end = 0;
    record.reason = reason.substr(0, kMaxReasonBytes);
    entry.forget_at = record.until + rule.forget.count();
    part.held.emplace(record.subject, &record);
    return record.ban();
  });
}

std::optional<Ban> Bans::banned(const Fingerprint& key) {
  return shards_.with(key, [&](Part& part) -> std::optional<Ban> {
    const Entry* entry = part.table.find(key);
    if (entry == nullptr || !entry->payload->banned(now())) return std::nullopt;
    return entry->payload->ban();
  });
}

void Bans::ban(const Fingerprint& key, const Ban& ban) {
  shards_.with(key, [&](Part& part) {
    const std::int64_t at = now();
    Entry& entry = entry_of(part, key, ban.subject, at);
    Record& record = *entry.payload;
    record.until = std::clamp(ban.until, base::kFirstTime, base::kLastTime).time_since_epoch().count();
    record.times = ban.times;
    record.offences = record.window_end = 0;
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
        bans.push_back(it->second->ban());
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
