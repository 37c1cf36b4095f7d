// The one date utility: everything that comes in as a date, and everything that goes out as one.
//
// Times are UTC with milliseconds, from year 0000 to 9999 of the proleptic Gregorian calendar; leap seconds
// do not exist in them (a minute has 60 seconds, as in POSIX). Pure functions, but for the time zones, which
// are read once a process (time_zone.h). Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"

namespace parley::base {

// The first and the last instant that can be written.
inline constexpr WallTime kFirstTime{std::chrono::milliseconds{-62'167'219'200'000}};
inline constexpr WallTime kLastTime{std::chrono::milliseconds{253'402'300'799'999}};

// A time as RFC 3339, or as a count since the epoch (see time_from_epoch) in decimal digits.
//
// RFC 3339, 5.6: YYYY-MM-DDThh:mm:ss with `T`, `t`; then up to nine digits of a fraction, cut to
// milliseconds; then `Z`, `z` or an offset from -23:59 to +23:59. A space in the place of `T` is refused. A
// second of 60 is taken only in the last minute of a month in UTC, where leap seconds are put, and stands for
// the last millisecond before: the instant stays on its day. A count has no `+` and no leading zeros.
// BAD_USER_INPUT, naming what is wrong.
[[nodiscard]] Result<WallTime> parse_time(std::string_view text);

// A count since 1970-01-01T00:00:00Z: of seconds where it is below 100'000'000'000 either way (the years 0000
// to 5138), of milliseconds from there on (so the milliseconds of 1966-10-31 to 1973-03-03 cannot be said).
// BAD_USER_INPUT for a time outside the years 0000 to 9999.
[[nodiscard]] Result<WallTime> time_from_epoch(std::int64_t count);

// RFC 3339 in UTC with milliseconds, "2026-01-31T09:30:00.000Z". A time outside the years 0000 to 9999 is
// written as the nearest that is inside.
std::string format_time(WallTime time);

// The time in a format and a zone.
//
// `time_zone`: "UTC" or "Z", an offset such as "+05:30", or an IANA name such as "Europe/Berlin".
// `format`: one of
//   rfc3339   2026-01-31T10:30:00.000+01:00, in UTC with `Z`
//   rfc2822   Sat, 31 Jan 2026 10:30:00 +0100
//   http      Sat, 31 Jan 2026 09:30:00 GMT (RFC 9110, 5.6.7), whatever the zone
//   date      2026-01-31
//   time      10:30:00
//   epoch_s   1769851800, whatever the zone; rounded down
//   epoch_ms  1769851800000, whatever the zone
// or a pattern of at most 128 bytes that has at least one of these directives, the rest of it being copied:
//   %Y year, 4 digits     %m month 01-12     %d day 01-31     %e day, padded with a space
//   %y its last two       %b Jan             %B January       %j day of the year 001-366
//   %H hour 00-23         %I hour 01-12      %p AM, PM        %M minute        %S second
//   %L milliseconds, 3 digits                %s epoch seconds
//   %a Sat                %A Saturday        %u weekday 1-7 from Monday        %w 0-6 from Sunday
//   %G and %V the year and the week 01-53 of ISO 8601
//   %z +0100              %:z +01:00         %Z the zone's abbreviation, or the offset
//   %F = %Y-%m-%d         %T = %H:%M:%S      %R = %H:%M       %% a percent sign
// Names are English. An offset is rounded to a whole minute, which matters for local mean time before
// standard zones came. BAD_USER_INPUT, naming the format, the directive or the zone that is not known, or
// for a time that lies outside the years 0000 to 9999 there. What comes back has at most 1,024 bytes.
[[nodiscard]] Result<std::string> format_time(WallTime time, std::string_view format,
                                              std::string_view time_zone);

// "YYYY-MM-DD", nothing else. BAD_USER_INPUT, naming what is wrong.
[[nodiscard]] Result<std::chrono::sys_days> parse_date(std::string_view text);
// "2026-01-31". A day outside the years 0000 to 9999 is written as the nearest that is inside.
std::string format_date(std::chrono::sys_days day);

// The day in UTC that the instant belongs to.
std::chrono::sys_days day_of(WallTime time);
// The first midnight in UTC after `time`: never `time` itself.
WallTime next_midnight_utc(WallTime time);

}  // namespace parley::base
