#include "base/posix_zone.h"

#include <gtest/gtest.h>

namespace parley::base {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;

struct Step {
  std::int64_t at;
  seconds before;
  seconds after;
};

// The change is at that very second.
void expect_steps(std::string_view rule, std::initializer_list<Step> steps) {
  const auto zone = PosixZone::parse(rule);
  ASSERT_TRUE(zone) << rule;
  for (const Step& step : steps) {
    const sys_seconds at{seconds(step.at)};
    EXPECT_EQ(zone->at(at - seconds(1)).offset, step.before) << rule << ' ' << step.at;
    EXPECT_EQ(zone->at(at).offset, step.after) << rule << ' ' << step.at;
  }
}

// The expected instants are those of Python's zoneinfo.
TEST(PosixZone, changes_at_the_very_second_on_both_sides_of_the_earth) {
  expect_steps("CET-1CEST,M3.5.0,M10.5.0/3",
               {{2531955600, hours(1), hours(2)}, {2550704400, hours(2), hours(1)}});
  expect_steps("EST5EDT,M3.2.0,M11.1.0",
               {{4108690800, hours(-5), hours(-4)}, {4129250400, hours(-4), hours(-5)}});
  expect_steps("AEST-10AEDT,M10.1.0,M4.1.0/3",
               {{16733232000, hours(11), hours(10)}, {16748956800, hours(10), hours(11)}});
}

TEST(PosixZone, knows_half_hours_winter_time_and_times_beyond_the_day) {
  expect_steps("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
               {{2374671600, hours(11), minutes(630)}, {2390398200, minutes(630), hours(11)}});
  expect_steps("<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",
               {{2216815200, minutes(825), minutes(765)}, {2232540000, minutes(765), minutes(825)}});
  expect_steps("IST-1GMT0,M10.5.0,M3.5.0/1",
               {{2847661200, hours(0), hours(1)}, {2866410000, hours(1), hours(0)}});
  expect_steps("<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
               {{253346749200, hours(-2), hours(-1)}, {253364893200, hours(-1), hours(-2)}});
  expect_steps("IST-2IDT,M3.4.4/26,M10.5.0",
               {{2563228800, hours(2), hours(3)}, {2582146800, hours(3), hours(2)}});
}

TEST(PosixZone, counts_days_with_and_without_the_leap_day) {
  // 1 March of 2024 (leap) and 2025, at midnight.
  const std::int64_t leap = 1709251200;
  const std::int64_t common = 1740787200;
  expect_steps("AAA0BBB,J60/0,J300/0", {{leap, hours(0), hours(1)}, {common, hours(0), hours(1)}});
  expect_steps("AAA0BBB,60/0,J300/0", {{leap, hours(0), hours(1)}, {common + 86400, hours(0), hours(1)}});
}

TEST(PosixZone, a_summer_time_of_the_whole_year_never_ends) {
  const auto zone = PosixZone::parse("XXX3EDT4,0/0,J365/23");
  ASSERT_TRUE(zone);
  for (std::int64_t at = 1704067200 - 86400; at < 1704067200 + 3 * 31622400; at += 1800) {
    ASSERT_EQ(zone->at(sys_seconds(seconds(at))), (LocalType{hours(-4), "EDT"})) << at;
  }
}

TEST(PosixZone, refuses_what_is_not_a_rule) {
  for (const auto* rule : {"",
                           "CET",
                           "CE-1",
                           "CET-1CEST",
                           "CET-1CEST,",
                           "CET-1CEST,M3.5.0",
                           "CET-1CEST,M3.5.0,",
                           "CET-25",
                           "CET-1CEST,M13.5.0,M10.5.0",
                           "CET-1CEST,M3.6.0,M10.5.0",
                           "CET-1CEST,M3.5.7,M10.5.0",
                           "CET-1CEST,M3.5.0,M10.5.0/168",
                           "CET-1CEST,J0,J1",
                           "CET-1CEST,366,1",
                           "CET-1:60",
                           "<CET-1",
                           "<>0",
                           "CET-1CEST,M3.5.0,M10.5.0/3x",
                           "CET-1 ",
                           "CET-1:",
                           "ABCDEFGHIJKLMNOPQRSTUVWXYZ0"}) {
    EXPECT_FALSE(PosixZone::parse(rule)) << rule;
  }
}

}  // namespace
}  // namespace parley::base
