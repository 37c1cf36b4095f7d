#include "api/admission.h"

#include <utility>

#include "api/rate_headers.h"
#include "net/forwarded.h"

namespace parley::api {

using base::Awaitable;
using base::Result;

std::string counted_address(const net::Request& request, const ApiOptions& options) {
  const net::Sender client = net::find_client(request, options.trusted_proxies, options.forwarded_by);
  return client.within ? std::string() : net::client_key(client.address);
}

Awaitable<Result<Visit>> enter(const Services& services, base::Call call, net::Exchange& exchange) {
  Visit visit{.call = std::move(call), .address = counted_address(exchange.request(), services.options)};
  if (visit.address.empty()) co_return visit;
  auto admission = co_await services.limiter.admit_address(short_call(services, visit.call), visit.address);
  add_rate_headers(exchange, admission);
  if (admission.refused) co_return std::unexpected(std::move(*admission.refused));
  visit.standings = std::move(admission.standings);
  co_return visit;
}

Awaitable<Result<Caller>> admit(const Services& services, Visit visit, limits::Api api,
                                net::Exchange& exchange) {
  auto caller = co_await caller_of(services, exchange.request(), std::move(visit.call), visit.address);
  if (!caller) co_return base::fail(std::move(caller));
  auto admission = co_await services.limiter.admit(short_call(services, caller->call), caller->owner,
                                                   caller->principal.tier, api);
  admission.standings.insert(admission.standings.begin(), visit.standings.begin(), visit.standings.end());
  add_rate_headers(exchange, admission);
  if (admission.refused) co_return std::unexpected(std::move(*admission.refused));
  co_return caller;
}

Awaitable<std::optional<base::Error>> admit_operation(const Services& services, const Caller& caller,
                                                      std::string address) {
  if (!address.empty()) {
    auto from =
        co_await services.limiter.admit_address(short_call(services, caller.call), std::move(address));
    if (from.refused) co_return std::move(from.refused);
  }
  auto admission = co_await services.limiter.admit(short_call(services, caller.call), caller.owner,
                                                   caller.principal.tier, limits::Api::kGraphql);
  co_return std::move(admission.refused);
}

}  // namespace parley::api
