#include "base/time_zone.h"

#include <thread>

#include <date/tz.h>
#include <gtest/gtest.h>

namespace parley::base {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;

sys_seconds at(int year, unsigned month, unsigned day) {
  return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day));
}

// Howard Hinnant's library is asked about each zone at, and beside, each of its changes until 2037.
TEST(TimeZone, agrees_with_another_reader_about_every_zone_of_the_system) {
  const date::sys_seconds end = date::sys_days(date::year(2037) / 12 / 1);
  std::size_t zones = 0;
  std::size_t compared = 0;
  for (const auto& other : date::get_tzdb().zones) {
    // Files beside the zones.
    if (other.name().front() < 'A' || other.name().front() > 'Z') continue;
    const auto zone = find_time_zone(other.name());
    ASSERT_TRUE(zone) << other.name();
    ++zones;
    auto compare = [&](date::sys_seconds time) {
      const auto expected = other.get_info(time);
      EXPECT_EQ((*zone)->at(time), (LocalType{expected.offset, expected.abbrev}))
          << other.name() << ' ' << time.time_since_epoch().count();
      ++compared;
    };
    date::sys_seconds time = date::sys_days(date::year(1600) / 1 / 1);
    while (time < end) {
      compare(time);
      const auto next = other.get_info(time).end;
      if (next >= end) break;
      compare(next - seconds(1));
      compare(next);
      time = next;
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(zones, 300U);
  EXPECT_GT(compared, 10'000U);
}

TEST(TimeZone, goes_on_with_summer_time_after_the_last_change_of_the_file) {
  const auto berlin = find_time_zone("Europe/Berlin");
  ASSERT_TRUE(berlin);
  EXPECT_EQ((*berlin)->at(at(2050, 7, 1)), (LocalType{hours(2), "CEST"}));
  EXPECT_EQ((*berlin)->at(at(9999, 12, 31)), (LocalType{hours(1), "CET"}));
}

TEST(TimeZone, takes_utc_and_fixed_offsets) {
  EXPECT_EQ((*find_time_zone("UTC"))->at(at(2026, 1, 1)), (LocalType{hours(0), "UTC"}));
  EXPECT_EQ((*find_time_zone("Z"))->at(at(2026, 1, 1)), (LocalType{hours(0), "UTC"}));
  EXPECT_EQ((*find_time_zone("+05:30"))->at(at(2026, 1, 1)), (LocalType{minutes(330), "+05:30"}));
  EXPECT_EQ((*find_time_zone("-23:59"))->at(at(2026, 1, 1)), (LocalType{-minutes(1439), "-23:59"}));
}

TEST(TimeZone, a_name_that_is_no_zone_is_bad_input_and_named) {
  for (const auto* name : {"",
                           "Mars/Olympus",
                           "europe/berlin",
                           "Europe",
                           "Europe/",
                           "Europe//Berlin",
                           "Europe/Berlin/",
                           "/etc/passwd",
                           "Europe/../../../../etc/passwd",
                           "Europe/Ber lin",
                           "posixrules",
                           "right/UTC",
                           "posix/Europe/Berlin",
                           "tzdata.zi",
                           "localtime",
                           "+24:00",
                           "+02:60",
                           "+2:00",
                           "+0200",
                           "02:00",
                           "+02:00 ",
                           "UTC+2",
                           "utc"}) {
    const auto zone = find_time_zone(name);
    ASSERT_FALSE(zone) << name;
    EXPECT_EQ(zone.error().code, ErrorCode::kBadUserInput) << name;
    EXPECT_NE(zone.error().message.find(std::string("'") + name + "'"), std::string::npos)
        << zone.error().message;
  }
  const auto cut = find_time_zone(std::string("Europe\0/Berlin", 14));
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, ErrorCode::kBadUserInput);
  EXPECT_FALSE(find_time_zone(std::string(100'000, 'A')));
}

TEST(TimeZone, is_read_once_whoever_asks_first) {
  std::vector<std::shared_ptr<const TimeZone>> seen(8);
  {
    std::vector<std::jthread> threads;
    for (auto& zone : seen) {
      threads.emplace_back([&zone] { zone = find_time_zone("America/Argentina/Buenos_Aires").value(); });
    }
  }
  for (const auto& zone : seen) EXPECT_EQ(zone, seen.front());
}

// A file of version 2 with two types, one change and a last line.
std::string tzif(std::string_view footer, std::string_view change_type = std::string_view("\1", 1)) {
  using namespace std::string_view_literals;
  const std::string begins = "TZif2" + std::string(15, '\0');
  std::string file = begins + std::string(24, '\0') + begins + std::string(12, '\0');
  file += "\0\0\0\1\0\0\0\2\0\0\0\6"sv;
  file += "\0\0\0\0\0\0\0\0"sv;
  file += change_type;
  file += "\0\0\0\0\0\0"sv;
  file += "\0\0\x0e\x10\1\3"sv;
  file += "AA\0BB\0"sv;
  file += footer;
  return file;
}

TEST(TimeZone, a_file_that_breaks_off_anywhere_is_refused) {
  const std::string whole = tzif("\n\n");
  const auto zone = TimeZone::from_tzif(whole);
  ASSERT_TRUE(zone);
  EXPECT_EQ(zone->at(sys_seconds(seconds(-1))), (LocalType{hours(0), "AA"}));
  EXPECT_EQ(zone->at(sys_seconds(seconds(0))), (LocalType{hours(1), "BB"}));
  EXPECT_EQ(zone->at(at(9999, 1, 1)), (LocalType{hours(1), "BB"}));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(TimeZone::from_tzif(whole.substr(0, size))) << size;
  }
}

TEST(TimeZone, a_file_with_a_wrong_type_rule_or_version_is_refused) {
  EXPECT_EQ(TimeZone::from_tzif(tzif("\nCCC5\n"))->at(at(1999, 1, 1)).offset, -hours(5));
  EXPECT_FALSE(TimeZone::from_tzif(tzif("\nnonsense\n")));
  EXPECT_FALSE(TimeZone::from_tzif(tzif("\n\n", "\2")));
  std::string old = tzif("\n\n");
  old[4] = '\0';
  EXPECT_FALSE(TimeZone::from_tzif(old));
}

}  // namespace
}  // namespace parley::base
