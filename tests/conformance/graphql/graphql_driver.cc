// Runs documents through the engine for a script that compares it with the reference implementation. A
// request is a line of JSON on standard input, its answer a line of JSON on standard output.
//
//   {"sdl"}                    -> {"errors"} or {"schema": the schema as SDL}
//   {"sdl", "document", ...}   -> {"stage", "print", then "errors" or "response"}, the stage it came to being
//                                 "parse", "validate", "operation", "variables" or "execute"
// A request may further hold
//   "operationName", "variables",
//   "rootValue"      the data; a member {"__error": "why"} fails, {"__arguments": true} is the field's
//   arguments "events"         a subscription's, each a root value; "response" is then the list of their
//   responses "introspection"  false refuses it "resolvers"      how fields get their values: "default" from
//   the JSON itself, "plain" or "batch"
// A custom scalar that is called Even takes even integers only.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/task_group.h"
#include "graphql/execute.h"
#include "graphql/parse.h"
#include "graphql/schema.h"
#include "graphql/validate.h"

namespace parley::graphql {

constexpr std::size_t kJsonDepth = 1000;

namespace {

namespace json = boost::json;

json::value read(std::string_view text) {
  return json::parse(text, {}, {.max_depth = kJsonDepth});
}

json::array to_json(const std::vector<GraphqlError>& errors) {
  json::array all;
  for (const GraphqlError& error : errors) all.push_back(to_json(error));
  return all;
}

// ---- data

bool holds_marks(const json::value& value) {
  if (const auto* object = value.if_object()) {
    return object->contains("__error") || object->contains("__arguments");
  }
  const auto* array = value.if_array();
  return array != nullptr && std::ranges::any_of(*array, holds_marks);
}

Resolved resolved(const json::value& value, const json::object& arguments) {
  if (!holds_marks(value)) return Resolved::json(value);
  if (const auto* object = value.if_object()) {
    if (const auto* why = object->if_contains("__error")) {
      return base::Error{.code = base::ErrorCode::kInternal, .message = json::value_to<std::string>(*why)};
    }
    return Resolved::json(arguments);
  }
  Resolved::List list;
  for (const json::value& item : value.get_array()) list.push_back(resolved(item, arguments));
  return list;
}

Resolved member(const json::value* parent, std::string_view name, const json::object& arguments) {
  const auto* object = parent == nullptr ? nullptr : parent->if_object();
  const auto* value = object == nullptr ? nullptr : object->if_contains(name);
  return value == nullptr ? Resolved() : resolved(*value, arguments);
}

base::Awaitable<Values> answer_batch(const FieldBatch& batch) {
  Values values;
  for (std::size_t i = 0; i < batch.parents.size(); ++i) {
    const auto* parent = static_cast<const json::value*>(batch.parents[i].data.get());
    values.push_back(member(parent, batch.field.name, batch.arguments));
  }
  co_return values;
}

class Events final : public EventSource {
 public:
  Events(json::array events, std::string field) : events_(std::move(events)), field_(std::move(field)) {}
  base::Awaitable<base::Result<std::optional<Resolved>>> next(base::Deadline) override {
    if (next_ == events_.size()) co_return std::nullopt;
    co_return member(&events_[next_++], field_, {});
  }

 private:
  json::array events_;
  std::string field_;
  std::size_t next_ = 0;
};

base::Awaitable<base::Result<std::unique_ptr<EventSource>>> open_events(SubscribeCall call) {
  const auto& events = *static_cast<const json::array*>(call.context);
  co_return std::make_unique<Events>(events, call.field.name);
}

Resolvers resolvers_for(const Schema& schema, std::string_view how) {
  Resolvers resolvers;
  for (const auto& type : schema.types()) {
    if (type->kind != TypeKind::kObject || type->name.starts_with("__")) continue;
    bool subscription = type.get() == schema.root(OperationType::kSubscription);
    bool root = type.get() == schema.root(OperationType::kQuery) ||
                type.get() == schema.root(OperationType::kMutation);
    for (const FieldType& field : type->fields) {
      std::string name = type->name + "." + field.name;
      if (subscription) {
        resolvers.subscribe(name, open_events);
      } else if (how == "batch") {
        resolvers.batch(name, answer_batch);
      } else if (root || how == "plain") {
        resolvers.plain(name,
                        [field = field.name](const Object& parent, const json::object& arguments, void*) {
                          return member(static_cast<const json::value*>(parent.data.get()), field, arguments);
                        });
      }
    }
  }
  return resolvers;
}

std::expected<json::value, std::string> parse_even(const json::value& value) {
  if (!value.is_number()) return std::unexpected("it is not an integer");
  auto number = value.to_number<double>();
  if (std::trunc(number) != number) return std::unexpected("it is not an integer");
  if (std::fmod(number, 2) != 0) return std::unexpected("it is odd");
  return value;
}

// ---- requests

struct Service {
  SchemaPtr schema{};
  std::vector<GraphqlError> errors{};
  std::map<std::string, Resolvers, std::less<>> resolvers{};
};

class Driver {
 public:
  json::object answer(const json::object& request) {
    Service& service = find(json::value_to<std::string>(request.at("sdl")));
    json::object answer;
    if (service.schema == nullptr) {
      answer["errors"] = to_json(service.errors);
    } else if (request.contains("document")) {
      run(service, request, answer);
    } else {
      answer["schema"] = print_schema(*service.schema);
    }
    return answer;
  }

 private:
  Service& find(const std::string& sdl) {
    auto [entry, added] = services_.try_emplace(sdl);
    if (!added) return entry->second;
    std::map<std::string, ScalarRules, std::less<>> scalars;
    if (sdl.contains("scalar Even")) scalars["Even"].parse = parse_even;
    auto schema = Schema::make(sdl, std::move(scalars));
    if (schema) {
      entry->second.schema = std::move(*schema);
    } else {
      entry->second.errors = std::move(schema.error());
    }
    return entry->second;
  }

  static std::string text(const json::object& request, std::string_view name, std::string fallback) {
    const auto* value = request.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::move(fallback);
  }

  static void failed(json::object& answer, std::string_view stage, const std::vector<GraphqlError>& errors) {
    answer["stage"] = stage;
    answer["errors"] = to_json(errors);
  }

  void run(Service& service, const json::object& request, json::object& answer) {
    auto document = parse(text(request, "document", {}));
    if (!document) return failed(answer, "parse", {document.error()});
    answer["print"] = print(**document);
    const auto* introspection = request.if_contains("introspection");
    bool allowed = introspection == nullptr || *introspection != false;
    auto errors = validate(*service.schema, **document, {.introspection = allowed});
    if (!errors.empty()) return failed(answer, "validate", errors);
    auto operation = find_operation(**document, text(request, "operationName", {}));
    if (!operation) return failed(answer, "operation", {operation.error()});
    json::object given;
    if (const auto* value = request.if_contains("variables")) given = value->as_object();
    auto variables = coerce_variables(*service.schema, **document, **operation, given);
    if (!variables) return failed(answer, "variables", variables.error());
    answer["stage"] = "execute";
    std::string how = text(request, "resolvers", "default");
    auto [resolvers, added] = service.resolvers.try_emplace(how);
    if (added) resolvers->second = resolvers_for(*service.schema, how);
    json::value root = nullptr;
    if (const auto* value = request.if_contains("rootValue")) root = *value;
    json::array events;
    if (const auto* value = request.if_contains("events")) events = value->as_array();
    Execution execution{.schema = *service.schema,
                        .resolvers = resolvers->second,
                        .document = **document,
                        .operation = **operation,
                        .variables = *variables,
                        .root = {.data = std::make_shared<const json::value>(root)},
                        .context = &events};
    base::TaskGroup tasks(io_.get_executor());
    bool subscription = (*operation)->type == OperationType::kSubscription;
    tasks.spawn(subscription ? subscribe_into(execution, answer) : execute_into(execution, answer));
    io_.restart();
    io_.run();
  }

  static base::Awaitable<void> execute_into(Execution execution, json::object& answer) {
    Response response = co_await execute(std::move(execution));
    answer["response"] = read(response.json());
  }

  static base::Awaitable<void> subscribe_into(Execution execution, json::object& answer) {
    auto stream = co_await subscribe(std::move(execution));
    if (!stream) {
      answer["response"] = read(stream.error().json());
      co_return;
    }
    json::array responses;
    while (true) {
      auto next = co_await (*stream)->next({});
      if (!next || !*next) break;
      responses.push_back(read((*next)->json()));
    }
    answer["response"] = std::move(responses);
  }

  boost::asio::io_context io_{1};
  std::map<std::string, Service> services_{};
};

}  // namespace
}  // namespace parley::graphql

int main() {
  parley::graphql::Driver driver;
  std::string line;
  std::ios::sync_with_stdio(false);
  while (std::getline(std::cin, line)) {
    auto request = boost::json::parse(line, {}, {.max_depth = parley::graphql::kJsonDepth});
    auto answer = driver.answer(request.as_object());
    std::cout << boost::json::serialize(answer) << '\n' << std::flush;
  }
  return 0;
}
