#include "net/websocket_session.h"

#include <cassert>

#include "net/connection.h"

namespace parley::net {

using namespace std::chrono_literals;
using base::ErrorCode;

namespace {

// Smaller messages are sent as they are: without a context from earlier ones little is gained.
constexpr std::size_t kWorthCompressing = 256;
// How long the peer may take to answer a close frame, where a write may not take less.
constexpr auto kCloseTimeout = 2s;

class Handle final : public WebSocket {
 public:
  explicit Handle(WebSocketSession& session) : session_(session) {}

  base::Awaitable<base::Result<std::optional<Message>>> read() override { return session_.read(); }
  base::Awaitable<base::Result<void>> write_text(std::string text) override {
    return session_.write(FrameKind::kText, std::move(text));
  }
  base::Awaitable<base::Result<void>> write_binary(std::string bytes) override {
    return session_.write(FrameKind::kBinary, std::move(bytes));
  }
  base::Awaitable<void> close(std::uint16_t code, std::string reason) override {
    return session_.close(code, std::move(reason));
  }
  std::string_view subprotocol() const override { return session_.subprotocol(); }
  std::uint16_t close_code() const override { return session_.close_code(); }
  bool open() const override { return session_.open(); }

 private:
  WebSocketSession& session_;
};

}  // namespace

WebSocketSession::WebSocketSession(Connection& connection, Handshake shake, WebSocketOptions options)
    : connection_(connection),
      shake_(std::move(shake)),
      options_(std::move(options)),
      frames_(shake_.deflate, options_.max_message_bytes),
      ended_(connection.transport().executor()),
      heard_(std::chrono::steady_clock::now()) {
  connection_.host().open_http.add(-1);
  connection_.host().open_websockets.add(1);
}

WebSocketSession::~WebSocketSession() {
  connection_.host().open_websockets.add(-1);
  connection_.host().open_http.add(1);
}

std::unique_ptr<WebSocket> WebSocketSession::handle() {
  return std::make_unique<Handle>(*this);
}

void WebSocketSession::send(FrameKind kind, std::string payload, bool compressed) {
  Transport& transport = connection_.transport();
  transport.append(frame_header(kind, payload.size(), compressed));
  transport.append_moved(std::move(payload));
  transport.pump();
}

void WebSocketSession::send_close(std::uint16_t code, std::string_view reason) {
  if (close_sent_) return;
  close_sent_ = true;
  close_deadline_ =
      std::chrono::steady_clock::now() +
      std::min<std::chrono::milliseconds>(kCloseTimeout, connection_.host().options.write_timeout);
  send(FrameKind::kClose, close_payload(code, reason), false);
}

WebSocketSession::Read WebSocketSession::breach(std::uint16_t code, std::string why) {
  send_close(code, why);
  over_ = true;
  return base::fail(code == 1009 ? ErrorCode::kPayloadTooLarge : ErrorCode::kBadUserInput, std::move(why));
}

std::optional<WebSocketSession::Read> WebSocketSession::take_message(FrameEvent event) {
  if (event.compressed) {
    std::string message;
    const auto expanded =
        connection_.host().deflate.expand(event.payload, options_.max_message_bytes, message);
    if (expanded == MessageDeflate::Expanded::kTooLarge) return breach(1009, "the message is too large");
    if (expanded == MessageDeflate::Expanded::kMalformed) {
      return breach(1002, "the compressed message is malformed");
    }
    event.payload = std::move(message);
    Utf8Check utf8;
    if (event.text && (!utf8.feed(event.payload) || !utf8.complete())) {
      return breach(1007, "the text is not UTF-8");
    }
  }
  // After our close frame nobody waits for messages any more.
  if (close_sent_) return std::nullopt;
  return Read(WebSocket::Message{.data = std::move(event.payload), .text = event.text});
}

std::optional<WebSocketSession::Read> WebSocketSession::take(FrameEvent event) {
  switch (event.kind) {
    case FrameEvent::Kind::kNeedMore:
    case FrameEvent::Kind::kPong:
      return std::nullopt;
    case FrameEvent::Kind::kMessage:
      return take_message(std::move(event));
    case FrameEvent::Kind::kPing:
      if (!close_sent_) {
        send(FrameKind::kPong, std::move(event.payload), false);
        if (connection_.transport().queued() > options_.max_queued_bytes) {
          connection_.transport().close(Transport::Ended::kTooSlow);
        }
      }
      return std::nullopt;
    case FrameEvent::Kind::kClose:
      peer_code_ = event.code;
      send_close(event.code, "");
      over_ = true;
      return Read(std::nullopt);
    case FrameEvent::Kind::kError:
      return breach(event.code, std::move(event.payload));
  }
  return std::nullopt;
}

WebSocketSession::Read WebSocketSession::input_ended() {
  over_ = true;
  if (close_sent_) return std::nullopt;
  if (silent_) return base::fail(ErrorCode::kDeadlineExceeded, "the peer fell silent or was too slow");
  return base::fail(ErrorCode::kCancelled, "the connection is over");
}

// Takes what has come; nothing where more has to come first.
std::optional<WebSocketSession::Read> WebSocketSession::take_input() {
  for (;;) {
    std::size_t consumed = 0;
    FrameEvent event = frames_.next(connection_.input(), consumed);
    connection_.consume(consumed);
    if (event.kind == FrameEvent::Kind::kNeedMore) return std::nullopt;
    if (auto result = take(std::move(event))) return result;
  }
}

// What ends the reading where nothing more comes. A cancelled reader does not end the connection, which still
// has its goodbye to say.
WebSocketSession::Read WebSocketSession::no_more(bool cancelled) {
  const bool alive = connection_.transport().ended() == Transport::Ended::kNo && !silent_;
  if (!alive || !cancelled) return input_ended();
  if (going_away_ || close_sent_) return std::nullopt;
  return base::fail(ErrorCode::kCancelled, "the task was cancelled");
}

// Its frame is held by every idle connection, so that there is one result in it and no more.
base::Awaitable<WebSocketSession::Read> WebSocketSession::read() {
  assert(!reading_);
  std::optional<Read> result;
  if (over_ || going_away_) result = input_ended();
  if (!result) {
    reading_ = true;
    message_deadline_ = base::SteadyTime::max();
    result = take_input();
    while (!result) {
      const bool begun = frames_.unfinished() || !connection_.input().empty();
      if (!begun) {
        message_deadline_ = base::SteadyTime::max();
      } else if (message_deadline_ == base::SteadyTime::max()) {
        message_deadline_ = std::chrono::steady_clock::now() + options_.message_timeout;
      }
      const bool more = co_await connection_.more_input();
      if (more && !silent_) {
        heard_ = std::chrono::steady_clock::now();
        pinged_ = false;
        result = take_input();
      } else {
        result = no_more(co_await base::cancelled());
      }
    }
    reading_ = false;
    if (over_) ended_.notify_all();
  }
  co_return std::move(*result);
}

base::Awaitable<base::Result<void>> WebSocketSession::write(FrameKind kind, std::string payload) {
  Transport& transport = connection_.transport();
  if (!open()) co_return base::fail(ErrorCode::kCancelled, "the WebSocket is closed");
  const bool compress = shake_.deflate && payload.size() >= kWorthCompressing;
  if (compress) payload = connection_.host().deflate.compress(payload, shake_.server_window_bits);
  if (transport.queued() > 0 && transport.queued() + payload.size() > options_.max_queued_bytes) {
    transport.close(Transport::Ended::kTooSlow);
    connection_.cancel_handler();
    co_return base::fail(ErrorCode::kOverloaded, "the peer reads too slowly, too much waits for it already");
  }
  send(kind, std::move(payload), compress);
  co_return co_await transport.written_so_far();
}

base::Awaitable<void> WebSocketSession::close(std::uint16_t code, std::string reason) {
  if (over_ || close_sent_) co_return;
  send_close(code, reason);
  if (reading_) {
    // Its close frame comes to the one who reads.
    while (!over_) {
      if (!co_await ended_.wait(base::Deadline(close_deadline_))) co_return;
    }
    co_return;
  }
  while (!over_) {
    auto message = co_await read();
    if (!message) co_return;
  }
}

base::Awaitable<void> WebSocketSession::wind_down() {
  send_close(1000, "");
  if (connection_.transport().ended() != Transport::Ended::kNo) co_return;
  going_away_ = false;
  while (!over_ && !silent_) {
    auto message = co_await read();
    if (!message || !message->has_value()) co_return;
  }
}

void WebSocketSession::check(base::SteadyTime now) {
  if (now >= close_deadline_) {
    silent_ = true;
    connection_.transport().wake_reader();
    return;
  }
  if (close_sent_ || over_) return;
  // Who does not read hears nothing; a peer that is gone shows in the writes then.
  if (!reading_) heard_ = now;
  const auto quiet = now - heard_;
  if (quiet >= options_.idle_timeout) {
    give_up(1001, "nothing was heard");
  } else if (reading_ && now >= message_deadline_) {
    give_up(1008, "the message came too slowly");
  } else if (!pinged_ && quiet >= options_.idle_timeout / 2) {
    pinged_ = true;
    send(FrameKind::kPing, "", false);
  }
}

void WebSocketSession::give_up(std::uint16_t code, std::string_view reason) {
  silent_ = true;
  send(FrameKind::kClose, close_payload(code, reason), false);
  connection_.transport().close(Transport::Ended::kPeerGone);
  connection_.cancel_handler();
}

void WebSocketSession::go_away() {
  going_away_ = true;
  if (!over_) send_close(1001, "going away");
}

}  // namespace parley::net
