// The state of an accepted WebSocket: what was agreed on, how the closing stands, who waits.
//
// Owned by its connection, on the worker's thread; the handler has a handle to it. The connection reads and
// writes, the frame reader knows the protocol, and this decides what answers what.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/async.h"
#include "base/clock.h"
#include "net/websocket.h"
#include "net/websocket_frame.h"
#include "net/websocket_handshake.h"

namespace parley::net {

class Connection;

class WebSocketSession {
 public:
  WebSocketSession(Connection& connection, Handshake shake, WebSocketOptions options);
  ~WebSocketSession();
  WebSocketSession(const WebSocketSession&) = delete;
  WebSocketSession& operator=(const WebSocketSession&) = delete;

  std::unique_ptr<WebSocket> handle();

  // As WebSocket says.
  base::Awaitable<base::Result<std::optional<WebSocket::Message>>> read();
  base::Awaitable<base::Result<void>> write(FrameKind kind, std::string payload);
  base::Awaitable<void> close(std::uint16_t code, std::string reason);
  const std::string& subprotocol() const { return shake_.subprotocol; }
  std::uint16_t close_code() const { return peer_code_; }
  bool open() const { return !close_sent_ && !over_; }

  // The handler has returned: closes with 1000 what is still open, and waits a little for the peer's answer.
  base::Awaitable<void> wind_down();
  // Pings a silent peer, gives up on a dead one and on one that does not answer a close.
  void check(base::SteadyTime now);
  // Closes with 1001; read() returns nothing from now on.
  void go_away();

 private:
  using Read = base::Result<std::optional<WebSocket::Message>>;

  // What an event means for read(): its result, or nothing where reading goes on.
  std::optional<Read> take(FrameEvent event);
  std::optional<Read> take_message(FrameEvent event);
  std::optional<Read> take_input();
  Read no_more(bool cancelled);
  Read breach(std::uint16_t code, std::string why);
  Read input_ended();
  void send(FrameKind kind, std::string payload, bool compressed);
  void send_close(std::uint16_t code, std::string_view reason);
  // Ends the connection under the reader, which is told that the peer was silent or slow.
  void give_up(std::uint16_t code, std::string_view reason);

  Connection& connection_;
  const Handshake shake_;
  const WebSocketOptions options_;
  FrameReader frames_;
  base::Event ended_;
  base::SteadyTime heard_;
  base::SteadyTime close_deadline_ = base::SteadyTime::max();
  // For the end of a message that has begun.
  base::SteadyTime message_deadline_ = base::SteadyTime::max();
  std::uint16_t peer_code_ = 1005;
  bool reading_ = false;
  bool pinged_ = false;
  bool silent_ = false;
  bool close_sent_ = false;
  bool going_away_ = false;
  // Nothing more is read: the peer has closed, broken the protocol, or gone.
  bool over_ = false;
};

}  // namespace parley::net
