// The provider over real sockets, against servers that do as a test says.
#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/sse_writer.h"
#include "providers/sim_rig.h"
#include "providers/wire_fixtures.h"

namespace parley::providers {
namespace {

using base::ErrorCode;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

// Answers every request with the same response, and keeps the last request.
struct Canned {
  net::Response response;
  std::shared_ptr<net::Request> last = std::make_shared<net::Request>();

  base::Awaitable<void> operator()(net::Exchange& exchange) const { return answer(*this, exchange); }
  static base::Awaitable<void> answer(const Canned& canned, net::Exchange& exchange) {
    *canned.last = exchange.request();
    exchange.reply(canned.response);
    co_return;
  }
};

Heard answer_to(net::Response response, bool stream = true) {
  const net::RunningServer server(Canned{std::move(response)});
  ChatRequest request = question("m");
  request.stream = stream;
  return Asker(server.port()).ask(request);
}

TEST(OpenAiWire, reads_what_servers_send) {
  const auto stream = [](std::string_view body) {
    return answer_to({.headers = {{"Content-Type", "text/event-stream"}}, .body = std::string(body)});
  };
  EXPECT_EQ(stream(fixtures::kOpenAiStream).text(), "Hello there 🙂");
  EXPECT_EQ(stream(fixtures::kLlamaCppStream).usage()->cached_input, model::Tokens(19));
  EXPECT_EQ(stream(fixtures::kVllmStream).finish(), "stop");
  EXPECT_EQ(stream(fixtures::kOllamaStream).text(), "The end");
  EXPECT_EQ(answer_to(net::Response::json(200, std::string(fixtures::kLlamaCppWhole)), false).text(),
            "Hello! I'm here to");
  EXPECT_EQ(answer_to(net::Response::json(400, std::string(fixtures::kLlamaCppTooLong))).error->code,
            ErrorCode::kContextTooLong);
}

TEST(OpenAiWire, goes_by_what_the_answer_is_and_not_by_what_was_asked_for) {
  EXPECT_EQ(answer_to(net::Response::json(200, std::string(fixtures::kOpenAiWhole)), true).text(), "Hello!");
  EXPECT_EQ(answer_to({.headers = {{"Content-Type", "Text/Event-Stream;charset=utf-8"}},
                       .body = std::string(fixtures::kOllamaStream)},
                      false)
                .text(),
            "The end");
}

TEST(OpenAiWire, does_not_read_what_is_no_answer) {
  const std::string body(fixtures::kOpenAiWhole);
  for (const net::Response& response : std::vector<net::Response>{
           {.headers = {{"Content-Type", "text/html"}}, .body = body},
           {.headers = {}, .body = body},
           {.headers = {{"Content-Type", "application/jsonp"}}, .body = body},
           {.headers = {{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}}, .body = body},
           {.status = 204},
           {.status = 302, .headers = {{"Location", "http://127.0.0.1/"}}},
           net::Response::json(200, R"({"error":{"message":"boom"}})"),
           net::Response::json(200, "{\"choices\":[{\"message\":{\"content\":\"\xff\"}}]}")}) {
    const Heard heard = answer_to(response);
    ASSERT_TRUE(heard.error) << response.body;
    EXPECT_EQ(heard.error->code, ErrorCode::kProviderUnavailable) << response.body;
    EXPECT_TRUE(heard.events.empty());
  }
}

TEST(OpenAiWire, reads_no_refusal_beyond_its_bound) {
  const Heard heard =
      answer_to({.status = 429, .headers = {{"Retry-After", "3"}}, .body = std::string(1 << 20, 'x')});
  ASSERT_TRUE(heard.error);
  EXPECT_EQ(heard.error->code, ErrorCode::kProviderUnavailable);
  EXPECT_EQ(heard.error->retry_after, 3s);
  EXPECT_LT(heard.error->cause.size(), 500U);
}

TEST(OpenAiWire, asks_as_a_client_of_openai_does) {
  const Canned canned{net::Response::json(200, std::string(fixtures::kOpenAiWhole))};
  const net::RunningServer server(canned);
  const std::string base = "http://127.0.0.1:" + std::to_string(server.port());
  const base::Call call{.deadline = base::Deadline::after(20s),
                        .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"};
  Asker(0, {.base_url = base + "/v1/", .api_key = "sk-1", .headers = {{"OpenAI-Organization", "org"}}})
      .ask(question("m"), call);
  EXPECT_EQ(canned.last->method, "POST");
  EXPECT_EQ(canned.last->target, "/v1/chat/completions");
  EXPECT_EQ(canned.last->header("Authorization"), "Bearer sk-1");
  EXPECT_EQ(canned.last->header("Content-Type"), "application/json");
  EXPECT_EQ(canned.last->header("Accept"), "text/event-stream");
  EXPECT_EQ(canned.last->header("OpenAI-Organization"), "org");
  EXPECT_EQ(canned.last->header("traceparent"), call.traceparent);
  Asker(0, {.base_url = base + "/openai/deployments/x?api-version=2024-10-21"}).ask(question("m"));
  EXPECT_EQ(canned.last->target, "/openai/deployments/x/chat/completions?api-version=2024-10-21");
  EXPECT_EQ(canned.last->header("Authorization"), std::nullopt);
}

// Says all, and then does not end the body until its reader has left.
struct NeverEnds {
  std::promise<void>& left;
  base::Awaitable<void> operator()(net::Exchange& exchange) const { return answer(left, exchange); }
  static base::Awaitable<void> answer(std::promise<void>& left, net::Exchange& exchange) {
    co_await exchange.start(200, net::sse_headers());
    co_await exchange.write(std::string(fixtures::kOllamaStream));
    co_await base::sleep_until(base::Deadline::after(1h));
    left.set_value();
  }
};

TEST(OpenAiWire, does_not_wait_for_a_body_that_does_not_end_after_done) {
  std::promise<void> left;
  const net::RunningServer server(NeverEnds{left});
  const auto begin = std::chrono::steady_clock::now();
  const Heard heard = Asker(server.port()).ask(question("m"));
  // Long before the call's deadline.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
  EXPECT_FALSE(heard.error);
  EXPECT_EQ(heard.text(), "The end");
  EXPECT_EQ(heard.finish(), "stop");
  left.get_future().wait();
}

// Ends its body a moment after it has said all, and remembers on which connections it was asked.
struct EndsLate {
  std::vector<std::uint16_t>& ports;
  base::Awaitable<void> operator()(net::Exchange& exchange) const { return answer(ports, exchange); }
  static base::Awaitable<void> answer(std::vector<std::uint16_t>& ports, net::Exchange& exchange) {
    ports.push_back(exchange.request().peer_port);
    co_await exchange.start(200, net::sse_headers());
    co_await exchange.write(std::string(fixtures::kOllamaStream));
    co_await base::sleep_until(base::Deadline::after(1ms));
    co_await exchange.finish();
  }
};

TEST(OpenAiWire, keeps_the_connection_of_an_answer_whose_body_ends_a_moment_after_done) {
  std::vector<std::uint16_t> ports;
  {
    const net::RunningServer server(EndsLate{ports});
    Asker asker(server.port());
    for (int i = 0; i < 5; ++i) EXPECT_EQ(asker.ask(question("m")).finish(), "stop");
  }
  EXPECT_EQ(ports, std::vector<std::uint16_t>(5, ports.at(0)));
}

// A stream of comments alone, for ever.
struct OnlyComments {
  base::Awaitable<void> operator()(net::Exchange& exchange) const { return answer(exchange); }
  static base::Awaitable<void> answer(net::Exchange& exchange) {
    co_await exchange.start(200, net::sse_headers());
    while (co_await exchange.write(net::sse_comment(std::string(8000, 'x')))) {
    }
  }
};

TEST(OpenAiWire, ends_an_answer_that_has_no_end) {
  const net::RunningServer server(OnlyComments{});
  const Heard heard = Asker(server.port(), {.limits = {.body_bytes = 1 << 20}}).ask(question("m"));
  ASSERT_TRUE(heard.error);
  EXPECT_EQ(heard.error->code, ErrorCode::kProviderUnavailable);
  EXPECT_THAT(heard.error->cause, HasSubstr("longer than 1048576 bytes"));
}

}  // namespace
}  // namespace parley::providers
