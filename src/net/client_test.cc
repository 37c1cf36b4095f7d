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

}  // namespace
}  // namespace parley::net
