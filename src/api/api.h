// The API of one worker: which handler answers which path.
//
//   /graphql                      graphql_http.h, graphql_ws.h
//   /v1/chat/completions          chat_completions.h
//   /v1/turns/{id}/events, /stop  turn_events.h
//   /v1/models, /v1/embeddings    models.h
// Any other path is NOT_FOUND, any other method 405. Every request passes the limits (admission.h) first.
// Used on its worker; the references outlive it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "api/admission.h"
#include "api/graphql_service.h"
#include "api/graphql_ws.h"
#include "api/services.h"
#include "net/server.h"

namespace parley::api {

struct ApiSettings {
  GraphqlOptions graphql{};
  GraphqlWsOptions websocket{};
};

class Api {
 public:
  Api(Services services, graphql::SchemaPtr schema, const graphql::Resolvers& resolvers,
      ApiSettings settings);

  // Answers the exchange, and counts it: parley_http_requests_total{route,method,code} and
  // parley_http_request_duration_seconds{route}, of an answer that streams until its end. A WebSocket counts
  // when it ends, and its time is not measured.
  base::Awaitable<void> handle(net::Exchange& exchange);

  // From now on; requests that run see it too.
  void reload(ApiOptions options) { services_.options = std::move(options); }

  // For what is served beside the API under the same limits: lets the request in as handle() does. Nothing
  // where it was refused, and answered.
  base::Awaitable<std::optional<Caller>> let_in(net::Exchange& exchange);
  // Answers with the error as REST does.
  void refuse(net::Exchange& exchange, base::Error error, std::string_view request_id) const;

 private:
  enum class Route : std::uint8_t;
  struct Target {
    Route route;
    // The {id} in the path.
    std::string_view id{};
  };

  static Target find(std::string_view path);
  static limits::Api counted_as(Route route);
  base::Awaitable<void> serve(Target target, net::Exchange& exchange);
  base::Awaitable<void> dispatch(Target target, Visit visit, net::Exchange& exchange);
  base::Awaitable<void> serve_nothing(Target target, base::Call call, net::Exchange& exchange);
  base::Awaitable<void> serve_v1(Target target, Visit visit, net::Exchange& exchange);
  void count(Route route, const net::Exchange& exchange, std::chrono::nanoseconds took);

  Services services_;
  ApiSettings settings_;
  GraphqlService graphql_;
  std::unordered_map<std::uint32_t, base::Counter*> counters_{};
  std::unordered_map<std::uint32_t, base::Histogram*> histograms_{};
};

}  // namespace parley::api
