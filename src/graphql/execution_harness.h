// Runs operations against a small service in tests.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "base/task_group.h"
#include "graphql/execute.h"
#include "graphql/parse.h"
#include "graphql/validate.h"

namespace parley::graphql {

inline boost::json::object json_object(std::string_view text) {
  return boost::json::parse(text).as_object();
}

inline SchemaPtr schema_of(std::string sdl) {
  auto schema = Schema::make(std::move(sdl));
  if (schema) return *schema;
  for (const GraphqlError& error : schema.error()) ADD_FAILURE() << error.message;
  return nullptr;
}

// A schema, its resolvers, and a loop that runs one operation at a time.
class Service {
 public:
  explicit Service(std::string sdl) : schema(schema_of(std::move(sdl))) {}

  // Gives the root fields of this type the members of a JSON object as their
  // values.
  void data(std::string_view root_type, std::string_view json) {
    for (const auto& member : json_object(json)) {
      resolvers.plain(std::string(root_type) + "." + std::string(member.key()),
                      [value = member.value()](const Object&, const boost::json::object&, void*) {
                        return Resolved::json(value);
                      });
    }
  }

  Response run(std::string query, std::string_view variables = "{}") {
    std::optional<Response> response;
    start(std::move(query), variables, response);
    io.restart();
    io.run();
    EXPECT_TRUE(response.has_value());
    return response ? std::move(*response) : Response();
  }
  std::string json(std::string query, std::string_view variables = "{}") {
    return run(std::move(query), variables).json();
  }

  // Runs when `io` does.
  void start(std::string query, std::string_view variables, std::optional<Response>& response) {
    auto execution = prepare(std::move(query), variables);
    if (execution) {
      tasks.spawn(execute_into(std::move(*execution), response));
    } else {
      response = Response{.errors = std::move(execution).error()};
    }
  }

  // Parsed, valid, and its variables coerced; what it refers to lives as long
  // as the service.
  std::expected<Execution, std::vector<GraphqlError>> prepare(std::string query, std::string_view variables) {
    auto document = parse(std::move(query));
    if (!document) return std::unexpected(std::vector{document.error()});
    documents.push_back(*document);
    if (auto errors = validate(*schema, **document); !errors.empty() && must_be_valid) {
      return std::unexpected(std::move(errors));
    }
    auto operation = find_operation(**document, operation_name);
    if (!operation) return std::unexpected(std::vector{operation.error()});
    auto coerced = coerce_variables(*schema, **document, **operation, json_object(variables));
    if (!coerced) return std::unexpected(std::move(coerced).error());
    given.push_back(std::make_unique<boost::json::object>(std::move(*coerced)));
    return Execution{.schema = *schema,
                     .resolvers = resolvers,
                     .document = **document,
                     .operation = **operation,
                     .variables = *given.back(),
                     .root = root,
                     .context = context,
                     .present = present};
  }

  static base::Awaitable<void> execute_into(Execution execution, std::optional<Response>& response) {
    response = co_await execute(std::move(execution));
  }

  SchemaPtr schema;
  Resolvers resolvers{};
  Object root{};
  void* context = nullptr;
  std::string operation_name{};
  bool must_be_valid = true;
  std::function<void(const base::Error&, GraphqlError&)> present{};

  boost::asio::io_context io{};
  base::TaskGroup tasks{io.get_executor()};
  std::vector<DocumentPtr> documents{};
  std::vector<std::unique_ptr<boost::json::object>> given{};
};

// Gives the values after the loop has turned once.
inline base::Awaitable<Values> later(Values values) {
  co_await boost::asio::post(co_await boost::asio::this_coro::executor, base::kTuple);
  co_return values;
}

// A resolver that waits and then gives `answer(batch)`.
template <class Answer>
BatchResolver waiting(Answer answer) {
  return [answer = std::move(answer)](const FieldBatch& batch) { return later(answer(batch)); };
}

}  // namespace parley::graphql
