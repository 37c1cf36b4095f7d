// One accepted socket, plain or TLS: reads and writes without waiting, a queue for what the peer is slow to
// take, and a watch for its leaving.
//
// Belongs to its connection; used on the worker's thread. Reads and writes are tried at once and the socket
// is waited for only when it says so, so that a connection that waits holds no buffer. Every wait here ends
// when close() is called, which is how the deadlines (check()) end them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/async.h"
#include "base/clock.h"
#include "net/tls.h"

namespace parley::net {

class Transport {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  // Why no more can be written.
  enum class Ended : std::uint8_t { kNo, kPeerGone, kTooSlow, kClosed };

  // What the peer has to take while something waits for it: so many bytes in each `timeout`.
  struct Pace {
    std::chrono::milliseconds timeout;
    std::int64_t bytes;
  };

  // `tls` null for plain TCP; otherwise handshake() comes first.
  Transport(Socket socket, const TlsIdentity* tls, Pace pace);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  bool tls() const { return tls_ != nullptr; }
  boost::asio::any_io_executor executor() { return socket_.get_executor(); }
  Io handshake() { return tls_->handshake(); }
  // Reads what is there, up to the size of `into`. kDone: `got` bytes, at least one.
  Io read(std::span<char> into, std::size_t& got);
  // Returns when a read may bring something, or the transport was closed or woken (wake_reader()). `want` is
  // what the last read or handshake asked for.
  base::Awaitable<void> readable(Io want);
  // Ends the readable() that waits.
  void wake_reader();

  // Puts bytes into the queue; pump() sends.
  void append(std::string_view bytes);
  void append_moved(std::string&& bytes);
  // The tail of the queue, to be written into directly.
  std::string& tail();
  // Sends what the socket takes at once; the rest follows by itself as it takes more.
  void pump();
  // pump() once whoever runs now has come to a wait.
  void pump_soon();
  // Returns when at most `left` bytes wait, or the transport has ended. Fails with kCancelled when the task
  // is cancelled; the bytes stay queued.
  base::Awaitable<base::Result<void>> written(std::size_t left);
  // The same for all that was queued when it was called.
  base::Awaitable<base::Result<void>> written_so_far();
  // Bytes that pump() could not send yet.
  std::size_t queued() const { return queued_; }
  // The same and what was appended since.
  std::size_t queued_bytes() const;
  Ended ended() const { return ended_; }

  // From now on the peer is watched: `gone` is called when it leaves. What it sends meanwhile is appended to
  // `into`, up to `limit` bytes.
  void watch(std::string& into, std::size_t limit, std::span<char> scratch, std::function<void()> gone);
  void unwatch();
  bool watched() const { return watch_ != nullptr; }

  // Tells the peer that nothing more comes.
  void shutdown_send();
  // What the system still holds for the peer is sent on, but for one that was too slow.
  void close(Ended why = Ended::kClosed);
  // Returns when no callback of this object is left; after close(). Not ended by cancelling.
  base::Awaitable<void> settle();

  // Called now and then: closes when the peer is slower than its pace. True when it did.
  bool check(base::SteadyTime now);
  // Hands the queue's buffer over to be used elsewhere, where nothing waits in it.
  void swap_idle_buffer(std::string& spare);

 private:
  Io send(std::size_t& sent);
  void sent(std::size_t bytes);
  void wait_to_write(Io want);
  void watch_more();
  void look();
  base::Result<void> end() const;
  std::int64_t taken();
  void start_window();
  void ended_callback();

  Socket socket_;
  std::unique_ptr<TlsSession> tls_;
  std::vector<std::string> chunks_;
  std::size_t front_ = 0;
  std::size_t front_sent_ = 0;
  std::size_t queued_ = 0;
  std::uint64_t total_queued_ = 0;
  std::uint64_t total_sent_ = 0;
  const Pace pace_;
  // The window in which the peer has to take pace_.bytes more than taken_before_.
  base::SteadyTime window_end_ = base::SteadyTime::max();
  std::int64_t taken_before_ = 0;
  // Woken on progress of writing, on the end, and when the last callback has run.
  base::Event changed_;
  struct Watch {
    std::string* into;
    std::size_t limit;
    std::span<char> scratch;
    std::function<void()> gone;
    boost::asio::cancellation_signal stop;
    bool waiting = false;
  };
  std::unique_ptr<Watch> watch_;
  std::uint64_t watch_id_ = 0;
  std::size_t callbacks_ = 0;
  Ended ended_ = Ended::kNo;
  bool waiting_to_write_ = false;
  bool pump_posted_ = false;
};

}  // namespace parley::net
