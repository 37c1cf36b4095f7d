#include "api/chat_request.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace parley::api {
namespace {

namespace json = boost::json;
using base::ErrorCode;

TEST(ChatRequest, takes_what_is_parleys_and_passes_on_the_rest_in_its_order) {
  const auto request = parse_chat_request(R"({"model":"m","top_p":0.5,"messages":[
    {"role":"system","content":"Be kind."},
    {"role":"user","content":[{"type":"text","text":"Hi"}],"name":"Ann"},
    {"role":"assistant","content":null,"tool_calls":[{"id":"1"}]},
    {"role":"tool","tool_call_id":"1","content":"42"}],
    "stream":true,"stream_options":{"include_usage":true},"max_tokens":7,"temperature":0,"n":1,
    "tools":[{"type":"function"}],"seed":3,"service_tier":"flex"})");
  ASSERT_TRUE(request) << request.error().message;
  const chat::TurnInput& turn = request->turn;
  EXPECT_TRUE(turn.stateless);
  EXPECT_TRUE(turn.stream);
  EXPECT_TRUE(request->include_usage);
  EXPECT_EQ(turn.model, "m");
  EXPECT_EQ(turn.max_output_tokens, 7);
  EXPECT_EQ(turn.temperature, 0.0);
  EXPECT_EQ(json::serialize(turn.extra),
            R"({"top_p":5E-1,"tools":[{"type":"function"}],"seed":3,"service_tier":"flex"})");
  ASSERT_EQ(turn.messages.size(), 4U);
  EXPECT_EQ(turn.messages[1].role, "user");
  EXPECT_EQ(json::serialize(turn.messages[1].extra), R"({"name":"Ann"})");
  EXPECT_TRUE(turn.messages[2].content.is_null());
  EXPECT_EQ(turn.messages[3].extra.at("tool_call_id"), "1");
}

TEST(ChatRequest, prefers_the_newer_name_of_the_output_limit) {
  const char* body =
      R"({"messages":[{"role":"user","content":"a"}],"max_completion_tokens":5,"max_tokens":9})";
  EXPECT_EQ(parse_chat_request(body)->turn.max_output_tokens, 5);
}

TEST(ChatRequest, names_the_member_that_is_wrong) {
  const std::string head = R"({"messages":[{"role":"user","content":"a"}],)";
  for (const auto& [body, words] : std::initializer_list<std::pair<std::string, const char*>>{
           {"", "not JSON"},
           {"[]", "not a JSON object"},
           {"{\"messages\":[]}", "messages"},
           {"{}", "messages"},
           {"{\"messages\":{}}", "messages"},
           {"{\"messages\":[1]}", "messages[0]"},
           {R"({"messages":[{"role":"user","content":"a"},{"content":"a"}]})", "messages[1].role"},
           {R"({"messages":[{"role":1,"content":"a"}]})", "messages[0].role"},
           {R"({"messages":[{"role":"user","content":1}]})", "messages[0].content"},
           {head + R"("stream":"yes"})", "stream"},
           {head + R"("model":null})", "model"},
           {head + R"("stream_options":1})", "stream_options"},
           {head + R"("stream_options":{"include_usage":1}})", "stream_options.include_usage"},
           {head + R"("max_tokens":1.5})", "max_tokens"},
           {head + R"("temperature":"hot"})", "temperature"},
           {head + R"("n":2})", "n is not 1"},
           {head + R"("service_tier":"priority"})", "service_tier"},
           {head + R"("service_tier":1})", "service_tier"}}) {
    const auto request = parse_chat_request(body);
    ASSERT_FALSE(request) << body;
    EXPECT_EQ(request.error().code, ErrorCode::kBadUserInput) << body;
    EXPECT_NE(request.error().message.find(words), std::string::npos) << request.error().message;
  }
}

TEST(ChatRequest, refuses_json_that_nests_too_deeply_or_is_not_utf_8) {
  EXPECT_FALSE(parse_json_object("{\"a\":" + std::string(100'000, '[')));
  EXPECT_FALSE(parse_json_object("{\"a\":\"\xff\"}"));
  EXPECT_FALSE(parse_json_object("{} {}"));
}

ChatCompletionRequest asked(std::string_view messages) {
  return *parse_chat_request("{\"messages\":" + std::string(messages) + "}");
}

TEST(ChatRequest, becomes_a_turn_of_a_conversation_with_its_last_message) {
  auto request = asked(R"([{"role":"user","content":"old"},{"role":"assistant","content":"so"},
    {"role":"user","content":[{"type":"text","text":"new "},{"type":"text","text":"words"}]}])");
  ASSERT_TRUE(continue_conversation(request, "conv_01J9ZK3V7Q8X4T2M6N5P0R1S2W"));
  EXPECT_FALSE(request.turn.stateless);
  EXPECT_EQ(request.turn.content, "new words");
  EXPECT_TRUE(request.turn.messages.empty());
  EXPECT_EQ(request.turn.conversation->str(), "conv_01J9ZK3V7Q8X4T2M6N5P0R1S2W");
  auto first = asked(R"([{"role":"user","content":"a"}])");
  ASSERT_TRUE(continue_conversation(first, "new"));
  EXPECT_FALSE(first.turn.conversation);
  EXPECT_FALSE(first.turn.stateless);
}

TEST(ChatRequest, continues_no_conversation_without_a_users_text) {
  for (const char* messages :
       {R"([{"role":"assistant","content":"a"}])", R"([{"role":"user","content":null}])",
        R"([{"role":"user","content":[{"type":"image_url","image_url":{}}]}])",
        R"([{"role":"user","content":[1]}])"}) {
    auto request = asked(messages);
    EXPECT_FALSE(continue_conversation(request, "new")) << messages;
  }
  auto request = asked(R"([{"role":"user","content":"a"}])");
  EXPECT_FALSE(continue_conversation(request, "conv_1"));
  EXPECT_FALSE(continue_conversation(request, ""));
}

}  // namespace
}  // namespace parley::api
