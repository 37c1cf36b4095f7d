#include "api/caller.h"

#include <algorithm>
#include <utility>

#include "auth/bearer.h"

namespace parley::api {

using base::ErrorCode;
using base::Result;

namespace {

struct RequestTag {
  static constexpr std::string_view kPrefix = "req_";
};

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

}  // namespace

std::string new_request_id(const Services& services) {
  return services.ids.next<model::Id<RequestTag>>().str();
}

std::string checked_traceparent(std::string_view value) {
  // 00-<32 hex>-<16 hex>-<2 hex>; a later version may have more after that.
  constexpr std::size_t kSize = 55;
  if (value.size() < kSize || value.size() > 128) return {};
  if (value[2] != '-' || value[35] != '-' || value[52] != '-') return {};
  const std::string_view version = value.substr(0, 2);
  const std::string_view trace = value.substr(3, 32);
  const std::string_view span = value.substr(36, 16);
  if (!is_hex(version) || !is_hex(trace) || !is_hex(span) || !is_hex(value.substr(53, 2))) return {};
  if (version == "ff" || is_zero(trace) || is_zero(span)) return {};
  if (value.size() > kSize && (version == "00" || value[kSize] != '-')) return {};
  return std::string(value.substr(0, kSize));
}

base::Call call_of(const net::Request& request, std::string request_id) {
  return {.request_id = std::move(request_id),
          .traceparent = checked_traceparent(request.header("traceparent").value_or(""))};
}

base::Call short_call(const Services& services, base::Call call) {
  call.deadline = call.deadline.sooner(services.options.request_timeout);
  return call;
}

base::Call short_call(const Services& services, const Caller& caller) {
  return short_call(services, caller.call);
}

base::Call answer_call(const Services& services, const Caller& caller) {
  base::Call call = caller.call;
  call.deadline = call.deadline.sooner(services.options.answer_timeout);
  return call;
}

base::Awaitable<void> count_bad_token(const Services& services, base::Call call, std::string address) {
  if (address.empty()) co_return;
  call.deadline = call.deadline.sooner(services.options.request_timeout);
  co_await services.limiter.failed_login(std::move(call), std::move(address));
}

base::Awaitable<Result<Caller>> caller_of_token(const Services& services, base::Call call, std::string token,
                                                std::string address) {
  base::Call waiting = short_call(services, call);
  auth::TokenFault fault = auth::TokenFault::kNone;
  auto principal = co_await services.authenticator.authenticate(waiting, std::move(token), &fault);
  if (!principal) {
    if (fault == auth::TokenFault::kForged) {
      co_await count_bad_token(services, std::move(waiting), std::move(address));
    }
    co_return base::fail(std::move(principal));
  }
  if (principal->tier.empty()) principal->tier = services.options.default_tier;
  model::Owner owner{.tenant = principal->tenant, .user = principal->user};
  co_return Caller{.principal = std::move(*principal), .owner = std::move(owner), .call = std::move(call)};
}

base::Awaitable<Result<Caller>> caller_of(const Services& services, const net::Request& request,
                                          base::Call call, std::string address) {
  const auto header = request.header("authorization");
  if (!header) {
    co_return base::fail(ErrorCode::kUnauthenticated, "send a token: `Authorization: Bearer <JWT>`");
  }
  const auto token = request.headers.count("authorization") == 1 ? auth::bearer_token(*header) : std::nullopt;
  if (!token) {
    co_await count_bad_token(services, std::move(call), std::move(address));
    co_return base::fail(ErrorCode::kUnauthenticated, "the Authorization header is not `Bearer <JWT>`");
  }
  co_return co_await caller_of_token(services, std::move(call), std::string(*token), std::move(address));
}

}  // namespace parley::api
