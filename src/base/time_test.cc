#include "base/time.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace parley::base {
namespace {

using std::chrono::milliseconds;
using std::chrono::sys_days;

std::int64_t ms(std::string_view text) {
  const auto time = parse_time(text);
  EXPECT_TRUE(time) << text << ": " << (time ? "" : time.error().message);
  return time ? time->time_since_epoch().count() : -1;
}

TEST(ParseTime, takes_rfc_3339_with_any_offset_case_and_fraction) {
  EXPECT_EQ(ms("2026-01-31T09:30:00Z"), 1769851800000);
  EXPECT_EQ(ms("2026-01-31t09:30:00z"), 1769851800000);
  EXPECT_EQ(ms("2026-01-31T11:30:00+02:00"), 1769851800000);
  EXPECT_EQ(ms("2026-01-31T15:00:00+05:30"), 1769851800000);
  EXPECT_EQ(ms("2026-01-30T23:30:00-10:00"), 1769851800000);
  EXPECT_EQ(ms("2026-01-31T09:30:00-00:00"), 1769851800000);
  EXPECT_EQ(ms("2026-01-31T09:30:00.5Z"), 1769851800500);
  EXPECT_EQ(ms("2026-01-31T09:30:00.05Z"), 1769851800050);
  EXPECT_EQ(ms("2026-01-31T09:30:00.123456789Z"), 1769851800123);
  EXPECT_EQ(ms("2026-01-31T09:30:00.9999Z"), 1769851800999);
  EXPECT_EQ(ms("1969-12-31T23:59:59.999Z"), -1);
  // RFC 3339, 5.8.
  EXPECT_EQ(ms("1985-04-12T23:20:50.52Z"), 482196050520);
  EXPECT_EQ(ms("1996-12-19T16:39:57-08:00"), 851042397000);
  EXPECT_EQ(ms("1937-01-01T12:00:27.87+00:20"), -1041337172130);
}

TEST(ParseTime, knows_leap_days_and_the_ends_of_the_calendar) {
  EXPECT_EQ(ms("2024-02-29T00:00:00Z"), 1709164800000);
  EXPECT_EQ(ms("2000-02-29T00:00:00Z"), 951782400000);
  EXPECT_FALSE(parse_time("1900-02-29T00:00:00Z"));
  EXPECT_FALSE(parse_time("2026-02-29T00:00:00Z"));
  EXPECT_EQ(parse_time("0000-01-01T00:00:00Z"), kFirstTime);
  EXPECT_EQ(parse_time("9999-12-31T23:59:59.999Z"), kLastTime);
  EXPECT_EQ(parse_time("0000-01-01T00:00:00-00:01"), kFirstTime + std::chrono::minutes(1));
  EXPECT_FALSE(parse_time("0000-01-01T00:00:00+00:01"));
  EXPECT_FALSE(parse_time("9999-12-31T23:59:59-00:01"));
}

TEST(ParseTime, a_leap_second_is_the_last_millisecond_of_its_month) {
  // RFC 3339, 5.8.
  EXPECT_EQ(ms("1990-12-31T23:59:60Z"), ms("1990-12-31T23:59:59.999Z"));
  EXPECT_EQ(ms("1990-12-31T15:59:60.75-08:00"), ms("1990-12-31T23:59:59.999Z"));
  EXPECT_EQ(ms("2015-06-30T23:59:60Z"), ms("2015-06-30T23:59:59.999Z"));
  EXPECT_FALSE(parse_time("1990-12-31T23:58:60Z"));
  EXPECT_FALSE(parse_time("1990-12-31T22:59:60Z"));
  EXPECT_FALSE(parse_time("1990-12-30T23:59:60Z"));
  EXPECT_FALSE(parse_time("1990-12-31T23:59:60-08:00"));
  EXPECT_FALSE(parse_time("1990-12-31T23:59:61Z"));
  EXPECT_EQ(parse_time("9999-12-31T23:59:60Z"), kLastTime);
}

TEST(ParseTime, tells_seconds_from_milliseconds_by_their_size) {
  EXPECT_EQ(ms("0"), 0);
  EXPECT_EQ(ms("1769851800"), 1769851800000);
  EXPECT_EQ(ms("1769851800123"), 1769851800123);
  EXPECT_EQ(ms("-1"), -1000);
  EXPECT_EQ(ms("-14182940"), -14182940000);
  EXPECT_EQ(ms("99999999999"), 99999999999000);
  EXPECT_EQ(ms("100000000000"), 100000000000);
  EXPECT_EQ(ms("-62167219200"), kFirstTime.time_since_epoch().count());
  EXPECT_EQ(ms("-62167219200000"), kFirstTime.time_since_epoch().count());
  EXPECT_EQ(ms("253402300799999"), kLastTime.time_since_epoch().count());
  for (const auto* text : {"-62167219201", "-99999999999", "-62167219200001", "253402300800000",
                           "9223372036854775807", "-9223372036854775808", "99999999999999999999"}) {
    const auto time = parse_time(text);
    ASSERT_FALSE(time) << text;
    EXPECT_EQ(time.error().code, ErrorCode::kBadUserInput);
  }
  EXPECT_EQ(time_from_epoch(1769851800)->time_since_epoch(), milliseconds(1769851800000));
  EXPECT_EQ(time_from_epoch(-1769851800123)->time_since_epoch(), milliseconds(-1769851800123));
  EXPECT_FALSE(time_from_epoch(std::numeric_limits<std::int64_t>::min()));
}

TEST(ParseTime, refuses_what_is_not_quite_a_time_and_says_why) {
  for (const auto& [text, why] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"", "RFC 3339"},
           {"now", "RFC 3339"},
           {"-", "RFC 3339"},
           {"+5", "RFC 3339"},
           {"1e9", "RFC 3339"},
           {"1769851800.5", "RFC 3339"},
           {" 1769851800", "RFC 3339"},
           {"007", "leading zeros"},
           {"-0", "leading zeros"},
           {"2026-01-31", "RFC 3339"},
           {"2026-01-31 09:30:00Z", "RFC 3339"},
           {"2026-1-31T09:30:00Z", "RFC 3339"},
           {"20260131T093000Z", "RFC 3339"},
           {"2026-01-31T09:30Z", "RFC 3339"},
           {"-2026-01-31T09:30:00Z", "RFC 3339"},
           {"+2026-01-31T09:30:00Z", "RFC 3339"},
           {"12026-01-31T09:30:00Z", "RFC 3339"},
           {"2026-01-31T9:30:00Z", "RFC 3339"},
           {"2026-13-01T09:30:00Z", "no such month"},
           {"2026-00-01T09:30:00Z", "no such month"},
           {"2026-04-31T09:30:00Z", "no such day"},
           {"2026-04-00T09:30:00Z", "no such day"},
           {"2026-01-31T24:00:00Z", "hour"},
           {"2026-01-31T09:60:00Z", "minute"},
           {"2026-01-31T09:30:61Z", "second"},
           {"2026-01-31T09:30:00", "offset"},
           {"2026-01-31T09:30:00.Z", "one to nine digits"},
           {"2026-01-31T09:30:00,5Z", "offset"},
           {"2026-01-31T09:30:00.1234567890Z", "one to nine digits"},
           {"2026-01-31T09:30:00+0200", "+02:00"},
           {"2026-01-31T09:30:00+02", "+02:00"},
           {"2026-01-31T09:30:00+24:00", "out of range"},
           {"2026-01-31T09:30:00+02:60", "out of range"},
           {"2026-01-31T09:30:00ZZ", "follows"},
           {"2026-01-31T09:30:00Z ", "follows"},
           {"2026-01-31T09:30:00+02:00[Europe/Berlin]", "follows"},
       }) {
    const auto time = parse_time(text);
    ASSERT_FALSE(time) << text;
    EXPECT_EQ(time.error().code, ErrorCode::kBadUserInput) << text;
    EXPECT_NE(time.error().message.find(why), std::string::npos) << time.error().message;
  }
  const auto cut = parse_time(std::string("2026-01-31T09:30:00Z\0", 21));
  EXPECT_FALSE(cut);
  const auto huge = parse_time(std::string(1 << 20, '9'));
  ASSERT_FALSE(huge);
  EXPECT_LT(huge.error().message.size(), 200U);
}

TEST(FormatTime, writes_utc_with_milliseconds_and_reads_it_back) {
  EXPECT_EQ(format_time(WallTime(milliseconds(1769851800000))), "2026-01-31T09:30:00.000Z");
  EXPECT_EQ(format_time(WallTime(milliseconds(-1))), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(format_time(kFirstTime), "0000-01-01T00:00:00.000Z");
  EXPECT_EQ(format_time(kLastTime), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(format_time(WallTime::max()), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(format_time(WallTime::min()), "0000-01-01T00:00:00.000Z");
  Random random(7);
  const auto range = static_cast<std::uint64_t>((kLastTime - kFirstTime).count()) + 1;
  for (int i = 0; i < 20'000; ++i) {
    const WallTime time = kFirstTime + milliseconds(random.below(range));
    ASSERT_EQ(parse_time(format_time(time)), time) << time.time_since_epoch().count();
  }
}

TEST(Date, is_a_day_of_the_calendar_and_nothing_else) {
  EXPECT_EQ(parse_date("1970-01-01"), sys_days());
  EXPECT_EQ(parse_date("2024-02-29"), sys_days(std::chrono::days(19782)));
  for (const auto* text : {"", "2026-02-29", "2026-2-01", "2026-01-01T", "2026-01-01 ", "20260101",
                           "1900-02-29", "-001-01-01", "2026-01-32", "1769851800"}) {
    const auto day = parse_date(text);
    ASSERT_FALSE(day) << text;
    EXPECT_EQ(day.error().code, ErrorCode::kBadUserInput);
  }
  for (int day = -719528; day <= 2932896; day += 7) {
    const sys_days expected{std::chrono::days(day)};
    ASSERT_EQ(parse_date(format_date(expected)), expected) << day;
  }
  EXPECT_EQ(format_date(sys_days(std::chrono::days(-719529))), "0000-01-01");
  EXPECT_EQ(format_date(sys_days(std::chrono::days(2932897))), "9999-12-31");
}

TEST(Date, ends_at_midnight_utc_before_and_after_the_epoch) {
  EXPECT_EQ(format_date(day_of(*parse_time("2026-01-31T23:59:59.999Z"))), "2026-01-31");
  EXPECT_EQ(format_date(day_of(*parse_time("2026-02-01T00:30:00+01:00"))), "2026-01-31");
  EXPECT_EQ(format_date(day_of(*parse_time("1969-12-31T23:59:59.999Z"))), "1969-12-31");
  EXPECT_EQ(format_time(next_midnight_utc(*parse_time("2026-01-31T23:59:59.999Z"))),
            "2026-02-01T00:00:00.000Z");
  EXPECT_EQ(format_time(next_midnight_utc(*parse_time("2026-02-01T00:00:00Z"))), "2026-02-02T00:00:00.000Z");
  EXPECT_EQ(format_time(next_midnight_utc(*parse_time("1969-12-31T12:00:00Z"))), "1970-01-01T00:00:00.000Z");
}

}  // namespace
}  // namespace parley::base
