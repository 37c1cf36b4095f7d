// What the client promises of a server that keeps to the rules: requests, bodies, keep-alive, the pool.
#include "net/client.h"

#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/client_harness.h"

namespace parley::net {
namespace {

using namespace std::chrono_literals;
using base::ErrorCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// Answers with what was asked.
base::Awaitable<void> echo(Exchange& exchange) {
  const Request& request = exchange.request();
  std::string text = request.method + ' ' + request.target + '\n';
  for (const Header field : request.headers) {
    text.append(field.name).append("=").append(field.value).append("\n");
  }
  exchange.reply(Response::text(200, text + request.body));
  co_return;
}

TEST(Client, sends_what_it_was_given_and_what_is_its_own) {
  RunningServer server(echo);
  RunningClient client;
  const auto answer = client.fetch({.method = "POST",
                                    .url = url_of(server.port(), "/v1/x?a=%20b"),
                                    .headers = {{"Content-Type", "text/plain"}, {"Host", "not mine"}},
                                    .body = "hello"},
                                   {.traceparent = "00-abc-def-01"});
  ASSERT_TRUE(answer) << answer.error().cause;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->headers.get("content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(answer->body,
            "POST /v1/x?a=%20b\nHost=127.0.0.1:" + std::to_string(server.port()) +
                "\nContent-Type=text/plain\ntraceparent=00-abc-def-01\nContent-Length=5\nhello");
}

TEST(Client, asks_one_connection_again_and_again) {
  RunningServer server(echo);
  RunningClient client;
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(client.fetch(get(server.port())));
  EXPECT_EQ(client.open(), 1);
  EXPECT_EQ(client.idle(), 1);
  server.on_worker([](Server& s) { EXPECT_EQ(s.connections(), 1U); });
}

TEST(Client, says_the_length_of_a_body_where_there_may_be_one) {
  RunningServer server(echo);
  RunningClient client;
  const auto asked = [&](std::string method, std::string body) {
    return client.fetch({.method = std::move(method), .url = url_of(server.port()), .body = std::move(body)})
        ->body;
  };
  EXPECT_THAT(asked("POST", ""), HasSubstr("Content-Length=0"));
  EXPECT_THAT(asked("PUT", "x"), HasSubstr("Content-Length=1"));
  EXPECT_THAT(asked("GET", ""), Not(HasSubstr("Content-Length")));
  EXPECT_THAT(asked("DELETE", "xy"), HasSubstr("Content-Length=2"));
}

TEST(Client, leaves_out_a_trace_that_the_request_has_itself) {
  RunningServer server(echo);
  RunningClient client;
  const auto answer = client.fetch({.url = url_of(server.port()), .headers = {{"Traceparent", "own"}}},
                                   {.traceparent = "other"});
  EXPECT_THAT(answer->body, HasSubstr("Traceparent=own"));
  EXPECT_THAT(answer->body, Not(HasSubstr("other")));
}

base::Awaitable<void> without_body(Exchange& exchange) {
  const std::string& path = exchange.request().path;
  if (path == "/204") {
    exchange.reply({.status = 204});
  } else if (path == "/304") {
    exchange.reply({.status = 304});
  } else {
    exchange.reply(Response::text(200, "twelve bytes"));
  }
  co_return;
}

TEST(Client, waits_for_no_body_where_none_comes) {
  RunningServer server(without_body);
  RunningClient client;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(client.fetch(get(server.port(), "/204"))->status, 204);
    EXPECT_EQ(client.fetch(get(server.port(), "/304"))->status, 304);
    const auto head = client.fetch({.method = "HEAD", .url = url_of(server.port())});
    EXPECT_EQ(head->headers.get("Content-Length"), "12");
    EXPECT_EQ(head->body, "");
    EXPECT_EQ(client.fetch(get(server.port()))->body, "twelve bytes");
  }
  EXPECT_EQ(client.open(), 1);
}

// Sends the next piece when the client has seen the one before.
struct InStep {
  std::atomic<int>& seen;
  base::Awaitable<void> operator()(Exchange& exchange) const { return answer(seen, exchange); }
  static base::Awaitable<void> answer(std::atomic<int>& seen, Exchange& exchange) {
    co_await exchange.start(200, {});
    for (int i = 0; i < 5; ++i) {
      co_await exchange.write("piece " + std::to_string(i));
      while (seen <= i) {
        if (!co_await base::sleep_until(base::Deadline::after(1ms))) co_return;
      }
    }
    co_await exchange.finish();
  }
};

base::Awaitable<void> read_in_step(Client& client, std::uint16_t port, std::atomic<int>& seen,
                                   std::vector<std::string>& pieces) {
  auto response = co_await client.send({}, get(port));
  EXPECT_TRUE(response);
  while (response) {
    auto piece = co_await (*response)->read();
    EXPECT_TRUE(piece);
    if (!piece || !*piece) break;
    pieces.push_back(std::move(**piece));
    ++seen;
  }
  // The end stays the end.
  auto after = co_await (*response)->read();
  EXPECT_TRUE(after && !*after);
}

TEST(Client, hands_out_each_piece_as_it_comes) {
  std::atomic<int> seen = 0;
  RunningServer server(InStep{seen});
  RunningClient client;
  std::vector<std::string> pieces;
  client.tasks().spawn(read_in_step(client.client(), server.port(), seen, pieces));
  client.run_until([&] { return client.tasks().size() == 0; });
  EXPECT_THAT(pieces, ElementsAre("piece 0", "piece 1", "piece 2", "piece 3", "piece 4"));
  EXPECT_EQ(client.idle(), 1);
}

base::Awaitable<void> give_back(Exchange& exchange) {
  exchange.reply({.status = 200, .body = exchange.take_body()});
  co_return;
}

base::Awaitable<void> give_back_in_chunks(Exchange& exchange) {
  const std::string body = exchange.take_body();
  co_await exchange.start(200, {});
  for (std::size_t at = 0; at < body.size(); at += 70'001) co_await exchange.write(body.substr(at, 70'001));
  co_await exchange.finish();
}

std::string varied(std::size_t size) {
  std::string text(size, '\0');
  std::uint32_t state = 1;
  for (char& c : text) {
    state = state * 1664525U + 1013904223U;
    c = static_cast<char>(state >> 24);
  }
  return text;
}

TEST(Client, carries_large_bodies_both_ways) {
  for (const auto& handler : {Handler(give_back), Handler(give_back_in_chunks)}) {
    RunningServer server(handler, {.max_body_bytes = 16 << 20});
    RunningClient client;
    for (const std::size_t size : {0UL, 1UL, 16'383UL, 16'384UL, 300'000UL, 10'000'000UL}) {
      const std::string body = varied(size);
      const auto answer = client.fetch(post(server.port(), body));
      ASSERT_TRUE(answer) << answer.error().cause;
      EXPECT_TRUE(answer->body == body) << size;
    }
    EXPECT_EQ(client.open(), 1);
  }
}

base::Awaitable<void> read_at_most(Client& client, std::uint16_t port, std::size_t max,
                                   std::vector<base::Result<std::string>>& results) {
  auto response = co_await client.send({}, post(port, "twelve bytes"));
  results.push_back(co_await (*response)->read_all(max));
}

TEST(Client, reads_no_more_than_it_is_asked_to) {
  RunningServer server(give_back);
  RunningClient client;
  std::vector<base::Result<std::string>> results;
  for (const std::size_t max : {11UL, 12UL}) {
    client.tasks().spawn(read_at_most(client.client(), server.port(), max, results));
    client.run_until([&] { return client.tasks().size() == 0; });
  }
  EXPECT_EQ(results.at(0).error().code, ErrorCode::kPayloadTooLarge);
  EXPECT_EQ(results.at(1), "twelve bytes");
}

TEST(Client, refuses_to_send_what_would_be_read_as_something_else) {
  RunningClient client;
  const Url url = url_of(1);
  std::vector<ClientRequest> bad{
      {.method = "GET /", .url = url},         {.method = "", .url = url},
      {.method = "CONNECT", .url = url},       {.url = url_of(1, "/a b")},
      {.url = url_of(1, "/\r\nX: y")},         {.url = url_of(1, "nowhere")},
      {.url = {.host = "a\r\nX: y"}},          {.url = {.host = ""}},
      {.url = url, .headers = {{"a b", "c"}}}, {.url = url, .headers = {{"a", "b\x01"}}},
  };
  for (ClientRequest& request : bad) {
    EXPECT_EQ(client.fetch(std::move(request)).error().code, ErrorCode::kInternal);
  }
}

TEST(Client, has_no_https_without_trust) {
  RunningClient client;
  ClientRequest request = get(1);
  request.url.tls = true;
  EXPECT_EQ(client.fetch(std::move(request)).error().code, ErrorCode::kInternal);
}

}  // namespace
}  // namespace parley::net
