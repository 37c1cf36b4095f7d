#include "base/time_zone.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/guarded.h"
#include "base/quote.h"

namespace parley::base {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::string_view kFolder = "/usr/share/zoneinfo/";
constexpr std::size_t kMaxNameBytes = 64;
constexpr std::size_t kMaxFileBytes = 256UL * 1024;
// RFC 9636, 3.2: an offset should be less than a day either way.
constexpr seconds kMaxOffset = hours(26);

// RFC 9636, 3.1: the numbers of what follows.
struct Header {
  char version = 0;
  std::size_t is_ut = 0;
  std::size_t is_standard = 0;
  std::size_t leap_seconds = 0;
  std::size_t changes = 0;
  std::size_t types = 0;
  std::size_t abbreviation_bytes = 0;

  std::size_t body_bytes(std::size_t time_bytes) const {
    return changes * (time_bytes + 1) + types * 6 + abbreviation_bytes + leap_seconds * (time_bytes + 4) +
           is_standard + is_ut;
  }
};

// Reads what is there; past the end it reads zeros and remembers that it did.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : rest_(bytes) {}

  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      short_ = true;
      rest_ = {};
      return {};
    }
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  // Big-endian, two's complement.
  std::int64_t number(std::size_t size) {
    const auto bytes = take(size);
    std::uint64_t value = 0;
    for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
    const auto unused = 64 - 8 * size;
    return static_cast<std::int64_t>(value << unused) >> unused;
  }
  std::size_t count() {
    const std::int64_t value = number(4);
    if (value >= 0 && value <= static_cast<std::int64_t>(kMaxFileBytes)) {
      return static_cast<std::size_t>(value);
    }
    short_ = true;
    return 0;
  }

  std::optional<Header> header() {
    if (take(4) != "TZif") return std::nullopt;
    const auto version = take(1);
    take(15);
    Header header{.version = version.empty() ? '\0' : version.front()};
    header.is_ut = count();
    header.is_standard = count();
    header.leap_seconds = count();
    header.changes = count();
    header.types = count();
    header.abbreviation_bytes = count();
    if (short_) return std::nullopt;
    return header;
  }

  bool ran_out() const { return short_; }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool short_ = false;
};

// "+hh:mm" or "-hh:mm".
std::optional<seconds> parse_offset(std::string_view text) {
  const auto two = [&](std::size_t at, int max) -> std::optional<int> {
    const int tens = text[at] - '0';
    const int ones = text[at + 1] - '0';
    if (tens < 0 || tens > 9 || ones < 0 || ones > 9 || tens * 10 + ones > max) return std::nullopt;
    return tens * 10 + ones;
  };
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const auto hour = two(1, 23);
  const auto minute = two(4, 59);
  if (!hour || !minute) return std::nullopt;
  const seconds offset = hours(*hour) + minutes(*minute);
  return text[0] == '-' ? -offset : offset;
}

// What could be the name of a zone, and leads to no file outside the folder or to one that is not a zone:
// those that are not begin with a small letter ("posixrules", "right/UTC").
bool well_formed(std::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes || name.front() < 'A' || name.front() > 'Z') return false;
  char before = '\0';
  for (const char c : name) {
    const bool fits = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-' || c == '+' || (c == '/' && before != '/');
    if (!fits) return false;
    before = c;
  }
  return before != '/';
}

using ZonePtr = std::shared_ptr<const TimeZone>;

std::unexpected<Error> unknown(std::string_view name) {
  return fail(ErrorCode::kBadUserInput,
              fmt::format("the time zone {} is not known: use an IANA name such as Europe/Berlin, UTC, or an "
                          "offset such as +02:00",
                          quote(name)));
}

Result<ZonePtr> read_zone(std::string_view name) {
  std::ifstream file(std::string(kFolder) + std::string(name), std::ios::binary);
  if (!file) return unknown(name);
  std::string bytes(kMaxFileBytes, '\0');
  // A folder opens too, and fails to be read.
  if (!file.read(bytes.data(), static_cast<std::streamsize>(bytes.size())).eof()) return unknown(name);
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  auto zone = TimeZone::from_tzif(bytes);
  if (!zone) {
    return fail(ErrorCode::kInternal, fmt::format("the time zone {} could not be read", quote(name)),
                fmt::format("{}{} is not a time zone file", kFolder, name));
  }
  return std::make_shared<const TimeZone>(std::move(*zone));
}

}  // namespace

TimeZone TimeZone::fixed(seconds offset, std::string abbreviation) {
  TimeZone zone;
  zone.types_.push_back({offset, std::move(abbreviation)});
  return zone;
}

std::optional<TimeZone> TimeZone::from_tzif(std::string_view bytes) {
  Bytes reader(bytes.substr(0, kMaxFileBytes));
  // The first block is for programs that know version 1 alone: 32 bits a time.
  const auto old = reader.header();
  if (!old || old->version < '2') return std::nullopt;
  reader.take(old->body_bytes(4));
  const auto header = reader.header();
  if (!header || header->leap_seconds != 0 || header->types == 0 || header->types > 256) return std::nullopt;
  if (reader.rest().size() < header->body_bytes(8)) return std::nullopt;

  TimeZone zone;
  zone.changes_.resize(header->changes);
  for (auto& change : zone.changes_) change.from = sys_seconds(seconds(reader.number(8)));
  for (auto& change : zone.changes_) {
    change.type = static_cast<unsigned char>(reader.take(1).front());
    if (change.type >= header->types) return std::nullopt;
  }
  if (!std::ranges::is_sorted(zone.changes_, std::less{}, &Change::from)) return std::nullopt;

  std::vector<std::size_t> name_at;
  for (std::size_t i = 0; i < header->types; ++i) {
    const seconds offset(reader.number(4));
    reader.take(1);
    name_at.push_back(static_cast<unsigned char>(reader.take(1).front()));
    if (offset > kMaxOffset || offset < -kMaxOffset) return std::nullopt;
    zone.types_.push_back({offset, {}});
  }
  const std::string_view names = reader.take(header->abbreviation_bytes);
  for (std::size_t i = 0; i < header->types; ++i) {
    const auto end = names.find('\0', name_at[i]);
    if (end == std::string_view::npos || end - name_at[i] > 16) return std::nullopt;
    zone.types_[i].abbreviation = names.substr(name_at[i], end - name_at[i]);
  }
  reader.take(header->is_standard + header->is_ut);

  const std::string_view footer = reader.rest();
  if (reader.ran_out() || footer.size() < 2 || !footer.starts_with('\n') || !footer.ends_with('\n')) {
    return std::nullopt;
  }
  if (footer.size() > 2) {
    zone.rule_ = PosixZone::parse(footer.substr(1, footer.size() - 2));
    if (!zone.rule_) return std::nullopt;
  }
  return zone;
}

LocalType TimeZone::at(sys_seconds time) const {
  const auto next = std::ranges::upper_bound(changes_, time, std::less{}, &Change::from);
  if (next == changes_.end() && rule_) return rule_->at(time);
  const Type& type = types_[next == changes_.begin() ? 0 : std::prev(next)->type];
  return {type.offset, type.abbreviation};
}

Result<ZonePtr> find_time_zone(std::string_view name) {
  if (name == "UTC" || name == "Z") {
    static const ZonePtr utc = std::make_shared<const TimeZone>(TimeZone::fixed(seconds(0), "UTC"));
    return utc;
  }
  if (const auto offset = parse_offset(name)) {
    return std::make_shared<const TimeZone>(TimeZone::fixed(*offset, std::string(name)));
  }
  if (!well_formed(name)) return unknown(name);
  // The one thing here that is kept for the whole process: facts that do not change while it runs, the same
  // for all workers, and useless to post about. Only zones that exist are kept, so their number is bounded.
  static Guarded<std::map<std::string, ZonePtr, std::less<>>> zones;
  ZonePtr known = zones.with([&](auto& map) {
    const auto found = map.find(name);
    return found == map.end() ? nullptr : found->second;
  });
  if (known) return known;
  auto zone = read_zone(name);
  if (!zone) return fail(std::move(zone));
  return zones.with([&](auto& map) { return map.emplace(name, std::move(*zone)).first->second; });
}

}  // namespace parley::base
