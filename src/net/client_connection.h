// One connection to a server, plain or TLS: reads and writes without waiting, waits with deadlines, and
// watches the server while it is idle.
//
// Belongs to one worker. Held by the exchange that uses it, or by the pool while it is idle; whoever drops it
// closes it, at once. Reads and writes are tried and the socket is waited for only when it says so, so that a
// connection that waits holds no buffer. All waits share one timer, which is set anew only when a deadline
// comes nearer: on a busy connection that is next to never.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/async.h"
#include "base/call.h"
#include "base/metrics.h"
#include "net/tls.h"

namespace parley::net {

class ClientConnection : public std::enable_shared_from_this<ClientConnection> {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  enum class Woken : std::uint8_t { kReady, kExpired, kCancelled };

  // `socket` is connected and non-blocking. `tls` null for plain TCP; its handshake comes first otherwise.
  // `open` counts the connection while it lives.
  ClientConnection(Socket socket, base::Gauge& open);
  ~ClientConnection();
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  // For connect_tls(); handshake() comes next.
  int native_socket() { return socket_.native_handle(); }
  void use_tls(std::unique_ptr<TlsSession> tls) { tls_ = std::move(tls); }
  bool tls() const { return tls_ != nullptr; }
  Io handshake() { return tls_->handshake(); }
  // Right after kFailed of a TLS connection: why, for the log.
  std::string tls_failure() const { return tls_->failure(); }

  // Reads what is there, up to the size of `into`. kDone: `got` bytes, at least one.
  Io read(std::span<char> into, std::size_t& got);
  // Sends of `first` and then `second` what the socket takes at once. kDone: `sent` bytes, at least one.
  Io write(std::string_view first, std::string_view second, std::size_t& sent);
  // What the next read should wait for before it is tried: kDone where it should be tried at once.
  Io before_read() const { return drained_ ? Io::kWantRead : Io::kDone; }

  // Returns when what was wanted (kWantRead or kWantWrite) may go on. One wait at a time.
  base::Awaitable<Woken> wait(Io want, base::Deadline deadline);
  // The same, and when something may be read.
  base::Awaitable<Woken> wait_or_readable(Io want, base::Deadline deadline);

  // Idle from now on: `gone` is called, once, when the server closes or says something nobody asked for, or
  // when `until` has come. It may drop the connection.
  void rest(base::Deadline until, std::function<void()> gone);
  // In use again. False where the server has closed meanwhile; it is to be dropped then.
  bool wake();
  // Says goodbye where TLS wants it, and closes.
  void close();

 private:
  void set_deadline(base::Deadline::TimePoint at);
  void timer_fired();
  void watch();
  void became_readable();
  bool silent();
  void gone();

  Socket socket_;
  std::unique_ptr<TlsSession> tls_;
  boost::asio::steady_timer timer_;
  base::Gauge& open_;
  std::function<void()> gone_;
  base::Deadline::TimePoint deadline_ = base::Deadline::TimePoint::max();
  // When the timer fires; max where it does not.
  base::Deadline::TimePoint timer_at_ = base::Deadline::TimePoint::max();
  enum class Mode : std::uint8_t { kBusy, kBusyWriting, kIdle };
  Mode mode_ = Mode::kBusy;
  // A read wait that no coroutine waits for is under way.
  bool watching_ = false;
  // A coroutine waits.
  bool waiting_ = false;
  bool expired_ = false;
  // The last read took all that was there.
  bool drained_ = false;
};

}  // namespace parley::net
