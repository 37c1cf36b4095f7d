#include "model/budget.h"

#include <gtest/gtest.h>

namespace parley::model {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;

TEST(BudgetMonth, is_the_calendars_in_utc) {
  EXPECT_EQ(first_of_month(sys_days(2026y / 1 / 31)), sys_days(2026y / 1 / 1));
  EXPECT_EQ(first_of_month(sys_days(2026y / 1 / 1)), sys_days(2026y / 1 / 1));
  EXPECT_EQ(first_of_next_month(sys_days(2026y / 1 / 31)), sys_days(2026y / 2 / 1));
  EXPECT_EQ(first_of_next_month(sys_days(2026y / 12 / 1)), sys_days(2027y / 1 / 1));
}

TEST(BudgetMonth, has_29_days_in_a_leap_years_february) {
  const auto days = [](std::chrono::year year) {
    const sys_days day(year / 2 / 28);
    return first_of_next_month(day) - first_of_month(day);
  };
  EXPECT_EQ(days(2024y), std::chrono::days(29));
  EXPECT_EQ(days(2026y), std::chrono::days(28));
  EXPECT_EQ(days(2100y), std::chrono::days(28));
  EXPECT_EQ(days(2000y), std::chrono::days(29));
  EXPECT_EQ(first_of_month(sys_days(2024y / 2 / 29)), sys_days(2024y / 2 / 1));
  EXPECT_EQ(first_of_next_month(sys_days(1969y / 12 / 31)), sys_days(1970y / 1 / 1));
}

TEST(BudgetLimits, know_whether_there_are_any) {
  EXPECT_FALSE(BudgetLimits{}.any());
  EXPECT_TRUE(BudgetLimits{.cost_per_month = MicroUsd(0)}.any()) << "nothing may be spent";
  EXPECT_TRUE(BudgetLimits{.cost_per_month = MicroUsd(0)}.per_month());
  EXPECT_TRUE(BudgetLimits{.tokens_per_day = Tokens(1)}.any());
  EXPECT_FALSE(BudgetLimits{.tokens_per_day = Tokens(1)}.per_month());
}

}  // namespace
}  // namespace parley::model
