#include "api/models.h"

#include <utility>

#include <boost/json/serialize.hpp>

#include "api/chat_request.h"
#include "api/errors.h"

namespace parley::api {

namespace json = boost::json;
using base::Awaitable;
using base::ErrorCode;

namespace {

json::object model_json(const chat::ChatModel& model) {
  return {{"id", model.id}, {"object", "model"}, {"created", 0}, {"owned_by", model.provider}};
}

void answer(const Caller& caller, net::Exchange& exchange, const json::value& value) {
  auto response = net::Response::json(200, json::serialize(value));
  response.headers.add("X-Request-Id", caller.call.request_id);
  exchange.reply(std::move(response));
}

}  // namespace

Awaitable<void> serve_models(const Services& services, const Caller& caller, net::Exchange& exchange) {
  json::array models;
  for (const chat::ChatModel& model : services.engine.catalog()->models())
    models.push_back(model_json(model));
  answer(caller, exchange, json::object{{"object", "list"}, {"data", std::move(models)}});
  co_return;
}

Awaitable<void> serve_model(const Services& services, const Caller& caller, std::string_view id,
                            net::Exchange& exchange) {
  const chat::ChatModel* model = services.engine.catalog()->find(id);
  if (model == nullptr) {
    refuse(exchange, {.code = ErrorCode::kNotFound, .message = "there is no such model"},
           caller.call.request_id, services.log);
  } else {
    answer(caller, exchange, model_json(*model));
  }
  co_return;
}

Awaitable<void> serve_embeddings(const Services& services, const Caller& caller, net::Exchange& exchange) {
  const std::string body = exchange.take_body();
  auto request = parse_json_object(body);
  if (!request) co_return refuse(exchange, std::move(request).error(), caller.call.request_id, services.log);
  const json::value* model = request->if_contains("model");
  if (model == nullptr || !model->is_string()) {
    co_return refuse(exchange,
                     {.code = ErrorCode::kBadUserInput, .message = "model is missing or not a string"},
                     caller.call.request_id, services.log);
  }
  std::string id(model->get_string());
  // It may wait in line, where a client that leaves gives its place up.
  exchange.watch();
  auto reply = co_await services.engine.embeddings(answer_call(services, caller), caller.owner,
                                                   caller.principal.tier, id, std::move(*request));
  if (!reply) co_return refuse(exchange, std::move(reply).error(), caller.call.request_id, services.log);
  if (reply->is_object()) reply->get_object()["model"] = std::move(id);
  answer(caller, exchange, *reply);
}

}  // namespace parley::api
