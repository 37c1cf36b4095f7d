#include <utility>

#include "api/graphql_resolvers.h"

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

// The payloads of sendMessage and regenerate.
struct SentView {
  store::TurnState state;
  bool replayed = false;
};

template <class T>
Values one_of(Result<T> result) {
  return one(result ? Resolved::object(std::move(*result)) : Resolved(std::move(result).error()));
}

Awaitable<Values> create_conversation(const FieldBatch& batch) {
  const auto& context = batch.of_request<GraphqlContext>();
  const json::object& asked = input(batch.arguments);
  chat::CreateConversation create{.title = text(asked, "title"),
                                  .model = text(asked, "model"),
                                  .briefing = text(asked, "briefing"),
                                  .system_prompt = text(asked, "systemPrompt"),
                                  .client_conversation_id = text(asked, "clientConversationId")};
  auto created =
      co_await context.services.conversations.create(quick(context), context.caller.owner, std::move(create));
  if (!created) co_return one(Resolved(std::move(created).error()));
  co_return one(Resolved::object(std::move(created->conversation)));
}

Awaitable<Values> update_conversation(const FieldBatch& batch) {
  const auto& context = batch.of_request<GraphqlContext>();
  const json::object& asked = input(batch.arguments);
  auto id = id_argument<model::ConversationId>(asked, "id");
  if (!id) co_return one(Resolved(std::move(id).error()));
  chat::UpdateConversation update{.id = *id,
                                  .expected_version = integer(asked, "expectedVersion"),
                                  .title = clearable(asked, "title"),
                                  .model = text(asked, "model"),
                                  .system_prompt = clearable(asked, "systemPrompt"),
                                  .archived = boolean(asked, "archived")};
  co_return one_of(co_await context.services.conversations.update(quick(context), context.caller.owner,
                                                                  std::move(update)));
}

Awaitable<Values> delete_conversation(const FieldBatch& batch) {
  const auto& context = batch.of_request<GraphqlContext>();
  auto id = id_argument<model::ConversationId>(input(batch.arguments), "id");
  if (!id) co_return one(Resolved(std::move(id).error()));
  auto removed = co_await context.services.conversations.remove(quick(context), context.caller.owner, *id);
  if (!removed) co_return one(Resolved(std::move(removed).error()));
  co_return one(Resolved::object(*id));
}

// The turn that was begun, or how it ended where the client waits for that.
Awaitable<Values> sent(const GraphqlContext& context, Result<chat::StartedTurn> started, bool wait) {
  if (!started) co_return one(Resolved(std::move(started).error()));
  SentView view{.state = std::move(started->state), .replayed = started->replayed};
  if (wait && !model::ended(view.state.turn.status)) {
    auto ended = co_await context.services.engine.wait(answer_call(context.services, context.caller),
                                                       context.caller.owner, view.state.turn.id);
    if (!ended) {
      base::Error error = std::move(ended).error();
      if (error.code == ErrorCode::kDeadlineExceeded) {
        error.message =
            "the answer takes longer than this request may wait; follow turn " + view.state.turn.id.str();
      }
      co_return one(std::move(error));
    }
    view.state = std::move(*ended);
  }
  co_return one(Resolved::object(std::move(view)));
}

Awaitable<Values> send_message(const FieldBatch& batch) {
  const auto& context = batch.of_request<GraphqlContext>();
  const json::object& asked = input(batch.arguments);
  chat::TurnInput turn{.tier = context.caller.principal.tier,
                       .content = text(asked, "content").value_or(""),
                       .client_message_id = text(asked, "clientMessageId"),
                       .expected_version = integer(asked, "expectedVersion"),
                       .model = text(asked, "model"),
                       .max_output_tokens = integer(asked, "maxOutputTokens"),
                       .temperature = number(asked, "temperature")};
  if (argument(asked, "conversationId") != nullptr) {
    auto id = id_argument<model::ConversationId>(asked, "conversationId");
    if (!id) co_return one(Resolved(std::move(id).error()));
    turn.conversation = *id;
  }
  auto started =
      co_await context.services.engine.start_turn(quick(context), context.caller.owner, std::move(turn));
  co_return co_await sent(context, std::move(started), boolean(asked, "wait").value_or(true));
}

Awaitable<Values> regenerate(const FieldBatch& batch) {
  const auto& context = batch.of_request<GraphqlContext>();
  const json::object& asked = input(batch.arguments);
  auto id = id_argument<model::MessageId>(asked, "messageId");
  if (!id) co_return one(Resolved(std::move(id).error()));
  chat::RegenerateInput again{.tier = context.caller.principal.tier,
                              .message = *id,
                              .client_message_id = text(asked, "clientMessageId"),
                              .model = text(asked, "model")};
  auto started =
      co_await context.services.engine.regenerate(quick(context), context.caller.owner, std::move(again));
  co_return co_await sent(context, std::move(started), boolean(asked, "wait").value_or(true));
}

Awaitable<Values> stop_turn(const FieldBatch& batch) {
  const auto& context = batch.of_request<GraphqlContext>();
  auto id = id_argument<model::TurnId>(input(batch.arguments), "turnId");
  if (!id) co_return one(Resolved(std::move(id).error()));
  co_return one_of(co_await context.services.engine.stop(quick(context), context.caller.owner, *id));
}

Awaitable<Values> pin_message(const FieldBatch& batch) {
  const auto& context = batch.of_request<GraphqlContext>();
  const json::object& asked = input(batch.arguments);
  auto id = id_argument<model::MessageId>(asked, "messageId");
  if (!id) co_return one(Resolved(std::move(id).error()));
  co_return one_of(co_await context.services.conversations.pin(quick(context), context.caller.owner, *id,
                                                               boolean(asked, "pinned").value_or(false)));
}

Resolved itself(const Object& parent, const json::object&, void*) {
  return parent;
}

template <class Part>
graphql::PlainResolver part_of_sent(Part store::TurnState::* part) {
  return [part](const Object& parent, const json::object&, void*) -> Resolved {
    const auto view = std::static_pointer_cast<const SentView>(parent.data);
    return Resolved::object(std::shared_ptr<const Part>(view, &(view->state.*part)));
  };
}

Resolved conversation_of_sent(const Object& parent, const json::object&, void*) {
  const auto view = std::static_pointer_cast<const SentView>(parent.data);
  if (!view->state.conversation) {
    return base::Error{.code = ErrorCode::kNotFound, .message = "the conversation is not there any more"};
  }
  return Resolved::object(std::shared_ptr<const model::Conversation>(view, &*view->state.conversation));
}

Resolved turn_of_sent(const Object& parent, const json::object&, void*) {
  const auto view = std::static_pointer_cast<const SentView>(parent.data);
  return Resolved::object(std::shared_ptr<const store::TurnState>(view, &view->state));
}

}  // namespace

void add_mutation(Resolvers& resolvers) {
  resolvers.batch("Mutation.createConversation", create_conversation);
  resolvers.batch("Mutation.updateConversation", update_conversation);
  resolvers.batch("Mutation.deleteConversation", delete_conversation);
  resolvers.batch("Mutation.sendMessage", send_message);
  resolvers.batch("Mutation.regenerate", regenerate);
  resolvers.batch("Mutation.stopTurn", stop_turn);
  resolvers.batch("Mutation.pinMessage", pin_message);

  resolvers.plain("CreateConversationPayload.conversation", itself);
  resolvers.plain("UpdateConversationPayload.conversation", itself);
  resolvers.member<model::ConversationId>("DeleteConversationPayload.deletedId",
                                          [](const model::ConversationId& id) { return id.str(); });
  resolvers.plain("SendMessagePayload.conversation", conversation_of_sent);
  resolvers.plain("SendMessagePayload.turn", turn_of_sent);
  resolvers.plain("SendMessagePayload.userMessage", part_of_sent(&store::TurnState::user_message));
  resolvers.plain("SendMessagePayload.assistantMessage", part_of_sent(&store::TurnState::answer));
  resolvers.member<SentView>("SendMessagePayload.replayed",
                             [](const SentView& view) { return view.replayed; });
  resolvers.plain("StopTurnPayload.turn", itself);
  resolvers.plain("PinMessagePayload.message", itself);
}

}  // namespace parley::api
