// Runs an operation (specification of September 2025, section 6) and writes its response (section 7).
//
// Used on one worker by one coroutine. Everything that is passed by reference outlives it. Query fields of
// one level are waited for together, a mutation's root fields one after another.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/async.h"
#include "base/call.h"
#include "graphql/ast.h"
#include "graphql/error.h"
#include "graphql/resolver.h"
#include "graphql/schema.h"

namespace parley::graphql {

struct Response {
  // None where the request failed before it was executed: then the response has no `data` member.
  std::optional<boost::json::value> data{};
  std::vector<GraphqlError> errors{};

  // {"errors":[...],"data":{...}}, errors only where there are some.
  std::string json() const;
};

// The operation of that name, or the only one where the name is empty. The error says that there is none, or
// that a name is needed; its code is GRAPHQL_VALIDATION_FAILED.
std::expected<const OperationDefinition*, GraphqlError> find_operation(const Document& document,
                                                                       std::string_view name);

// 6.1.2: the variables as the operation declares them: coerced, defaults filled in, absent where neither was
// given. BAD_USER_INPUT errors, worded as the reference implementation's.
std::expected<boost::json::object, std::vector<GraphqlError>> coerce_variables(
    const Schema& schema, const Document& document, const OperationDefinition& operation,
    const boost::json::object& given);

struct Execution {
  const Schema& schema;
  const Resolvers& resolvers;
  // A valid document (validate.h) and one of its operations.
  const Document& document;
  const OperationDefinition& operation;
  // From coerce_variables().
  const boost::json::object& variables;
  Object root{};
  void* context = nullptr;
  base::Call call{};
  // How a resolver's error is shown: its message and `extensions` (code, and what goes with it). The default
  // shows code, message, retryAfterMs, currentVersion and resetsAt, and nothing of the cause.
  std::function<void(const base::Error&, GraphqlError&)> present{};
};

// A query or a mutation.
base::Awaitable<Response> execute(Execution execution);

// A running subscription. Owned by whoever serves it; used by one coroutine at a time, on one worker.
class ResponseStream {
 public:
  virtual ~ResponseStream() = default;
  // The response to the next event; nothing at the end. kDeadlineExceeded: none has come yet; any other error
  // ends the subscription.
  virtual base::Awaitable<base::Result<std::optional<Response>>> next(base::Deadline deadline) = 0;
};

// A subscription: its stream, or the response that says why there is none. What `execution` refers to
// outlives the stream.
base::Awaitable<std::expected<std::unique_ptr<ResponseStream>, Response>> subscribe(Execution execution);

}  // namespace parley::graphql
