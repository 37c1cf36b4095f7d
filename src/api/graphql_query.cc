#include <utility>

#include "api/cursor.h"
#include "api/graphql_resolvers.h"
#include "base/time.h"

namespace parley::api {

using base::Awaitable;
using base::ErrorCode;
using base::Result;
using graphql::FieldBatch;
using graphql::Object;
using graphql::Resolved;
using graphql::Resolvers;
using graphql::Values;

namespace json = boost::json;

namespace {

Resolved user_of(const Caller& caller) {
  return Resolved::object(UserView{.owner = caller.owner, .tier = caller.principal.tier}, "User");
}

Resolved me(const Object&, const json::object&, void* context) {
  return user_of(static_cast<const GraphqlContext*>(context)->caller);
}

Awaitable<Values> conversation(const FieldBatch& batch) {
  const auto& context = batch.of_request<GraphqlContext>();
  auto id = id_argument<model::ConversationId>(batch.arguments, "id");
  if (!id) co_return one(Resolved(std::move(id).error()));
  co_return one(
      resolved(co_await context.services.conversations.get(quick(context), context.caller.owner, *id)));
}

Awaitable<Values> turn(const FieldBatch& batch) {
  const auto& context = batch.of_request<GraphqlContext>();
  auto id = id_argument<model::TurnId>(batch.arguments, "id");
  if (!id) co_return one(Resolved(std::move(id).error()));
  co_return one(
      resolved(co_await context.services.conversations.turn(quick(context), context.caller.owner, *id)));
}

// The kind of thing stands in its id.
Awaitable<Values> node(const FieldBatch& batch) {
  const auto& context = batch.of_request<GraphqlContext>();
  const std::string id = text(batch.arguments, "id").value_or("");
  chat::Conversations& conversations = context.services.conversations;
  const model::Owner& owner = context.caller.owner;
  if (const auto conversation_id = model::ConversationId::parse(id)) {
    co_return one(resolved(co_await conversations.get(quick(context), owner, *conversation_id)));
  }
  if (const auto message = model::MessageId::parse(id)) {
    co_return one(resolved(co_await conversations.message(quick(context), owner, *message)));
  }
  if (const auto turn_id = model::TurnId::parse(id)) {
    co_return one(resolved(co_await conversations.turn(quick(context), owner, *turn_id)));
  }
  if (id == user_id(owner.user)) co_return one(user_of(context.caller));
  co_return one(base::Error{.code = ErrorCode::kNotFound, .message = "there is nothing with that id"});
}

Resolved models(const Object&, const json::object&, void* context) {
  const chat::ChatEngine& engine = static_cast<const GraphqlContext*>(context)->services.engine;
  Resolved::List list;
  for (const chat::ChatModel& model : engine.catalog()->models()) {
    list.push_back(Resolved::object(ModelView{.model = model, .available = engine.available(model.id)}));
  }
  return {std::move(list)};
}

Result<store::UsageQuery> usage_query(const json::object& arguments) {
  auto from = base::parse_date(text(arguments, "from").value_or(""));
  if (!from) return base::fail(std::move(from));
  auto to = base::parse_date(text(arguments, "to").value_or(""));
  if (!to) return base::fail(std::move(to));
  store::UsageQuery query{.from = *from, .to = *to, .by_day = false};
  if (const auto* group_by = argument(arguments, "groupBy"); group_by != nullptr && group_by->is_array()) {
    for (const json::value& dimension : group_by->get_array()) {
      query.by_day = query.by_day || dimension == "DAY";
      query.by_model = query.by_model || dimension == "MODEL";
      query.by_conversation = query.by_conversation || dimension == "CONVERSATION";
    }
  }
  return query;
}

Awaitable<Values> usage(const FieldBatch& batch) {
  const auto& context = batch.of_request<GraphqlContext>();
  auto query = usage_query(batch.arguments);
  if (!query) co_return one(Resolved(std::move(query).error()));
  auto rows = co_await context.services.conversations.usage(quick(context), context.caller.owner, *query);
  if (!rows) co_return one(Resolved(std::move(rows).error()));
  Resolved::List list;
  list.reserve(rows->size());
  for (store::UsageRow& row : *rows) list.push_back(Resolved::object(std::move(row)));
  co_return one(std::move(list));
}

}  // namespace

void add_query(Resolvers& resolvers) {
  resolvers.batch("Query.node", node);
  resolvers.plain("Query.me", me);
  resolvers.batch("Query.conversation", conversation);
  resolvers.plain("Query.models", models);
  resolvers.batch("Query.usage", usage);
  resolvers.batch("Query.turn", turn);
}

}  // namespace parley::api
