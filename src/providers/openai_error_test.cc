#include "providers/openai_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "providers/retry_after.h"
#include "providers/wire_fixtures.h"

namespace parley::providers {
namespace {

using base::ErrorCode;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

// 1994-11-06T08:49:37Z, the date of RFC 9110's examples.
constexpr base::WallTime kNow{784111777s};

base::Error error(int status, std::string_view body = "", const net::Headers& headers = {}) {
  return status_error(status, headers, body, "sk-secret", kNow);
}

TEST(OpenAiError, says_whose_fault_a_status_is) {
  for (const int status : {301, 401, 402, 403, 407, 408, 409, 425, 429, 500, 502, 503, 504, 529}) {
    EXPECT_EQ(error(status).code, ErrorCode::kProviderUnavailable) << status;
  }
  for (const int status : {400, 404, 405, 413, 415, 422, 451}) {
    EXPECT_EQ(error(status).code, ErrorCode::kProviderRejected) << status;
  }
}

TEST(OpenAiError, knows_a_context_that_is_too_long_from_each_server) {
  EXPECT_EQ(error(400, R"({"error":{"message":"too long","type":"invalid_request_error","param":"messages",)"
                       R"("code":"context_length_exceeded"}})")
                .code,
            ErrorCode::kContextTooLong);
  EXPECT_EQ(error(400, fixtures::kLlamaCppTooLong).code, ErrorCode::kContextTooLong);
  EXPECT_EQ(error(400, fixtures::kVllmTooLong).code, ErrorCode::kContextTooLong);
  EXPECT_EQ(error(413, R"({"error":{"code":"context_length_exceeded"}})").code, ErrorCode::kContextTooLong);
  // A server that is down says nothing about the request.
  EXPECT_EQ(error(500, fixtures::kVllmTooLong).code, ErrorCode::kProviderUnavailable);
}

TEST(OpenAiError, tells_the_log_what_the_provider_said_and_the_user_nothing_of_it) {
  const base::Error refused =
      error(400, R"({"error":{"message":"Unknown parameter: 'x'.","type":"invalid_request_error",)"
                 R"("param":"x","code":"unknown_parameter"}})");
  EXPECT_EQ(refused.cause, "status 400 unknown_parameter invalid_request_error Unknown parameter: 'x'.");
  EXPECT_THAT(refused.message, Not(HasSubstr("parameter")));
  EXPECT_EQ(error(500, R"({"error":"model runner has crashed"})").cause,
            "status 500 model runner has crashed");
  EXPECT_EQ(error(502, "<html>\r\nBad Gateway</html>").cause, "status 502 <html>  Bad Gateway</html>");
  EXPECT_EQ(error(503, "[1]").cause, "status 503 [1]");
}

TEST(OpenAiError, never_holds_the_key) {
  const base::Error unknown = error(
      401, R"({"error":{"message":"Incorrect API key provided: sk-sec**ret.","code":"invalid_api_key"}})");
  EXPECT_EQ(unknown.cause, "status 401 invalid_api_key");
  EXPECT_EQ(error(403, R"({"error":{"message":"sk-secret and sk-secret may not"}})").cause,
            "status 403 [key] and [key] may not");
  // Also where it lies across the place at which the text is cut.
  for (std::size_t before = 380; before < 402; ++before) {
    EXPECT_THAT(for_log(std::string(before, 'x') + "sk-secret", "sk-secret"), Not(HasSubstr("sk-se")));
  }
}

TEST(OpenAiError, holds_no_part_of_a_key_that_is_said_over_and_over) {
  const std::string key = "sk-" + std::string(297, 'k');
  std::string said;
  for (int i = 0; i < 20; ++i) said += key;
  EXPECT_THAT(for_log(said, key), Not(HasSubstr("sk-")));
}

TEST(OpenAiError, is_fit_for_a_log_whatever_was_sent) {
  EXPECT_EQ(for_log("a\r\nb\x7f\x01", ""), "a  b  ");
  EXPECT_EQ(for_log("caf\xc3\xa9", ""), "caf\xc3\xa9");
  EXPECT_EQ(for_log("caf\xc3", ""), "caf?");
  EXPECT_EQ(for_log(std::string(5000, 'x'), "").size(), 400U);
  std::string text = "x";
  for (int i = 0; i < 400; ++i) text += "é";
  EXPECT_EQ(for_log(text, ""), text.substr(0, 399));
}

TEST(OpenAiError, says_when_to_come_again) {
  EXPECT_EQ(error(429, "", {{"Retry-After", "7"}}).retry_after, 7s);
  EXPECT_EQ(error(503, "", {{"Retry-After", "0.5"}}).retry_after, 500ms);
  EXPECT_EQ(error(429, "", {{"retry-after-ms", "250"}, {"Retry-After", "7"}}).retry_after, 250ms);
  EXPECT_EQ(error(503, "", {{"Retry-After", "Sun, 06 Nov 1994 08:50:37 GMT"}}).retry_after, 1min);
  EXPECT_EQ(error(503, "", {{"Retry-After", "Sun, 06 Nov 1994 08:00:00 GMT"}}).retry_after, 0s);
  for (const int status : {429, 503, 529}) EXPECT_EQ(error(status).retry_after, 1s) << "it is overloaded";
  EXPECT_EQ(error(500).retry_after, std::nullopt);
  // Where the request or the key is at fault, waiting helps nobody.
  EXPECT_EQ(error(400, "", {{"Retry-After", "7"}}).retry_after, std::nullopt);
  EXPECT_EQ(error(401, "", {{"Retry-After", "7"}}).retry_after, std::nullopt);
}

TEST(RetryAfter, is_bounded_and_never_guessed) {
  EXPECT_EQ(retry_after({{"Retry-After", "99999999999"}}, kNow), 24h);
  EXPECT_EQ(retry_after({{"Retry-After", "Sun, 06 Nov 2094 08:50:37 GMT"}}, kNow), 24h);
  for (const std::string_view text : {"", "-1", "soon", "7 s", "1e3", "nan", "9999999999999999999", "0x7"}) {
    EXPECT_EQ(retry_after({{"Retry-After", text}}, kNow), std::nullopt) << text;
  }
}

TEST(RetryAfter, takes_the_reset_of_what_is_used_up) {
  EXPECT_EQ(retry_after({{"x-ratelimit-remaining-requests", "59"},
                         {"x-ratelimit-reset-requests", "6m0s"},
                         {"x-ratelimit-remaining-tokens", "0"},
                         {"x-ratelimit-reset-tokens", "1.5s"}},
                        kNow),
            1500ms);
  EXPECT_EQ(retry_after({{"x-ratelimit-reset-requests", "6m0s"}, {"x-ratelimit-reset-tokens", "1s"}}, kNow),
            6min);
  // A point in time is not a span.
  EXPECT_EQ(retry_after({{"x-ratelimit-reset-requests", "1756921364"}}, kNow), std::nullopt);
}

TEST(RetryAfter, reads_spans_as_they_are_written) {
  EXPECT_EQ(parse_span("1s"), 1s);
  EXPECT_EQ(parse_span("6m0s"), 6min);
  EXPECT_EQ(parse_span("1h2m3.5s"), 1h + 2min + 3500ms);
  EXPECT_EQ(parse_span("120ms"), 120ms);
  EXPECT_EQ(parse_span("2d"), 48h);
  EXPECT_EQ(parse_span("59.8"), 59800ms);
  for (const std::string_view text : {"", "s", "1x", "1s2", "-1s", "1 s", "1.s", "1s ", "."}) {
    EXPECT_EQ(parse_span(text), std::nullopt) << text;
  }
}

TEST(RetryAfter, reads_the_three_forms_of_a_date) {
  for (const std::string_view text :
       {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"}) {
    EXPECT_EQ(parse_http_date(text, kNow), kNow) << text;
  }
  // Two digits: the past where the future would be half a century away.
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", base::WallTime(1'700'000'000s)), kNow);
  EXPECT_EQ(parse_http_date("Thu, 29 Feb 2024 00:00:00 GMT", kNow), base::WallTime(1'709'164'800s));
  for (const std::string_view text :
       {"", "7", "Sun, 06 Nov 1994", "Fri, 30 Feb 2024 00:00:00 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 0a:00:00 GMT", "06 11 1994 08:49:37"}) {
    EXPECT_EQ(parse_http_date(text, kNow), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace parley::providers
