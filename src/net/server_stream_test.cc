// Answers that are streamed, peers that leave or do not read, and draining.
#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/server_harness.h"
#include "net/sse_writer.h"

namespace parley::net {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

base::Awaitable<void> stream_three(Exchange& exchange) {
  EXPECT_TRUE(co_await exchange.start(200, sse_headers()));
  for (const char* data : {"one", "two", "three"}) EXPECT_TRUE(co_await exchange.write(sse({.data = data})));
  EXPECT_TRUE(co_await exchange.finish());
}

TEST(Stream, is_chunked_and_leaves_the_connection_usable) {
  RunningServer server(stream_three);
  RawSocket client(server.port());
  for (int i = 0; i < 2; ++i) {
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.receive_until("\r\n\r\n"), HasSubstr("Transfer-Encoding: chunked\r\n"));
    EXPECT_EQ(client.receive_until("0\r\n\r\n"),
              "b\r\ndata: one\n\n\r\nb\r\ndata: two\n\n\r\nd\r\ndata: three\n\n\r\n0\r\n\r\n");
  }
}

TEST(Stream, takes_the_next_request_while_it_runs) {
  RunningServer server(stream_three);
  RawSocket client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string all = client.receive_all();
  EXPECT_EQ(std::string_view(all).substr(0, 12), "HTTP/1.1 200");
  EXPECT_NE(all.find("HTTP/1.1 200", 12), std::string::npos);
}

TEST(Stream, ends_with_the_connection_for_http_1_0) {
  RunningServer server(stream_three);
  RawSocket client(server.port());
  client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const std::string all = client.receive_all();
  EXPECT_THAT(all, Not(HasSubstr("chunked")));
  EXPECT_THAT(all, EndsWith("\r\n\r\ndata: one\n\ndata: two\n\ndata: three\n\n"));
}

base::Awaitable<void> stream_and_break(Exchange& exchange) {
  co_await exchange.start(200, {});
  co_await exchange.write("some");
  throw std::runtime_error("broken");
}

TEST(Stream, that_breaks_off_is_not_ended_as_if_it_were_whole) {
  RunningServer server(stream_and_break);
  RawSocket client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.receive_all(), EndsWith("4\r\nsome\r\n"));
}

struct Seen {
  std::promise<base::ErrorCode> ended;
  std::atomic<bool> peer_gone = false;
};

struct WaitForEver {
  Seen& seen;
  base::Awaitable<void> operator()(Exchange& exchange) const { return wait(seen, exchange); }
  static base::Awaitable<void> wait(Seen& seen, Exchange& exchange) {
    co_await exchange.start(200, sse_headers());
    co_await exchange.write(sse_comment("here"));
    const auto woken = co_await base::sleep_until(base::Deadline::after(1h));
    seen.peer_gone = exchange.peer_gone();
    co_await exchange.write(sse({.data = "resume elsewhere"}));
    co_await exchange.finish();
    seen.ended.set_value(woken ? base::ErrorCode::kInternal : woken.error().code);
  }
};

TEST(Stream, is_cancelled_when_its_peer_leaves) {
  Seen seen;
  RunningServer server(WaitForEver{seen});
  RawSocket client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  client.receive_until(": here");
  client.close();
  EXPECT_EQ(seen.ended.get_future().get(), base::ErrorCode::kCancelled);
  EXPECT_TRUE(seen.peer_gone);
}

TEST(Stream, is_cancelled_when_its_peer_resets) {
  Seen seen;
  RunningServer server(WaitForEver{seen});
  RawSocket client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  client.receive_until(": here");
  client.abort();
  EXPECT_EQ(seen.ended.get_future().get(), base::ErrorCode::kCancelled);
}

TEST(Stream, says_where_to_go_on_when_draining_cuts_it_off) {
  Seen seen;
  RunningServer server(WaitForEver{seen});
  RawSocket client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  client.receive_until(": here");
  auto& drained = server.drain_within(20ms);
  EXPECT_THAT(client.receive_all(), HasSubstr("data: resume elsewhere\n\n\r\n0\r\n\r\n"));
  EXPECT_EQ(seen.ended.get_future().get(), base::ErrorCode::kCancelled);
  EXPECT_FALSE(seen.peer_gone);
  drained.wait();
}

struct WriteForEver {
  Seen& seen;
  base::Awaitable<void> operator()(Exchange& exchange) const { return write(seen, exchange); }
  static base::Awaitable<void> write(Seen& seen, Exchange& exchange) {
    co_await exchange.start(200, {});
    while (true) {
      auto written = co_await exchange.write(std::string(100'000, 'x'));
      if (written) continue;
      seen.ended.set_value(written.error().code);
      co_return;
    }
  }
};

TEST(Stream, gives_up_on_a_peer_that_does_not_read) {
  Seen seen;
  RunningServer server(WriteForEver{seen}, {.write_timeout = 60ms});
  RawSocket client(server.port(), 4096);
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(seen.ended.get_future().get(), base::ErrorCode::kDeadlineExceeded);
}

struct AnswerWhenReleased {
  std::promise<void>& started;
  std::unique_ptr<base::Event>& release;
  base::Awaitable<void> operator()(Exchange& exchange) const { return answer(started, release, exchange); }
  static base::Awaitable<void> answer(std::promise<void>& started, std::unique_ptr<base::Event>& release,
                                      Exchange& exchange) {
    if (exchange.request().path == "/now") {
      exchange.reply(Response::text(200, "now"));
      co_return;
    }
    release = std::make_unique<base::Event>(co_await boost::asio::this_coro::executor);
    started.set_value();
    co_await release->wait({});
    release.reset();
    exchange.reply(Response::text(200, "late"));
  }
};

TEST(Server, sends_an_answer_though_a_later_request_takes_long) {
  std::promise<void> started;
  std::unique_ptr<base::Event> release;
  RunningServer server(AnswerWhenReleased{started, release});
  RawSocket client(server.port());
  client.send("GET /now HTTP/1.1\r\nHost: x\r\n\r\nGET /late HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.response(), "now");
  started.get_future().wait();
  server.on_worker([&](Server&) { release->notify_all(); });
  EXPECT_EQ(client.response(), "late");
}

TEST(Drain, lets_a_running_request_end_and_closes_the_rest) {
  std::promise<void> started;
  std::unique_ptr<base::Event> release;
  RunningServer server(AnswerWhenReleased{started, release});
  RawSocket idle(server.port());
  idle.send("GET /now HTTP/1.1\r\nHost: x\r\n\r\n");
  idle.response();
  RawSocket busy(server.port());
  busy.send("GET /late HTTP/1.1\r\nHost: x\r\n\r\nGET /now HTTP/1.1\r\nHost: x\r\n\r\n");
  started.get_future().wait();
  auto& drained = server.drain_within(1h);
  EXPECT_EQ(idle.receive_all(), "");
  EXPECT_THROW(RawSocket(server.port()), std::runtime_error);
  server.on_worker([&](Server&) { release->notify_all(); });
  const std::string answer = busy.receive_all();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer, EndsWith("late"));
  busy.close();
  drained.wait();
}

TEST(Drain, does_not_wait_for_half_a_request_beyond_its_deadline) {
  RunningServer server(stream_three);
  RawSocket client(server.port());
  client.send("GET / HTTP/1.1\r\nHos");
  server.on_worker([](Server&) {});
  server.drain_within(20ms).wait();
  EXPECT_EQ(client.receive_all(), "");
}

}  // namespace
}  // namespace parley::net
