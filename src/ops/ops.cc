#include "ops/ops.h"

#include <utility>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/error.h"

namespace parley::ops {

namespace json = boost::json;

bool Ops::owns(std::string_view path) {
  return path == "/healthz" || path == "/readyz" || path == "/metrics";
}

base::Awaitable<net::Response> Ops::ready() {
  base::Call call;
  call.deadline = base::Deadline::after(kReadyTimeout);
  const auto pong = co_await store_.ping(call);
  // The cause is for the log of the store; a stranger learns which kind of failure it is.
  const std::string store_state = pong ? "ok" : std::string(base::name(pong.error().code));
  const bool draining = draining_.load(std::memory_order_relaxed);
  const bool is_ready = pong.has_value() && !draining;
  const json::object body{{"status", draining   ? "draining"
                                     : is_ready ? "ready"
                                                : "not ready"},
                          {"parts", json::object{{"store", store_state}}}};
  auto response = net::Response::json(is_ready ? 200 : 503, json::serialize(body) + "\n");
  response.headers.set("Cache-Control", "no-store");
  co_return response;
}

base::Awaitable<void> Ops::handle(net::Exchange& exchange) {
  const net::Request& request = exchange.request();
  if (request.method != "GET" && request.method != "HEAD") {
    auto refused = net::Response::text(405, "use GET\n");
    refused.headers.set("Allow", "GET, HEAD");
    exchange.reply(std::move(refused));
    co_return;
  }
  if (request.path == "/readyz") {
    exchange.reply(co_await ready());
  } else if (request.path == "/metrics") {
    auto response = net::Response::text(200, metrics_.render());
    response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    response.headers.set("Cache-Control", "no-store");
    exchange.reply(std::move(response));
  } else {
    exchange.reply(net::Response::text(200, "ok\n"));
  }
}

}  // namespace parley::ops
