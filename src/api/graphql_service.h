// Runs GraphQL requests against the chat schema, whichever transport they came by.
//
// One for each worker, used on it; the references outlive it.
#pragma once

#include <expected>
#include <memory>
#include <vector>

#include "api/caller.h"
#include "api/graphql_request.h"
#include "api/graphql_resolvers.h"
#include "api/services.h"
#include "graphql/document_cache.h"
#include "graphql/execute.h"
#include "graphql/limits.h"

namespace parley::api {

struct GraphqlOptions {
  graphql::DocumentCacheOptions documents{};
  graphql::OperationLimits limits{};
};

// A request that was parsed, validated and found cheap enough.
struct GraphqlOperation {
  std::shared_ptr<const graphql::Prepared> document;
  const graphql::OperationDefinition* operation = nullptr;
  boost::json::object variables{};
};

class GraphqlService {
 public:
  GraphqlService(const Services& services, graphql::SchemaPtr schema, const graphql::Resolvers& resolvers,
                 const GraphqlOptions& options);

  // The operation, or why it is not run: GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED, BAD_USER_INPUT
  // (variables), QUERY_TOO_COMPLEX.
  std::expected<GraphqlOperation, std::vector<graphql::GraphqlError>> prepare(GraphqlRequest request);

  // A query or a mutation. All arguments outlive the coroutine.
  base::Awaitable<graphql::Response> run(const GraphqlOperation& operation, const Caller& caller);
  // A subscription; `operation` and `context` outlive the stream.
  base::Awaitable<std::expected<std::unique_ptr<graphql::ResponseStream>, graphql::Response>> subscribe(
      const GraphqlOperation& operation, GraphqlContext& context);

  const Services& services() const { return services_; }
  // The error as GraphQL tells it: its message and its extensions.
  graphql::GraphqlError tell(base::Error error, const Caller* caller) const;

 private:
  graphql::Execution execution(const GraphqlOperation& operation, GraphqlContext& context) const;

  const Services& services_;
  graphql::SchemaPtr schema_;
  const graphql::Resolvers& resolvers_;
  graphql::OperationLimits limits_;
  graphql::DocumentCache documents_;
};

// A JSON array of the errors.
std::string errors_json(const std::vector<graphql::GraphqlError>& errors);

}  // namespace parley::api
