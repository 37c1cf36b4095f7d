#include <utility>

#include "api/graphql_resolvers.h"

namespace parley::api {

namespace json = boost::json;

graphql::Resolved resolved(model::Conversation conversation) {
  return graphql::Resolved::object(std::move(conversation), "Conversation");
}

graphql::Resolved resolved(model::Message message) {
  return graphql::Resolved::object(std::move(message), "Message");
}

graphql::Resolved resolved(store::TurnState state) {
  return graphql::Resolved::object(std::move(state), "Turn");
}

graphql::Values one(graphql::Resolved value) {
  graphql::Values values;
  values.push_back(std::move(value));
  return values;
}

base::Call quick(const GraphqlContext& context) {
  return short_call(context.services, context.caller);
}

const json::value* argument(const json::object& arguments, std::string_view name) {
  const json::value* value = arguments.if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::optional<std::string> text(const json::object& arguments, std::string_view name) {
  const json::value* value = argument(arguments, name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

std::optional<std::int64_t> integer(const json::object& arguments, std::string_view name) {
  const json::value* value = argument(arguments, name);
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  return value->get_int64();
}

std::optional<double> number(const json::object& arguments, std::string_view name) {
  const json::value* value = argument(arguments, name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

std::optional<bool> boolean(const json::object& arguments, std::string_view name) {
  const json::value* value = argument(arguments, name);
  if (value == nullptr || !value->is_bool()) return std::nullopt;
  return value->get_bool();
}

std::optional<std::optional<std::string>> clearable(const json::object& arguments, std::string_view name) {
  const json::value* value = arguments.if_contains(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) return std::optional<std::string>{};
  return std::optional(std::string(value->get_string()));
}

const json::object& input(const json::object& arguments) {
  return arguments.at("input").as_object();
}

}  // namespace parley::api
