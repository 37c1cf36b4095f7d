// Connections beyond a client's share, and clients that are slow on purpose.
#include <atomic>
#include <memory>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/connection_counts.h"
#include "net/server_harness.h"

namespace parley::net {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

base::Awaitable<void> who(Exchange& exchange) {
  exchange.reply(Response::text(200, exchange.request().peer_address));
  co_return;
}

std::uint64_t refused(RunningServer& server, std::string_view why) {
  return server.metrics().counter("parley_connections_refused_total", "", {"why"}, {why}).value();
}

// Waits for what the server's own thread will bring about; only a failing test waits long.
template <class Fn>
void eventually(Fn&& condition) {
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error("it did not come about");
    std::this_thread::yield();
  }
}

std::size_t open_connections(RunningServer& server) {
  std::size_t open = 0;
  server.on_worker([&](Server& running) { open = running.connections(); });
  return open;
}

Address loopback() {
  return *parse_address("127.0.0.1");
}

TEST(ConnectionLimit, refuses_one_too_many_and_says_when_to_come_back) {
  const auto counts = std::make_shared<ConnectionCounts>(1);
  RunningServer server(who, {.connections_per_client = counts});
  RawSocket first(server.port());
  first.send(kGet);
  EXPECT_EQ(first.response(), "127.0.0.1");
  RawSocket second(server.port());
  second.send(kGet);
  const std::string answer = second.receive_all();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 429 "));
  EXPECT_THAT(answer, HasSubstr("Retry-After: 5\r\n"));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, HasSubstr(R"("code":"RATE_LIMITED")"));
  EXPECT_EQ(refused(server, "client"), 1U);
  EXPECT_EQ(refused(server, "max_connections"), 0U);
  first.send(kGet);
  EXPECT_EQ(first.response(), "127.0.0.1");
}

TEST(ConnectionLimit, takes_an_ipv4_client_of_an_ipv6_socket_for_that_address) {
  const auto counts = std::make_shared<ConnectionCounts>(1);
  RunningServer server(who, {.address = "::", .connections_per_client = counts});
  RawSocket first(server.port());
  first.send(kGet);
  EXPECT_EQ(first.response(), "127.0.0.1");
  EXPECT_EQ(counts->open(loopback()), 1U);
}

TEST(ConnectionLimit, is_one_for_all_workers) {
  const auto counts = std::make_shared<ConnectionCounts>(2);
  RunningServer one(who, {.connections_per_client = counts});
  RunningServer other(who, {.connections_per_client = counts});
  RawSocket first(one.port());
  first.send(kGet);
  first.response();
  RawSocket second(other.port());
  second.send(kGet);
  second.response();
  for (RunningServer* server : {&one, &other}) {
    RawSocket third(server->port());
    third.send(kGet);
    EXPECT_THAT(third.receive_all(), StartsWith("HTTP/1.1 429 "));
  }
}

TEST(ConnectionLimit, lets_the_next_in_when_one_has_left) {
  const auto counts = std::make_shared<ConnectionCounts>(1);
  RunningServer server(who, {.connections_per_client = counts});
  for (int i = 0; i < 5; ++i) {
    RawSocket client(server.port());
    client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    // The client sees the end a moment before the server is done with it.
    EXPECT_THAT(client.receive_all(), StartsWith("HTTP/1.1 200 "));
    eventually([&] { return counts->open(loopback()) == 0; });
  }
}

TEST(ConnectionLimit, changes_while_the_server_runs) {
  const auto counts = std::make_shared<ConnectionCounts>(1);
  RunningServer server(who, {.connections_per_client = counts});
  RawSocket first(server.port());
  first.send(kGet);
  first.response();
  const auto status = [&] {
    RawSocket client(server.port());
    client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    return client.receive_all().substr(9, 3);
  };
  EXPECT_EQ(status(), "429");
  counts->set(1, NetworkSet({Network(loopback())}));
  EXPECT_EQ(status(), "200");
  counts->set(1, {});
  EXPECT_EQ(status(), "429");
  counts->set(0, {});
  EXPECT_EQ(status(), "200");
}

// Connections that say nothing: a few wait to be told, which takes none of the places of others, and the rest
// are closed at once.
TEST(ConnectionLimit, a_flood_from_one_address_is_closed_without_a_word) {
  const auto counts = std::make_shared<ConnectionCounts>(1);
  RunningServer server(who, {.max_connections = 2, .connections_per_client = counts});
  RawSocket first(server.port());
  first.send(kGet);
  first.response();
  std::vector<std::unique_ptr<RawSocket>> flood;
  for (int i = 0; i < 200; ++i) flood.push_back(std::make_unique<RawSocket>(server.port()));
  // The last ones are not among those that are told.
  flood.back()->send(kGet);
  EXPECT_EQ(flood.back()->receive_all(), "");
  EXPECT_LE(open_connections(server), 1U + 64U);
  EXPECT_EQ(refused(server, "client"), 200U);
  counts->set(2, {});
  RawSocket other(server.port());
  other.send(kGet);
  EXPECT_EQ(other.response(), "127.0.0.1");
}

TEST(ConnectionLimit, waits_a_moment_only_for_one_that_is_turned_away) {
  const auto counts = std::make_shared<ConnectionCounts>(1);
  RunningServer server(who, {.connections_per_client = counts, .header_timeout = 1h, .idle_timeout = 1h});
  RawSocket first(server.port());
  first.send(kGet);
  first.response();
  RawSocket silent(server.port());
  EXPECT_EQ(silent.receive_all(), "");
  RawSocket slow(server.port());
  slow.send("GET / HT");
  EXPECT_EQ(slow.receive_all(), "");
}

TEST(SlowClient, that_connects_and_says_nothing_has_as_long_as_for_a_header) {
  RunningServer server(who, {.header_timeout = 40ms, .idle_timeout = 1h});
  RawSocket client(server.port());
  EXPECT_EQ(client.receive_all(), "");
}

// A byte now and then keeps no deadline from passing: each is one for the whole.
TEST(SlowClient, that_trickles_a_header_or_a_body_is_answered_at_the_deadline) {
  RunningServer server(who, {.header_timeout = 100ms, .body_timeout = 100ms});
  for (const char* start :
       {"GET / HTTP/1.1\r\nA: ", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"}) {
    RawSocket client(server.port());
    client.send(start);
    std::atomic<bool> ended = false;
    std::thread trickle([&] {
      while (!ended && client.send("x")) std::this_thread::sleep_for(5ms);
    });
    EXPECT_THAT(client.receive_until("\r\n"), StartsWith("HTTP/1.1 408 "));
    ended = true;
    trickle.join();
  }
}

TEST(SlowClient, half_bodies_hold_so_much_together_and_no_more) {
  RunningServer server(who, {.max_body_bytes = 1 << 20, .max_buffered_bytes = 1000});
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n";
  auto first = std::make_unique<RawSocket>(server.port());
  first->send(head + std::string(700, 'x'));
  RawSocket second(server.port());
  second.send(head + std::string(200, 'x'));
  const auto& held = server.metrics().gauge("parley_http_buffered_bytes", "", {"what"}, {"body"});
  eventually([&] { return held.value() >= 900; });
  RawSocket third(server.port());
  third.send(head + std::string(200, 'x'));
  const std::string answer = third.receive_all();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, HasSubstr("Retry-After: 1\r\n"));
  // A body that comes whole at once is none of them, and what one held another may.
  third.close();
  first.reset();
  eventually([&] { return held.value() <= 200; });
  RawSocket fourth(server.port());
  fourth.send(head + std::string(700, 'x'));
  eventually([&] { return held.value() >= 900; });
  second.close();
  eventually([&] { return held.value() <= 700; });
}

struct Big {
  std::size_t size;
  base::Awaitable<void> operator()(Exchange& exchange) const { return answer(exchange, size); }
  static base::Awaitable<void> answer(Exchange& exchange, std::size_t size) {
    exchange.reply(Response::text(200, std::string(size, 'x')));
    co_return;
  }
};

// Reads a little of a large answer again and again, as long as the server goes on with it, but at most so
// long. True when the server has given up.
bool is_cut_off(RunningServer& server, std::size_t bytes_at_a_time, std::chrono::milliseconds patience) {
  RawSocket client(server.port(), 4096);
  client.send(kGet);
  std::vector<char> buffer(bytes_at_a_time);
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end) {
    if (::recv(client.socket(), buffer.data(), buffer.size(), 0) <= 0) return true;
    if (open_connections(server) == 0) return true;
    std::this_thread::sleep_for(2ms);
  }
  return false;
}

// The answer is larger than what the system takes for us, so that some of it waits in the server.
TEST(SlowClient, that_reads_a_byte_at_a_time_is_cut_off) {
  RunningServer server(Big{64 << 20}, {.write_timeout = 200ms, .min_write_rate = 100'000});
  EXPECT_TRUE(is_cut_off(server, 1, 20s));
}

// It takes something in every write timeout, some 2 KiB each 2 ms, and would go on for more than a minute.
TEST(SlowClient, that_always_reads_a_little_is_cut_off) {
  RunningServer server(Big{64 << 20}, {.write_timeout = 400ms, .min_write_rate = 100'000'000});
  EXPECT_TRUE(is_cut_off(server, 2 << 10, 20s));
}

TEST(SlowClient, that_keeps_the_pace_is_served_though_it_takes_many_write_timeouts) {
  RunningServer server(Big{64 << 20}, {.write_timeout = 400ms, .min_write_rate = 10'000});
  // Thousands of bytes in each 2 ms, where 4,000 bytes in 400 ms are asked for.
  EXPECT_FALSE(is_cut_off(server, 16 << 10, 2s));
}

TEST(SlowClient, answers_hold_so_much_together_and_the_largest_goes_first) {
  RunningServer server(Big{64 << 20}, {.max_buffered_bytes = 80 << 20, .write_timeout = 1h});
  RawSocket first(server.port(), 4096);
  first.send(kGet);
  const auto& held = server.metrics().gauge("parley_http_buffered_bytes", "", {"what"}, {"answer"});
  eventually([&] { return held.value() >= 32 << 20; });
  // It takes some of it, so that the other waits for more.
  std::size_t taken = 0;
  while (taken < 8 << 20) taken += first.receive_some().size();
  eventually([&] { return held.value() <= 60 << 20; });
  RawSocket second(server.port(), 4096);
  second.send(kGet);
  std::size_t got = second.receive_some().size();
  eventually([&] { return open_connections(server) == 1; });
  got += second.receive_all().size();
  EXPECT_LT(got, 64U << 20);
  while (taken < 64U << 20) taken += first.receive_some().size();
}

}  // namespace
}  // namespace parley::net
