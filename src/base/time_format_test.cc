#include <gtest/gtest.h>

#include "base/time.h"

namespace parley::base {
namespace {

std::string in(std::string_view time, std::string_view format, std::string_view zone) {
  const auto text = format_time(parse_time(time).value(), format, zone);
  return text ? *text : text.error().message;
}

TEST(TimeFormat, names_a_time_in_the_usual_ways) {
  constexpr std::string_view kTime = "2026-01-31T23:30:00.250Z";
  EXPECT_EQ(in(kTime, "rfc3339", "UTC"), "2026-01-31T23:30:00.250Z");
  EXPECT_EQ(in(kTime, "rfc3339", "Etc/UTC"), "2026-01-31T23:30:00.250Z");
  EXPECT_EQ(in(kTime, "rfc3339", "Europe/Berlin"), "2026-02-01T00:30:00.250+01:00");
  EXPECT_EQ(in(kTime, "rfc3339", "Europe/London"), "2026-01-31T23:30:00.250+00:00");
  EXPECT_EQ(in(kTime, "rfc3339", "America/St_Johns"), "2026-01-31T20:00:00.250-03:30");
  EXPECT_EQ(in(kTime, "rfc3339", "-10:00"), "2026-01-31T13:30:00.250-10:00");
  EXPECT_EQ(in(kTime, "rfc2822", "Europe/Berlin"), "Sun, 01 Feb 2026 00:30:00 +0100");
  EXPECT_EQ(in(kTime, "http", "Europe/Berlin"), "Sat, 31 Jan 2026 23:30:00 GMT");
  EXPECT_EQ(in("1994-11-06T08:49:37Z", "http", "UTC"), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(in(kTime, "date", "Europe/Berlin"), "2026-02-01");
  EXPECT_EQ(in(kTime, "time", "Europe/Berlin"), "00:30:00");
  EXPECT_EQ(in(kTime, "epoch_s", "Europe/Berlin"), "1769902200");
  EXPECT_EQ(in(kTime, "epoch_ms", "Europe/Berlin"), "1769902200250");
  EXPECT_EQ(in("1969-12-31T23:59:59.500Z", "epoch_s", "UTC"), "-1");
  EXPECT_EQ(in("1969-12-31T23:59:59.500Z", "epoch_ms", "UTC"), "-500");
}

TEST(TimeFormat, fills_in_every_directive) {
  constexpr std::string_view kTime = "2026-02-03T16:05:06.007Z";
  constexpr std::string_view kZone = "America/New_York";
  EXPECT_EQ(in(kTime, "%Y|%y|%m|%d|%e|%b|%B|%j", kZone), "2026|26|02|03| 3|Feb|February|034");
  EXPECT_EQ(in(kTime, "%H|%I|%p|%M|%S|%L|%s", kZone), "11|11|AM|05|06|007|1770134706");
  EXPECT_EQ(in(kTime, "%a|%A|%u|%w|%G|%V", kZone), "Tue|Tuesday|2|2|2026|06");
  EXPECT_EQ(in(kTime, "%z|%:z|%Z|%F|%T|%R|%%", kZone), "-0500|-05:00|EST|2026-02-03|11:05:06|11:05|%");
  EXPECT_EQ(in(kTime, "%Z %z", "+05:30"), "+05:30 +0530");
  EXPECT_EQ(in(kTime, "den %d. um %H Uhr – ok", "UTC"), "den 03. um 16 Uhr – ok");
  EXPECT_EQ(in("2026-02-03T00:10:00Z", "%I %p", "UTC"), "12 AM");
  EXPECT_EQ(in("2026-02-03T12:10:00Z", "%I %p", "UTC"), "12 PM");
  EXPECT_EQ(in("2026-02-03T13:10:00Z", "%I %p", "UTC"), "01 PM");
  EXPECT_EQ(in("2026-02-01T13:10:00Z", "%u %w", "UTC"), "7 0");
}

TEST(TimeFormat, puts_the_days_at_the_turn_of_the_year_into_the_week_of_their_thursday) {
  EXPECT_EQ(in("2021-01-03T12:00:00Z", "%G-W%V-%u", "UTC"), "2020-W53-7");
  EXPECT_EQ(in("2021-01-04T12:00:00Z", "%G-W%V-%u", "UTC"), "2021-W01-1");
  EXPECT_EQ(in("2024-12-30T12:00:00Z", "%G-W%V-%u", "UTC"), "2025-W01-1");
  EXPECT_EQ(in("2023-01-01T12:00:00Z", "%G-W%V-%u", "UTC"), "2022-W52-7");
}

TEST(TimeFormat, skips_the_gap_and_tells_the_hours_of_an_overlap_apart) {
  EXPECT_EQ(in("2026-03-29T00:59:59Z", "rfc3339", "Europe/Berlin"), "2026-03-29T01:59:59.000+01:00");
  EXPECT_EQ(in("2026-03-29T01:00:00Z", "rfc3339", "Europe/Berlin"), "2026-03-29T03:00:00.000+02:00");
  EXPECT_EQ(in("2026-10-25T00:30:00Z", "rfc3339", "Europe/Berlin"), "2026-10-25T02:30:00.000+02:00");
  EXPECT_EQ(in("2026-10-25T01:30:00Z", "rfc3339", "Europe/Berlin"), "2026-10-25T02:30:00.000+01:00");
  // Read back, each is its own instant.
  for (const auto* time : {"2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-03-29T01:00:00Z"}) {
    EXPECT_EQ(parse_time(in(time, "rfc3339", "Europe/Berlin")).value(), parse_time(time).value());
  }
  // A whole day was left out.
  EXPECT_EQ(in("2011-12-30T09:59:59Z", "%F %R", "Pacific/Apia"), "2011-12-29 23:59");
  EXPECT_EQ(in("2011-12-30T10:00:00Z", "%F %R", "Pacific/Apia"), "2011-12-31 00:00");
}

TEST(TimeFormat, knows_zones_of_half_and_quarter_hours_and_far_dates) {
  EXPECT_EQ(in("2026-07-01T00:00:00Z", "%F %R %:z", "Asia/Kolkata"), "2026-07-01 05:30 +05:30");
  EXPECT_EQ(in("2026-07-01T00:00:00Z", "%F %R %:z", "Asia/Kathmandu"), "2026-07-01 05:45 +05:45");
  EXPECT_EQ(in("2026-07-01T00:00:00Z", "%F %R %:z", "Australia/Lord_Howe"), "2026-07-01 10:30 +10:30");
  EXPECT_EQ(in("2026-01-01T00:00:00Z", "%F %R %:z", "Australia/Lord_Howe"), "2026-01-01 11:00 +11:00");
  EXPECT_EQ(in("2050-07-01T00:00:00Z", "%F %R %Z", "Europe/Berlin"), "2050-07-01 02:00 CEST");
  EXPECT_EQ(in("9999-07-01T00:00:00Z", "%F %R %Z", "America/New_York"), "9999-06-30 20:00 EDT");
  EXPECT_EQ(in("0000-02-29T12:00:00Z", "%F %j", "UTC"), "0000-02-29 060");
  EXPECT_EQ(in("1582-10-10T00:00:00Z", "date", "UTC"), "1582-10-10");
  // Local mean time, to the minute: Berlin was 53 minutes and 28 seconds ahead.
  EXPECT_EQ(in("1800-01-01T00:00:00Z", "rfc3339", "Europe/Berlin"), "1800-01-01T00:53:00.000+00:53");
  EXPECT_EQ(in("1800-01-01T00:00:00Z", "rfc3339", "America/New_York"), "1799-12-31T19:04:00.000-04:56");
}

TEST(TimeFormat, refuses_a_year_that_has_no_four_digits_there) {
  EXPECT_EQ(in("9999-12-31T23:30:00Z", "date", "+01:00"),
            "the time lies outside the years 0000 to 9999 in '+01:00'");
  EXPECT_EQ(in("0000-01-01T00:30:00Z", "date", "-01:00"),
            "the time lies outside the years 0000 to 9999 in '-01:00'");
  EXPECT_EQ(in("9999-12-31T23:30:00Z", "date", "-01:00"), "9999-12-31");
  EXPECT_EQ(in("0000-01-01T00:30:00Z", "date", "UTC"), "0000-01-01");
  EXPECT_FALSE(format_time(WallTime::max(), "date", "UTC"));
  EXPECT_FALSE(format_time(WallTime::min(), "date", "UTC"));
}

TEST(TimeFormat, names_the_format_directive_or_zone_that_it_does_not_know) {
  const auto refused = [](std::string_view format, std::string_view zone, std::string_view why) {
    const auto text = format_time(WallTime(), format, zone);
    ASSERT_FALSE(text) << format;
    EXPECT_EQ(text.error().code, ErrorCode::kBadUserInput) << format;
    EXPECT_NE(text.error().message.find(why), std::string::npos) << text.error().message;
  };
  refused("", "UTC", "''");
  refused("iso", "UTC", "'iso'");
  refused("RFC3339", "UTC", "'RFC3339'");
  refused("%Q", "UTC", "'%Q'");
  refused("%:Z", "UTC", "'%:Z'");
  refused("%F %", "UTC", "'%'");
  refused("%:", "UTC", "'%:'");
  refused("%Ez", "UTC", "'%E'");
  refused(std::string("%\0", 2), "UTC", "'%?'");
  refused(std::string(129, 'a'), "UTC", "128 bytes");
  refused("date", "Mars/Olympus", "'Mars/Olympus'");
  refused("%n", "", "''");
}

TEST(TimeFormat, is_no_longer_than_it_says) {
  std::string pattern;
  for (int i = 0; i < 64; ++i) pattern += "%s";
  const auto text = format_time(kFirstTime, pattern, "UTC");
  ASSERT_TRUE(text);
  EXPECT_EQ(text->size(), 64U * 12);
}

}  // namespace
}  // namespace parley::base
