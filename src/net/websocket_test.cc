#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/server_harness.h"
#include "net/websocket_deflate.h"
#include "net/websocket_frame.h"
#include "net/websocket_handshake.h"

namespace parley::net {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// What a client sends: the first byte (FIN, RSV, opcode) and the payload behind a mask.
std::string frame(int first, std::string payload) {
  std::string out = frame_header(FrameKind::kBinary, payload.size(), false);
  out[0] = static_cast<char>(first);
  out[1] = static_cast<char>(out[1] | 0x80);
  const std::string key = "\x11\x22\x33\x44";
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ key[i & 3]);
  return out + key + payload;
}

std::string closing(std::uint16_t code, std::string_view reason = "") {
  return frame(0x88, close_payload(code, reason));
}

struct Echo {
  WebSocketOptions options;
  std::promise<std::string>* ended = nullptr;

  base::Awaitable<void> operator()(Exchange& exchange) const { return echo(exchange, options, ended); }
  static base::Awaitable<void> echo(Exchange& exchange, WebSocketOptions options,
                                    std::promise<std::string>* ended) {
    auto socket = co_await exchange.accept_websocket(std::move(options));
    if (!socket) co_return;
    std::string end;
    while (end.empty()) {
      auto message = co_await (*socket)->read();
      if (!message) {
        end = base::name(message.error().code);
      } else if (!message->has_value()) {
        end = "closed " + std::to_string((*socket)->close_code());
      } else if (!co_await (*socket)->write_text(std::move((*message)->data))) {
        end = "write failed";
      }
    }
    if (ended != nullptr) ended->set_value(end);
  }
};

constexpr const char* kUpgrade =
    "GET /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

class Peer : public RawSocket {
 public:
  explicit Peer(std::uint16_t port, const std::string& extra = {}, int receive_buffer = 0)
      : RawSocket(port, receive_buffer) {
    send(kUpgrade + extra + "\r\n");
    head = receive_until("\r\n\r\n");
  }
  // The first byte and the payload of the next frame.
  std::string next() {
    std::string top = receive_exactly(2);
    if (top.size() < 2) return "end";
    std::size_t size = static_cast<std::uint8_t>(top[1]);
    if (size >= 126) {
      const std::string length = receive_exactly(size == 126 ? 2 : 8);
      size = 0;
      for (const char c : length) size = size << 8 | static_cast<std::uint8_t>(c);
    }
    return top[0] + receive_exactly(size);
  }
  std::string head;
};

TEST(WebSocket, echoes_and_closes_in_the_orderly_way) {
  std::promise<std::string> ended;
  RunningServer server(Echo{.ended = &ended});
  Peer peer(server.port());
  EXPECT_THAT(peer.head, StartsWith("HTTP/1.1 101 "));
  EXPECT_THAT(peer.head, HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  EXPECT_THAT(peer.head, Not(HasSubstr("Extensions")));
  peer.send(frame(0x81, "hello"));
  EXPECT_EQ(peer.next(), "\x81hello");
  peer.send(frame(0x01, "frag") + frame(0x89, "are you there") + frame(0x80, "ments"));
  EXPECT_EQ(peer.next(), "\x8A"s + "are you there");
  EXPECT_EQ(peer.next(), "\x81"s + "fragments");
  for (const std::size_t size : {125U, 126U, 65535U, 65536U, 500'000U}) {
    peer.send(frame(0x82, std::string(size, 'x')));
    EXPECT_EQ(peer.next(), "\x81" + std::string(size, 'x'));
  }
  peer.send(closing(4001, "enough"));
  EXPECT_EQ(peer.next(), "\x88" + close_payload(4001, ""));
  EXPECT_EQ(ended.get_future().get(), "closed 4001");
  EXPECT_EQ(peer.next(), "end");
}

TEST(WebSocket, chooses_the_subprotocol_that_the_server_prefers) {
  RunningServer server(Echo{.options = {.subprotocols = {"graphql-transport-ws", "other"}}});
  EXPECT_THAT(Peer(server.port(), "Sec-WebSocket-Protocol: other, graphql-transport-ws\r\n").head,
              HasSubstr("Sec-WebSocket-Protocol: graphql-transport-ws\r\n"));
  EXPECT_THAT(Peer(server.port(), "Sec-WebSocket-Protocol: GRAPHQL-transport-ws\r\n").head,
              Not(HasSubstr("Sec-WebSocket-Protocol")));
}

TEST(WebSocket, takes_frames_that_come_with_the_handshake) {
  RunningServer server(Echo{});
  RawSocket client(server.port());
  client.send(kUpgrade + "\r\n"s + frame(0x81, "early"));
  client.receive_until("\r\n\r\n");
  EXPECT_EQ(client.receive_exactly(7), "\x81\x05"s + "early");
}

TEST(WebSocket, refuses_a_malformed_handshake) {
  RunningServer server(Echo{});
  RawSocket client(server.port());
  client.send(
      "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
      "13\r\n"
      "Sec-WebSocket-Key: short\r\n\r\n");
  EXPECT_THAT(client.receive_all(), StartsWith("HTTP/1.1 400 "));
}

base::Awaitable<void> refuse_or_accept(Exchange& exchange) {
  EXPECT_EQ(exchange.is_websocket_upgrade(), exchange.request().path == "/graphql");
  if (exchange.request().header("Authorization")) {
    Headers headers{{"RateLimit-Policy", "\"user\";q=60;w=60"}, {"RateLimit", "\"user\";r=59;t=1"}};
    auto socket = co_await exchange.accept_websocket({}, std::move(headers));
    if (socket) co_await (*socket)->write_text("welcome");
    co_return;
  }
  Response response = Response::json(429, "{}");
  response.headers.add("Retry-After", "7");
  exchange.reply(std::move(response));
}

TEST(WebSocket, is_accepted_with_headers_of_the_handlers) {
  RunningServer server(refuse_or_accept);
  Peer peer(server.port(), "Authorization: x\r\n");
  EXPECT_THAT(peer.head, StartsWith("HTTP/1.1 101 "));
  EXPECT_THAT(peer.head,
              HasSubstr("\r\nRateLimit-Policy: \"user\";q=60;w=60\r\nRateLimit: \"user\";r=59;t=1\r\n"));
  EXPECT_EQ(peer.next(), "\x81welcome");
}

TEST(WebSocket, is_refused_as_any_request_is_and_may_be_asked_for_again) {
  RunningServer server(refuse_or_accept);
  RawSocket client(server.port());
  std::string head;
  for (int i = 0; i < 2; ++i) {
    client.send(kUpgrade + "\r\n"s);
    EXPECT_EQ(client.response(&head), "{}");
    EXPECT_THAT(head, StartsWith("HTTP/1.1 429 "));
    EXPECT_THAT(head, HasSubstr("Retry-After: 7\r\n"));
    EXPECT_THAT(head, Not(HasSubstr("Upgrade")));
  }
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.response(), "{}");
  client.send(kUpgrade + "Authorization: x\r\n\r\n"s);
  EXPECT_THAT(client.receive_until("\r\n\r\n"), StartsWith("HTTP/1.1 101 "));
}

TEST(WebSocket, compresses_each_message_on_its_own) {
  RunningServer server(Echo{});
  Peer peer(server.port(), "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n");
  EXPECT_THAT(peer.head,
              HasSubstr("permessage-deflate; server_no_context_takeover; client_no_context_takeover"));
  MessageDeflate deflate;
  const std::string text(100'000, 'a');
  for (int i = 0; i < 2; ++i) {
    peer.send(frame(0xC1, deflate.compress(text, 15)));
    const std::string answer = peer.next();
    ASSERT_EQ(static_cast<std::uint8_t>(answer[0]), 0xC1);
    EXPECT_LT(answer.size(), 2000U);
    std::string expanded;
    EXPECT_EQ(deflate.expand(answer.substr(1), 200'000, expanded), MessageDeflate::Expanded::kDone);
    EXPECT_EQ(expanded, text);
  }
  peer.send(frame(0x81, "plain"));
  EXPECT_EQ(peer.next(), "\x81plain");
}

TEST(WebSocketHandshake, takes_the_first_offer_of_deflate_that_it_can_keep) {
  Request request{.method = "GET", .target = "/", .path = "/"};
  request.headers = {{"Upgrade", "websocket"},
                     {"Connection", "Upgrade"},
                     {"Sec-WebSocket-Version", "13"},
                     {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                     {"Sec-WebSocket-Extensions", "x"}};
  const auto bits = [&](std::string_view offer) {
    request.headers.set("Sec-WebSocket-Extensions", offer);
    const auto shake = shake_hands(request, {}, true);
    return shake && shake->deflate ? shake->server_window_bits : 0;
  };
  EXPECT_EQ(bits("permessage-deflate"), 15);
  EXPECT_EQ(bits("permessage-deflate; server_max_window_bits=10"), 10);
  EXPECT_EQ(bits("permessage-deflate; server_max_window_bits=\"11\""), 11);
  EXPECT_EQ(bits("permessage-deflate; server_max_window_bits=8, permessage-deflate"), 15);
  EXPECT_EQ(bits("permessage-deflate; server_max_window_bits=16"), 0);
  EXPECT_EQ(bits("permessage-deflate; server_max_window_bits"), 0);
  EXPECT_EQ(bits("permessage-deflate; server_no_context_takeover=1"), 0);
  EXPECT_EQ(bits("permessage-deflate; unheard_of"), 0);
  EXPECT_EQ(bits("x-webkit-deflate-frame"), 0);
}

struct Breach {
  const char* name;
  std::string sent;
  int code;
  const char* end;
};

class WebSocketBreach : public ::testing::TestWithParam<Breach> {};

TEST_P(WebSocketBreach, is_answered_with_its_close_code) {
  std::promise<std::string> ended;
  RunningServer server(Echo{.options = {.max_message_bytes = 1000}, .ended = &ended});
  Peer peer(server.port(), "Sec-WebSocket-Extensions: permessage-deflate\r\n");
  peer.send(GetParam().sent);
  const std::string answer = peer.next();
  ASSERT_GE(answer.size(), 3U);
  EXPECT_EQ(static_cast<std::uint8_t>(answer[0]), 0x88);
  EXPECT_EQ(static_cast<std::uint8_t>(answer[1]) << 8 | static_cast<std::uint8_t>(answer[2]),
            GetParam().code);
  EXPECT_EQ(peer.next(), "end");
  EXPECT_EQ(ended.get_future().get(), GetParam().end);
}

std::string compressed(std::string_view message) {
  MessageDeflate deflate;
  return deflate.compress(message, 15);
}

std::string bomb() {
  return compressed(std::string(1 << 20, '\0'));
}

INSTANTIATE_TEST_SUITE_P(
    Of, WebSocketBreach,
    ::testing::Values(
        Breach{"text_that_is_not_utf8", frame(0x81, "\xC3\x28"), 1007, "BAD_USER_INPUT"},
        Breach{"text_cut_inside_a_character", frame(0x81, "a\xE2\x82"), 1007, "BAD_USER_INPUT"},
        Breach{"a_surrogate", frame(0x81, "\xED\xA0\x80"), 1007, "BAD_USER_INPUT"},
        Breach{"an_overlong_nul", frame(0x81, "\xC0\x80"), 1007, "BAD_USER_INPUT"},
        Breach{"bad_text_in_a_fragment", frame(0x01, "a\xFF"), 1007, "BAD_USER_INPUT"},
        Breach{"compressed_text_that_is_not_utf8", frame(0xC1, compressed("a\xFF")), 1007, "BAD_USER_INPUT"},
        Breach{"malformed_compression", frame(0xC1, "\xFF\xFF\xFF"), 1002, "BAD_USER_INPUT"},
        Breach{"a_message_too_large", frame(0x82, std::string(1001, 'x')), 1009, "PAYLOAD_TOO_LARGE"},
        Breach{"fragments_too_large", frame(0x02, std::string(600, 'x')) + frame(0x80, std::string(600, 'x')),
               1009, "PAYLOAD_TOO_LARGE"},
        Breach{"a_deflate_bomb", frame(0xC2, bomb().substr(0, 999)), 1009, "PAYLOAD_TOO_LARGE"},
        Breach{"a_huge_length", "\x82\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s + "key!", 1009,
               "PAYLOAD_TOO_LARGE"},
        Breach{"a_length_past_63_bits", "\x82\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s + "key!", 1002,
               "BAD_USER_INPUT"},
        Breach{"a_length_not_in_shortest_form", "\x82\xFE\0\x05"s + "key!", 1002, "BAD_USER_INPUT"},
        Breach{"no_mask", "\x81\x01"s + "a", 1002, "BAD_USER_INPUT"},
        Breach{"a_reserved_bit", frame(0xA1, "a"), 1002, "BAD_USER_INPUT"},
        Breach{"a_reserved_opcode", frame(0x83, "a"), 1002, "BAD_USER_INPUT"},
        Breach{"a_compressed_ping", frame(0xC9, "a"), 1002, "BAD_USER_INPUT"},
        Breach{"a_fragmented_ping", frame(0x09, "a"), 1002, "BAD_USER_INPUT"},
        Breach{"a_long_ping", frame(0x89, std::string(126, 'a')), 1002, "BAD_USER_INPUT"},
        Breach{"nothing_to_continue", frame(0x80, "a"), 1002, "BAD_USER_INPUT"},
        Breach{"a_message_in_a_message", frame(0x01, "a") + frame(0x81, "b"), 1002, "BAD_USER_INPUT"},
        Breach{"half_a_close_code", frame(0x88, "\x03"), 1002, "BAD_USER_INPUT"},
        Breach{"a_close_code_not_to_be_sent", closing(1005 + 1), 1002, "BAD_USER_INPUT"},
        Breach{"a_reason_that_is_not_utf8", closing(1000, "\xFF"), 1007, "BAD_USER_INPUT"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(WebSocket, pings_a_silent_peer_and_gives_up_on_a_dead_one) {
  std::promise<std::string> ended;
  RunningServer server(Echo{.options = {.idle_timeout = 200ms}, .ended = &ended}, {.idle_timeout = 50ms});
  Peer peer(server.port());
  // A pong keeps it open beyond its idle timeout.
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(peer.next(), "\x89");
    peer.send(frame(0x8A, ""));
  }
  EXPECT_EQ(peer.next(), "\x89");
  EXPECT_EQ(peer.next(), "\x88" + close_payload(1001, "nothing was heard"));
  EXPECT_EQ(ended.get_future().get(), "DEADLINE_EXCEEDED");
}

TEST(WebSocket, gives_up_on_a_message_that_does_not_come_to_its_end) {
  const std::string half = frame(0x01, "half");
  for (const std::string& begun : {half, frame(0x81, "message").substr(0, 8), "\x81"s}) {
    std::promise<std::string> ended;
    RunningServer server(Echo{.options = {.message_timeout = 60ms}, .ended = &ended}, {.idle_timeout = 50ms});
    Peer peer(server.port());
    // A whole one in time does not count, and a ping in between changes nothing.
    peer.send(frame(0x81, "whole"));
    EXPECT_EQ(peer.next(), "\x81whole");
    peer.send(begun);
    if (begun == half) peer.send(frame(0x89, ""));
    if (begun == half) EXPECT_EQ(peer.next(), "\x8A");
    EXPECT_EQ(peer.next(), "\x88" + close_payload(1008, "the message came too slowly"));
    EXPECT_EQ(ended.get_future().get(), "DEADLINE_EXCEEDED");
  }
}

TEST(WebSocket, may_be_idle_for_longer_than_a_message_may_take) {
  RunningServer server(Echo{.options = {.idle_timeout = 200ms, .message_timeout = 1ms}},
                       {.idle_timeout = 50ms});
  Peer peer(server.port());
  EXPECT_EQ(peer.next(), "\x89");
  peer.send(frame(0x8A, "") + frame(0x81, "still here"));
  EXPECT_EQ(peer.next(), "\x81still here");
}

TEST(WebSocket, read_fails_when_the_connection_is_lost) {
  std::promise<std::string> ended;
  RunningServer server(Echo{.ended = &ended});
  Peer peer(server.port());
  peer.abort();
  EXPECT_EQ(ended.get_future().get(), "CANCELLED");
}

struct Flood {
  std::promise<base::ErrorCode>& ended;
  std::size_t max_queued;
  base::Awaitable<void> operator()(Exchange& exchange) const { return flood(exchange, ended, max_queued); }
  static base::Awaitable<void> push(WebSocket& socket, std::optional<base::ErrorCode>& first) {
    for (int i = 0; i < 1000; ++i) {
      const auto written = co_await socket.write_binary(std::string(100'000, 'x'));
      if (written) continue;
      if (!first || written.error().code == base::ErrorCode::kOverloaded) first = written.error().code;
      co_return;
    }
  }
  static base::Awaitable<void> flood(Exchange& exchange, std::promise<base::ErrorCode>& ended,
                                     std::size_t max_queued) {
    auto socket = co_await exchange.accept_websocket({.max_queued_bytes = max_queued});
    base::TaskGroup writers(co_await boost::asio::this_coro::executor);
    std::optional<base::ErrorCode> first;
    for (int i = 0; i < 5; ++i) writers.spawn(push(**socket, first));
    co_await writers.join();
    ended.set_value(first.value_or(base::ErrorCode::kInternal));
  }
};

TEST(WebSocket, gives_up_on_a_peer_that_does_not_read) {
  std::promise<base::ErrorCode> ended;
  RunningServer server(Flood{ended, 100 << 20}, {.write_timeout = 60ms});
  const Peer peer(server.port(), "", 4096);
  EXPECT_EQ(ended.get_future().get(), base::ErrorCode::kDeadlineExceeded);
}

TEST(WebSocket, bounds_what_waits_for_a_slow_peer) {
  std::promise<base::ErrorCode> ended;
  RunningServer server(Flood{ended, 250'000});
  const Peer peer(server.port(), "", 4096);
  EXPECT_EQ(ended.get_future().get(), base::ErrorCode::kOverloaded);
}

TEST(WebSocket, is_told_to_go_away_when_draining_ends) {
  std::promise<std::string> ended;
  RunningServer server(Echo{.ended = &ended});
  Peer peer(server.port());
  auto& drained = server.drain_within(20ms);
  EXPECT_EQ(peer.next(), "\x88" + close_payload(1001, "going away"));
  peer.send(closing(1001));
  EXPECT_EQ(ended.get_future().get(), "closed 1005");
  drained.wait();
}

TEST(WebSocket, is_told_to_go_away_ahead_of_the_end_of_draining) {
  std::promise<std::string> ended;
  RunningServer server(Echo{.ended = &ended});
  Peer peer(server.port());
  auto& drained = server.drain_within(1h);
  server.on_worker([](Server& running) { running.close_websockets(); });
  EXPECT_EQ(peer.next(), "\x88" + close_payload(1001, "going away"));
  peer.send(closing(1001));
  EXPECT_EQ(ended.get_future().get(), "closed 1001");
  drained.wait();
}

base::Awaitable<void> close_at_once(Exchange& exchange) {
  auto socket = co_await exchange.accept_websocket({});
  co_await (*socket)->write_text("last words");
  co_await (*socket)->close(4400, "bad request");
  EXPECT_FALSE((*socket)->open());
  EXPECT_FALSE(co_await (*socket)->write_text("too late"));
}

TEST(WebSocket, closes_with_the_applications_own_code) {
  RunningServer server(close_at_once);
  Peer peer(server.port());
  EXPECT_EQ(peer.next(), "\x81last words");
  EXPECT_EQ(peer.next(), "\x88" + close_payload(4400, "bad request"));
  peer.send(frame(0x81, "ignored") + closing(4400));
  EXPECT_EQ(peer.next(), "end");
}

TEST(WebSocket, cuts_a_long_reason_after_a_whole_character) {
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "\xC3\xA4";
  EXPECT_EQ(close_payload(4409, umlauts).size(), 2 + 122U);
  EXPECT_EQ(close_payload(4409, "x" + umlauts).size(), 2 + 123U);
  EXPECT_EQ(close_payload(4409, std::string(123, 'x')).size(), 2 + 123U);
  EXPECT_EQ(close_payload(4409, std::string(124, 'x')).size(), 2 + 123U);
}

TEST(WebSocket, does_not_wait_for_a_peer_that_leaves_the_close_unanswered) {
  RunningServer server(close_at_once, {.write_timeout = 40ms});
  Peer peer(server.port());
  EXPECT_EQ(peer.next(), "\x81last words");
  EXPECT_EQ(peer.next(), "\x88" + close_payload(4400, "bad request"));
  EXPECT_EQ(peer.next(), "end");
}

}  // namespace
}  // namespace parley::net
