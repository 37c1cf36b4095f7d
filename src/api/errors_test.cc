#include "api/errors.h"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "api/caller.h"

namespace parley::api {
namespace {

namespace json = boost::json;
using base::ErrorCode;

TEST(Presentable, hides_the_inside_of_an_internal_error_and_names_the_request) {
  const auto shown =
      presentable({.code = ErrorCode::kInternal, .message = "SELECT failed", .cause = "table users"}, "req_1",
                  base::Log::none());
  EXPECT_EQ(shown.message.find("SELECT"), std::string::npos);
  EXPECT_NE(shown.message.find("req_1"), std::string::npos);
  EXPECT_TRUE(shown.cause.empty());
}

TEST(Presentable, leaves_the_message_of_any_other_and_drops_its_cause) {
  const auto shown =
      presentable({.code = ErrorCode::kProviderUnavailable, .message = "it is down", .cause = "10.0.0.1"},
                  "req_1", base::Log::none());
  EXPECT_EQ(shown.message, "it is down");
  EXPECT_TRUE(shown.cause.empty());
}

TEST(ErrorResponse, has_openais_object_and_the_headers_that_go_with_the_code) {
  const auto response = error_response({.code = ErrorCode::kRateLimited,
                                        .message = "slow down",
                                        .retry_after = std::chrono::milliseconds(1200)},
                                       "req_1");
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.headers.get("Retry-After"), "2");
  EXPECT_EQ(response.headers.get("retry-after-ms"), "1200");
  EXPECT_EQ(response.headers.get("X-Request-Id"), "req_1");
  const json::object error = json::parse(response.body).at("error").as_object();
  EXPECT_EQ(error.at("code"), "RATE_LIMITED");
  EXPECT_EQ(error.at("type"), "rate_limit_error");
  EXPECT_EQ(error.at("retryAfterMs"), 1200);
  EXPECT_TRUE(error.at("param").is_null());
  EXPECT_EQ(error_response({.code = ErrorCode::kOverloaded, .message = ""}, "").headers.get("Retry-After"),
            "1");
  EXPECT_TRUE(error_response({.code = ErrorCode::kUnauthenticated, .message = ""}, "")
                  .headers.contains("WWW-Authenticate"));
  const auto conflict =
      error_response({.code = ErrorCode::kConflict, .message = "", .current_version = 7}, "");
  EXPECT_EQ(json::parse(conflict.body).at("error").at("currentVersion"), 7);
}

TEST(Traceparent, is_passed_on_only_where_it_is_one) {
  const std::string good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  EXPECT_EQ(checked_traceparent(good), good);
  EXPECT_EQ(checked_traceparent("cc" + good.substr(2) + "-more"), "cc" + good.substr(2));
  for (const std::string& bad : std::initializer_list<std::string>{
           std::string(), good.substr(1), good + "-more", good + "x", "ff" + good.substr(2),
           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
           "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
           std::string("00-4bf92f3577b34da6a3ce929d0e0e473\r-00f067aa0ba902b7-01")}) {
    EXPECT_EQ(checked_traceparent(bad), "") << bad;
  }
}

}  // namespace
}  // namespace parley::api
