// The rule at the end of a TZif file (RFC 9636, 3.3; POSIX, TZ): standard time, and when in the year there is
// another, such as "CET-1CEST,M3.5.0,M10.5.0/3". A value; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parley::base {

// What clocks show: so much ahead of UTC, under that name.
struct LocalType {
  std::chrono::seconds offset{};
  std::string_view abbreviation;

  friend bool operator==(const LocalType&, const LocalType&) = default;
};

class PosixZone {
 public:
  // Nothing where the rule is malformed, or names a summer time and not when it is.
  static std::optional<PosixZone> parse(std::string_view rule);

  LocalType at(std::chrono::sys_seconds time) const;

 private:
  struct Name {
    std::string abbreviation{};
    std::chrono::seconds offset{};
  };
  // A day of each year, and the time on it, which may lie some days before or after.
  struct Change {
    enum class Kind : std::uint8_t { kJulianWithoutLeapDay, kDayOfYear, kWeekdayOfMonth };
    Kind kind = Kind::kDayOfYear;
    // From 1 to 365 without 29 February, or from 0 to 365 with it.
    int day = 0;
    // 1 to 12; 1 to 5, where 5 is the last; 0 to 6 from Sunday.
    unsigned month = 0;
    unsigned week = 0;
    unsigned weekday = 0;
    std::chrono::seconds time{};
  };
  class Reader;

  static std::chrono::sys_seconds in_year(const Change& change, std::chrono::year year,
                                          std::chrono::seconds offset);

  Name standard_{};
  std::optional<Name> summer_{};
  Change summer_begins_{};
  Change summer_ends_{};
};

}  // namespace parley::base
