#include "model/event_log.h"

#include <limits>
#include <optional>
#include <utility>

namespace parley::model {
namespace {

constexpr char kVersion = 1;
constexpr unsigned kTagBits = 4;
constexpr std::uint64_t kInlineDelta = 8;
constexpr std::uint64_t kSkip = 9;
constexpr std::uint64_t kExtraDelta = 10;

void put(std::string& log, std::uint64_t tag, std::uint64_t n) {
  std::uint64_t value = n << kTagBits | tag;
  for (; value >= 0x80; value >>= 7) log.push_back(static_cast<char>(value | 0x80));
  log.push_back(static_cast<char>(value));
}

void put_skip(std::string& log, std::int64_t last, std::int64_t number) {
  if (number > last + 1) put(log, kSkip, static_cast<std::uint64_t>(number - last - 1));
}

// The next varint of `log`, which is shortened by it.
std::optional<std::uint64_t> take(std::string_view& log) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !log.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(log.front());
    log.remove_prefix(1);
    const std::uint64_t bits = byte & 0x7fU;
    if (shift == 63 && bits > 1) return std::nullopt;
    value |= bits << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

// The index of the first event whose deltas, from there on, make up `text`; events.size() where none do.
std::size_t start_of_text(std::span<const TurnEvent> events, std::string_view text) {
  std::size_t start = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (events[i].kind == TurnEventKind::kRestarted) start = i;
  }
  std::string_view rest = text;
  for (const TurnEvent& event : events.subspan(start)) {
    if (event.kind != TurnEventKind::kDelta) continue;
    if (!rest.starts_with(event.text)) return events.size();
    rest.remove_prefix(event.text.size());
  }
  return rest.empty() ? start : events.size();
}

std::unexpected<base::Error> unreadable(std::string_view why) {
  return base::fail(base::ErrorCode::kInternal, "the turn's events cannot be read",
                    "event log: " + std::string(why));
}

}  // namespace

std::string encode_event_log(std::span<const TurnEvent> events, std::string_view text) {
  std::string log(1, kVersion);
  const std::size_t start = start_of_text(events, text);
  std::int64_t last = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const TurnEvent& event = events[i];
    put_skip(log, last, event.number);
    last = event.number;
    if (!event.extra.empty()) {
      put(log, kExtraDelta, event.extra.size());
      log += event.extra;
    } else if (event.kind == TurnEventKind::kDelta && i < start) {
      put(log, kInlineDelta, event.text.size());
      log += event.text;
    } else {
      put(log, static_cast<std::uint64_t>(event.kind),
          event.kind == TurnEventKind::kDelta ? event.text.size() : 0);
    }
  }
  return log;
}

base::Result<std::vector<TurnEvent>> decode_event_log(std::string_view log, std::string_view text) {
  std::vector<TurnEvent> events;
  if (log.empty()) return events;
  if (log.front() != kVersion) return unreadable("unknown version");
  log.remove_prefix(1);
  std::int64_t last = 0;
  while (!log.empty()) {
    const auto entry = take(log);
    if (!entry) return unreadable("cut off");
    const std::uint64_t tag = *entry & ((1U << kTagBits) - 1);
    const std::uint64_t n = *entry >> kTagBits;
    if (tag == kSkip) {
      if (n >= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() - last)) {
        return unreadable("skips too far");
      }
      last += static_cast<std::int64_t>(n);
      continue;
    }
    TurnEvent event{.number = ++last, .kind = static_cast<TurnEventKind>(tag)};
    if (tag == kInlineDelta || tag == kExtraDelta) {
      if (n > log.size()) return unreadable("a piece is cut off");
      event.kind = TurnEventKind::kDelta;
      (tag == kInlineDelta ? event.text : event.extra) = log.substr(0, n);
      log.remove_prefix(n);
    } else if (event.kind == TurnEventKind::kDelta) {
      if (n > text.size()) return unreadable("the text is shorter than its pieces");
      event.text = text.substr(0, n);
      text.remove_prefix(n);
    } else if (tag > static_cast<std::uint64_t>(TurnEventKind::kQueued) || n != 0) {
      return unreadable("unknown event");
    }
    events.push_back(std::move(event));
  }
  return events;
}

std::string append_event(std::string log, std::int64_t last_event, std::int64_t number, TurnEventKind kind) {
  if (log.empty()) log.push_back(kVersion);
  put_skip(log, last_event, number);
  put(log, static_cast<std::uint64_t>(kind), 0);
  return log;
}

}  // namespace parley::model
