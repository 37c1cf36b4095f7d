// The HTTP/1.1 client of one worker: pooled keep-alive connections, TLS, deadlines, bodies that stream.
//
// Belongs to one worker (one single-threaded executor) and is used on it. The caller's coroutine does the
// work: cancelling it, or letting go of a ClientResponse before its end, closes the connection at once, so
// that the server at the other end stops too. Redirects are not followed and no answer is cached. A
// connection goes back to the pool only after a body that ended where its framing said. A request that failed
// on a reused connection before one byte of the answer came is sent once more on a new connection where that
// is safe: the method is idempotent (RFC 9110, 9.2.2) or the server closed the connection before the request
// was written whole.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>

#include "base/async.h"
#include "base/call.h"
#include "base/error.h"
#include "base/metrics.h"
#include "net/http.h"

namespace parley::net {

struct Url {
  bool tls = false;
  // A name, an IPv4 address, or an IPv6 address without its brackets.
  std::string host;
  std::uint16_t port = 80;
  // Path and query, begins with '/'.
  std::string target = "/";

  // As in a Host header: the port only where it is not the scheme's own.
  std::string authority() const;
};

// Strict: http or https, a host, no user, no fragment, nothing but what RFC 3986 lets a URL hold.
// BAD_USER_INPUT, naming what is wrong.
[[nodiscard]] base::Result<Url> parse_url(std::string_view text);

// Whom the client believes: certificate authorities, read once and shared by workers.
class TlsTrust;
// `extra_pem`: authorities beside the system's own; empty for none. BAD_USER_INPUT for a bad PEM. Reads all
// of the system's, which takes some 40 ms.
[[nodiscard]] base::Result<std::shared_ptr<const TlsTrust>> make_tls_trust(const std::string& extra_pem);

struct ClientOptions {
  // Made where https is wanted; without it an https request is INTERNAL.
  std::shared_ptr<const TlsTrust> trust{};
  // Of one host and port; a request beyond waits for one to come free.
  std::size_t max_connections = 256;
  // As many: requests come in bursts, such as a group of turns that were stored together.
  std::size_t max_idle = 256;
  // How long a pooled connection may be idle before it is closed.
  std::chrono::milliseconds idle_timeout{30'000};
  std::size_t max_header_bytes = std::size_t{64} << 10;
};

struct ClientTimeouts {
  // Waiting for a place in the pool, name lookup, connecting and the TLS handshake, together.
  std::chrono::milliseconds connect{5'000};
  // From the last byte of the request to the head of the answer; also how long the server may read nothing of
  // the request.
  std::chrono::milliseconds first_byte{60'000};
  // Between two pieces of the body.
  std::chrono::milliseconds idle{60'000};
};

struct ClientRequest {
  std::string method = "GET";
  Url url;
  // Host, Content-Length, Connection and Transfer-Encoding are the client's: do not set them.
  Headers headers{};
  std::string body{};
  ClientTimeouts timeouts{};
};

// The answer to one request: the head has come, the body may still be on its way. Used by one coroutine at a
// time.
class ClientResponse {
 public:
  virtual ~ClientResponse() = default;

  virtual int status() const = 0;
  virtual const Headers& headers() const = 0;

  // The next piece of the body as it comes, never empty; nothing at its end. PROVIDER_UNAVAILABLE: the
  // connection broke or the body was malformed or cut; DEADLINE_EXCEEDED: the call's deadline or the idle
  // timeout; CANCELLED.
  virtual base::Awaitable<base::Result<std::optional<std::string>>> read() = 0;
  // The rest of the body. As read(), and PAYLOAD_TOO_LARGE where it is longer than `max_bytes`.
  base::Awaitable<base::Result<std::string>> read_all(std::size_t max_bytes);
};

class Client {
 public:
  // `metrics` outlives the client. Keeps parley_client_connections{state} (open, idle).
  Client(boost::asio::any_io_executor executor, ClientOptions options, base::Metrics& metrics);
  // No request is under way and no ClientResponse is held. Idle connections are closed.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Sends the request and returns when the head of the answer has come (any status; 1xx are passed over).
  // `call` bounds the whole, body included, and its traceparent is sent. PROVIDER_UNAVAILABLE: the name is
  // not known, the connection is refused, the certificate is not believed, the answer is malformed or the
  // connection broke; DEADLINE_EXCEEDED; CANCELLED. Messages are fit for users; host and reason are in
  // `cause`.
  base::Awaitable<base::Result<std::unique_ptr<ClientResponse>>> send(base::Call call, ClientRequest request);

  // Closes what is idle, now and from now on at once; for shutting down.
  void close_idle();

 private:
  class Impl;
  // Shared with the answers under way, which give their connection back.
  std::shared_ptr<Impl> impl_;
};

}  // namespace parley::net
