// The HTTP/1.1 server of one worker: accepts, parses, limits, calls the handler, writes.
//
// A worker is one single-threaded io_context; it has one Server with its own listening socket (SO_REUSEPORT),
// and every call here is made on it. The Server owns its connections: drain() returns when the last is gone,
// and the destructor asserts that it was awaited.
//
// What the server itself refuses is answered with {"error":{"code","message","type"}} and a closed
// connection:
// - 400 BAD_USER_INPUT: malformed; ambiguous framing (both Content-Length and Transfer-Encoding, a repeated
//   Content-Length, a bare LF, a folded header, a bad chunk); a bad target; no Host or two
// - 408 DEADLINE_EXCEEDED: header or body did not arrive in time (an idle connection is closed without a
//   word)
// - 413 PAYLOAD_TOO_LARGE: a body beyond max_body_bytes
// - 417 BAD_USER_INPUT: an Expect other than 100-continue
// - 429 RATE_LIMITED: more connections than connections_per_client lets this client have
// - 431 PAYLOAD_TOO_LARGE: a header beyond max_header_bytes or max_header_count
// - 500 INTERNAL: the handler threw, or returned without an answer
// - 501 BAD_USER_INPUT: a method or transfer coding that is not known
// - 503 OVERLOADED: more than max_connections, or bodies beyond max_buffered_bytes
// - 505 BAD_USER_INPUT: another version than HTTP/1.0 and HTTP/1.1
// A connection that is refused as a whole (429, 503) is told so only while few others are being told, and has
// two seconds for it; beyond, it is closed without a word, so that a flood costs no memory.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "base/async.h"
#include "base/call.h"
#include "base/error.h"
#include "base/log.h"
#include "base/metrics.h"
#include "net/http.h"
#include "net/websocket.h"

namespace parley::net {

class Connection;
class ConnectionCounts;

// One request and its answer. Lives while the handler runs. The handler does exactly one of: reply();
// start(), any number of write(), finish(); accept_websocket().
class Exchange {
 public:
  explicit Exchange(Connection& connection) : connection_(connection) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  const Request& request() const;
  // The body moved out, for a handler that parses it in place or keeps it.
  std::string take_body();

  // Goes out with whatever answer is given or begun from now on, a 101 too, in the place of a field of that
  // name that it has.
  void add_header(std::string_view name, std::string_view value);

  // From here until unwatch(), or the answer, the peer is watched as it is from start() on: for an answer
  // that may be long in coming and is not worth it when nobody waits. A peer that has only ended its side
  // counts as gone. Nothing where it is watched already.
  void watch();
  void unwatch();

  // Answers whole. Sent at the latest when the handler returns; pipelined answers go out together.
  void reply(Response response);

  // Answers piece by piece: chunked for HTTP/1.1, until the end of the connection for 1.0. From here until
  // finish() the peer is watched: when it goes away, every wait of the handler's coroutine fails with
  // kCancelled and peer_gone() is true; nothing needs to be polled. Each fails with kCancelled when the peer
  // is gone, kDeadlineExceeded when it reads too slowly (the connection is then closed).
  base::Awaitable<base::Result<void>> start(int status, Headers headers);
  base::Awaitable<base::Result<void>> write(std::string bytes);
  base::Awaitable<base::Result<void>> finish();

  // Closes the connection at once, without an answer or the rest of one: what was not sent yet is lost.
  void abort();

  // True once an answer has been given or begun.
  bool answered() const;
  // The status of that answer; 0 before it.
  int status() const;
  bool peer_gone() const;
  // True once drain() was called: end soon. At its deadline the handler's coroutine is cancelled (its waits
  // fail with kCancelled); a last write() with where to go on is still sent if it comes within a second.
  bool draining() const;

  // True for a GET that asks for a WebSocket of version 13. It is refused with reply(), as any request is.
  bool is_websocket_upgrade() const;
  // Accepts it; `headers` go out with the 101, which has the handshake's own fields besides. Fails with
  // kBadUserInput when the handshake is malformed (answered 400 already), kCancelled when the peer left. When
  // draining reaches its deadline the socket is closed with 1001, and read() returns nothing. A socket still
  // open when the handler returns is closed with 1000. Must not outlive the Exchange.
  base::Awaitable<base::Result<std::unique_ptr<WebSocket>>> accept_websocket(WebSocketOptions options,
                                                                             Headers headers = {});

 private:
  void add_own(Headers& headers) const;

  Connection& connection_;
  // add_header()'s.
  Headers own_{};
};

// Called once a request, on the worker, after the whole body has arrived. An exception is answered with 500.
using Handler = std::function<base::Awaitable<void>(Exchange&)>;

// A certificate and its key, read once and shared by the workers.
class TlsIdentity;
// `certificate_pem`: the chain, the server's own first. TLS 1.2 and later. Fails with kBadUserInput, naming
// what is wrong with either.
[[nodiscard]] base::Result<std::shared_ptr<const TlsIdentity>> make_tls_identity(
    const std::string& certificate_pem, const std::string& key_pem);

struct ServerOptions {
  std::string address = "127.0.0.1";
  // 0 takes a free one: see Server::port().
  std::uint16_t port = 0;
  // Workers of a process share their port, and so would another process without a word. True for the first of
  // them: it listens only where nobody else does.
  bool first_on_port = false;
  int backlog = 4096;
  // None: plain TCP.
  std::shared_ptr<const TlsIdentity> tls{};

  std::size_t max_header_bytes = 16UL * 1024;
  std::size_t max_header_count = 100;
  std::size_t max_body_bytes = 1 << 20;
  // Of this worker.
  std::size_t max_connections = 10'000;
  // Counts each client's connections over all workers, and says which are too many. None: no limit.
  std::shared_ptr<ConnectionCounts> connections_per_client{};
  // What slow clients may make this worker hold of bodies that are not whole yet, and as much again of
  // answers that they have not taken. A body beyond is refused; of the answers, the largest is given up, with
  // its connection.
  std::size_t max_buffered_bytes = 256UL << 20;

  // From the first byte of a request to the end of its header; on a new connection from the start, or from
  // the end of the TLS handshake, which has as long.
  std::chrono::milliseconds header_timeout{10'000};
  // From there to the end of the body.
  std::chrono::milliseconds body_timeout{30'000};
  // Between requests.
  std::chrono::milliseconds idle_timeout{75'000};
  // While a part of an answer waits because the client does not take what was sent before, it has to take
  // min_write_rate a second, over each write_timeout as a whole; less ends the connection. What counts is
  // what its system acknowledges, so that neither a byte now and then nor our own system's buffers look like
  // progress.
  std::chrono::milliseconds write_timeout{20'000};
  // Bytes a second; 0: one byte in each write_timeout.
  std::size_t min_write_rate = 1024;
};

class Server {
 public:
  // `log` and `metrics` outlive the server; `io` is the worker's and runs on one thread.
  Server(boost::asio::io_context& io, ServerOptions options, Handler handler, const base::Log& log,
         base::Metrics& metrics);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds, listens and begins to accept. Fails with kInternal, naming address and port, when they are not to
  // be had.
  [[nodiscard]] base::Result<void> listen();
  // The port that is listened on, after listen().
  std::uint16_t port() const;
  std::size_t connections() const;
  // Connections accepted from now on show this identity; those that are open keep theirs. Only for a server
  // that was made with one.
  void set_tls(std::shared_ptr<const TlsIdentity> tls);

  // Stops accepting, closes idle connections, lets running exchanges finish with `Connection: close`, cancels
  // what still runs at `deadline`, closes WebSockets with 1001, and returns when no connection is left. Call
  // it once.
  base::Awaitable<void> drain(base::Deadline deadline);

  // Closes every WebSocket with 1001 as at drain()'s deadline, ahead of it: for sockets that have nothing to
  // wait for.
  void close_websockets();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::net
