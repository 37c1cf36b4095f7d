// The pool: keep-alive and its end, retries on what was kept too long, the bound and the queue behind it.
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/guarded.h"
#include "net/client_harness.h"

namespace parley::net {
namespace {

using namespace std::chrono_literals;
using base::ErrorCode;
using ::testing::ElementsAre;

constexpr std::string_view kWhole = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

base::Awaitable<void> say_ok(Exchange& exchange) {
  exchange.reply(Response::text(200, "ok"));
  co_return;
}

TEST(ClientPool, notices_at_once_that_the_server_closed) {
  ScriptedServer server({saying(std::string(kWhole))});
  RunningClient client;
  ASSERT_TRUE(client.fetch(get(server.port())));
  client.run_until([&] { return client.open() == 0 && client.idle() == 0; });
}

TEST(ClientPool, drops_a_connection_that_speaks_unasked) {
  std::promise<void> dropped;
  ScriptedServer server({[&](RawSocket& peer) {
    peer.receive_until("\r\n\r\n");
    peer.send(kWhole);
    peer.send("HTTP/1.1 408 Request Timeout\r\n\r\n");
    EXPECT_EQ(peer.receive_all(), "");
    dropped.set_value();
  }});
  RunningClient client;
  ASSERT_TRUE(client.fetch(get(server.port())));
  auto future = dropped.get_future();
  client.run_until(future);
  EXPECT_EQ(client.open(), 0);
}

TEST(ClientPool, keeps_no_connection_that_the_server_wants_to_close) {
  std::promise<void> left;
  ScriptedServer server({[&](RawSocket& peer) {
    peer.receive_until("\r\n\r\n");
    peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
    EXPECT_EQ(peer.receive_all(), "");
    left.set_value();
  }});
  RunningClient client;
  EXPECT_TRUE(client.fetch(get(server.port())));
  EXPECT_EQ(client.open(), 0);
  left.get_future().wait();
}

TEST(ClientPool, closes_what_is_idle_too_long) {
  RunningServer server(say_ok);
  RunningClient client({.idle_timeout = 20ms});
  ASSERT_TRUE(client.fetch(get(server.port())));
  EXPECT_EQ(client.idle(), 1);
  client.run_until([&] { return client.open() == 0; });
}

TEST(ClientPool, counts_the_idle_time_anew_after_each_use) {
  RunningServer server(say_ok);
  RunningClient client({.idle_timeout = 60ms});
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(client.fetch(get(server.port())));
    const auto until = std::chrono::steady_clock::now() + 20ms;
    client.run_until([&] { return std::chrono::steady_clock::now() >= until; });
    EXPECT_EQ(client.idle(), 1);
  }
  server.on_worker([](Server& s) { EXPECT_EQ(s.connections(), 1U); });
}

TEST(ClientPool, closes_what_is_idle_when_told_to_and_keeps_nothing_from_then_on) {
  RunningServer server(say_ok);
  RunningClient client;
  ASSERT_TRUE(client.fetch(get(server.port())));
  client.client().close_idle();
  EXPECT_EQ(client.open(), 0);
  ASSERT_TRUE(client.fetch(get(server.port())));
  EXPECT_EQ(client.open(), 0);
}

// The first connection answers once and then does `second` with what it is asked next.
std::vector<ScriptedServer::Script> stale(const std::function<void(RawSocket&)>& second) {
  return {[second](RawSocket& peer) {
            peer.receive_until("\r\n\r\n");
            peer.send(kWhole);
            second(peer);
          },
          [](RawSocket& peer) {
            peer.receive_until("\r\n\r\n");
            peer.receive_exactly(kMoreThanFits);
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nagain");
            peer.receive_all();
          },
          saying("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nagain")};
}
std::vector<ScriptedServer::Script> stale_small(const std::function<void(RawSocket&)>& second) {
  auto scripts = stale(second);
  scripts.erase(scripts.begin() + 1);
  return scripts;
}
void read_request_and_close(RawSocket& peer) {
  peer.receive_until("\r\n\r\n");
}

TEST(ClientPool, asks_again_on_a_new_connection_where_twice_is_once) {
  ScriptedServer server(stale_small(read_request_and_close));
  RunningClient client;
  ASSERT_TRUE(client.fetch(get(server.port())));
  const auto answer = client.fetch(get(server.port()));
  ASSERT_TRUE(answer) << answer.error().cause;
  EXPECT_EQ(answer->body, "again");
  EXPECT_EQ(server.accepted(), 2);
}

TEST(ClientPool, does_not_ask_again_what_may_have_been_done) {
  ScriptedServer server(stale_small(read_request_and_close));
  RunningClient client;
  ASSERT_TRUE(client.fetch(get(server.port())));
  EXPECT_EQ(client.fetch(post(server.port(), "")).error().code, ErrorCode::kProviderUnavailable);
  EXPECT_EQ(server.accepted(), 1);
}

TEST(ClientPool, does_not_ask_again_once_an_answer_began) {
  ScriptedServer server(stale_small([](RawSocket& peer) {
    peer.receive_until("\r\n\r\n");
    peer.send("HTTP/1.1 2");
  }));
  RunningClient client;
  ASSERT_TRUE(client.fetch(get(server.port())));
  EXPECT_EQ(client.fetch(get(server.port())).error().code, ErrorCode::kProviderUnavailable);
  EXPECT_EQ(server.accepted(), 1);
}

TEST(ClientPool, asks_again_what_was_not_written_whole) {
  ScriptedServer server(stale([](RawSocket& peer) {
    peer.receive_until("\r\n\r\n");
    peer.receive_exactly(100'000);
    peer.abort();
  }));
  RunningClient client;
  ASSERT_TRUE(client.fetch(get(server.port())));
  const auto answer = client.fetch(post(server.port(), std::string(kMoreThanFits, 'x')));
  ASSERT_TRUE(answer) << answer.error().cause;
  EXPECT_EQ(answer->body, "again");
}

TEST(ClientPool, asks_a_new_connection_once_only) {
  ScriptedServer server({read_request_and_close, saying(std::string(kWhole))});
  RunningClient client;
  EXPECT_EQ(client.fetch(get(server.port())).error().code, ErrorCode::kProviderUnavailable);
  EXPECT_EQ(server.accepted(), 1);
}

TEST(ClientPool, finds_a_closed_connection_before_it_is_used) {
  std::promise<void> closed;
  ScriptedServer server(
      {saying(std::string(kWhole)), [&](RawSocket&) { closed.set_value(); }, saying(std::string(kWhole))});
  RunningClient client;
  ASSERT_TRUE(client.fetch(get(server.port())));
  // Scripts run one after the other: once the second runs, the first connection is closed. The client's loop
  // has had no turn to see it.
  const RawSocket other(server.port());
  closed.get_future().wait();
  EXPECT_EQ(client.idle(), 1);
  const auto answer = client.fetch(post(server.port(), ""));
  EXPECT_TRUE(answer) << answer.error().cause;
}

// Answers the first so many that came.
struct Gate {
  std::atomic<int> open = 0;
  std::atomic<int> came = 0;
  base::Guarded<std::vector<std::string>> paths;
  // Of the clients' ends.
  base::Guarded<std::set<std::uint16_t>> ports;
};
struct Gated {
  Gate& gate;
  base::Awaitable<void> operator()(Exchange& exchange) const { return answer(gate, exchange); }
  static base::Awaitable<void> answer(Gate& gate, Exchange& exchange) {
    gate.paths.with([&](auto& paths) { paths.push_back(exchange.request().path); });
    gate.ports.with([&](auto& ports) { ports.insert(exchange.request().peer_port); });
    const int mine = ++gate.came;
    while (gate.open < mine) {
      if (!co_await base::sleep_until(base::Deadline::after(1ms))) co_return;
    }
    exchange.reply(Response::text(200, exchange.request().path));
  }
};

TEST(ClientPool, lets_those_beyond_the_bound_wait_in_order) {
  Gate gate;
  RunningServer server(Gated{gate});
  RunningClient client({.max_connections = 2});
  std::vector<Fetching> fetching;
  for (int i = 0; i < 6; ++i) fetching.push_back(client.start(get(server.port(), "/" + std::to_string(i))));
  for (int i = 0; i < 6; ++i) {
    client.run_until([&] { return gate.came == std::min(i + 2, 6); });
    EXPECT_EQ(client.open(), 2);
    ++gate.open;
  }
  client.run_until([&] { return client.tasks().size() == 0; });
  for (int i = 0; i < 6; ++i) {
    const auto& result = fetching[static_cast<std::size_t>(i)].result();
    ASSERT_TRUE(result) << result.error().cause;
    EXPECT_EQ(result->body, "/" + std::to_string(i));
  }
  gate.paths.with([](auto& paths) {
    std::sort(paths.begin(), paths.begin() + 2);
    EXPECT_THAT(paths, ElementsAre("/0", "/1", "/2", "/3", "/4", "/5"));
  });
}

TEST(ClientPool, lets_nobody_wait_beyond_the_deadline) {
  Gate gate;
  RunningServer server(Gated{gate});
  RunningClient client({.max_connections = 1});
  const Fetching first = client.start(get(server.port()));
  ClientRequest hasty = get(server.port());
  hasty.timeouts.connect = 10ms;
  const Fetching second = client.start(std::move(hasty));
  const Fetching third = client.start(get(server.port()));
  client.run_until(second);
  EXPECT_EQ(second.result().error().code, ErrorCode::kDeadlineExceeded);
  gate.open = 2;
  client.run_until([&] { return first.done() && third.done(); });
  EXPECT_TRUE(first.result() && third.result());
}

TEST(ClientPool, gives_a_place_on_when_the_one_before_fails) {
  std::promise<void> close;
  ScriptedServer server({[&](RawSocket&) { close.get_future().wait(); }, saying(std::string(kWhole))});
  RunningClient client({.max_connections = 1});
  const Fetching first = client.start(get(server.port()));
  const Fetching second = client.start(get(server.port()));
  client.run_until([&] { return server.accepted() == 1; });
  close.set_value();
  client.run_until([&] { return first.done() && second.done(); });
  EXPECT_FALSE(first.result());
  EXPECT_TRUE(second.result());
}

TEST(ClientPool, forgets_a_waiter_who_is_cancelled) {
  Gate gate;
  RunningServer server(Gated{gate});
  RunningClient client({.max_connections = 1});
  const Fetching first = client.start(get(server.port()));
  client.run_until([&] { return gate.came == 1; });
  {
    boost::asio::io_context& io = client.io();
    base::TaskGroup others(io.get_executor());
    const Fetching waiting = client.start_in(others, get(server.port()));
    const Fetching last = client.start(get(server.port()));
    client.run_until([turns = 0]() mutable { return ++turns > 5; });
    others.cancel();
    client.run_until(waiting);
    EXPECT_EQ(waiting.result().error().code, ErrorCode::kCancelled);
    gate.open = 2;
    client.run_until([&] { return first.done() && last.done() && others.size() == 0; });
    EXPECT_TRUE(first.result() && last.result());
  }
  EXPECT_EQ(gate.came, 2);
}

TEST(ClientPool, hands_on_what_is_granted_to_one_who_is_cancelled_in_the_same_turn) {
  Gate gate;
  RunningServer server(Gated{gate});
  RunningClient client({.max_connections = 1});
  base::TaskGroup others(client.io().get_executor());
  const Fetching first = client.start(get(server.port()));
  const Fetching granted = client.start_in(others, get(server.port()));
  const Fetching last = client.start(get(server.port()));
  gate.open = 3;
  // The first has just given its connection to the second, who has not run since.
  client.run_until(first);
  others.cancel();
  client.run_until([&] { return granted.done() && last.done() && others.size() == 0; });
  EXPECT_EQ(granted.result().error().code, ErrorCode::kCancelled);
  ASSERT_TRUE(last.result()) << last.result().error().cause;
  // The same connection: it was not closed on the way.
  gate.ports.with([](auto& ports) { EXPECT_EQ(ports.size(), 1U); });
}

TEST(ClientPool, keeps_a_bounded_number_of_idle_connections) {
  Gate gate;
  RunningServer server(Gated{gate});
  RunningClient client({.max_connections = 10, .max_idle = 3});
  for (int i = 0; i < 10; ++i) client.start(get(server.port()));
  client.run_until([&] { return gate.came == 10; });
  EXPECT_EQ(client.open(), 10);
  gate.open = 10;
  client.run_until([&] { return client.tasks().size() == 0; });
  EXPECT_EQ(client.idle(), 3);
  EXPECT_EQ(client.open(), 3);
}

TEST(ClientPool, keeps_a_bounded_number_of_idle_connections_of_all_hosts_together) {
  std::vector<std::unique_ptr<RunningServer>> servers;
  RunningClient client({.max_idle = 1});
  for (int i = 0; i < 12; ++i) {
    servers.push_back(std::make_unique<RunningServer>(say_ok));
    ASSERT_TRUE(client.fetch(get(servers.back()->port())));
  }
  EXPECT_EQ(client.idle(), 8);
  EXPECT_EQ(client.open(), 8);
  // Those used last are kept.
  ASSERT_TRUE(client.fetch(get(servers.back()->port())));
  servers.back()->on_worker([](Server& s) { EXPECT_EQ(s.connections(), 1U); });
  servers.front()->on_worker([](Server&) {});
}

TEST(ClientPool, serves_many_with_few_connections) {
  RunningServer server(say_ok);
  RunningClient client({.max_connections = 8});
  std::vector<Fetching> fetching;
  for (int i = 0; i < 500; ++i) fetching.push_back(client.start(get(server.port())));
  client.run_until([&] { return client.tasks().size() == 0; });
  for (const Fetching& each : fetching) EXPECT_TRUE(each.result());
  EXPECT_EQ(client.open(), 8);
}

}  // namespace
}  // namespace parley::net
