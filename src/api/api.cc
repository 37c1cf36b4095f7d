#include "api/api.h"

#include <array>
#include <utility>

#include <boost/url/pct_string_view.hpp>

#include "api/chat_completions.h"
#include "api/errors.h"
#include "api/graphql_http.h"
#include "api/graphql_ws_protocol.h"
#include "api/models.h"
#include "api/turn_events.h"

namespace parley::api {

using base::Awaitable;
using base::ErrorCode;
using base::Result;

enum class Api::Route : std::uint8_t {
  kNone,
  kGraphql,
  kChat,
  kEmbeddings,
  kModels,
  kModel,
  kTurnEvents,
  kTurnStop
};

namespace {

struct RouteRow {
  std::string_view path;
  // The one method it takes; empty where the handler sees to that.
  std::string_view method;
};

// By the route's number.
constexpr std::array kRoutes{
    RouteRow{"other", ""},
    RouteRow{"/graphql", ""},
    RouteRow{"/v1/chat/completions", "POST"},
    RouteRow{"/v1/embeddings", "POST"},
    RouteRow{"/v1/models", "GET"},
    RouteRow{"/v1/models/{id}", "GET"},
    RouteRow{"/v1/turns/{id}/events", "GET"},
    RouteRow{"/v1/turns/{id}/stop", "POST"},
};

// What no client of ours sends is one label.
constexpr std::array kMethods{std::string_view("GET"), std::string_view("POST"), std::string_view("OPTIONS"),
                              std::string_view("HEAD"), std::string_view("other")};

std::size_t method_index(std::string_view method) {
  std::size_t i = 0;
  while (i + 1 < kMethods.size() && kMethods[i] != method) ++i;
  return i;
}

}  // namespace

Api::Api(Services services, graphql::SchemaPtr schema, const graphql::Resolvers& resolvers,
         ApiSettings settings)
    : services_(services),
      settings_(std::move(settings)),
      graphql_(services_, std::move(schema), resolvers, settings_.graphql) {
  settings_.websocket.socket.subprotocols = {std::string(GraphqlWsProtocol::kSubprotocol)};
}

Api::Target Api::find(std::string_view path) {
  for (const Route route : {Route::kGraphql, Route::kChat, Route::kEmbeddings, Route::kModels}) {
    if (path == kRoutes[static_cast<std::size_t>(route)].path) return {route};
  }
  constexpr std::string_view kModel = "/v1/models/";
  constexpr std::string_view kTurn = "/v1/turns/";
  if (path.starts_with(kModel) && path.size() > kModel.size())
    return {Route::kModel, path.substr(kModel.size())};
  if (path.starts_with(kTurn)) {
    const std::string_view rest = path.substr(kTurn.size());
    const std::size_t slash = rest.find('/');
    if (slash != std::string_view::npos) {
      const std::string_view last = rest.substr(slash);
      if (last == "/events") return {Route::kTurnEvents, rest.substr(0, slash)};
      if (last == "/stop") return {Route::kTurnStop, rest.substr(0, slash)};
    }
  }
  return {Route::kNone};
}

void Api::count(Route route, const net::Exchange& exchange, std::chrono::nanoseconds took) {
  const auto index = static_cast<std::uint32_t>(route);
  const auto method = static_cast<std::uint32_t>(method_index(exchange.request().method));
  const auto status = static_cast<std::uint32_t>(exchange.status());
  const std::string_view label = kRoutes[index].path;
  base::Counter*& counter = counters_[status << 16U | method << 8U | index];
  if (counter == nullptr) {
    counter = &services_.metrics.counter("parley_http_requests_total", "Requests that the API answered.",
                                         {"route", "method", "code"},
                                         {label, kMethods[method], std::to_string(status)});
  }
  counter->add();
  if (status == 101) return;
  base::Histogram*& histogram = histograms_[index];
  if (histogram == nullptr) {
    histogram = &services_.metrics.histogram("parley_http_request_duration_seconds",
                                             "From a request's last byte to its answer's end.",
                                             base::turn_buckets(), {"route"}, {label});
  }
  histogram->observe(std::chrono::duration<double>(took).count());
}

Awaitable<void> Api::handle(net::Exchange& exchange) {
  const auto begin = std::chrono::steady_clock::now();
  const Target target = find(exchange.request().path);
  co_await serve(target, exchange);
  count(target.route, exchange, std::chrono::steady_clock::now() - begin);
}

Awaitable<void> Api::serve(Target target, net::Exchange& exchange) {
  base::Call call = call_of(exchange.request(), new_request_id(services_));
  const std::string request_id = call.request_id;
  auto visit = co_await enter(services_, std::move(call), exchange);
  if (visit) co_return co_await dispatch(target, std::move(*visit), exchange);
  if (target.route == Route::kGraphql) {
    refuse_graphql(services_, exchange, std::move(visit).error(), request_id);
  } else {
    refuse(exchange, std::move(visit).error(), request_id);
  }
}

// No coroutine: its frame would be held as long as the one that it hands over to.
Awaitable<void> Api::dispatch(Target target, Visit visit, net::Exchange& exchange) {
  if (target.route == Route::kGraphql) {
    return exchange.is_websocket_upgrade()
               ? serve_graphql_ws(graphql_, settings_.websocket, std::move(visit), exchange)
               : serve_graphql(graphql_, std::move(visit), exchange);
  }
  const std::string_view method = kRoutes[static_cast<std::size_t>(target.route)].method;
  if (target.route != Route::kNone && exchange.request().method == method) {
    return serve_v1(target, std::move(visit), exchange);
  }
  return serve_nothing(target, std::move(visit.call), exchange);
}

limits::Api Api::counted_as(Route route) {
  switch (route) {
    case Route::kGraphql:
      return limits::Api::kGraphql;
    case Route::kChat:
      return limits::Api::kChatCompletions;
    case Route::kEmbeddings:
      return limits::Api::kEmbeddings;
    default:
      return limits::Api::kOther;
  }
}

Awaitable<std::optional<Caller>> Api::let_in(net::Exchange& exchange) {
  base::Call call = call_of(exchange.request(), new_request_id(services_));
  const std::string request_id = call.request_id;
  exchange.add_header("X-Request-Id", request_id);
  auto visit = co_await enter(services_, std::move(call), exchange);
  auto caller = visit ? co_await admit(services_, std::move(*visit), limits::Api::kOther, exchange)
                      : Result<Caller>(base::fail(std::move(visit)));
  if (caller) co_return std::move(*caller);
  refuse(exchange, std::move(caller).error(), request_id);
  co_return std::nullopt;
}

void Api::refuse(net::Exchange& exchange, base::Error error, std::string_view request_id) const {
  api::refuse(exchange, std::move(error), request_id, services_.log);
}

Awaitable<void> Api::serve_nothing(Target target, base::Call call, net::Exchange& exchange) {
  if (target.route == Route::kNone) {
    exchange.reply(error_response({.code = ErrorCode::kNotFound, .message = "there is nothing at this path"},
                                  call.request_id));
    co_return;
  }
  const std::string_view method = kRoutes[static_cast<std::size_t>(target.route)].method;
  auto refused = error_response({.code = ErrorCode::kBadUserInput, .message = "use " + std::string(method)},
                                call.request_id);
  refused.status = 405;
  refused.headers.set("Allow", method);
  exchange.reply(std::move(refused));
}

Awaitable<void> Api::serve_v1(Target target, Visit visit, net::Exchange& exchange) {
  const std::string request_id = visit.call.request_id;
  auto caller = co_await admit(services_, std::move(visit), counted_as(target.route), exchange);
  if (!caller) co_return refuse(exchange, std::move(caller).error(), request_id);
  switch (target.route) {
    case Route::kChat:
      co_return co_await serve_chat_completions(services_, *caller, exchange);
    case Route::kEmbeddings:
      co_return co_await serve_embeddings(services_, *caller, exchange);
    case Route::kModels:
      co_return co_await serve_models(services_, *caller, exchange);
    case Route::kModel: {
      // A model's name may hold a slash, which clients write as %2F or as it is.
      const auto encoded = boost::urls::make_pct_string_view(target.id);
      const std::string id = encoded ? encoded->decode() : std::string(target.id);
      co_return co_await serve_model(services_, *caller, id, exchange);
    }
    case Route::kTurnEvents:
      co_return co_await serve_turn_events(services_, *caller, target.id, exchange);
    case Route::kTurnStop:
      co_return co_await serve_turn_stop(services_, *caller, target.id, exchange);
    case Route::kNone:
    case Route::kGraphql:
      co_return;
  }
}

}  // namespace parley::api
