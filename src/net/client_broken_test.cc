// Servers that break off, stall, lie or are not there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/client_harness.h"

namespace parley::net {
namespace {

using namespace std::chrono_literals;
using base::ErrorCode;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kWhole = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

struct Broken {
  const char* name;
  std::string says;
  const char* cause;
};

class BrokenServer : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenServer, is_an_unavailable_one) {
  ScriptedServer server({saying(GetParam().says)});
  RunningClient client;
  const auto answer = client.fetch(get(server.port()));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kProviderUnavailable);
  EXPECT_THAT(answer.error().cause, HasSubstr(GetParam().cause));
  EXPECT_THAT(answer.error().cause, HasSubstr("127.0.0.1"));
  EXPECT_THAT(answer.error().message, Not(HasSubstr("127.0.0.1")));
  EXPECT_EQ(client.open(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Client, BrokenServer,
    ::testing::Values(
        Broken{"closes_at_once", "", "before the answer"},
        Broken{"ends_in_the_header", "HTTP/1.1 200 OK\r\nContent-", "within the header"},
        Broken{"ends_in_the_body", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "within the body"},
        Broken{"ends_in_a_chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc",
               "within the body"},
        Broken{"forgets_the_last_chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
               "within the body"},
        Broken{"speaks_another_protocol", "220 mail.example ESMTP\r\n", "not HTTP/1"},
        Broken{"frames_its_body_twice",
               "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "both"},
        Broken{"sends_a_huge_header", "HTTP/1.1 200 OK\r\nA: " + std::string(100'000, 'x'), "too large"},
        Broken{"sends_a_bad_chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n",
               "chunk's size"}),
    [](const auto& info) { return info.param.name; });

base::Awaitable<void> read_twice(Client& client, std::uint16_t port, std::vector<std::string>& seen) {
  auto response = co_await client.send({}, get(port));
  for (int i = 0; response && i < 4; ++i) {
    auto piece = co_await (*response)->read();
    seen.push_back(!piece ? std::string(base::name(piece.error().code)) : piece->value_or("end"));
  }
}

TEST(Client, hands_out_what_came_before_the_break_and_then_stays_broken) {
  ScriptedServer server({saying("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n")});
  RunningClient client;
  std::vector<std::string> seen;
  client.tasks().spawn(read_twice(client.client(), server.port(), seen));
  client.run_until([&] { return client.tasks().size() == 0; });
  EXPECT_EQ(seen, (std::vector<std::string>{"abc", "PROVIDER_UNAVAILABLE", "PROVIDER_UNAVAILABLE",
                                            "PROVIDER_UNAVAILABLE"}));
}

TEST(Client, is_refused_where_nobody_listens) {
  std::uint16_t port = 0;
  {
    port = ScriptedServer({}).port();
  }
  RunningClient client;
  const auto answer = client.fetch(get(port));
  EXPECT_EQ(answer.error().code, ErrorCode::kProviderUnavailable);
  EXPECT_THAT(answer.error().cause, HasSubstr("Connection refused"));
  EXPECT_EQ(client.open(), 0);
}

TEST(Client, takes_a_reset_for_a_break) {
  ScriptedServer server({[](RawSocket& peer) {
    peer.receive_until("\r\n\r\n");
    peer.send("HTTP/1.1 200 OK\r\n\r\nabc");
    peer.abort();
  }});
  RunningClient client;
  // A body that lasts until the connection's end is whole only where that end is an orderly one.
  EXPECT_EQ(client.fetch(get(server.port())).error().code, ErrorCode::kProviderUnavailable);
}

TEST(Client, reads_a_body_until_the_connection_ends) {
  ScriptedServer server({saying("HTTP/1.1 200 OK\r\n\r\nall of it")});
  RunningClient client;
  EXPECT_EQ(client.fetch(get(server.port()))->body, "all of it");
  EXPECT_EQ(client.open(), 0);
}

TEST(Client, passes_over_informational_answers) {
  ScriptedServer server({saying("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" +
                                std::string(kWhole))});
  RunningClient client;
  EXPECT_EQ(client.fetch(get(server.port()))->body, "ok");
}

// Says `bytes` one at a time, a while apart, until the client leaves.
ScriptedServer::Script dripping(std::string first, std::string bytes, bool& left) {
  return [first = std::move(first), bytes = std::move(bytes), &left](RawSocket& peer) {
    peer.receive_until("\r\n\r\n");
    peer.send(first);
    for (const char byte : bytes) {
      if (left = !peer.send({&byte, 1}); left) return;
      std::this_thread::sleep_for(2ms);
    }
    left = peer.receive_all().empty();
  };
}

TEST(Client, gives_up_on_a_header_that_drips) {
  bool left = false;
  {
    ScriptedServer server({dripping("HTTP/1.1 200 OK\r\nA: ", std::string(10'000, 'x'), left)});
    RunningClient client;
    ClientRequest request = get(server.port());
    request.timeouts.first_byte = 30ms;
    const auto answer = client.fetch(std::move(request));
    EXPECT_EQ(answer.error().code, ErrorCode::kDeadlineExceeded);
    EXPECT_EQ(client.open(), 0);
  }
  EXPECT_TRUE(left);
}

TEST(Client, gives_up_on_chunks_that_never_carry_anything) {
  bool left = false;
  {
    ScriptedServer server({dripping("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
                                    std::string(10'000, 'x'), left)});
    RunningClient client;
    ClientRequest request = get(server.port());
    request.timeouts.idle = 30ms;
    EXPECT_EQ(client.fetch(std::move(request)).error().code, ErrorCode::kDeadlineExceeded);
  }
  EXPECT_TRUE(left);
}

TEST(Client, waits_for_a_body_that_drips_but_not_beyond_the_calls_deadline) {
  bool left = false;
  {
    ScriptedServer server({dripping("HTTP/1.1 200 OK\r\n\r\n", std::string(10'000, 'x'), left)});
    RunningClient client;
    ClientRequest request = get(server.port());
    request.timeouts.idle = 10s;
    const auto began = std::chrono::steady_clock::now();
    const auto answer = client.fetch(std::move(request), {.deadline = base::Deadline::after(50ms)});
    EXPECT_EQ(answer.error().code, ErrorCode::kDeadlineExceeded);
    EXPECT_GE(std::chrono::steady_clock::now() - began, 50ms);
  }
  EXPECT_TRUE(left);
}

TEST(Client, gives_up_on_a_body_that_stops) {
  std::string rest = "not read";
  {
    ScriptedServer server({[&](RawSocket& peer) {
      peer.receive_until("\r\n\r\n");
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
      rest = peer.receive_all();
    }});
    RunningClient client;
    ClientRequest request = get(server.port());
    request.timeouts.idle = 20ms;
    EXPECT_EQ(client.fetch(std::move(request)).error().code, ErrorCode::kDeadlineExceeded);
  }
  EXPECT_EQ(rest, "");
}

TEST(Client, gives_up_on_a_server_that_does_not_read) {
  std::promise<void> over;
  ScriptedServer server({[&](RawSocket&) { over.get_future().wait_for(20s); }});
  RunningClient client;
  ClientRequest request = post(server.port(), std::string(kMoreThanFits, 'x'));
  request.timeouts.first_byte = 30ms;
  EXPECT_EQ(client.fetch(std::move(request)).error().code, ErrorCode::kDeadlineExceeded);
  over.set_value();
}

TEST(Client, asks_nothing_after_the_deadline) {
  RunningClient client;
  const auto answer = client.fetch(get(1), {.deadline = base::Deadline::after(-1ms)});
  EXPECT_EQ(answer.error().code, ErrorCode::kDeadlineExceeded);
}

TEST(Client, takes_an_answer_that_comes_before_the_request_is_written) {
  std::promise<void> over;
  ScriptedServer server({[&](RawSocket& peer) {
    peer.receive_until("\r\n\r\n");
    peer.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 413 Too Large\r\nContent-Length: 5\r\n\r\nlarge");
    over.get_future().wait_for(20s);
  }});
  RunningClient client;
  const auto answer = client.fetch(post(server.port(), std::string(kMoreThanFits, 'x')));
  ASSERT_TRUE(answer) << answer.error().cause;
  EXPECT_EQ(answer->status, 413);
  EXPECT_EQ(answer->body, "large");
  EXPECT_EQ(client.open(), 0);
  over.set_value();
}

TEST(Client, goes_on_sending_after_an_informational_answer) {
  ScriptedServer server({[](RawSocket& peer) {
    peer.receive_until("\r\n\r\n");
    peer.send("HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_EQ(peer.receive_exactly(kMoreThanFits).size(), kMoreThanFits);
    peer.send(kWhole);
    peer.receive_all();
  }});
  RunningClient client;
  const auto answer = client.fetch(post(server.port(), std::string(kMoreThanFits, 'x')));
  ASSERT_TRUE(answer) << answer.error().cause;
  EXPECT_EQ(answer->body, "ok");
  EXPECT_EQ(client.idle(), 1);
}

TEST(Client, keeps_no_connection_that_said_more_than_it_was_asked) {
  ScriptedServer server({saying(std::string(kWhole) + "HTTP/1.1 200 OK\r\n"), saying(std::string(kWhole))});
  RunningClient client;
  EXPECT_EQ(client.fetch(get(server.port()))->body, "ok");
  EXPECT_EQ(client.open(), 0);
  EXPECT_EQ(client.fetch(get(server.port()))->body, "ok");
}

TEST(Client, gives_up_on_connecting) {
  FullListener listener;
  RunningClient client;
  ClientRequest request = get(listener.port());
  request.timeouts.connect = 30ms;
  const auto answer = client.fetch(std::move(request));
  EXPECT_EQ(answer.error().code, ErrorCode::kDeadlineExceeded);
  EXPECT_THAT(answer.error().cause, HasSubstr("connecting"));
}

TEST(Client, is_cancelled_while_connecting) {
  FullListener listener;
  RunningClient client;
  const Fetching result = client.start(get(listener.port()));
  client.run_until([&, turns = 0]() mutable { return ++turns > 5; });
  ASSERT_FALSE(result.done());
  client.tasks().cancel();
  client.run_until(result);
  EXPECT_EQ(result.result().error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace parley::net
