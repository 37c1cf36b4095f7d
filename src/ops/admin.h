// What operators do over HTTP: see and set bans, see what a user spends and has open. JSON both ways.
//
//   GET    /admin/bans?after=&limit=     the bans that hold, by subject
//   POST   /admin/bans                   sets one, in the place of one that is there
//   DELETE /admin/bans/{subject}         lifts one
//   GET    /admin/users/{tenant}/{user}  budgets of the UTC day and month, what is open, the ban
//
// For callers whose token has the scope `admin`, which holds for the whole installation: for every tenant.
// Every change, and every refusal for want of the scope, is a line in the log that says who and what.
//
// One for each worker; the references outlive it.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "auth/principal.h"
#include "base/async.h"
#include "base/call.h"
#include "base/clock.h"
#include "base/log.h"
#include "model/owner.h"
#include "net/server.h"
#include "state/state.h"
#include "store/store.h"

namespace parley::ops {

inline constexpr std::string_view kAdminScope = "admin";
// How long one request here may take.
inline constexpr std::chrono::milliseconds kAdminTimeout{10'000};

// Who asks, once it is established.
struct AdminCaller {
  auth::Principal principal;
  // Without a deadline.
  base::Call call;
};

// What the API does for each of its requests, lent by `app`, so that this path is no way around it.
struct AdminDoor {
  // The limits of the address, the token, the limits of the user. Nothing where the request was refused, and
  // has been answered.
  std::function<base::Awaitable<std::optional<AdminCaller>>(net::Exchange& exchange)> enter;
  // Answers with the error as the API does.
  std::function<void(net::Exchange& exchange, base::Error error, const base::Call& call)> refuse;
};

// What `limits` calls things in the shared state.
struct LimitNames {
  // The subject of a user's ban.
  std::function<std::string(const model::Owner& owner)> ban;
  // The keys of the slots that turns and streams hold.
  std::function<std::string(const model::Owner& owner)> turns;
  std::function<std::string(const model::Owner& owner)> streams;
};

struct AdminParts {
  store::Store& store;
  state::SharedState& state;
  const base::Clock& clock;
  const base::Log& log;
  AdminDoor door;
  LimitNames names;
};

class Admin {
 public:
  explicit Admin(AdminParts parts);

  // True for every path under /admin.
  static bool owns(std::string_view path);

  // Answers a request to such a path. UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED, NOT_FOUND, BAD_USER_INPUT
  // (405 for another method), and what store and state fail with.
  base::Awaitable<void> handle(net::Exchange& exchange);

 private:
  base::Awaitable<base::Result<net::Response>> answer(AdminCaller caller, net::Exchange& exchange);
  base::Awaitable<base::Result<net::Response>> list_bans(base::Call call, std::string_view query);
  base::Awaitable<base::Result<net::Response>> set_ban(AdminCaller caller, std::string body);
  base::Awaitable<base::Result<net::Response>> lift_ban(AdminCaller caller, std::string_view segment);
  base::Awaitable<base::Result<net::Response>> show_user(base::Call call, std::string_view path);
  void audit(std::string_view event, const AdminCaller& caller, std::string_view subject,
             std::chrono::seconds lasts) const;

  AdminParts parts_;
};

}  // namespace parley::ops
