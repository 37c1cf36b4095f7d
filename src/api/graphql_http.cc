#include "api/graphql_http.h"

#include <utility>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "api/chat_request.h"
#include "api/errors.h"

namespace parley::api {

namespace json = boost::json;
using base::Awaitable;
using base::ErrorCode;
using base::Result;
using graphql::GraphqlError;
using graphql::OperationType;

namespace {

std::string_view written(MediaType type) {
  return type == MediaType::kResponse ? "application/graphql-response+json; charset=utf-8"
                                      : "application/json; charset=utf-8";
}

class Answer {
 public:
  // In JSON where no media type will do.
  Answer(net::Exchange& exchange, std::string_view request_id, const base::Log& log)
      : exchange_(exchange),
        request_id_(request_id),
        log_(log),
        asked_(negotiate(exchange.request().header("accept").value_or(""), false)),
        type_(asked_ == MediaType::kNone ? MediaType::kJson : asked_) {}

  MediaType asked() const { return asked_; }

  void send(int status, std::string body, net::Headers headers = {}) {
    headers.set("Content-Type", written(type_));
    headers.add("X-Request-Id", request_id_);
    headers.add("Cache-Control", "no-store");
    headers.add("Vary", "Accept, Authorization");
    exchange_.reply({.status = status, .headers = std::move(headers), .body = std::move(body)});
  }

  // The request failed before it was a GraphQL request: the status says so whatever the media type.
  void refuse(base::Error error, std::optional<int> status = std::nullopt) {
    // Retry-After and WWW-Authenticate are the same as for REST.
    const base::Error told = presentable(std::move(error), request_id_, log_);
    net::Headers headers = error_response(told, "").headers;
    GraphqlError as_graphql{.message = told.message, .extensions = error_extensions(told)};
    send(status.value_or(base::http_status(told.code)),
         "{\"errors\":" + errors_json({std::move(as_graphql)}) + "}", std::move(headers));
  }

  // The request was not executed.
  void refuse_all(const std::vector<GraphqlError>& errors) {
    send(type_ == MediaType::kResponse ? 400 : 200, "{\"errors\":" + errors_json(errors) + "}");
  }

 private:
  net::Exchange& exchange_;
  const std::string request_id_;
  const base::Log& log_;
  const MediaType asked_;
  const MediaType type_;
};

Result<GraphqlRequest> read_request(net::Exchange& exchange) {
  if (exchange.request().method == "GET") return parse_graphql_query(exchange.request());
  auto body = parse_json_object(exchange.take_body());
  if (!body) return base::fail(std::move(body));
  return parse_graphql_request(std::move(*body));
}

base::Error bad(std::string message) {
  return {.code = ErrorCode::kBadUserInput, .message = std::move(message)};
}

}  // namespace

void refuse_graphql(const Services& services, net::Exchange& exchange, base::Error error,
                    std::string_view request_id) {
  Answer(exchange, request_id, services.log).refuse(std::move(error));
}

Awaitable<void> serve_graphql(GraphqlService& service, Visit visit, net::Exchange& exchange) {
  const Services& services = service.services();
  const net::Request& request = exchange.request();
  Answer answer(exchange, visit.call.request_id, services.log);
  if (answer.asked() == MediaType::kNone) {
    co_return answer.refuse(bad("accept application/graphql-response+json or application/json"), 406);
  }
  if (request.method != "POST" && request.method != "GET") {
    answer.send(405, R"({"errors":[{"message":"use POST or GET","extensions":{"code":"BAD_USER_INPUT"}}]})",
                {{"Allow", "GET, POST"}});
    co_return;
  }
  if (request.method == "POST" && !is_json(request.header("content-type").value_or(""))) {
    co_return answer.refuse(bad("send the request as application/json, in UTF-8"), 415);
  }
  auto caller = co_await admit(services, std::move(visit), limits::Api::kGraphql, exchange);
  if (!caller) co_return answer.refuse(std::move(caller).error());
  const bool is_get = request.method == "GET";
  auto asked = read_request(exchange);
  if (!asked) co_return answer.refuse(std::move(asked).error());
  auto operation = service.prepare(std::move(*asked));
  if (!operation) co_return answer.refuse_all(operation.error());
  if (operation->operation->type == OperationType::kMutation && is_get) {
    answer.send(405,
                R"({"errors":[{"message":"a mutation needs POST","extensions":{"code":"BAD_USER_INPUT"}}]})",
                {{"Allow", "POST"}});
    co_return;
  }
  if (operation->operation->type == OperationType::kSubscription) {
    co_return answer.refuse(
        bad("a subscription needs a WebSocket with the subprotocol graphql-transport-ws"));
  }
  const graphql::Response response = co_await service.run(*operation, *caller);
  answer.send(200, response.json());
}

}  // namespace parley::api
