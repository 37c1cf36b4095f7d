#include "net/client_connection.h"

#include <array>
#include <cerrno>

#include <boost/asio/this_coro.hpp>
#include <sys/socket.h>
#include <sys/uio.h>

namespace parley::net {

namespace asio = boost::asio;
using TimePoint = base::Deadline::TimePoint;

namespace {

// The largest TLS record: what is over goes into the next call.
constexpr std::size_t kRecord = 16UL * 1024;

Io try_again(Io want) {
  return errno == EAGAIN ? want : Io::kFailed;
}

}  // namespace

ClientConnection::ClientConnection(Socket socket, base::Gauge& open)
    : socket_(std::move(socket)), timer_(socket_.get_executor()), open_(open) {
  open_.add(1);
}

ClientConnection::~ClientConnection() {
  close();
  open_.add(-1);
}

void ClientConnection::close() {
  if (!socket_.is_open()) return;
  if (tls_) tls_->close();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

Io ClientConnection::read(std::span<char> into, std::size_t& got) {
  if (tls_) return tls_->read(into, got);
  while (true) {
    const ::ssize_t result = ::recv(socket_.native_handle(), into.data(), into.size(), 0);
    if (result > 0) {
      got = static_cast<std::size_t>(result);
      drained_ = got < into.size();
      return Io::kDone;
    }
    if (result == 0) return Io::kEof;
    if (errno != EINTR) return try_again(Io::kWantRead);
  }
}

Io ClientConnection::write(std::string_view first, std::string_view second, std::size_t& sent) {
  if (tls_) {
    return tls_->write(std::span((first.empty() ? second : first).substr(0, kRecord)), sent);
  }
  const auto vector = [](std::string_view bytes) {
    return ::iovec{.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
  };
  std::array<::iovec, 2> vectors{vector(first), vector(second)};
  ::msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = vectors.size();
  while (true) {
    const ::ssize_t result = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL);
    if (result >= 0) {
      sent = static_cast<std::size_t>(result);
      return Io::kDone;
    }
    if (errno != EINTR) return try_again(Io::kWantWrite);
  }
}

void ClientConnection::set_deadline(TimePoint at) {
  deadline_ = at;
  if (timer_at_ <= at) return;
  timer_at_ = at;
  timer_.expires_at(at);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    if (error) return;
    if (const auto self = weak.lock()) self->timer_fired();
  });
}

void ClientConnection::timer_fired() {
  timer_at_ = TimePoint::max();
  if (std::chrono::steady_clock::now() < deadline_) return set_deadline(deadline_);
  deadline_ = TimePoint::max();
  if (mode_ == Mode::kIdle) return gone();
  if (!waiting_) return;
  expired_ = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

base::Awaitable<ClientConnection::Woken> ClientConnection::wait(Io want, base::Deadline deadline) {
  const auto stop = co_await asio::this_coro::cancellation_state;
  if (stop.cancelled() != asio::cancellation_type::none) co_return Woken::kCancelled;
  expired_ = false;
  set_deadline(deadline.at());
  drained_ = false;
  waiting_ = true;
  co_await socket_.async_wait(want == Io::kWantWrite ? Socket::wait_write : Socket::wait_read, base::kTuple);
  waiting_ = false;
  if (stop.cancelled() != asio::cancellation_type::none) co_return Woken::kCancelled;
  co_return expired_ ? Woken::kExpired : Woken::kReady;
}

base::Awaitable<ClientConnection::Woken> ClientConnection::wait_or_readable(Io want,
                                                                            base::Deadline deadline) {
  mode_ = Mode::kBusyWriting;
  watch();
  const Woken woken = co_await wait(want, deadline);
  mode_ = Mode::kBusy;
  co_return woken;
}

void ClientConnection::watch() {
  if (watching_) return;
  watching_ = true;
  socket_.async_wait(Socket::wait_read, [weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (!self) return;
    self->watching_ = false;
    if (!error) return self->became_readable();
    if (self->mode_ == Mode::kIdle) self->gone();
  });
}

// In use, the watch that rest() began may still be there: leaving it there costs nothing, cancelling it does.
void ClientConnection::became_readable() {
  if (mode_ == Mode::kIdle) {
    // TLS has words of its own that are no data.
    if (!silent()) return gone();
    watch();
  } else if (mode_ == Mode::kBusyWriting) {
    boost::system::error_code ignored;
    socket_.cancel(ignored);
  }
}

// False where the server has closed or sent something.
bool ClientConnection::silent() {
  std::array<char, 1> byte{};
  std::size_t got = 0;
  return read(byte, got) == Io::kWantRead;
}

void ClientConnection::gone() {
  mode_ = Mode::kBusy;
  const auto gone = std::move(gone_);
  gone_ = nullptr;
  gone();
}

void ClientConnection::rest(base::Deadline until, std::function<void()> gone) {
  gone_ = std::move(gone);
  mode_ = Mode::kIdle;
  set_deadline(until.at());
  watch();
}

bool ClientConnection::wake() {
  mode_ = Mode::kBusy;
  gone_ = nullptr;
  return silent();
}

}  // namespace parley::net
