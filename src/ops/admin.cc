#include "ops/admin.h"

#include <cassert>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/time.h"
#include "ops/admin_request.h"

namespace parley::ops {

namespace json = boost::json;
using base::Awaitable;
using base::ErrorCode;
using base::Result;
using net::Response;

namespace {

constexpr std::string_view kBans = "/admin/bans";
constexpr std::string_view kBan = "/admin/bans/";
constexpr std::string_view kUser = "/admin/users/";
constexpr std::string_view kUserSubject = "user:";

std::unexpected<base::Error> nothing_here() {
  return base::fail(ErrorCode::kNotFound, "there is nothing at this path");
}

Response json_response(int status, const json::value& value) {
  Response response = Response::json(status, json::serialize(value) + "\n");
  response.headers.set("Cache-Control", "no-store");
  return response;
}

// The one method that a path takes, but for bans, which take two.
std::string_view methods_of(std::string_view path) {
  if (path == kBans) return "GET, POST";
  if (path.starts_with(kBan)) return "DELETE";
  if (path.starts_with(kUser)) return "GET";
  return {};
}

json::object ban_json(const state::Ban& ban) {
  return {{"subject", ban.subject},
          {"until", base::format_time(ban.until)},
          {"times", ban.times},
          {"reason", ban.reason}};
}

double usd(model::MicroUsd money) {
  return static_cast<double>(money.count()) / 1e6;
}

json::object spending_json(const model::Spending& spent) {
  return {{"usedTokens", spent.used.count()},
          {"reservedTokens", spent.reserved.count()},
          {"usedUsd", usd(spent.used_cost)},
          {"reservedUsd", usd(spent.reserved_cost)}};
}

json::object account_json(const store::BudgetAccount& account) {
  return {{"day", spending_json(account.day)}, {"month", spending_json(account.month)}};
}

}  // namespace

Admin::Admin(AdminParts parts) : parts_(std::move(parts)) {
  assert(parts_.door.enter && parts_.door.refuse);
  assert(parts_.names.ban && parts_.names.turns && parts_.names.streams);
}

bool Admin::owns(std::string_view path) {
  return path == "/admin" || path.starts_with("/admin/");
}

Awaitable<void> Admin::handle(net::Exchange& exchange) {
  // Who may not come in learns nothing of what is here, not even which paths there are.
  auto caller = co_await parts_.door.enter(exchange);
  if (!caller) co_return;
  const base::Call call = caller->call;
  if (!caller->principal.has_scope(kAdminScope)) {
    audit("admin_refused", *caller, {}, {});
    co_return parts_.door.refuse(
        exchange, {.code = ErrorCode::kForbidden, .message = "this needs the scope admin"}, call);
  }
  auto response = co_await answer(std::move(*caller), exchange);
  if (!response) co_return parts_.door.refuse(exchange, std::move(response).error(), call);
  exchange.reply(std::move(*response));
}

Awaitable<Result<Response>> Admin::answer(AdminCaller caller, net::Exchange& exchange) {
  const net::Request& request = exchange.request();
  const std::string_view path = request.path;
  const std::string_view methods = methods_of(path);
  if (methods.empty()) co_return nothing_here();
  caller.call.deadline = caller.call.deadline.sooner(kAdminTimeout);
  const bool lists = path == kBans;
  if (lists && request.method == "GET") co_return co_await list_bans(std::move(caller.call), request.query);
  if (lists && request.method == "POST") {
    co_return co_await set_ban(std::move(caller), exchange.take_body());
  }
  if (!lists && request.method == methods) {
    if (methods == "DELETE") co_return co_await lift_ban(std::move(caller), path.substr(kBan.size()));
    co_return co_await show_user(std::move(caller.call), path.substr(kUser.size()));
  }
  Response refused = json_response(
      405, json::object{{"error", json::object{{"message", "use " + std::string(methods)},
                                               {"type", "invalid_request_error"},
                                               {"param", nullptr},
                                               {"code", base::name(ErrorCode::kBadUserInput)}}}});
  refused.headers.set("Allow", methods);
  co_return refused;
}

Awaitable<Result<Response>> Admin::list_bans(base::Call call, std::string_view query) {
  auto page = parse_ban_page(query);
  if (!page) co_return base::fail(std::move(page));
  const auto limit = static_cast<std::size_t>(page->limit);
  auto bans = co_await parts_.state.bans(std::move(call), std::move(page->after), page->limit);
  if (!bans) co_return base::fail(std::move(bans));
  json::array list;
  for (const state::Ban& ban : *bans) list.push_back(ban_json(ban));
  json::value next = bans->size() == limit ? json::value(bans->back().subject) : json::value(nullptr);
  co_return json_response(200, json::object{{"bans", std::move(list)}, {"next", std::move(next)}});
}

Awaitable<Result<Response>> Admin::set_ban(AdminCaller caller, std::string body) {
  auto asked = parse_ban_request(body);
  if (!asked) co_return base::fail(std::move(asked));
  const state::Ban ban{.subject = std::move(asked->subject),
                       .until = parts_.clock.wall_now() + asked->lasts,
                       .reason = std::move(asked->reason)};
  auto set = co_await parts_.state.ban(caller.call, ban);
  if (!set) co_return base::fail(std::move(set));
  audit("admin_ban_set", caller, ban.subject, asked->lasts);
  co_return json_response(201, ban_json(ban));
}

Awaitable<Result<Response>> Admin::lift_ban(AdminCaller caller, std::string_view segment) {
  const auto decoded = parse_segment(segment, state::kMaxSubjectBytes);
  if (!decoded) co_return nothing_here();
  auto subject = parse_subject(*decoded);
  if (!subject) co_return base::fail(std::move(subject));
  auto lifted = co_await parts_.state.lift(caller.call, *subject);
  if (!lifted) co_return base::fail(std::move(lifted));
  if (!*lifted) co_return base::fail(ErrorCode::kNotFound, "there is no ban on that subject");
  audit("admin_ban_lifted", caller, *subject, {});
  co_return Response{.status = 204};
}

Awaitable<Result<Response>> Admin::show_user(base::Call call, std::string_view path) {
  const auto owner = parse_user_path(path);
  if (!owner) co_return nothing_here();
  const std::chrono::sys_days today = base::day_of(parts_.clock.wall_now());
  auto spent = co_await parts_.store.budget(call, *owner, today);
  if (!spent) co_return base::fail(std::move(spent));
  auto turns = co_await parts_.state.held(call, parts_.names.turns(*owner));
  if (!turns) co_return base::fail(std::move(turns));
  auto streams = co_await parts_.state.held(call, parts_.names.streams(*owner));
  if (!streams) co_return base::fail(std::move(streams));
  std::string subject = parts_.names.ban(*owner);
  auto ban = co_await parts_.state.banned(call, {subject});
  if (!ban) co_return base::fail(std::move(ban));
  co_return json_response(200,
                          json::object{{"tenant", owner->tenant},
                                       {"user", owner->user},
                                       {"subject", std::move(subject)},
                                       {"day", base::format_date(today)},
                                       {"spent", account_json(spent->user)},
                                       {"organisationSpent", account_json(spent->organisation)},
                                       {"open", json::object{{"turns", *turns}, {"streams", *streams}}},
                                       {"ban", *ban ? json::value(ban_json(**ban)) : json::value(nullptr)}});
}

void Admin::audit(std::string_view event, const AdminCaller& caller, std::string_view subject,
                  std::chrono::seconds lasts) const {
  // No user's name stands in the log.
  std::string hashed(subject);
  if (subject.starts_with(kUserSubject)) {
    const std::string_view user = subject.substr(kUserSubject.size());
    const std::size_t slash = user.find('/');
    const auto tenant = parse_segment(user.substr(0, slash), kMaxOwnerNameBytes);
    hashed = std::string(kUserSubject) + base::user_hash(tenant.value_or(""), user.substr(slash + 1));
  }
  parts_.log.warn(event, {{"request", caller.call.request_id},
                          {"admin", base::user_hash(caller.principal.tenant, caller.principal.user)},
                          {"subject", hashed},
                          {"seconds", lasts.count()}});
}

}  // namespace parley::ops
