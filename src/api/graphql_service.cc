#include "api/graphql_service.h"

#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "api/errors.h"

namespace parley::api {

namespace json = boost::json;
using base::Awaitable;
using graphql::GraphqlError;
using graphql::Response;

namespace {

template <class T>
std::unexpected<std::vector<GraphqlError>> refused(T error) {
  std::vector<GraphqlError> errors;
  errors.push_back(std::move(error));
  return std::unexpected(std::move(errors));
}

}  // namespace

GraphqlService::GraphqlService(const Services& services, graphql::SchemaPtr schema,
                               const graphql::Resolvers& resolvers, const GraphqlOptions& options)
    : services_(services),
      schema_(std::move(schema)),
      resolvers_(resolvers),
      limits_(options.limits),
      documents_(schema_, options.documents) {}

std::expected<GraphqlOperation, std::vector<GraphqlError>> GraphqlService::prepare(GraphqlRequest request) {
  auto document = documents_.get(std::move(request.query));
  if (!document) return std::unexpected(std::move(document).error());
  GraphqlOperation ready{.document = std::move(*document)};
  auto operation = graphql::find_operation(*ready.document->document, request.operation_name);
  if (!operation) return refused(std::move(operation).error());
  ready.operation = *operation;
  auto variables =
      graphql::coerce_variables(*schema_, *ready.document->document, *ready.operation, request.variables);
  if (!variables) return std::unexpected(std::move(variables).error());
  ready.variables = std::move(*variables);
  const auto cost =
      graphql::operation_cost(*schema_, *ready.document->document, *ready.operation, ready.variables);
  if (auto too_much = graphql::check_limits(cost, limits_)) return refused(std::move(*too_much));
  return ready;
}

GraphqlError GraphqlService::tell(base::Error error, const Caller* caller) const {
  error = presentable(std::move(error), caller == nullptr ? "" : caller->call.request_id, services_.log);
  return {.message = error.message, .extensions = error_extensions(error)};
}

graphql::Execution GraphqlService::execution(const GraphqlOperation& operation,
                                             GraphqlContext& context) const {
  return {.schema = *schema_,
          .resolvers = resolvers_,
          .document = *operation.document->document,
          .operation = *operation.operation,
          .variables = operation.variables,
          .context = &context,
          .call = context.caller.call,
          .present = [this, caller = &context.caller](const base::Error& error, GraphqlError& told) {
            GraphqlError presented = tell(error, caller);
            told.message = std::move(presented.message);
            told.extensions = std::move(presented.extensions);
          }};
}

Awaitable<Response> GraphqlService::run(const GraphqlOperation& operation, const Caller& caller) {
  GraphqlContext context{.services = services_, .caller = caller};
  co_return co_await graphql::execute(execution(operation, context));
}

Awaitable<std::expected<std::unique_ptr<graphql::ResponseStream>, Response>> GraphqlService::subscribe(
    const GraphqlOperation& operation, GraphqlContext& context) {
  return graphql::subscribe(execution(operation, context));
}

std::string errors_json(const std::vector<GraphqlError>& errors) {
  json::array list;
  for (const GraphqlError& error : errors) list.push_back(graphql::to_json(error));
  return json::serialize(list);
}

}  // namespace parley::api
