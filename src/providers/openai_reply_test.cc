#include "providers/openai_reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "providers/wire_fixtures.h"

namespace parley::providers {
namespace {

using ::testing::StartsWith;
using Form = OpenAiReply::Form;

std::string told(const ProviderEvent& event) {
  if (const auto* text = std::get_if<TextDelta>(&event)) return '[' + text->text + ']';
  if (const auto* extra = std::get_if<ExtraDelta>(&event)) return extra->json;
  if (const auto* finish = std::get_if<Finish>(&event)) return '(' + finish->reason + ')';
  const model::Usage& usage = std::get<UsageReport>(event).usage;
  return '<' + std::to_string(usage.input.count()) + ' ' + std::to_string(usage.cached_input.count()) + ' ' +
         std::to_string(usage.output.count()) + '>';
}

// All that an answer says, in `piece` bytes at a time: [text], {extra}, <input cached output>, (finish), or
// !cause where it fails.
std::string read(std::string_view bytes, Form form = Form::kStream, std::size_t piece = 1 << 20,
                 OpenAiReplyLimits limits = {}) {
  OpenAiReply reply(form, limits, "sk-secret");
  std::string all;
  const auto drain = [&] {
    while (const auto event = reply.next()) all += told(*event);
  };
  while (!bytes.empty() && !reply.complete()) {
    const auto fed = reply.feed(bytes.substr(0, piece));
    drain();
    if (!fed) {
      EXPECT_EQ(fed.error().code, base::ErrorCode::kProviderUnavailable);
      return all + '!' + fed.error().cause;
    }
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  const auto ended = reply.end();
  drain();
  if (ended) return all;
  EXPECT_EQ(ended.error().code, base::ErrorCode::kProviderUnavailable);
  return all + '!' + ended.error().cause;
}

// One event whose first choice has this delta.
std::string delta(std::string_view json) {
  return "data: {\"choices\":[{\"index\":0,\"delta\":" + std::string(json) + "}]}\n\n";
}
std::string finish(std::string_view reason = "stop") {
  return "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" + std::string(reason) +
         "\"}]}\n\n";
}
constexpr std::string_view kDone = "data: [DONE]\n\n";

TEST(OpenAiReply, understands_the_servers_that_are_out_there) {
  EXPECT_EQ(read(fixtures::kOpenAiStream), "[Hello][ there 🙂]<1117 1024 3>(stop)");
  EXPECT_EQ(read(fixtures::kLlamaCppStream), "[Hello][!]<20 19 6>(length)");
  EXPECT_EQ(read(fixtures::kVllmStream), R"({"reasoning_content":"Hmm."}[Yes][.]<14 0 3>(stop))");
  EXPECT_EQ(read(fixtures::kOllamaStream), "[The][ end]<32 0 8>(stop)");
  EXPECT_EQ(read(fixtures::kOpenAiWhole, Form::kWhole), "[Hello!]<19 0 10>(stop)");
  EXPECT_EQ(read(fixtures::kLlamaCppWhole, Form::kWhole), "[Hello! I'm here to]<20 19 6>(length)");
}

TEST(OpenAiReply, reads_the_same_wherever_the_bytes_are_cut) {
  for (const auto fixture : {fixtures::kOpenAiStream, fixtures::kOpenAiTools, fixtures::kVllmStream}) {
    const std::string whole = read(fixture);
    for (const std::size_t piece : {1, 2, 3, 7, 64, 1000})
      EXPECT_EQ(read(fixture, Form::kStream, piece), whole);
  }
  EXPECT_EQ(read(fixtures::kOpenAiWhole, Form::kWhole, 1), read(fixtures::kOpenAiWhole, Form::kWhole));
}

TEST(OpenAiReply, passes_tool_calls_through_as_they_came) {
  EXPECT_EQ(
      read(fixtures::kOpenAiTools),
      R"({"tool_calls":[{"index":0,"id":"call_DdmO9","type":"function","function":{"name":"get_weather","arguments":""}}]})"
      R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"city\":"}}]})"
      R"({"tool_calls":[{"index":0,"function":{"arguments":"\"Paris\"}"}}]})"
      "<88 0 16>(tool_calls)");
}

TEST(OpenAiReply, tells_text_and_other_members_of_one_delta_both) {
  EXPECT_EQ(read(delta(R"({"role":"assistant","content":"a","audio":{"id":"x"},"refusal":"no"})") + finish()),
            R"([a]{"audio":{"id":"x"},"refusal":"no"}(stop))");
}

TEST(OpenAiReply, leaves_out_what_says_nothing) {
  EXPECT_EQ(read(delta(R"({"role":"assistant","content":"","refusal":null,"tool_calls":[],"reasoning":""})") +
                 delta("null") + "data: {\"choices\":[{\"index\":0}]}\n\ndata: {}\n\n" +
                 "data: {\"choices\":null,\"error\":null}\n\n" + finish()),
            "(stop)");
}

TEST(OpenAiReply, reads_the_first_choice_alone) {
  const std::string two = R"(data: {"choices":[{"index":1,"delta":{"content":"b"},"finish_reason":"length"},)"
                          R"({"index":0,"delta":{"content":"a"}}]})"
                          "\n\n";
  EXPECT_EQ(read(two + finish()), "[a](stop)");
  // The other's finish is not this one's.
  EXPECT_THAT(read(two), StartsWith("[a]!"));
}

TEST(OpenAiReply, takes_usage_wherever_it_comes_and_tells_the_last_once) {
  const std::string usage =
      R"("usage":{"prompt_tokens":9,"completion_tokens":2,"prompt_tokens_details":null})";
  const std::string in_last_choice =
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},"
      "\"finish_reason\":\"stop\"}]," +
      usage + "}\n\n";
  const std::string apart = "data: {\"choices\":[]," + usage + "}\n\n";
  const std::string inside =
      "data: {\"choices\":[{\"index\":0,\"finish_reason\":\"stop\"," + usage + "}]}\n\n";
  EXPECT_EQ(read(in_last_choice + std::string(kDone)), "[a]<9 0 2>(stop)");
  EXPECT_EQ(read(finish() + apart + std::string(kDone)), "<9 0 2>(stop)");
  EXPECT_EQ(read(apart + finish() + std::string(kDone)), "<9 0 2>(stop)");
  EXPECT_EQ(read(inside + std::string(kDone)), "<9 0 2>(stop)");
  const std::string earlier = R"(data: {"usage":{"prompt_tokens":1,"completion_tokens":1}})";
  EXPECT_EQ(read(earlier + "\n\n" + finish() + apart), "<9 0 2>(stop)");
}

TEST(OpenAiReply, finds_cached_tokens_under_each_of_their_names) {
  const auto usage = [](std::string_view members) {
    return read(finish() + R"(data: {"usage":{"prompt_tokens":9,"completion_tokens":2,)" +
                std::string(members) + "}}\n\n");
  };
  EXPECT_EQ(usage(R"("prompt_tokens_details":{"cached_tokens":4})"), "<9 4 2>(stop)");
  EXPECT_EQ(usage(R"("prompt_cache_hit_tokens":5,"prompt_cache_miss_tokens":4)"), "<9 5 2>(stop)");
  EXPECT_EQ(usage(R"("cached_tokens":6)"), "<9 6 2>(stop)");
  // More than there was cannot have been cached.
  EXPECT_EQ(usage(R"("cached_tokens":99)"), "<9 9 2>(stop)");
}

TEST(OpenAiReply, takes_usage_that_makes_no_sense_for_none) {
  for (const std::string_view usage :
       {R"({"prompt_tokens":-1,"completion_tokens":2})", R"({"prompt_tokens":1.5,"completion_tokens":2})",
        R"({"prompt_tokens":1,"completion_tokens":1e18})", R"({"prompt_tokens":"1","completion_tokens":2})",
        R"({"prompt_tokens":1})", R"([1,2])", "7"}) {
    EXPECT_EQ(read(finish() + "data: {\"usage\":" + std::string(usage) + "}\n\n"), "(stop)") << usage;
  }
}

TEST(OpenAiReply, reads_past_comments_line_ends_and_other_fields) {
  std::string crlf = ": OPENROUTER PROCESSING\n\nevent: message\nid: 1\nretry: 5\n" +
                     delta(R"({"content":"a"})") + finish() + std::string(kDone);
  EXPECT_EQ(read(crlf), "[a](stop)");
  for (std::size_t at = 0; (at = crlf.find('\n', at)) != std::string::npos; at += 2) crlf.insert(at, "\r");
  EXPECT_EQ(read(crlf), "[a](stop)");
  EXPECT_EQ(read(crlf, Form::kStream, 1), "[a](stop)");
}

TEST(OpenAiReply, is_complete_with_a_finish_reason_and_a_clean_end_alone) {
  EXPECT_EQ(read(delta(R"({"content":"a"})") + finish("length")), "[a](length)");
  // The last line's end may be missing too, and what is cut off after the finish is not missed.
  EXPECT_EQ(read(finish() + "data: [DONE]"), "(stop)");
  EXPECT_EQ(read(finish() + R"(data: {"usage":{"prompt_tokens":1,"completion_tokens":2}})"), "<1 0 2>(stop)");
  EXPECT_EQ(read(finish() + "data: {\"usage\":{\"prompt_to"), "(stop)");
  EXPECT_EQ(read(R"(data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]})"), "[a](stop)");
}

TEST(OpenAiReply, that_does_not_finish_is_a_failure) {
  EXPECT_EQ(read(""), "!the answer ended without a finish_reason");
  EXPECT_EQ(read(delta(R"({"content":"a"})")), "[a]!the answer ended without a finish_reason");
  EXPECT_EQ(read(delta(R"({"content":"a"})") + std::string(kDone)),
            "[a]!the answer ended without a finish_reason");
  EXPECT_THAT(read(delta(R"({"content":"a"})") + "data: {\"cho"), StartsWith("[a]!an event is not JSON"));
  EXPECT_EQ(read(finish("")), "!the answer ended without a finish_reason");
  EXPECT_EQ(read(R"({"choices":[{"message":{"content":"a"},"finish_reason":null}]})", Form::kWhole),
            "[a]!the answer ended without a finish_reason");
  EXPECT_EQ(read("{\"choices\":[]}", Form::kWhole), "!the answer ended without a finish_reason");
}

TEST(OpenAiReply, that_is_malformed_is_a_failure) {
  for (const std::string_view event :
       {"{", "no", "[]", "\"[DONE]\"", "{\"choices\":7}", "{\"choices\":[7]}",
        "{\"choices\":[{\"delta\":[]}]}", "{\"choices\":[{\"delta\":{\"content\":7}}]}",
        "{\"choices\":[{\"delta\":{},\"finish_reason\":7}]}", "{\"a\":\"\xff\"}",
        "{\"choices\":[{\"delta\":{\"content\":\"\xc3\"}}]}", "{} {}"}) {
    const std::string seen =
        read(delta(R"({"content":"a"})") + "data: " + std::string(event) + "\n\n" + finish());
    EXPECT_THAT(seen, StartsWith("[a]!")) << event;
  }
  for (const std::string_view whole : {"", "{", "[]", "\xff", "{\"choices\":[{\"message\":7}]}"}) {
    EXPECT_THAT(read(whole, Form::kWhole), StartsWith("!")) << whole;
  }
  const std::string deep = std::string(5000, '[') + std::string(5000, ']');
  EXPECT_THAT(read("data: " + deep + "\n\n"), StartsWith("!an event is not JSON"));
}

TEST(OpenAiReply, that_carries_an_error_is_a_failure_and_says_which) {
  const std::string before = delta(R"({"content":"a"})");
  EXPECT_EQ(read(before + R"(data: {"error":{"message":"boom","type":"server_error","code":null}})" + "\n\n"),
            "[a]!the answer carried an error: server_error boom");
  EXPECT_EQ(read(before + "event: error\ndata: {\"error\":\"out of memory\"}\n\n" + finish()),
            "[a]!the answer carried an error: out of memory");
  EXPECT_EQ(read(R"(data: {"object":"error","message":"bad","type":"BadRequestError","code":400})"
                 "\n\n"),
            "!the answer carried an error: 400 BadRequestError bad");
  EXPECT_EQ(read(finish("error")), R"(!`finish_reason` is "error")");
  EXPECT_EQ(read(R"({"error":{"message":"boom"}})", Form::kWhole), "!the answer carried an error: boom");
  EXPECT_EQ(read("data: {\"error\":{\"message\":\"key sk-secret is bad\"}}\n\n"),
            "!the answer carried an error: key [key] is bad");
}

TEST(OpenAiReply, is_bounded) {
  const std::string big = delta("{\"content\":\"" + std::string(2000, 'x') + "\"}");
  EXPECT_EQ(read(big, Form::kStream, 100, {.event_bytes = 1000}), "!an event is longer than 1000 bytes");
  EXPECT_EQ(read(big, Form::kStream, 1 << 20, {.event_bytes = 1000}), "!an event is longer than 1000 bytes");
  EXPECT_EQ(read(": " + std::string(5000, 'x'), Form::kStream, 100, {.body_bytes = 1000}),
            "!the answer is longer than 1000 bytes");
  EXPECT_EQ(read(std::string(1001, ' '), Form::kWhole, 100, {.body_bytes = 1000}),
            "!the answer is longer than 1000 bytes");
}

}  // namespace
}  // namespace parley::providers
