// One accepted connection: reads requests, calls the handler, writes answers in order, until it ends.
//
// Made and owned by the Server, which runs serve() as one coroutine and destroys the connection after it; the
// handler runs within that coroutine. All on the worker's thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/cancellation_signal.hpp>

#include "base/async.h"
#include "base/clock.h"
#include "net/address.h"
#include "net/connection_counts.h"
#include "net/request_parser.h"
#include "net/response_head.h"
#include "net/server.h"
#include "net/transport.h"
#include "net/websocket_deflate.h"

namespace parley::net {

class WebSocketSession;

// What one request needs. Only connections that are busy have one; idle ones leave theirs to the next.
struct RequestWork {
  RequestParser parser;
  Request request;
  std::string input;
  std::string output;
};

// What the connections of a server share.
struct ConnectionHost {
  ConnectionHost(ServerOptions o, Handler h, const base::Log& l, base::Metrics& m);

  ServerOptions options;
  const Handler handler;
  const base::Log& log;
  base::Counter& refused;
  base::Gauge& open_http;
  base::Gauge& open_websockets;
  ResponseHead head;
  MessageDeflate deflate;
  // Where sockets are read into; never held across a wait.
  std::vector<char> scratch;
  std::vector<std::unique_ptr<RequestWork>> spare;
  // Bytes of bodies that are not whole yet.
  std::size_t unfinished_bodies = 0;
  bool draining = false;
};

// Who is at the other end of a socket, and its place among the connections of its client where those are
// counted.
struct Peer {
  Address address;
  std::uint16_t port = 0;
  std::optional<ConnectionCounts::Ticket> ticket{};
};

class Connection {
 public:
  // `turned_away`: what its request is answered with, for one connection too many; it has a moment for that.
  // Null for one that is served.
  Connection(ConnectionHost& host, Transport::Socket socket, std::shared_ptr<const TlsIdentity> tls,
             Peer peer, const Refusal* turned_away);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  base::Awaitable<void> serve();
  // serve() is started with this signal's slot.
  boost::asio::cancellation_slot slot() { return cancel_.slot(); }

  // Called often enough for the deadlines to be kept.
  void check(base::SteadyTime now);
  // Draining begins: an idle connection closes.
  void drain();
  // Its WebSocket, if it is one, is closed with 1001.
  void close_websocket();
  // Draining has come to its deadline: the handler is cancelled and has `grace` to say goodbye.
  void end(std::chrono::milliseconds grace);
  // Bytes of answers that wait for the peer.
  std::size_t unsent() const { return peer_gone() ? 0 : transport_.queued(); }
  // Ends it at once, with what waits: the peer is too slow for what it asks for.
  void give_up();

  // The Exchange's part.
  const Request& request() const { return work_->request; }
  std::string take_body();
  void reply(Response response);
  void watch();
  void unwatch() { transport_.unwatch(); }
  base::Awaitable<base::Result<void>> start(int status, Headers headers);
  base::Awaitable<base::Result<void>> write(std::string bytes);
  base::Awaitable<base::Result<void>> finish();
  base::Awaitable<base::Result<std::unique_ptr<WebSocket>>> accept_websocket(WebSocketOptions options,
                                                                             Headers headers);
  void abort() { transport_.close(); }
  bool answered() const { return answer_ != Answer::kNone; }
  int status() const { return status_; }
  bool peer_gone() const { return transport_.ended() != Transport::Ended::kNo; }
  bool draining() const { return host_.draining; }

  // The WebSocket's part.
  ConnectionHost& host() { return host_; }
  Transport& transport() { return transport_; }
  std::string_view input() const { return std::string_view(input_).substr(input_at_); }
  void consume(std::size_t bytes);
  // Waits for more input and reads it. False at the end of it.
  base::Awaitable<bool> more_input();
  void cancel_handler();

 private:
  enum class Answer : std::uint8_t { kNone, kWhole, kStreaming, kDone, kWebSocket };
  enum class Next : std::uint8_t { kNeedMore, kRequest, kRefused };

  base::Awaitable<bool> handshake();
  base::Awaitable<void> serve_requests();
  base::Awaitable<void> call_handler();
  base::Awaitable<void> wind_down();
  base::Awaitable<void> linger();
  Next advance();
  bool fill();
  void refuse(Refusal refusal);
  // Tells the host how much of a body is held; false where that is too much with those of the others.
  bool hold_body(std::size_t bytes);
  void take_work();
  void leave_work();
  bool idle() const;
  void after_handler();

  ConnectionHost& host_;
  // Kept while its session lives, also after another identity has taken its place.
  const std::shared_ptr<const TlsIdentity> identity_;
  Transport transport_;
  const Peer peer_;
  const std::string peer_address_;
  std::string input_;
  std::size_t input_at_ = 0;
  std::unique_ptr<RequestWork> work_;
  std::unique_ptr<WebSocketSession> websocket_;
  boost::asio::cancellation_signal cancel_;
  base::SteadyTime read_deadline_ = base::SteadyTime::max();
  base::SteadyTime end_deadline_ = base::SteadyTime::max();
  Io wanted_ = Io::kWantRead;
  std::size_t held_body_ = 0;
  // Whatever else is found, the request is answered with this.
  std::optional<Refusal> refusal_;
  Answer answer_ = Answer::kNone;
  int status_ = 0;
  bool keep_alive_ = true;
  bool in_body_ = false;
  bool in_handler_ = false;
  bool in_handshake_ = false;
  bool waiting_ = false;
  bool read_expired_ = false;
  bool lingers_ = false;
  bool body_left_out_ = false;
};

}  // namespace parley::net
