#include "api/turn_event_json.h"

#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/time.h"

namespace parley::api {

namespace json = boost::json;

namespace {

json::value id_or_null(const std::optional<model::ConversationId>& id) {
  return id ? json::value(id->str()) : json::value(nullptr);
}

json::object usage_json(const model::Usage& usage) {
  return {{"inputTokens", usage.input.count()},
          {"cachedInputTokens", usage.cached_input.count()},
          {"outputTokens", usage.output.count()},
          {"totalTokens", usage.total().count()},
          {"costUsd", static_cast<double>(usage.cost.count()) / 1e6}};
}

json::object error_json(const model::TurnError& error) {
  json::object told{{"code", base::name(error.code)}, {"message", error.message}};
  if (error.retry_after) told["retryAfterMs"] = error.retry_after->count();
  return told;
}

json::object answer_json(const model::AnswerInfo& info) {
  json::object told{{"model", info.model},
                    {"provider", info.provider ? json::value(*info.provider) : json::value(nullptr)},
                    {"route", info.route},
                    {"source", name(info.source)},
                    {"usage", usage_json(info.usage)}};
  if (info.first_token) told["firstTokenMs"] = info.first_token->count();
  if (info.total) told["totalMs"] = info.total->count();
  if (info.finish_reason) told["finishReason"] = *info.finish_reason;
  if (info.error) told["error"] = error_json(*info.error);
  return told;
}

}  // namespace

json::object message_json(const model::Message& message) {
  json::object told{{"id", message.id.str()},
                    {"conversationId", id_or_null(message.conversation)},
                    {"turnId", message.turn.str()},
                    {"role", name(message.role)},
                    {"content", message.content},
                    {"status", name(message.status)},
                    {"createdAt", base::format_time(message.created_at)}};
  if (message.answer) told["answer"] = answer_json(*message.answer);
  return told;
}

std::string turn_event_json(const streams::Event& event) {
  json::object told{
      {"turnId", event.turn.str()}, {"seq", event.event.number}, {"kind", name(event.event.kind)}};
  if (event.event.kind == model::TurnEventKind::kDelta) told["text"] = event.event.text;
  if (event.place > 0) {
    told["place"] = event.place;
    told["estimateMs"] = event.estimate.count();
  }
  if (!event.event.extra.empty()) {
    boost::system::error_code error;
    json::value extra = json::parse(event.event.extra, error);
    if (!error) told["extra"] = std::move(extra);
  }
  if (event.message) told["message"] = message_json(*event.message);
  if (event.error) told["error"] = error_json(*event.error);
  return json::serialize(told);
}

json::object turn_json(const store::TurnState& state) {
  return {{"id", state.turn.id.str()},
          {"conversationId", id_or_null(state.turn.conversation)},
          {"status", name(state.turn.status)},
          {"lastEvent", state.turn.last_event},
          {"userMessage", message_json(state.user_message)},
          {"assistantMessage", message_json(state.answer)}};
}

}  // namespace parley::api
