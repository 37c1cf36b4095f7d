#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/server_harness.h"

namespace parley::net {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

base::Awaitable<void> echo(Exchange& exchange) {
  const Request& request = exchange.request();
  exchange.reply(Response::text(
      200, request.method + " " + request.path + "?" + request.query + " [" + exchange.take_body() + "]"));
  co_return;
}

TEST(Server, answers_and_keeps_the_connection) {
  RunningServer server(echo);
  RawSocket client(server.port());
  std::string head;
  for (int i = 0; i < 3; ++i) {
    client.send("POST /a/b?c=d HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
    EXPECT_EQ(client.response(&head), "POST /a/b?c=d [hello]");
    EXPECT_THAT(head, StartsWith("HTTP/1.1 200 OK\r\nDate: "));
    EXPECT_THAT(head, Not(HasSubstr("Connection:")));
  }
  client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.response(&head), "GET /? []");
  EXPECT_THAT(head, HasSubstr("Connection: close"));
  EXPECT_EQ(client.receive_some(), "");
}

TEST(Server, answers_pipelined_requests_in_their_order) {
  RunningServer server(echo);
  RawSocket client(server.port());
  std::string sent;
  for (int i = 0; i < 500; ++i) {
    sent += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  }
  client.send(sent);
  for (int i = 0; i < 500; ++i) EXPECT_EQ(client.response(), "GET /" + std::to_string(i) + "? []");
}

TEST(Server, takes_a_request_byte_by_byte) {
  RunningServer server(echo);
  RawSocket client(server.port());
  for (const char c : std::string("\r\nPOST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                                  "3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\nTrailer: t\r\n\r\n")) {
    client.send(std::string_view(&c, 1));
  }
  EXPECT_EQ(client.response(), "POST /x? [abcde]");
}

TEST(Server, asks_for_a_body_that_was_announced) {
  RunningServer server(echo);
  RawSocket client(server.port());
  client.send("PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.receive_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  EXPECT_EQ(client.response(), "PUT /? [ok]");
}

TEST(Server, speaks_http_1_0) {
  RunningServer server(echo);
  RawSocket client(server.port());
  client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  std::string head;
  EXPECT_EQ(client.response(&head), "GET /? []");
  EXPECT_THAT(head, HasSubstr("Connection: keep-alive"));
  client.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_THAT(client.receive_all(), HasSubstr("Connection: close"));
}

TEST(Server, sends_no_body_to_head) {
  RunningServer server(echo);
  RawSocket client(server.port());
  client.send("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.receive_all(),
              MatchesRegex("HTTP/1.1 200 OK(.|\r|\n)*Content-Length: 10\r\n(.|\r|\n)*\r\n\r\n"));
}

base::Awaitable<void> big_answer(Exchange& exchange) {
  exchange.reply(Response::text(200, std::string(8 << 20, 'x')));
  co_return;
}

TEST(Server, sends_a_large_answer_whole) {
  RunningServer server(big_answer);
  RawSocket client(server.port(), 4096);
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.response().size(), 8U << 20);
  EXPECT_EQ(client.response().size(), 8U << 20);
}

base::Awaitable<void> bad_handler(Exchange& exchange) {
  if (exchange.request().path == "/throw") throw std::runtime_error("broken");
  co_return;
}

TEST(Server, answers_500_for_a_handler_that_throws_or_says_nothing) {
  RunningServer server(bad_handler);
  for (const char* path : {"/throw", "/silent"}) {
    RawSocket client(server.port());
    client.send(std::string("GET ") + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string answer = client.receive_all();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
    EXPECT_THAT(answer, HasSubstr(R"("code":"INTERNAL")"));
    EXPECT_THAT(answer, Not(HasSubstr("broken")));
  }
}

struct Hostile {
  const char* name;
  std::string request;
  int status;
};

class HostileRequest : public ::testing::TestWithParam<Hostile> {};

TEST_P(HostileRequest, is_refused_and_the_connection_closed) {
  RunningServer server(echo, {.max_header_bytes = 2048, .max_header_count = 20, .max_body_bytes = 1000});
  RawSocket client(server.port());
  // What follows would be served if the refused request had left anything behind.
  client.send(GetParam().request + "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string answer = client.receive_all();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 " + std::to_string(GetParam().status) + " "));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
  EXPECT_THAT(answer, HasSubstr(R"({"error":{"code":")"));
  EXPECT_THAT(answer, Not(HasSubstr("smuggled")));
  EXPECT_THAT(answer, Not(HasSubstr("200 OK")));
}

std::string many_fields(int count) {
  std::string fields;
  for (int i = 0; i < count; ++i) fields += "A: b\r\n";
  return fields;
}

INSTANTIATE_TEST_SUITE_P(
    Of, HostileRequest,
    ::testing::Values(
        Hostile{
            "length_and_chunked",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400},
        Hostile{
            "chunked_and_length",
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
            400},
        Hostile{"two_lengths",
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400},
        Hostile{"two_equal_lengths",
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400},
        Hostile{"a_list_of_lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3, 3\r\n\r\nabc", 400},
        Hostile{"a_signed_length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc", 400},
        Hostile{"a_negative_length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400},
        Hostile{"an_overflowing_length",
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n", 400},
        Hostile{"an_empty_length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n", 400},
        Hostile{
            "two_codings",
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            400},
        Hostile{"an_unknown_coding", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
                501},
        Hostile{"a_look_alike_coding", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n",
                501},
        Hostile{"a_quoted_coding", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \"chunked\"\r\n\r\n",
                501},
        Hostile{"a_coding_in_1_0", "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        Hostile{"a_bare_lf", "GET / HTTP/1.1\nHost: x\n\n", 400},
        Hostile{"a_bare_lf_in_a_field", "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n", 400},
        Hostile{"a_bare_cr_in_a_field", "GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n", 400},
        Hostile{"a_folded_field", "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", 400},
        Hostile{"a_field_folded_with_tab", "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n\tc\r\n\r\n", 400},
        Hostile{"a_fold_after_the_request_line", "GET / HTTP/1.1\r\n A: b\r\nHost: x\r\n\r\n", 400},
        Hostile{"a_blank_before_the_colon", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length : 3\r\n\r\nabc",
                400},
        Hostile{"an_empty_name", "GET / HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n", 400},
        Hostile{"a_nul_in_a_name", "GET / HTTP/1.1\r\nHost: x\r\nA\0: b\r\n\r\n"s, 400},
        Hostile{"a_nul_in_a_value", "GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n"s, 400},
        Hostile{"a_nul_in_the_target", "GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n"s, 400},
        Hostile{"no_host", "GET / HTTP/1.1\r\n\r\n", 400},
        Hostile{"two_hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400},
        Hostile{"a_host_with_a_path", "GET / HTTP/1.1\r\nHost: x/y\r\n\r\n", 400},
        Hostile{"a_host_with_a_user", "GET / HTTP/1.1\r\nHost: a@x\r\n\r\n", 400},
        Hostile{"a_target_of_another_host", "GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", 400},
        Hostile{"a_target_without_a_slash", "GET x HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        Hostile{"a_target_with_a_fragment", "GET /#a HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        Hostile{"a_target_with_raw_utf8", "GET /\xC3\xA4 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        Hostile{"a_target_with_a_bad_escape", "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        Hostile{"a_star_for_get", "GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        Hostile{"no_target", "GET  HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        Hostile{"no_version", "GET /\r\nHost: x\r\n\r\n", 400},
        Hostile{"http_2_by_name", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505},
        Hostile{"http_2_by_preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        Hostile{"a_lower_case_version", "GET / http/1.1\r\nHost: x\r\n\r\n", 400},
        Hostile{"an_unknown_method", "BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 501},
        Hostile{"a_tunnel", "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", 501},
        Hostile{"another_expectation", "POST / HTTP/1.1\r\nHost: x\r\nExpect: 200-ok\r\n\r\n", 417},
        Hostile{"a_long_header", "GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(4000, 'a') + "\r\n\r\n",
                431},
        Hostile{"a_long_target", "GET /" + std::string(4000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 431},
        Hostile{"many_fields", "GET / HTTP/1.1\r\nHost: x\r\n" + many_fields(40) + "\r\n", 431},
        Hostile{"a_large_body",
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'b'), 413},
        Hostile{"a_large_chunk",
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" +
                    std::string(1001, 'b'),
                413},
        Hostile{"many_chunks",
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1f4\r\n" +
                    std::string(500, 'b') + "\r\n1f5\r\n" + std::string(501, 'b') + "\r\n0\r\n\r\n",
                413},
        Hostile{"a_chunk_size_that_overflows",
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\na",
                400},
        Hostile{"a_chunk_size_with_0x",
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n", 400},
        Hostile{"a_chunk_that_is_longer_than_it_says",
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", 400},
        Hostile{"a_chunk_line_with_lf",
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n", 400},
        Hostile{"an_endless_chunk_extension",
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(4000, 'x'),
                400},
        Hostile{
            "a_length_in_the_trailer",
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 3\r\n\r\n",
            400},
        Hostile{"tls_to_a_plain_port", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, 400}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(Server, refuses_a_body_that_is_announced_too_large_before_it_is_sent) {
  RunningServer server(echo, {.max_body_bytes = 10});
  RawSocket client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
  EXPECT_THAT(client.receive_all(), StartsWith("HTTP/1.1 413 "));
}

TEST(Server, lets_a_client_that_still_sends_see_why_it_was_refused) {
  RunningServer server(echo, {.max_body_bytes = 10});
  RawSocket client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n" + std::string(500000, 'b'));
  EXPECT_THAT(client.receive_all(), StartsWith("HTTP/1.1 413 "));
}

TEST(Server, accepts_an_absolute_target_of_its_host) {
  RunningServer server(echo);
  RawSocket client(server.port());
  client.send("GET http://X:80?q HTTP/1.1\r\nHost: x:80\r\n\r\n");
  EXPECT_EQ(client.response(), "GET /?q []");
}

TEST(Server, gives_up_on_a_slow_header_and_a_slow_body) {
  RunningServer server(echo, {.header_timeout = 40ms, .body_timeout = 40ms});
  RawSocket header(server.port());
  header.send("GET / HTTP/1.1\r\nHos");
  EXPECT_THAT(header.receive_all(), StartsWith("HTTP/1.1 408 "));
  RawSocket body(server.port());
  body.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhel");
  EXPECT_THAT(body.receive_all(), StartsWith("HTTP/1.1 408 "));
}

TEST(Server, closes_an_idle_connection_without_a_word) {
  RunningServer server(echo, {.idle_timeout = 40ms});
  RawSocket fresh(server.port());
  EXPECT_EQ(fresh.receive_all(), "");
  RawSocket used(server.port());
  used.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  used.response();
  EXPECT_EQ(used.receive_all(), "");
}

TEST(Server, refuses_connections_beyond_its_limit) {
  RunningServer server(echo, {.max_connections = 1});
  RawSocket first(server.port());
  first.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  first.response();
  RawSocket second(server.port());
  second.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(second.receive_all(), StartsWith("HTTP/1.1 503 "));
  first.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(first.response(), "GET /? []");
}

TEST(Server, shares_a_port_with_another_worker) {
  RunningServer first(echo);
  RunningServer second(echo, {.port = first.port()});
  EXPECT_EQ(first.port(), second.port());
  for (int i = 0; i < 8; ++i) {
    RawSocket client(first.port());
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.response(), "GET /? []");
  }
}

TEST(Server, the_first_on_a_port_does_not_share_another_programs) {
  RunningServer theirs(echo);
  try {
    RunningServer ours(echo, {.port = theirs.port(), .first_on_port = true});
    FAIL();
  } catch (const std::runtime_error& failed) {
    EXPECT_THAT(failed.what(), HasSubstr("127.0.0.1 port " + std::to_string(theirs.port())));
  }
}

TEST(Server, says_why_it_cannot_listen) {
  try {
    RunningServer server(echo, {.address = "192.0.2.1", .port = 9});
    FAIL();
  } catch (const std::runtime_error& failed) {
    EXPECT_THAT(failed.what(), HasSubstr("192.0.2.1 port 9"));
  }
}

}  // namespace
}  // namespace parley::net
