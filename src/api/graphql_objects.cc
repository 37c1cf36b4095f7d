// Fields whose value is at hand once their object is.
#include <utility>

#include "api/cursor.h"
#include "api/graphql_resolvers.h"
#include "base/time.h"
#include "streams/event.h"

namespace parley::api {

using graphql::Object;
using graphql::Resolved;
using graphql::Resolvers;

namespace json = boost::json;

namespace {

template <class T>
Resolved optional_text(const std::optional<T>& value) {
  return value ? Resolved(*value) : Resolved();
}

Resolved milliseconds(const std::optional<std::chrono::milliseconds>& value) {
  return value ? Resolved(static_cast<std::int64_t>(value->count())) : Resolved();
}

// A part of an object, which stays alive as long as the part is used.
template <class Whole, class Part>
Resolved part_of(const Object& parent, const Part Whole::* part) {
  const auto whole = std::static_pointer_cast<const Whole>(parent.data);
  return Resolved::object(std::shared_ptr<const Part>(whole, &((*whole).*part)));
}

Resolved created_at(const Object& parent, const json::object& arguments, void*) {
  const auto& message = *static_cast<const model::Message*>(parent.data.get());
  const auto format = text(arguments, "format");
  const auto zone = text(arguments, "timeZone");
  if (!format && !zone) return base::format_time(message.created_at);
  return Resolved::from(
      base::format_time(message.created_at, format.value_or("rfc3339"), zone.value_or("UTC")));
}

Resolved answer_of(const Object& parent, const json::object&, void*) {
  const auto message = std::static_pointer_cast<const model::Message>(parent.data);
  if (!message->answer) return {};
  return Resolved::object(std::shared_ptr<const model::AnswerInfo>(message, &*message->answer));
}

Resolved error_of_answer(const Object& parent, const json::object&, void*) {
  const auto info = std::static_pointer_cast<const model::AnswerInfo>(parent.data);
  if (!info->error) return {};
  return Resolved::object(std::shared_ptr<const model::TurnError>(info, &*info->error));
}

Resolved error_of_event(const Object& parent, const json::object&, void*) {
  const auto event = std::static_pointer_cast<const streams::Event>(parent.data);
  if (!event->error) return {};
  return Resolved::object(std::shared_ptr<const model::TurnError>(event, &*event->error));
}

// A message of a stateless turn belongs to no conversation: the empty id names nothing.
std::string id_or_empty(const std::optional<model::ConversationId>& id) {
  return id ? id->str() : std::string();
}

void add_conversation(Resolvers& r) {
  using T = model::Conversation;
  r.member<T>("Conversation.id", [](const T& c) { return c.id.str(); });
  r.member<T>("Conversation.title", [](const T& c) { return optional_text(c.title); });
  r.member<T>("Conversation.version", [](const T& c) { return c.version; });
  r.member<T>("Conversation.model", [](const T& c) { return c.model; });
  r.member<T>("Conversation.briefing", [](const T& c) { return optional_text(c.briefing); });
  r.member<T>("Conversation.systemPrompt", [](const T& c) { return optional_text(c.system_prompt); });
  r.member<T>("Conversation.archived", [](const T& c) { return c.archived; });
  r.member<T>("Conversation.createdAt", [](const T& c) { return base::format_time(c.created_at); });
  r.member<T>("Conversation.updatedAt", [](const T& c) { return base::format_time(c.updated_at); });
  r.member<T>("Conversation.messageCount", [](const T& c) { return c.message_count; });
  r.member<T>("Conversation.summary", [](const T& c) { return optional_text(c.summary); });
  r.plain("Conversation.usage",
          [](const Object& parent, const json::object&, void*) { return part_of(parent, &T::usage); });
}

void add_message(Resolvers& r) {
  using T = model::Message;
  r.member<T>("Message.id", [](const T& m) { return m.id.str(); });
  r.member<T>("Message.conversationId", [](const T& m) { return id_or_empty(m.conversation); });
  r.member<T>("Message.turnId", [](const T& m) { return m.turn.str(); });
  r.member<T>("Message.role", [](const T& m) { return name(m.role); });
  r.member<T>("Message.content", [](const T& m) { return m.content; });
  r.member<T>("Message.status", [](const T& m) { return name(m.status); });
  r.member<T>("Message.pinned", [](const T& m) { return m.pinned; });
  r.member<T>("Message.clientMessageId", [](const T& m) { return optional_text(m.client_message_id); });
  r.plain("Message.createdAt", created_at);
  r.plain("Message.answer", answer_of);
}

void add_answer(Resolvers& r) {
  using T = model::AnswerInfo;
  r.member<T>("AnswerInfo.model", [](const T& a) { return a.model; });
  r.member<T>("AnswerInfo.provider", [](const T& a) { return optional_text(a.provider); });
  r.member<T>("AnswerInfo.route", [](const T& a) { return a.route; });
  r.member<T>("AnswerInfo.source", [](const T& a) { return name(a.source); });
  r.plain("AnswerInfo.usage",
          [](const Object& parent, const json::object&, void*) { return part_of(parent, &T::usage); });
  r.member<T>("AnswerInfo.firstTokenMs", [](const T& a) { return milliseconds(a.first_token); });
  r.member<T>("AnswerInfo.totalMs", [](const T& a) { return milliseconds(a.total); });
  r.member<T>("AnswerInfo.finishReason", [](const T& a) { return optional_text(a.finish_reason); });
  r.plain("AnswerInfo.error", error_of_answer);
}

void add_usage(Resolvers& r) {
  using T = model::Usage;
  r.member<T>("Usage.inputTokens", [](const T& u) { return u.input.count(); });
  r.member<T>("Usage.cachedInputTokens", [](const T& u) { return u.cached_input.count(); });
  r.member<T>("Usage.outputTokens", [](const T& u) { return u.output.count(); });
  r.member<T>("Usage.totalTokens", [](const T& u) { return u.total().count(); });
  r.member<T>("Usage.costUsd", [](const T& u) { return static_cast<double>(u.cost.count()) / 1e6; });

  using Row = store::UsageRow;
  r.member<Row>("UsageRow.day",
                [](const Row& row) { return row.day ? Resolved(base::format_date(*row.day)) : Resolved(); });
  r.member<Row>("UsageRow.model", [](const Row& row) { return optional_text(row.model); });
  r.member<Row>("UsageRow.conversationId", [](const Row& row) {
    return row.conversation ? Resolved(row.conversation->str()) : Resolved();
  });
  r.member<Row>("UsageRow.turns", [](const Row& row) { return row.turns; });
  r.plain("UsageRow.usage",
          [](const Object& parent, const json::object&, void*) { return part_of(parent, &Row::usage); });
  r.member<Row>("UsageRow.savedTokens", [](const Row& row) { return row.saved.count(); });
}

void add_turn(Resolvers& r) {
  using T = store::TurnState;
  r.member<T>("Turn.id", [](const T& t) { return t.turn.id.str(); });
  r.member<T>("Turn.conversationId", [](const T& t) { return id_or_empty(t.turn.conversation); });
  r.member<T>("Turn.status", [](const T& t) { return name(t.turn.status); });
  r.plain("Turn.userMessage",
          [](const Object& parent, const json::object&, void*) { return part_of(parent, &T::user_message); });
  r.plain("Turn.assistantMessage",
          [](const Object& parent, const json::object&, void*) { return part_of(parent, &T::answer); });
  r.member<T>("Turn.lastEvent", [](const T& t) { return t.turn.last_event; });

  using Error = model::TurnError;
  r.member<Error>("TurnError.code", [](const Error& e) { return base::name(e.code); });
  r.member<Error>("TurnError.message", [](const Error& e) { return e.message; });
  r.member<Error>("TurnError.retryAfterMs", [](const Error& e) { return milliseconds(e.retry_after); });

  using Event = streams::Event;
  r.member<Event>("TurnEvent.turnId", [](const Event& e) { return e.turn.str(); });
  r.member<Event>("TurnEvent.seq", [](const Event& e) { return e.event.number; });
  r.member<Event>("TurnEvent.kind", [](const Event& e) { return name(e.event.kind); });
  r.member<Event>("TurnEvent.text", [](const Event& e) {
    return e.event.kind == model::TurnEventKind::kDelta ? Resolved(e.event.text) : Resolved();
  });
  r.member<Event>("TurnEvent.message", [](const Event& e) { return Resolved::object(e.message); });
  r.plain("TurnEvent.error", error_of_event);
  r.member<Event>("TurnEvent.place",
                  [](const Event& e) { return e.place > 0 ? Resolved(std::int64_t{e.place}) : Resolved(); });
  r.member<Event>("TurnEvent.estimateMs", [](const Event& e) {
    return e.place > 0 ? Resolved(std::int64_t{e.estimate.count()}) : Resolved();
  });
}

double usd_per_million(model::MicroUsd price) {
  return static_cast<double>(price.count()) / 1e6;
}

void add_model(Resolvers& r) {
  using T = ModelView;
  r.member<T>("Model.id", [](const T& m) { return m.model.id; });
  r.member<T>("Model.provider", [](const T& m) { return m.model.provider; });
  r.member<T>("Model.contextWindow", [](const T& m) { return m.model.context_window; });
  r.member<T>("Model.inputUsdPerMillion", [](const T& m) { return usd_per_million(m.model.price.input); });
  r.member<T>("Model.cachedInputUsdPerMillion",
              [](const T& m) { return usd_per_million(m.model.price.cached_input); });
  r.member<T>("Model.outputUsdPerMillion", [](const T& m) { return usd_per_million(m.model.price.output); });
  r.member<T>("Model.available", [](const T& m) { return m.available; });
}

}  // namespace

void add_objects(Resolvers& resolvers) {
  add_conversation(resolvers);
  add_message(resolvers);
  add_answer(resolvers);
  add_usage(resolvers);
  add_turn(resolvers);
  add_model(resolvers);
}

}  // namespace parley::api
