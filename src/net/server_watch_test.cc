// What a handler may do before it answers: watch whether anybody still waits, and add to the answer's header.
#include <gtest/gtest.h>

#include "base/async.h"
#include "net/server_harness.h"

namespace parley::net {
namespace {

using namespace std::chrono_literals;

// Waits for the client to leave, or until it is let go on; then answers.
struct Patient {
  std::promise<std::string>* ended;
  bool unwatches = false;

  base::Awaitable<void> operator()(Exchange& exchange) const { return wait(exchange, ended, unwatches); }
  static base::Awaitable<void> wait(Exchange& exchange, std::promise<std::string>* ended, bool unwatches) {
    exchange.watch();
    exchange.watch();
    if (unwatches) exchange.unwatch();
    const auto slept = co_await base::sleep_until(base::Deadline::after(unwatches ? 50ms : 20s));
    ended->set_value(slept ? "slept"
                           : std::string(base::name(slept.error().code)) +
                                 (exchange.peer_gone() ? ", gone" : ", there"));
    exchange.reply(Response::text(200, "answered"));
  }
};

constexpr const char* kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(Watch, ends_the_handler_s_waits_when_the_peer_leaves) {
  std::promise<std::string> ended;
  RunningServer server(Patient{&ended});
  RawSocket client(server.port());
  client.send(kGet);
  client.close();
  EXPECT_EQ(ended.get_future().get(), "CANCELLED, gone");
}

TEST(Watch, takes_a_peer_that_has_ended_its_side_for_one_that_left) {
  std::promise<std::string> ended;
  RunningServer server(Patient{&ended});
  RawSocket client(server.port());
  client.send(kGet);
  ::shutdown(client.socket(), SHUT_WR);
  EXPECT_EQ(ended.get_future().get(), "CANCELLED, gone");
}

TEST(Watch, that_is_over_lets_such_a_peer_have_its_answer) {
  std::promise<std::string> ended;
  RunningServer server(Patient{&ended, true});
  RawSocket client(server.port());
  client.send(kGet);
  ::shutdown(client.socket(), SHUT_WR);
  EXPECT_EQ(ended.get_future().get(), "slept");
  EXPECT_EQ(client.response(), "answered");
}

base::Awaitable<void> watch_and_answer(Exchange& exchange) {
  exchange.watch();
  co_await base::sleep_until(base::Deadline::after(20ms));
  exchange.reply(Response::text(200, exchange.request().path));
}

TEST(Watch, keeps_what_the_peer_sends_meanwhile_for_the_next_request) {
  RunningServer server([](Exchange& exchange) { return watch_and_answer(exchange); });
  RawSocket client(server.port());
  client.send("GET /one HTTP/1.1\r\nHost: x\r\n\r\nGET /two HTTP/1.1\r\nHo");
  EXPECT_EQ(client.response(), "/one");
  client.send("st: x\r\n\r\n");
  EXPECT_EQ(client.response(), "/two");
}

base::Awaitable<void> answer_with_own(Exchange& exchange) {
  exchange.add_header("X-Left", "2");
  exchange.add_header("X-Left", "1");
  if (exchange.request().path == "/stream") {
    (void)co_await exchange.start(200, {{"X-Left", "7"}});
    (void)co_await exchange.finish();
  } else {
    exchange.reply({.status = 404, .headers = {{"X-Left", "7"}}});
  }
}

TEST(AddedHeaders, go_out_once_with_whatever_answer_there_is) {
  RunningServer server([](Exchange& exchange) { return answer_with_own(exchange); });
  RawSocket client(server.port());
  for (const std::string path : {"/stream", "/", "/stream"}) {
    client.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string head = client.receive_until("\r\n\r\n");
    EXPECT_NE(head.find("X-Left: 1\r\n"), std::string::npos) << head;
    EXPECT_EQ(head.find("X-Left"), head.rfind("X-Left")) << head;
    if (path == "/stream") client.receive_until("0\r\n\r\n");
  }
}

}  // namespace
}  // namespace parley::net
