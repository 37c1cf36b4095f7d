// links: parley_graphql
// GraphQL requests as strangers send them: a document, a NUL, the variables' JSON. It is parsed, validated,
// held to its limits and executed against a small service. Every response is sound JSON; one of a document
// without arguments is what a plain depth-first executor gives.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>

#include "base/task_group.h"
#include "graphql/document_cache.h"
#include "graphql/execute.h"
#include "graphql/limits.h"
#include "graphql/naive_executor.h"

namespace {

using namespace parley;
using namespace parley::graphql;

constexpr const char* kSdl = R"(
  type Query { a: A! b: B list: [A!] grid: [[I]] union: [U!]! any: Any enum: E int: Int! float: Float }
  interface I { id: ID! me: A }
  type A implements I { id: ID! me: A name: String! tags: [String!] friends: [B] echo(in: In, n: Int! = 1): String }
  type B implements I { id: ID! me: A wrong: Int! enums: [E!]! slow: I }
  union U = A | B
  enum E { X Y }
  scalar Any
  input In { a: Int = 3 b: [In!] c: E d: One }
  input One @oneOf { s: String f: Float }
  type Mutation { first: A second: A! third: A }
  type Subscription { events: A }
)";

constexpr std::string_view kData = R"({
  "a": {"__typename": "A", "id": 1, "name": "a", "tags": ["x", null], "friends": [null, {"id": 2, "enums": ["X", "Z"]}],
        "me": {"id": 3, "name": null, "me": {"id": null}}},
  "b": {"__typename": "B", "id": "b", "wrong": "not", "enums": ["X", "Y"], "slow": {"__typename": "A", "id": 4, "name": "s"},
        "me": {"id": 5, "name": "m", "tags": []}},
  "list": [{"id": 6, "name": "l"}, {"id": {}, "name": "m"}, {"id": 7, "name": "n", "tags": "none"}],
  "grid": [[{"__typename": "A", "id": 8, "name": "g"}, null], null, [{"__typename": "B", "id": 9, "enums": []}, {}], 5],
  "union": [{"__typename": "A", "id": 1, "name": "u"}, {"__typename": "B", "id": 2, "enums": ["Y"]}],
  "any": {"x": [1, 2.5, "three"]}, "enum": "X", "int": 5, "float": 1e30, "first": {"id": 1, "name": "f"}, "second": null,
  "third": {"id": 3, "name": "t"}})";

void require(bool sound) {
  if (!sound) std::abort();
}

Resolved member_of(const Object& parent, std::string_view name) {
  const auto& value = *static_cast<const boost::json::value*>(parent.data.get());
  const auto* member = value.is_object() ? value.get_object().if_contains(name) : nullptr;
  return member != nullptr ? Resolved::json(*member) : Resolved();
}

base::Awaitable<Values> members_of(const std::vector<Object>& parents, std::string name) {
  Values values;
  for (const Object& parent : parents) values.push_back(member_of(parent, name));
  co_return values;
}

struct Service {
  Service() {
    for (const char* root : {"Query", "Mutation"}) {
      for (const FieldType& field : schema->type(root)->fields) {
        resolvers.plain(std::string(root) + "." + field.name,
                        [name = field.name](const Object& parent, const boost::json::object&, void*) {
                          return member_of(parent, name);
                        });
      }
    }
    for (const std::string field : {"name", "friends"}) {
      resolvers.batch("A." + field,
                      [field](const FieldBatch& batch) { return members_of(batch.parents, field); });
    }
    resolvers.batch("B.slow", [](const FieldBatch& batch) { return members_of(batch.parents, "slow"); });
    resolvers.plain("A.echo", [](const Object&, const boost::json::object& arguments, void*) {
      return Resolved(boost::json::serialize(arguments));
    });
  }

  SchemaPtr schema = *Schema::make(kSdl);
  Resolvers resolvers{};
  std::shared_ptr<const boost::json::value> data =
      std::make_shared<const boost::json::value>(boost::json::parse(kData));
  // Small, so that documents come and go.
  DocumentCache documents{schema, {.max_documents = 4, .parse = {.max_tokens = 2'000, .max_depth = 40}}};
};

base::Awaitable<void> execute_into(Execution execution, std::optional<Response>& response) {
  response = co_await execute(std::move(execution));
}

void check_errors(const std::vector<GraphqlError>& errors) {
  require(!errors.empty());
  for (const GraphqlError& error : errors)
    require(!error.message.empty() && error.extensions.contains("code"));
}

// Whether the document may ask for what the plain executor knows nothing of: arguments and introspection.
bool beyond_naive(std::string_view source) {
  constexpr std::string_view kTypename = "__typename";
  if (source.find("echo") != std::string_view::npos || source.find("__schema") != std::string_view::npos)
    return true;
  for (std::size_t at = source.find("__type"); at != std::string_view::npos;
       at = source.find("__type", at + 1)) {
    if (!source.substr(at).starts_with(kTypename)) return true;
  }
  return false;
}

void run(const Service& service, const Document& document, const OperationDefinition& operation,
         const boost::json::object& variables) {
  boost::asio::io_context io;
  base::TaskGroup tasks(io.get_executor());
  std::optional<Response> response;
  tasks.spawn(execute_into({.schema = *service.schema,
                            .resolvers = service.resolvers,
                            .document = document,
                            .operation = operation,
                            .variables = variables,
                            .root = {.data = service.data}},
                           response));
  io.run();
  require(response && response->data);
  if (!response->errors.empty()) check_errors(response->errors);
  const std::string json = response->json();
  boost::system::error_code failed;
  boost::json::parse(json, failed, {}, {.max_depth = 200});
  require(!failed);
  if (operation.type != OperationType::kQuery || beyond_naive(document.source())) return;
  require(NaiveExecutor(*service.schema, document, variables).run(operation, *service.data).json() == json);
}

void serve(Service& service, std::string_view source, std::string_view variables_json) {
  auto prepared = service.documents.get(std::string(source));
  if (!prepared) return check_errors(prepared.error());
  const Document& document = *(*prepared)->document;
  boost::system::error_code failed;
  boost::json::value given = boost::json::parse(variables_json, failed);
  if (failed || !given.is_object()) given = boost::json::object();
  for (const Definition& definition : document.definitions) {
    const auto* operation = std::get_if<OperationDefinition>(&definition);
    if (operation == nullptr || operation->type == OperationType::kSubscription) continue;
    const auto found = find_operation(document, operation->name ? operation->name->text : std::string_view());
    require(found && *found == operation);
    auto variables = coerce_variables(*service.schema, document, *operation, given.get_object());
    if (!variables) {
      check_errors(variables.error());
      continue;
    }
    const OperationCost cost = operation_cost(*service.schema, document, *operation, *variables);
    if (check_limits(cost, {.max_depth = 8, .max_cost = 2'000})) continue;
    run(service, document, *operation, *variables);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static Service service;
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  const std::size_t end = input.find('\0');
  const std::string_view variables = end == std::string_view::npos ? "{}" : input.substr(end + 1);
  serve(service, input.substr(0, end), variables);
  return 0;
}
