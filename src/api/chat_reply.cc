#include "api/chat_reply.h"

#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "api/errors.h"
#include "base/json_string.h"
#include "net/sse_writer.h"

namespace parley::api {

namespace json = boost::json;
using model::MessageStatus;
using model::TurnEventKind;

namespace {

std::int64_t created_at(const store::TurnState& state) {
  return std::chrono::floor<std::chrono::seconds>(state.turn.begun_at).time_since_epoch().count();
}

std::string model_of(const store::TurnState& state) {
  return state.answer.answer ? state.answer.answer->model : std::string();
}

// OpenAI knows no word for an answer that its reader stopped.
std::string finish_reason(const model::Message& answer, bool called_tools) {
  if (answer.answer && answer.answer->finish_reason) return *answer.answer->finish_reason;
  return called_tools && answer.status == MessageStatus::kComplete ? "tool_calls" : "stop";
}

void merge_tool_call(json::object& into, json::object piece) {
  for (auto& member : piece) {
    json::value& held = into[member.key()];
    if (held.is_object() && member.value().is_object()) {
      merge_tool_call(held.get_object(), std::move(member.value().get_object()));
    } else if (member.key() == "arguments" && held.is_string() && member.value().is_string()) {
      held.get_string().append(member.value().get_string());
    } else if (!member.value().is_null()) {
      held = std::move(member.value());
    }
  }
}

// Streamed tool calls come in pieces that name their place; whole ones come without.
void merge_tool_calls(json::array& into, json::array pieces) {
  for (json::value& piece : pieces) {
    if (!piece.is_object()) continue;
    const json::value* index = piece.get_object().if_contains("index");
    json::value* held = nullptr;
    for (json::value& call : into) {
      const json::value* other = call.get_object().if_contains("index");
      if (index != nullptr && other != nullptr && *index == *other) held = &call;
    }
    if (held == nullptr) {
      into.push_back(std::move(piece));
    } else {
      merge_tool_call(held->get_object(), std::move(piece.get_object()));
    }
  }
}

}  // namespace

json::object openai_usage(const model::Usage& usage) {
  return {{"prompt_tokens", usage.input.count()},
          {"completion_tokens", usage.output.count()},
          {"total_tokens", usage.total().count()},
          {"prompt_tokens_details", json::object{{"cached_tokens", usage.cached_input.count()}}}};
}

void merge_extra(json::object& into, json::object delta) {
  for (auto& member : delta) {
    json::value& held = into[member.key()];
    if (held.is_array() && member.value().is_array()) {
      merge_tool_calls(held.get_array(), std::move(member.value().get_array()));
    } else if (held.is_string() && member.value().is_string()) {
      held.get_string().append(member.value().get_string());
    } else if (held.is_null() && member.value().is_array()) {
      merge_tool_calls(held.emplace_array(), std::move(member.value().get_array()));
    } else if (!member.value().is_null()) {
      held = std::move(member.value());
    }
  }
}

std::string completion_json(const store::TurnState& state, json::object extra) {
  json::object message{{"role", "assistant"}, {"content", nullptr}, {"refusal", nullptr}};
  if (!state.answer.content.empty()) message["content"] = state.answer.content;
  bool called_tools = false;
  for (auto& member : extra) {
    if (member.key() == "tool_calls" && member.value().is_array()) {
      called_tools = true;
      for (json::value& call : member.value().get_array()) {
        if (call.is_object()) call.get_object().stable_erase("index");
      }
    }
    if (member.key() != "role" && member.key() != "content")
      message[member.key()] = std::move(member.value());
  }
  if (state.answer.content.empty() && !called_tools) message["content"] = "";
  const json::object completion{
      {"id", "chatcmpl-" + state.turn.id.str()},
      {"object", "chat.completion"},
      {"created", created_at(state)},
      {"model", model_of(state)},
      {"choices", json::array{json::object{{"index", 0},
                                           {"message", std::move(message)},
                                           {"logprobs", nullptr},
                                           {"finish_reason", finish_reason(state.answer, called_tools)}}}},
      {"usage", openai_usage(state.answer.answer ? state.answer.answer->usage : model::Usage{})}};
  return json::serialize(completion);
}

std::optional<base::Error> turn_failure(const model::Message& answer) {
  switch (answer.status) {
    case MessageStatus::kFailed:
      if (answer.answer && answer.answer->error) {
        return base::Error{.code = answer.answer->error->code,
                           .message = answer.answer->error->message,
                           .retry_after = answer.answer->error->retry_after};
      }
      return base::Error{.code = base::ErrorCode::kInternal, .message = "the turn failed"};
    case MessageStatus::kInterrupted:
      return base::Error{.code = base::ErrorCode::kProviderUnavailable,
                         .message = "the answer was interrupted; what got through is kept in the turn"};
    case MessageStatus::kComplete:
    case MessageStatus::kCancelled:
    case MessageStatus::kStreaming:
      return std::nullopt;
  }
  return std::nullopt;
}

ChunkWriter::ChunkWriter(const store::TurnState& state, bool include_usage)
    : head_(fmt::format(R"({{"id":"chatcmpl-{}","object":"chat.completion.chunk","created":{},"model":{},)",
                        state.turn.id.str(), created_at(state), base::json_string(model_of(state)))),
      include_usage_(include_usage) {}

void ChunkWriter::chunk(std::string& out, const std::optional<std::string>& id, std::string_view delta,
                        std::string_view finish, std::string_view rest) const {
  std::string data = head_;
  data.append(R"("choices":[{"index":0,"delta":)").append(delta);
  data.append(R"(,"logprobs":null,"finish_reason":)").append(finish.empty() ? "null" : finish).append("}]");
  if (include_usage_) data.append(R"(,"usage":null)");
  data.append(rest).append("}");
  net::append_sse(out, {.data = data, .id = id});
}

void ChunkWriter::append(std::string& out, const streams::Event& event) {
  const std::string number = std::to_string(event.event.number);
  switch (event.event.kind) {
    case TurnEventKind::kStarted:
      chunk(out, number, R"({"role":"assistant","content":"","refusal":null})", {});
      return;
    case TurnEventKind::kDelta:
      if (!event.event.text.empty())
        chunk(out, number, R"({"content":)" + base::json_string(event.event.text) + "}", {});
      if (!event.event.extra.empty()) {
        called_tools_ = called_tools_ || event.event.extra.find("\"tool_calls\"") != std::string::npos;
        chunk(out, number, event.event.extra, {});
      }
      return;
    case TurnEventKind::kQueued:
      // OpenAI knows no such thing: its clients skip comments.
      if (event.place > 0) {
        out += net::sse_comment(
            fmt::format("in line: place {}, about {} ms", event.place, event.estimate.count()));
      }
      return;
    case TurnEventKind::kRestarted:
      append_error(out,
                   {.code = base::ErrorCode::kProviderUnavailable,
                    .message = "the answer began anew: what came so far is void; follow the turn's events"});
      return;
    case TurnEventKind::kComplete:
    case TurnEventKind::kCancelled:
    case TurnEventKind::kInterrupted:
    case TurnEventKind::kFailed:
      last(out, event);
      return;
  }
}

void ChunkWriter::last(std::string& out, const streams::Event& event) {
  const std::string number = std::to_string(event.event.number);
  const model::Message none{};
  const model::Message& answer = event.message ? *event.message : none;
  if (const auto failure = turn_failure(answer)) {
    append_error(out, *failure);
    return;
  }
  // Who stopped it is told beside what OpenAI's clients read.
  const std::string_view mark =
      answer.status == MessageStatus::kCancelled ? R"(,"parley":{"status":"CANCELLED"})" : "";
  chunk(out, number, "{}", base::json_string(finish_reason(answer, called_tools_)), mark);
  if (include_usage_) {
    const model::Usage usage = answer.answer ? answer.answer->usage : model::Usage{};
    std::string data = head_;
    data.append(R"("choices":[],"usage":)").append(json::serialize(openai_usage(usage))).append("}");
    net::append_sse(out, {.data = data, .id = number});
  }
  net::append_sse(out, {.data = "[DONE]"});
}

void ChunkWriter::append_error(std::string& out, const base::Error& error) const {
  const std::string data = json::serialize(json::object{{"error", openai_error(error)}});
  net::append_sse(out, {.data = data});
}

}  // namespace parley::api
