// Times for people: named formats, patterns and zones.
#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include <fmt/format.h>

#include "base/quote.h"
#include "base/time.h"
#include "base/time_zone.h"

namespace parley::base {
namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;

constexpr std::size_t kMaxPatternBytes = 128;
constexpr std::array<std::string_view, 7> kWeekdays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                    "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
constexpr std::string_view kNamed = "rfc3339, rfc2822, http, date, time, epoch_s, epoch_ms";

// A time as a clock and a calendar somewhere show it.
struct Local {
  WallTime instant;
  minutes offset;
  // Valid as long as the zone.
  std::string_view abbreviation;
  sys_days day;
  std::chrono::year_month_day date;
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  std::int64_t second = 0;
  std::int64_t millisecond = 0;

  int year() const { return static_cast<int>(date.year()); }
  unsigned month() const { return static_cast<unsigned>(date.month()); }
  unsigned day_of_month() const { return static_cast<unsigned>(date.day()); }
  std::chrono::weekday weekday() const { return std::chrono::weekday(day); }
};

Local local_time(WallTime time, const TimeZone& zone) {
  const LocalType type = zone.at(std::chrono::floor<seconds>(time));
  // To the nearest minute, as no format can say more.
  const auto offset = std::chrono::floor<minutes>(type.offset + seconds(30));
  const WallTime shown = time + offset;
  const auto day = std::chrono::floor<days>(shown);
  const std::int64_t of_day = (shown - day).count();
  return {.instant = time,
          .offset = offset,
          .abbreviation = type.abbreviation,
          .day = day,
          .date = std::chrono::year_month_day(day),
          .hour = of_day / 3'600'000,
          .minute = of_day / 60'000 % 60,
          .second = of_day / 1'000 % 60,
          .millisecond = of_day % 1'000};
}

std::string offset_text(minutes offset, std::string_view between) {
  const auto ahead = std::chrono::abs(offset).count();
  return fmt::format("{}{:02}{}{:02}", offset < minutes(0) ? '-' : '+', ahead / 60, between, ahead % 60);
}

std::string mail_date(const Local& at) {
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02}",
                     kWeekdays[at.weekday().c_encoding()].substr(0, 3), at.day_of_month(),
                     kMonths[at.month() - 1].substr(0, 3), at.year(), at.hour, at.minute, at.second);
}

std::int64_t epoch_seconds(WallTime time) {
  return std::chrono::floor<seconds>(time).time_since_epoch().count();
}

// ISO 8601: a week belongs to the year that has its Thursday.
struct IsoWeek {
  int year;
  std::int64_t week;
};
IsoWeek iso_week(const Local& at) {
  const sys_days thursday = at.day - days(at.weekday().iso_encoding()) + days(4);
  const auto year = std::chrono::year_month_day(thursday).year();
  const sys_days first = year / std::chrono::January / 1;
  return {static_cast<int>(year), (thursday - first).count() / 7 + 1};
}

// Appends what a directive stands for; false where there is no such directive.
bool append(std::string& out, std::string_view directive, const Local& at) {
  const auto to = std::back_inserter(out);
  if (directive == ":z") {
    out += offset_text(at.offset, ":");
    return true;
  }
  switch (directive.front()) {
    case 'Y':
      fmt::format_to(to, "{:04}", at.year());
      return true;
    case 'y':
      fmt::format_to(to, "{:02}", at.year() % 100);
      return true;
    case 'm':
      fmt::format_to(to, "{:02}", at.month());
      return true;
    case 'd':
      fmt::format_to(to, "{:02}", at.day_of_month());
      return true;
    case 'e':
      fmt::format_to(to, "{:2}", at.day_of_month());
      return true;
    case 'j':
      fmt::format_to(to, "{:03}", (at.day - sys_days(at.date.year() / std::chrono::January / 1)).count() + 1);
      return true;
    case 'b':
      out += kMonths[at.month() - 1].substr(0, 3);
      return true;
    case 'B':
      out += kMonths[at.month() - 1];
      return true;
    case 'H':
      fmt::format_to(to, "{:02}", at.hour);
      return true;
    case 'I':
      fmt::format_to(to, "{:02}", (at.hour + 11) % 12 + 1);
      return true;
    case 'p':
      out += at.hour < 12 ? "AM" : "PM";
      return true;
    case 'M':
      fmt::format_to(to, "{:02}", at.minute);
      return true;
    case 'S':
      fmt::format_to(to, "{:02}", at.second);
      return true;
    case 'L':
      fmt::format_to(to, "{:03}", at.millisecond);
      return true;
    case 's':
      fmt::format_to(to, "{}", epoch_seconds(at.instant));
      return true;
    case 'a':
      out += kWeekdays[at.weekday().c_encoding()].substr(0, 3);
      return true;
    case 'A':
      out += kWeekdays[at.weekday().c_encoding()];
      return true;
    case 'u':
      fmt::format_to(to, "{}", at.weekday().iso_encoding());
      return true;
    case 'w':
      fmt::format_to(to, "{}", at.weekday().c_encoding());
      return true;
    case 'G':
      fmt::format_to(to, "{:04}", iso_week(at).year);
      return true;
    case 'V':
      fmt::format_to(to, "{:02}", iso_week(at).week);
      return true;
    case 'z':
      out += offset_text(at.offset, "");
      return true;
    case 'Z':
      out += at.abbreviation;
      return true;
    case 'F':
      out += format_date(at.day);
      return true;
    case 'T':
      fmt::format_to(to, "{:02}:{:02}:{:02}", at.hour, at.minute, at.second);
      return true;
    case 'R':
      fmt::format_to(to, "{:02}:{:02}", at.hour, at.minute);
      return true;
    case '%':
      out += '%';
      return true;
    default:
      return false;
  }
}

Result<std::string> format_pattern(const Local& at, std::string_view pattern) {
  if (pattern.size() > kMaxPatternBytes) {
    return fail(ErrorCode::kBadUserInput,
                fmt::format("a date format has at most {} bytes", kMaxPatternBytes));
  }
  std::string out;
  bool any = false;
  while (!pattern.empty()) {
    if (pattern.front() != '%') {
      out += pattern.front();
      pattern.remove_prefix(1);
      continue;
    }
    pattern.remove_prefix(1);
    const std::string_view directive = pattern.substr(0, pattern.starts_with(':') ? 2 : 1);
    if (directive.empty() || !append(out, directive, at)) {
      return fail(ErrorCode::kBadUserInput, fmt::format("the date format has an unknown directive {}",
                                                        quote(fmt::format("%{}", directive))));
    }
    pattern.remove_prefix(directive.size());
    any = true;
  }
  if (!any) {
    return fail(ErrorCode::kBadUserInput,
                fmt::format("the date format {} is not known: use one of {}, or a pattern such as %d.%m.%Y",
                            quote(out), kNamed));
  }
  return out;
}

}  // namespace

Result<std::string> format_time(WallTime time, std::string_view format, std::string_view time_zone) {
  auto zone = find_time_zone(time_zone);
  if (!zone) return fail(std::move(zone));
  const Local at = local_time(std::clamp(time, kFirstTime, kLastTime), **zone);
  if (at.instant != time || at.year() < 0 || at.year() > 9999) {
    return fail(ErrorCode::kBadUserInput,
                fmt::format("the time lies outside the years 0000 to 9999 in {}", quote(time_zone)));
  }
  if (format == "epoch_s") return fmt::format("{}", epoch_seconds(time));
  if (format == "epoch_ms") return fmt::format("{}", time.time_since_epoch().count());
  if (format == "date") return format_date(at.day);
  if (format == "time") return format_pattern(at, "%T");
  if (format == "rfc2822") return fmt::format("{} {}", mail_date(at), offset_text(at.offset, ""));
  if (format == "http") return mail_date(local_time(time, TimeZone::fixed({}, {}))) + " GMT";
  if (format == "rfc3339") {
    if (at.abbreviation == "UTC" && at.offset == minutes(0)) return format_time(time);
    return format_pattern(at, "%FT%T.%L%:z");
  }
  return format_pattern(at, format);
}

}  // namespace parley::base
