#include "net/transport.h"

#include <array>
#include <cerrno>
#include <limits>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace parley::net {

namespace asio = boost::asio;

namespace {

// Bytes are joined into chunks of this size, which is also a TLS record's.
constexpr std::size_t kChunk = 16UL * 1024;
constexpr std::size_t kMaxVectors = 16;

}  // namespace

Transport::Transport(Socket socket, const TlsIdentity* tls, Pace pace)
    : socket_(std::move(socket)), pace_(pace), changed_(socket_.get_executor()) {
  if (tls != nullptr) tls_ = std::make_unique<TlsSession>(*tls, socket_.native_handle());
}

Transport::~Transport() = default;

Io Transport::read(std::span<char> into, std::size_t& got) {
  if (ended_ != Ended::kNo) return Io::kFailed;
  if (tls_) return tls_->read(into, got);
  while (true) {
    const ::ssize_t result = ::recv(socket_.native_handle(), into.data(), into.size(), 0);
    if (result > 0) {
      got = static_cast<std::size_t>(result);
      return Io::kDone;
    }
    if (result == 0) return Io::kEof;
    if (errno == EINTR) continue;
    return errno == EAGAIN ? Io::kWantRead : Io::kFailed;
  }
}

base::Awaitable<void> Transport::readable(Io want) {
  if (ended_ != Ended::kNo || (tls_ && want == Io::kDone && tls_->pending())) co_return;
  const auto what = want == Io::kWantWrite ? Socket::wait_write : Socket::wait_read;
  // Awaited as it is: no coroutine of its own for the wait that idle connections are in.
  co_await socket_.async_wait(what, asio::as_tuple(asio::deferred));
}

void Transport::wake_reader() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

std::string& Transport::tail() {
  if (chunks_.empty() || chunks_.back().size() >= kChunk) chunks_.emplace_back();
  return chunks_.back();
}

void Transport::append(std::string_view bytes) {
  tail().append(bytes);
}

void Transport::append_moved(std::string&& bytes) {
  if (bytes.size() < kChunk / 4) {
    append(bytes);
  } else {
    chunks_.push_back(std::move(bytes));
  }
}

Io Transport::send(std::size_t& sent) {
  if (tls_) {
    const std::string& chunk = chunks_[front_];
    return tls_->write(std::span(chunk).subspan(front_sent_), sent);
  }
  std::array<::iovec, kMaxVectors> vectors;
  std::size_t count = 0;
  for (std::size_t i = front_; i < chunks_.size() && count < kMaxVectors; ++i) {
    const std::size_t skip = i == front_ ? front_sent_ : 0;
    vectors[count++] = {.iov_base = chunks_[i].data() + skip, .iov_len = chunks_[i].size() - skip};
  }
  while (true) {
    ::ssize_t result = 0;
    if (count == 1) {
      result = ::send(socket_.native_handle(), vectors[0].iov_base, vectors[0].iov_len, MSG_NOSIGNAL);
    } else {
      ::msghdr message{};
      message.msg_iov = vectors.data();
      message.msg_iovlen = count;
      result = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL);
    }
    if (result >= 0) {
      sent = static_cast<std::size_t>(result);
      return Io::kDone;
    }
    if (errno == EINTR) continue;
    return errno == EAGAIN ? Io::kWantWrite : Io::kFailed;
  }
}

void Transport::sent(std::size_t bytes) {
  total_sent_ += bytes;
  while (front_ < chunks_.size()) {
    const std::size_t left = chunks_[front_].size() - front_sent_;
    if (bytes < left) {
      front_sent_ += bytes;
      // Keeps the list short where new chunks come before the old ones are all out.
      if (front_ >= kMaxVectors) {
        chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(front_));
        front_ = 0;
      }
      return;
    }
    bytes -= left;
    front_sent_ = 0;
    if (chunks_.size() > 1) chunks_[front_] = {};
    ++front_;
  }
  if (front_ < chunks_.size()) return;
  // All is out: one small buffer stays for the next answer.
  const bool keep = chunks_.size() == 1 && chunks_.front().capacity() <= 2 * kChunk;
  if (keep) {
    chunks_.front().clear();
  } else {
    chunks_.clear();
  }
  front_ = 0;
}

std::size_t Transport::queued_bytes() const {
  std::size_t waiting = 0;
  for (std::size_t i = front_; i < chunks_.size(); ++i) waiting += chunks_[i].size();
  return waiting - front_sent_;
}

void Transport::pump() {
  const std::size_t waiting = queued_bytes();
  total_queued_ += waiting - queued_;
  queued_ = waiting;
  if (ended_ != Ended::kNo || queued_ == 0 || waiting_to_write_) return;
  const std::size_t before = queued_;
  while (queued_ > 0) {
    // A chunk that was emptied and kept stands in front of one that was moved in.
    if (chunks_[front_].size() == front_sent_) {
      ++front_;
      front_sent_ = 0;
      continue;
    }
    std::size_t bytes = 0;
    const Io io = send(bytes);
    if (io == Io::kDone) {
      sent(bytes);
      queued_ -= bytes;
      continue;
    }
    if (io == Io::kWantRead || io == Io::kWantWrite) {
      if (window_end_ == base::SteadyTime::max()) start_window();
      wait_to_write(io);
      break;
    }
    close(Ended::kPeerGone);
    return;
  }
  if (queued_ == 0) window_end_ = base::SteadyTime::max();
  if (queued_ != before) changed_.notify_all();
}

// What the peer has acknowledged: not what the system took, which may be megabytes that nobody reads. (Under
// TLS both parts count different bytes; over a window the difference is a few in a hundred at most.)
std::int64_t Transport::taken() {
  int held = 0;
  if (::ioctl(socket_.native_handle(), SIOCOUTQ, &held) != 0) held = 0;
  return static_cast<std::int64_t>(total_sent_) - held;
}

void Transport::start_window() {
  window_end_ = std::chrono::steady_clock::now() + pace_.timeout;
  taken_before_ = taken();
}

void Transport::wait_to_write(Io want) {
  waiting_to_write_ = true;
  ++callbacks_;
  socket_.async_wait(want == Io::kWantRead ? Socket::wait_read : Socket::wait_write,
                     [this](const boost::system::error_code&) {
                       waiting_to_write_ = false;
                       // Also after wake_reader(), which ends this wait with the reader's.
                       if (ended_ == Ended::kNo) pump();
                       ended_callback();
                     });
}

void Transport::pump_soon() {
  if (pump_posted_) return;
  pump_posted_ = true;
  ++callbacks_;
  asio::post(socket_.get_executor(), [this] {
    pump_posted_ = false;
    pump();
    ended_callback();
  });
}

void Transport::ended_callback() {
  if (--callbacks_ == 0) changed_.notify_all();
}

base::Result<void> Transport::end() const {
  if (ended_ == Ended::kTooSlow) {
    return base::fail(base::ErrorCode::kDeadlineExceeded, "the peer reads too slowly");
  }
  if (ended_ != Ended::kNo) return base::fail(base::ErrorCode::kCancelled, "the peer is gone");
  return {};
}

base::Awaitable<base::Result<void>> Transport::written(std::size_t left) {
  while (ended_ == Ended::kNo && queued_ > left) {
    auto woken = co_await changed_.wait({});
    if (!woken && ended_ == Ended::kNo) co_return base::fail(std::move(woken));
  }
  co_return end();
}

base::Awaitable<base::Result<void>> Transport::written_so_far() {
  const std::uint64_t mark = total_queued_;
  while (ended_ == Ended::kNo && total_sent_ < mark) {
    auto woken = co_await changed_.wait({});
    if (!woken && ended_ == Ended::kNo) co_return base::fail(std::move(woken));
  }
  co_return end();
}

void Transport::watch(std::string& into, std::size_t limit, std::span<char> scratch,
                      std::function<void()> gone) {
  watch_ = std::make_unique<Watch>();
  ++watch_id_;
  watch_->into = &into;
  watch_->limit = limit;
  watch_->scratch = scratch;
  watch_->gone = std::move(gone);
  watch_more();
}

void Transport::watch_more() {
  watch_->waiting = true;
  ++callbacks_;
  socket_.async_wait(Socket::wait_read,
                     asio::bind_cancellation_slot(watch_->stop.slot(),
                                                  [this, id = watch_id_](const boost::system::error_code&) {
                                                    if (watch_ && watch_id_ == id) {
                                                      watch_->waiting = false;
                                                      look();
                                                    }
                                                    ended_callback();
                                                  }));
}

void Transport::look() {
  while (ended_ == Ended::kNo) {
    if (watch_->into->size() >= watch_->limit) return;
    std::size_t got = 0;
    const Io io = read(watch_->scratch.first(std::min(watch_->scratch.size(), watch_->limit)), got);
    if (io == Io::kDone) {
      watch_->into->append(watch_->scratch.data(), got);
      continue;
    }
    if (io == Io::kWantRead || io == Io::kWantWrite) return watch_more();
    const auto gone = std::move(watch_->gone);
    close(Ended::kPeerGone);
    if (gone) gone();
    return;
  }
}

void Transport::unwatch() {
  if (!watch_) return;
  const auto watch = std::move(watch_);
  if (watch->waiting) watch->stop.emit(asio::cancellation_type::all);
}

void Transport::shutdown_send() {
  if (ended_ != Ended::kNo) return;
  if (tls_) tls_->close();
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

void Transport::close(Ended why) {
  if (ended_ != Ended::kNo) return;
  ended_ = why;
  window_end_ = base::SteadyTime::max();
  boost::system::error_code ignored;
  // The system would go on offering it the rest, for minutes and from its own memory.
  if (why == Ended::kTooSlow) socket_.set_option(boost::asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
  changed_.notify_all();
}

base::Awaitable<void> Transport::settle() {
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  while (callbacks_ > 0) co_await changed_.wait({});
}

bool Transport::check(base::SteadyTime now) {
  if (now < window_end_) return false;
  if (taken() - taken_before_ >= pace_.bytes) {
    start_window();
    return false;
  }
  close(Ended::kTooSlow);
  return true;
}

void Transport::swap_idle_buffer(std::string& spare) {
  if (queued_ > 0) return;
  if (chunks_.empty()) {
    if (spare.capacity() > sizeof(std::string)) chunks_.push_back(std::move(spare));
    return;
  }
  chunks_.front().clear();
  spare = std::move(chunks_.front());
  chunks_ = {};
}

}  // namespace parley::net
