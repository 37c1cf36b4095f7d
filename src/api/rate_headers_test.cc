#include "api/rate_headers.h"

#include <gtest/gtest.h>

namespace parley::api {
namespace {

using namespace std::chrono_literals;

limits::LimitStanding standing(std::string_view name, std::int64_t limit, std::chrono::milliseconds window,
                               std::int64_t remaining, std::chrono::milliseconds full_after) {
  return {.name = name, .limit = limit, .window = window, .remaining = remaining, .full_after = full_after};
}

TEST(RateHeaders, tell_each_limit_s_burst_and_what_is_left_of_it) {
  const limits::Admission admission{
      .standings = {standing("address", 1000, 10s, 999, 10ms), standing("user", 100, 10s, 50, 5s)}};
  EXPECT_EQ(rate_limit_policy(admission), R"("address";q=1000;w=10, "user";q=100;w=10)");
  EXPECT_EQ(rate_limit(admission), R"("address";r=999;t=1, "user";r=50;t=5)");
}

TEST(RateHeaders, round_up_to_whole_seconds_and_never_name_a_window_of_none) {
  const limits::Admission admission{.standings = {standing("user", 1, 1ms, 1, 0ms)}};
  EXPECT_EQ(rate_limit_policy(admission), R"("user";q=1;w=1)");
  EXPECT_EQ(rate_limit(admission), R"("user";r=1;t=0)");
}

TEST(RateHeaders, point_at_the_same_moment_as_retry_after_where_a_request_was_refused) {
  limits::Admission admission{
      .standings = {standing("user", 100, 10s, 0, 10s), standing("graphql", 10, 1min, 4, 36s)}};
  admission.refused = base::Error{.code = base::ErrorCode::kRateLimited, .message = "", .retry_after = 100ms};
  EXPECT_EQ(rate_limit(admission), R"("user";r=0;t=1, "graphql";r=4;t=36)");
}

TEST(RateHeaders, are_integers_of_structured_fields) {
  const limits::Admission admission{
      .standings = {standing("user", std::numeric_limits<std::int64_t>::max(), 10s, -1, 0ms)}};
  EXPECT_EQ(rate_limit_policy(admission), R"("user";q=999999999999999;w=10)");
  EXPECT_EQ(rate_limit(admission), R"("user";r=0;t=0)");
  EXPECT_EQ(rate_limit({}), "");
}

}  // namespace
}  // namespace parley::api
