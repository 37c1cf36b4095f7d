// The resolvers of schema.graphql, and what they share: which C++ value stands for which GraphQL type, and
// how arguments are read.
//
//   User             UserView                 AnswerInfo   model::AnswerInfo
//   Conversation     model::Conversation      Usage        model::Usage
//   Message          model::Message           TurnError    model::TurnError
//   Turn             store::TurnState         TurnEvent    streams::Event
//   Model            ModelView                UsageRow     store::UsageRow
// (What a user may do and spend has its views to itself: graphql_account.cc.)
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "api/caller.h"
#include "api/services.h"
#include "graphql/resolver.h"

namespace parley::api {

// What every resolver knows of the request.
struct GraphqlContext {
  const Services& services;
  const Caller& caller;
};

void add_query(graphql::Resolvers& resolvers);
void add_mutation(graphql::Resolvers& resolvers);
void add_subscription(graphql::Resolvers& resolvers);
// Pages: connections, edges, page info.
void add_connections(graphql::Resolvers& resolvers);
// Fields that need no waiting.
void add_objects(graphql::Resolvers& resolvers);
// What the user may do and spend.
void add_account(graphql::Resolvers& resolvers);

struct UserView {
  model::Owner owner;
  std::string tier;
};

struct ModelView {
  chat::ChatModel model;
  bool available = false;
};

// Objects as resolvers hand them on.
graphql::Resolved resolved(model::Conversation conversation);
graphql::Resolved resolved(model::Message message);
graphql::Resolved resolved(store::TurnState state);
// nullopt is null.
template <class T>
graphql::Resolved resolved(std::optional<T> value) {
  return value ? resolved(std::move(*value)) : graphql::Resolved();
}
// A failed result is its error.
template <class T>
graphql::Resolved resolved(base::Result<T> result) {
  if (!result) return graphql::Resolved(std::move(result).error());
  return resolved(std::move(*result));
}

// A batch of one parent's value, as every root field is.
graphql::Values one(graphql::Resolved value);

// A field's call with the deadline of a request that waits for no model.
base::Call quick(const GraphqlContext& context);

// ---- arguments: absent and null are nothing, unless a function says otherwise

const boost::json::value* argument(const boost::json::object& arguments, std::string_view name);
std::optional<std::string> text(const boost::json::object& arguments, std::string_view name);
std::optional<std::int64_t> integer(const boost::json::object& arguments, std::string_view name);
std::optional<double> number(const boost::json::object& arguments, std::string_view name);
std::optional<bool> boolean(const boost::json::object& arguments, std::string_view name);
// The inner nullopt where the argument is null.
std::optional<std::optional<std::string>> clearable(const boost::json::object& arguments,
                                                    std::string_view name);
// The input object of a mutation, which the schema makes sure is there.
const boost::json::object& input(const boost::json::object& arguments);

// The argument `name` as an id of that kind. NOT_FOUND where it is no such id: nothing can have it.
template <class IdType>
base::Result<IdType> id_argument(const boost::json::object& arguments, std::string_view name) {
  const auto id = IdType::parse(text(arguments, name).value_or(""));
  if (!id) return base::fail(base::ErrorCode::kNotFound, "there is nothing with that " + std::string(name));
  return *id;
}

}  // namespace parley::api
