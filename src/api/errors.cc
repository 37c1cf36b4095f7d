#include "api/errors.h"

#include <algorithm>
#include <utility>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "base/time.h"

namespace parley::api {

namespace json = boost::json;
using base::ErrorCode;

namespace {

// Whole seconds, rounded up: a client that comes back on the second is not too early.
std::int64_t seconds_of(std::chrono::milliseconds wait) {
  return std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(wait).count());
}

std::string_view openai_type(ErrorCode code) {
  if (code == ErrorCode::kBudgetExceeded) return "insufficient_quota";
  switch (base::http_status(code)) {
    case 401:
      return "authentication_error";
    case 403:
      return "permission_error";
    case 404:
      return "not_found_error";
    case 429:
      return "rate_limit_error";
    default:
      return base::http_status(code) >= 500 ? "server_error" : "invalid_request_error";
  }
}

}  // namespace

base::Error presentable(base::Error error, std::string_view request_id, const base::Log& log) {
  if (error.code == ErrorCode::kInternal) {
    log.error("internal_error",
              {{"request", request_id}, {"message", error.message}, {"cause", error.cause}});
    error.message = fmt::format("something went wrong here; the log has it under {}", request_id);
  }
  error.cause.clear();
  return error;
}

json::object error_extensions(const base::Error& error) {
  json::object extensions{{"code", base::name(error.code)}};
  if (error.retry_after) extensions["retryAfterMs"] = error.retry_after->count();
  if (error.current_version) extensions["currentVersion"] = *error.current_version;
  if (error.resets_at) extensions["resetsAt"] = *error.resets_at;
  return extensions;
}

json::object openai_error(const base::Error& error) {
  json::object told{{"message", error.message}, {"type", openai_type(error.code)}, {"param", nullptr}};
  for (auto& member : error_extensions(error)) told[member.key()] = std::move(member.value());
  return told;
}

net::Response error_response(const base::Error& error, std::string_view request_id) {
  auto response = net::Response::json(base::http_status(error.code),
                                      json::serialize(json::object{{"error", openai_error(error)}}));
  if (!request_id.empty()) response.headers.add("X-Request-Id", request_id);
  if (error.retry_after) {
    response.headers.add("Retry-After", std::to_string(seconds_of(*error.retry_after)));
    response.headers.add("retry-after-ms",
                         std::to_string(std::max<std::int64_t>(1, error.retry_after->count())));
  } else if (error.code == ErrorCode::kBudgetExceeded) {
    // Nothing is to be had until the budget is fresh: OpenAI's clients would try a 429 again at once.
    response.headers.add("x-should-retry", "false");
    const auto fresh = base::parse_time(error.resets_at.value_or(""));
    const auto date = fresh ? base::format_time(*fresh, "http", "UTC") : base::fail(ErrorCode::kInternal, "");
    if (date) response.headers.add("Retry-After", *date);
  } else if (error.code == ErrorCode::kOverloaded) {
    response.headers.add("Retry-After", "1");
  }
  if (error.code == ErrorCode::kUnauthenticated) {
    response.headers.add("WWW-Authenticate", "Bearer error=\"invalid_token\"");
  }
  return response;
}

void refuse(net::Exchange& exchange, base::Error error, std::string_view request_id, const base::Log& log) {
  exchange.reply(error_response(presentable(std::move(error), request_id, log), request_id));
}

}  // namespace parley::api
