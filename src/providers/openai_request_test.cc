#include "providers/openai_request.h"

#include <limits>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "providers/json_text.h"

namespace parley::providers {
namespace {

ChatRequest hello() {
  ChatRequest request{.model = "m"};
  request.messages.push_back({.role = "user", .content = "Hi"});
  return request;
}

TEST(OpenAiRequest, has_these_very_bytes) {
  ChatRequest request{.model = "gpt-4o-mini", .max_output_tokens = 64, .temperature = 0.7};
  request.messages.push_back({.role = "system", .content = "Be \"brief\".\n\x01"});
  request.messages.push_back({.role = "user", .content = "Grüße 🙂"});
  request.extra = {{"top_p", 0.9}, {"seed", 42}, {"stop", {"a", "b"}}, {"tools", boost::json::array()}};
  EXPECT_EQ(write_chat_body(request, {}),
            R"({"model":"gpt-4o-mini","messages":[{"role":"system","content":"Be \"brief\".\n\u0001"},)"
            R"({"role":"user","content":"Grüße 🙂"}],"stream":true,"stream_options":{"include_usage":true},)"
            R"("max_tokens":64,"temperature":0.7,"top_p":0.9,"seed":42,"stop":["a","b"],"tools":[]})");
}

TEST(OpenAiRequest, asks_for_usage_only_where_it_streams_and_the_server_can_bear_it) {
  ChatRequest request = hello();
  EXPECT_EQ(write_chat_body(request, {.include_usage = false}),
            R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true})");
  request.stream = false;
  EXPECT_EQ(write_chat_body(request, {}),
            R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":false})");
}

TEST(OpenAiRequest, names_the_limit_as_the_server_wants_it) {
  ChatRequest request = hello();
  request.max_output_tokens = 5;
  EXPECT_TRUE(
      write_chat_body(request, {.max_completion_tokens = true}).ends_with(R"(,"max_completion_tokens":5})"));
}

TEST(OpenAiRequest, keeps_what_is_its_own_from_being_said_otherwise) {
  ChatRequest request = hello();
  request.extra = {{"model", "x"}, {"messages", 1},   {"stream", false},   {"stream_options", 1},
                   {"n", 9},       {"max_tokens", 7}, {"temperature", 1.5}};
  EXPECT_EQ(write_chat_body(request, {.include_usage = false}),
            R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true,)"
            R"("max_tokens":7,"temperature":1.5})");
  request.max_output_tokens = 3;
  request.temperature = 0;
  EXPECT_EQ(write_chat_body(request, {.include_usage = false}),
            R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true,)"
            R"("max_tokens":3,"temperature":0})");
}

TEST(OpenAiRequest, keeps_other_servers_names_from_lifting_the_limit_or_asking_for_more_answers) {
  ChatRequest request = hello();
  request.extra = {{"n_predict", 9},  {"max_new_tokens", 9},       {"max_output_tokens", 9},
                   {"n_cmpl", 9},     {"num_return_sequences", 9}, {"best_of", 9},
                   {"models", {"x"}}, {"fallbacks", {"x"}},        {"top_k", 1}};
  request.max_output_tokens = 3;
  EXPECT_EQ(write_chat_body(request, {.include_usage = false}),
            R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true,)"
            R"("max_tokens":3,"top_k":1})");
  request.max_output_tokens.reset();
  EXPECT_TRUE(write_chat_body(request, {}).contains(R"("n_predict":9,)")) << "where there is no limit";
}

TEST(OpenAiRequest, sends_parts_tool_calls_and_their_answers_as_they_are) {
  ChatRequest request{.model = "m"};
  request.messages.push_back(
      {.role = "user", .content = boost::json::array{{{"type", "text"}, {"text", "Hi"}}}});
  request.messages.push_back({.role = "assistant",
                              .content = nullptr,
                              .extra = {{"role", "user"}, {"tool_calls", {{{"id", "c1"}}}}, {"name", "x"}}});
  request.messages.push_back({.role = "tool", .content = "7", .extra = {{"tool_call_id", "c1"}}});
  EXPECT_EQ(write_chat_body(request, {.include_usage = false}),
            R"({"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]},)"
            R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1"}],"name":"x"},)"
            R"({"role":"tool","content":"7","tool_call_id":"c1"}],"stream":true})");
}

TEST(JsonText, reads_back_as_the_value_that_was_written) {
  const boost::json::value value =
      boost::json::parse(R"({"a":[1,-2,18446744073709551615,0.1,1e300,2.5,true,false,null,[],{}],)"
                         R"("b":{"\u0000\u001f\b\f\n\r\t\"\\/":"\u007f\u00e9\ud83d\ude42"}})");
  std::string text;
  append_json(text, value);
  EXPECT_EQ(boost::json::parse(text), value) << text;
}

TEST(JsonText, writes_what_json_cannot_hold_as_null) {
  std::string text;
  append_json(text, boost::json::array{std::numeric_limits<double>::infinity(),
                                       std::numeric_limits<double>::quiet_NaN()});
  EXPECT_EQ(text, "[null,null]");
}

}  // namespace
}  // namespace parley::providers
