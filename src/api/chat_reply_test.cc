#include "api/chat_reply.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace parley::api {
namespace {

namespace json = boost::json;
using model::MessageStatus;
using model::TurnEventKind;

json::object object(std::string_view text) {
  return json::parse(text).as_object();
}

store::TurnState state_of(MessageStatus status, std::string content) {
  store::TurnState state;
  state.turn.id = *model::TurnId::parse("turn_01J9ZK3V7Q8X4T2M6N5P0R1S2W");
  state.turn.begun_at = base::WallTime(std::chrono::milliseconds(1769851800999));
  state.turn.status = status;
  state.answer.status = status;
  state.answer.content = std::move(content);
  state.answer.answer = model::AnswerInfo{.model = "small"};
  state.answer.answer->usage = {
      .input = model::Tokens(7), .cached_input = model::Tokens(3), .output = model::Tokens(2)};
  if (status == MessageStatus::kComplete) state.answer.answer->finish_reason = "stop";
  return state;
}

// The JSON of each SSE event, or its data where that is none.
std::vector<std::string> data_of(const std::string& sse) {
  std::vector<std::string> all;
  for (std::size_t at = 0; (at = sse.find("data: ", at)) != std::string::npos;) {
    at += 6;
    all.push_back(sse.substr(at, sse.find('\n', at) - at));
  }
  return all;
}

streams::Event event(std::int64_t number, TurnEventKind kind, std::string text = {}) {
  streams::Event made;
  made.event = {.number = number, .kind = kind, .text = std::move(text)};
  return made;
}

streams::Event last(std::int64_t number, const store::TurnState& state) {
  streams::Event made = event(number, model::final_event(state.turn.status));
  made.message = std::make_shared<model::Message>(state.answer);
  return made;
}

TEST(Completion, has_openais_members) {
  const json::object told = object(completion_json(state_of(MessageStatus::kComplete, "Hi \"there\"\n"), {}));
  EXPECT_EQ(
      json::serialize(told),
      R"({"id":"chatcmpl-turn_01J9ZK3V7Q8X4T2M6N5P0R1S2W","object":"chat.completion","created":1769851800,)"
      R"("model":"small","choices":[{"index":0,"message":{"role":"assistant","content":"Hi \"there\"\n",)"
      R"("refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":7,)"
      R"("completion_tokens":2,"total_tokens":9,"prompt_tokens_details":{"cached_tokens":3}}})");
}

TEST(Completion, of_tool_calls_has_no_content_and_no_indices) {
  json::object extra;
  merge_extra(
      extra,
      object(
          R"({"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{"}}]})"));
  merge_extra(extra, object(R"({"tool_calls":[{"index":0,"function":{"arguments":"\"x\""}}]})"));
  merge_extra(extra,
              object(R"({"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":""}}]})"));
  merge_extra(extra, object(R"({"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]})"));
  auto state = state_of(MessageStatus::kComplete, "");
  state.answer.answer->finish_reason.reset();
  const json::object told = object(completion_json(state, std::move(extra)));
  const json::object& choice = told.at("choices").at(0).as_object();
  EXPECT_EQ(choice.at("finish_reason"), "tool_calls");
  EXPECT_TRUE(choice.at("message").at("content").is_null());
  EXPECT_EQ(json::serialize(choice.at("message").at("tool_calls")),
            R"([{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},)"
            R"({"id":"b","function":{"name":"g","arguments":""}}])");
}

TEST(Completion, joins_other_members_and_survives_odd_ones) {
  json::object extra;
  merge_extra(extra, object(R"({"reasoning_content":"a","refusal":null})"));
  merge_extra(extra, object(R"({"reasoning_content":"b","audio":{"id":1}})"));
  merge_extra(extra, object(R"({"tool_calls":[1,null,"x",{"index":0},{"function":3}]})"));
  merge_extra(extra, object(R"({"tool_calls":[{"index":0,"function":{"arguments":"z"}}]})"));
  EXPECT_EQ(extra.at("reasoning_content"), "ab");
  EXPECT_NO_THROW(completion_json(state_of(MessageStatus::kComplete, ""), std::move(extra)));
}

TEST(Chunks, tell_a_turn_as_openai_does) {
  const auto state = state_of(MessageStatus::kComplete, "ab");
  ChunkWriter writer(state, true);
  std::string out;
  writer.append(out, event(1, TurnEventKind::kStarted));
  writer.append(out, event(2, TurnEventKind::kDelta, "a"));
  writer.append(out, event(3, TurnEventKind::kDelta, "b"));
  writer.append(out, last(4, state));
  const auto chunks = data_of(out);
  ASSERT_EQ(chunks.size(), 6U) << out;
  EXPECT_EQ(object(chunks[0]).at("choices").at(0).at("delta").at("role"), "assistant");
  EXPECT_EQ(object(chunks[1]).at("choices").at(0).at("delta").at("content"), "a");
  EXPECT_TRUE(object(chunks[1]).at("usage").is_null());
  EXPECT_EQ(object(chunks[3]).at("choices").at(0).at("finish_reason"), "stop");
  EXPECT_TRUE(object(chunks[4]).at("choices").as_array().empty());
  EXPECT_EQ(object(chunks[4]).at("usage").at("total_tokens"), 9);
  EXPECT_EQ(chunks[5], "[DONE]");
  EXPECT_NE(out.find("id: 3\n"), std::string::npos);
}

TEST(Chunks, end_with_an_error_where_the_turn_did) {
  auto failed = state_of(MessageStatus::kFailed, "a");
  failed.answer.answer->error = model::TurnError{.code = base::ErrorCode::kProviderUnavailable,
                                                 .message = "the provider broke off the answer",
                                                 .retry_after = std::chrono::milliseconds(1500)};
  for (const auto& state : {failed, state_of(MessageStatus::kInterrupted, "a")}) {
    ChunkWriter writer(state, true);
    std::string out;
    writer.append(out, last(3, state));
    const auto chunks = data_of(out);
    ASSERT_EQ(chunks.size(), 1U) << out;
    EXPECT_EQ(object(chunks[0]).at("error").at("code"), "PROVIDER_UNAVAILABLE");
    EXPECT_EQ(object(chunks[0]).at("error").at("type"), "server_error");
  }
}

TEST(Chunks, say_who_stopped_an_answer) {
  const auto state = state_of(MessageStatus::kCancelled, "a");
  ChunkWriter writer(state, false);
  std::string out;
  writer.append(out, last(3, state));
  const auto chunks = data_of(out);
  ASSERT_EQ(chunks.size(), 2U) << out;
  EXPECT_EQ(object(chunks[0]).at("choices").at(0).at("finish_reason"), "stop");
  EXPECT_EQ(object(chunks[0]).at("parley").at("status"), "CANCELLED");
  EXPECT_FALSE(object(chunks[0]).contains("usage"));
}

TEST(Chunks, cannot_take_text_back) {
  ChunkWriter writer(state_of(MessageStatus::kStreaming, ""), false);
  std::string out;
  writer.append(out, event(5, TurnEventKind::kRestarted));
  EXPECT_TRUE(object(data_of(out).at(0)).contains("error"));
}

}  // namespace
}  // namespace parley::api
