// The provider over real sockets, against the simulated one.
#include "providers/openai.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "providers/sim_rig.h"

namespace parley::providers {
namespace {

using base::ErrorCode;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

TEST(OpenAi, tells_an_answer_and_the_usage_that_the_provider_counted) {
  SimRig rig;
  const Heard heard = rig.asker().ask(question("sim"));
  ASSERT_FALSE(heard.error) << heard.error->cause;
  EXPECT_EQ(heard.events.size(), 16U + 2);
  EXPECT_EQ(heard.finish(), "stop");
  const SimServed served = rig.served();
  EXPECT_EQ(served.outcome, SimOutcome::kComplete);
  ASSERT_TRUE(heard.usage());
  // "Be brief.", "What is there to know?", 4 tokens for each message and 3 for the start of the reply.
  EXPECT_EQ(*heard.usage(),
            (model::Usage{.input = model::Tokens(4 + 3 + 4 + 6 + 3), .output = model::Tokens(16)}));
  EXPECT_EQ(served.prompt_tokens, heard.usage()->input.count());
  EXPECT_EQ(served.completion_tokens, heard.usage()->output.count());
}

TEST(OpenAi, tells_the_same_whether_the_answer_streams_or_not_and_however_it_is_sent) {
  SimRig rig;
  ChatRequest whole = question("sim");
  whole.stream = false;
  const Heard streamed = rig.asker().ask(question("sim"));
  const Heard once = rig.asker().ask(whole);
  EXPECT_FALSE(streamed.text().empty());
  EXPECT_EQ(once.text(), streamed.text());
  EXPECT_EQ(once.usage(), streamed.usage());
  EXPECT_EQ(once.finish(), "stop");
  for (const std::string model : {"sim-chunked", "sim-gap-1", "sim-usagelast", "sim-nodone-chunked"}) {
    const Heard other = rig.asker().ask(question(model, "sim"));
    EXPECT_FALSE(other.error) << model;
    EXPECT_TRUE(other.usage()) << model;
    EXPECT_EQ(other.finish(), "stop") << model;
  }
}

TEST(OpenAi, sends_these_very_bytes) {
  SimRig rig;
  ChatRequest request = question("sim", "Grüße");
  request.max_output_tokens = 4;
  request.temperature = 0.25;
  request.extra = {{"seed", 7}};
  EXPECT_EQ(rig.asker().ask(request).finish(), "length");
  const auto requests = boost::json::parse(rig.sim().ledger().requests());
  EXPECT_EQ(requests.at(0).at("body").as_string(),
            R"({"model":"sim","messages":[{"role":"system","content":"Be brief."},)"
            R"({"role":"user","content":"Grüße"}],"stream":true,"stream_options":{"include_usage":true},)"
            R"("max_tokens":4,"temperature":0.25,"seed":7})");
}

TEST(OpenAi, keeps_its_connection_from_one_answer_to_the_next) {
  SimRig rig;
  for (const std::string model : {"sim", "sim-chunked", "sim-429", "sim-gap-1", "sim"}) {
    rig.asker().ask(question(model));
  }
  const std::string metrics = rig.asker().metrics().render();
  EXPECT_THAT(metrics, HasSubstr("parley_client_connections{state=\"open\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("parley_client_connections{state=\"idle\"} 1\n"));
}

TEST(OpenAi, tells_no_usage_where_the_provider_does_not) {
  SimRig rig;
  const Heard heard = rig.asker().ask(question("sim-nousage"));
  EXPECT_EQ(heard.finish(), "stop");
  EXPECT_FALSE(heard.usage());
  EXPECT_EQ(rig.served().completion_tokens, 16);
}

TEST(OpenAi, does_not_ask_for_usage_where_it_must_not) {
  SimRig rig({}, {.dialect = {.include_usage = false}});
  EXPECT_FALSE(rig.asker().ask(question("sim")).usage());
  EXPECT_THAT(rig.sim().ledger().requests(), Not(HasSubstr("stream_options")));
}

TEST(OpenAi, counts_what_was_cached) {
  SimRig rig({.prefix_cache = true});
  EXPECT_EQ(rig.asker().ask(question("sim", "first")).usage()->cached_input, model::Tokens(0));
  // The system's message was sent before.
  EXPECT_EQ(rig.asker().ask(question("sim", "second")).usage()->cached_input, model::Tokens(7));
  EXPECT_EQ(rig.served().cached_tokens, 0);
  EXPECT_EQ(rig.served().cached_tokens, 7);
}

TEST(OpenAi, passes_tool_calls_through_and_takes_their_answers_along) {
  SimRig rig;
  ChatRequest request = question("sim-tools");
  request.extra["tools"] = boost::json::parse(R"([{"type":"function","function":{"name":"weather"}}])");
  const Heard heard = rig.asker().ask(request);
  EXPECT_EQ(heard.finish(), "tool_calls");
  EXPECT_EQ(heard.text(), "");
  std::string arguments;
  std::string id;
  for (const ProviderEvent& event : heard.events) {
    const auto* extra = std::get_if<ExtraDelta>(&event);
    if (extra == nullptr) continue;
    const auto call = boost::json::parse(extra->json).at("tool_calls").at(0);
    if (call.as_object().contains("id")) id = call.at("id").as_string();
    arguments += call.at("function").at("arguments").as_string();
  }
  EXPECT_TRUE(boost::json::parse(arguments).is_object());
  request.messages.push_back(
      {.role = "assistant", .content = nullptr, .extra = {{"tool_calls", boost::json::array{{{"id", id}}}}}});
  request.messages.push_back({.role = "tool", .content = "sunny", .extra = {{"tool_call_id", id}}});
  EXPECT_EQ(rig.asker().ask(request).finish(), "stop");
}

struct Failure {
  std::string model;
  ErrorCode code;
  // Whether chat() itself succeeds.
  bool accepted;
  std::size_t events;
};

TEST(OpenAi, gives_every_failure_its_documented_error) {
  SimRig rig({}, {.api_key = "sk-secret"});
  for (const Failure& failure : std::vector<Failure>{
           {"sim-400", ErrorCode::kProviderRejected, false, 0},
           {"sim-401", ErrorCode::kProviderUnavailable, false, 0},
           {"sim-403", ErrorCode::kProviderUnavailable, false, 0},
           {"sim-404", ErrorCode::kProviderRejected, false, 0},
           {"sim-408", ErrorCode::kProviderUnavailable, false, 0},
           {"sim-409", ErrorCode::kProviderUnavailable, false, 0},
           {"sim-422", ErrorCode::kProviderRejected, false, 0},
           {"sim-429", ErrorCode::kProviderUnavailable, false, 0},
           {"sim-500", ErrorCode::kProviderUnavailable, false, 0},
           {"sim-503", ErrorCode::kProviderUnavailable, false, 0},
           {"sim-nosuchmodel", ErrorCode::kProviderRejected, false, 0},
           {"sim-context", ErrorCode::kContextTooLong, false, 0},
           {"sim-html", ErrorCode::kProviderUnavailable, false, 0},
           {"sim-drop", ErrorCode::kProviderUnavailable, false, 0},
           {"sim-cut-2", ErrorCode::kProviderUnavailable, true, 2},
           {"sim-cut-0", ErrorCode::kProviderUnavailable, true, 0},
           {"sim-unfinished-2", ErrorCode::kProviderUnavailable, true, 2},
           {"sim-malformed-2", ErrorCode::kProviderUnavailable, true, 2},
           {"sim-error-2", ErrorCode::kProviderUnavailable, true, 2},
       }) {
    for (const bool stream : {true, false}) {
      ChatRequest request = question(failure.model);
      request.stream = stream;
      const Heard heard = rig.asker().ask(request);
      const std::string which = failure.model + (stream ? " streamed" : " whole");
      ASSERT_TRUE(heard.error) << which;
      EXPECT_EQ(heard.error->code, failure.code) << which << ": " << heard.error->cause;
      EXPECT_EQ(heard.accepted, failure.accepted) << which;
      EXPECT_EQ(heard.events.size(), stream ? failure.events : 0) << which;
      EXPECT_FALSE(heard.error->cause.empty()) << which;
      EXPECT_THAT(heard.error->cause + heard.error->message, Not(HasSubstr("sk-secret"))) << which;
    }
  }
}

TEST(OpenAi, says_when_the_provider_wants_to_be_asked_again) {
  SimRig rig;
  EXPECT_EQ(rig.asker().ask(question("sim-429-retry-250")).error->retry_after, 250ms);
  EXPECT_EQ(rig.asker().ask(question("sim-503")).error->retry_after, 1s);
  EXPECT_EQ(rig.asker().ask(question("sim-429-retry-0")).error->retry_after, 1s);
}

TEST(OpenAi, finds_a_server_that_is_not_there_unavailable) {
  std::uint16_t port = 0;
  {
    const net::RunningServer gone([](net::Exchange&) -> base::Awaitable<void> { co_return; });
    port = gone.port();
  }
  const Heard heard = Asker(port).ask(question("sim"));
  ASSERT_TRUE(heard.error);
  EXPECT_EQ(heard.error->code, ErrorCode::kProviderUnavailable);
  EXPECT_FALSE(heard.accepted);
}

TEST(OpenAi, ends_with_the_deadline_and_so_does_the_provider) {
  SimRig rig;
  const base::Call call{.deadline = base::Deadline::after(100ms)};
  const Heard heard = rig.asker().ask(question("sim-stall-2"), call);
  ASSERT_TRUE(heard.error);
  EXPECT_EQ(heard.error->code, ErrorCode::kDeadlineExceeded);
  EXPECT_EQ(heard.events.size(), 2U);
  const SimServed served = rig.served();
  EXPECT_EQ(served.outcome, SimOutcome::kCancelled);
  EXPECT_EQ(served.completion_tokens, 2);
}

TEST(OpenAi, does_not_wait_for_ever_for_a_head_or_for_the_next_piece) {
  SimRig rig({}, {.timeouts = {.first_byte = 50ms, .idle = 50ms}});
  for (const std::string model : {"sim-silent", "sim-stall-2"}) {
    const Heard heard = rig.asker().ask(question(model));
    ASSERT_TRUE(heard.error);
    EXPECT_EQ(heard.error->code, ErrorCode::kDeadlineExceeded) << model;
  }
}

TEST(OpenAi, stops_the_provider_at_once_when_it_is_cancelled) {
  SimRig rig;
  for (const std::size_t events : {0U, 3U}) {
    const Heard heard = rig.asker().ask_and_cancel(question("sim-stall-3"), events);
    ASSERT_TRUE(heard.error);
    EXPECT_EQ(heard.error->code, ErrorCode::kCancelled);
    const SimServed served = rig.served();
    EXPECT_EQ(served.outcome, SimOutcome::kCancelled);
    EXPECT_LE(served.completion_tokens, 3);
  }
}

TEST(OpenAi, stops_the_provider_when_its_stream_is_let_go) {
  SimRig rig;
  const Heard heard = rig.asker().ask(question("sim-stall-5"), {}, 2);
  EXPECT_FALSE(heard.error);
  EXPECT_EQ(rig.served().outcome, SimOutcome::kCancelled);
}

TEST(OpenAi, asks_for_embeddings) {
  SimRig rig({.dimensions = 8});
  const auto reply = rig.asker().embed({{"model", "sim"}, {"input", {"a cat", "a dog"}}});
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->at("data").as_array().size(), 2U);
  EXPECT_EQ(reply->at("data").at(1).at("embedding").as_array().size(), 8U);
  const SimServed served = rig.served();
  EXPECT_EQ(served.prompt_tokens, reply->at("usage").at("prompt_tokens").as_int64());
  const auto requests = boost::json::parse(rig.sim().ledger().requests());
  EXPECT_EQ(requests.at(0).at("body").as_string(), R"({"model":"sim","input":["a cat","a dog"]})");
}

TEST(OpenAi, gives_embeddings_that_fail_their_documented_errors) {
  SimRig rig;
  EXPECT_EQ(rig.asker().embed({{"model", "sim"}}).error().code, ErrorCode::kProviderRejected);
  const auto limited = rig.asker().embed({{"model", "sim-429-retry-90"}, {"input", "a"}});
  EXPECT_EQ(limited.error().code, ErrorCode::kProviderUnavailable);
  EXPECT_EQ(limited.error().retry_after, 90ms);
}

TEST(OpenAi, is_not_made_from_what_cannot_be_right) {
  boost::asio::io_context io;
  base::Metrics metrics;
  const base::SystemClock clock;
  net::Client client(io.get_executor(), {}, metrics);
  const auto made = [&](std::string url, std::string key) {
    return OpenAiProvider::make({.base_url = std::move(url), .api_key = std::move(key)}, client, clock);
  };
  EXPECT_TRUE(made("https://api.openai.com/v1", "sk-1"));
  EXPECT_TRUE(made("http://127.0.0.1:8080", ""));
  EXPECT_EQ(made("api.openai.com/v1", "").error().code, ErrorCode::kBadUserInput);
  const auto bad_key = made("https://api.openai.com/v1", "sk-secret\n");
  EXPECT_EQ(bad_key.error().code, ErrorCode::kBadUserInput);
  EXPECT_THAT(bad_key.error().message + bad_key.error().cause, Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace parley::providers
