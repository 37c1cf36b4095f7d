#include "net/client_exchange.h"

#include <boost/asio/this_coro.hpp>

#include "net/client_errors.h"

namespace parley::net {

using Woken = ClientConnection::Woken;

ClientExchange::ClientExchange(std::shared_ptr<ExchangeHost> host, ConnectionPool::Lease lease,
                               const ClientRequest& request, base::Deadline deadline)
    : host_(std::move(host)),
      lease_(std::move(lease)),
      parser_(host_->max_header_bytes, request.method == "HEAD"),
      origin_{.tls = request.url.tls, .host = request.url.host, .port = request.url.port},
      deadline_(deadline),
      timeouts_(request.timeouts) {}

ConnectionPool::Lease ClientExchange::take_place() {
  lease_.close();
  return std::move(lease_);
}

std::unexpected<base::Error> ClientExchange::failed(std::unexpected<base::Error> error) {
  error_ = error.error();
  if (parser_.has_head()) {
    lease_.drop();
  } else {
    lease_.close();
  }
  return error;
}

std::unexpected<base::Error> ClientExchange::broken(std::string_view why) {
  broken_ = true;
  return failed(unavailable(parser_.has_head() ? "the upstream server's answer was cut off or malformed"
                                               : "the upstream server gave no valid answer",
                            origin_, why));
}

std::unexpected<base::Error> ClientExchange::woken_badly(Woken woken, std::string_view doing) {
  return failed(woken == Woken::kCancelled ? call_cancelled() : too_slow(origin_, doing));
}

void ClientExchange::ended(bool clean) {
  done_ = true;
  if (clean && written_whole_ && parser_.keeps_alive()) {
    lease_.give_back();
  } else {
    lease_.drop();
  }
}

Io ClientExchange::pull() {
  std::size_t got = 0;
  const Io io = lease_.connection()->read(host_->scratch, got);
  switch (io) {
    case Io::kDone:
      return take({host_->scratch.data(), got});
    case Io::kEof:
      if (parser_.end() == ResponseParser::Step::kDone) {
        ended(false);
        return Io::kDone;
      }
      static_cast<void>(broken(parser_.refusal()));
      return Io::kFailed;
    case Io::kFailed:
      // Also where TLS ended without its goodbye: whoever cut the line could have cut the body.
      static_cast<void>(broken("the connection broke"));
      return Io::kFailed;
    default:
      return io;
  }
}

Io ClientExchange::take(std::string_view bytes) {
  if (parser_.has_head()) piece_.reserve(bytes.size());
  std::size_t consumed = 0;
  switch (parser_.feed(bytes, consumed, piece_)) {
    case ResponseParser::Step::kNeedMore:
      return Io::kDone;
    case ResponseParser::Step::kDone:
      ended(consumed == bytes.size());
      return Io::kDone;
    case ResponseParser::Step::kRefused:
      break;
  }
  static_cast<void>(broken(parser_.refusal()));
  return Io::kFailed;
}

base::Awaitable<base::Result<void>> ClientExchange::run(std::string_view head, std::string_view body) {
  auto written = co_await write(head, body);
  if (!written) co_return written;
  co_return co_await read_head();
}

base::Awaitable<base::Result<void>> ClientExchange::write(std::string_view head, std::string_view body) {
  while (!head.empty() || !body.empty()) {
    ClientConnection& connection = *lease_.connection();
    std::size_t sent = 0;
    const Io io = connection.write(head, body, sent);
    if (io == Io::kDone) {
      const std::size_t of_head = std::min(sent, head.size());
      head.remove_prefix(of_head);
      body.remove_prefix(sent - of_head);
      continue;
    }
    if (io == Io::kWantRead || io == Io::kWantWrite) {
      const auto woken = co_await connection.wait_or_readable(io, deadline_.sooner(timeouts_.first_byte));
      if (woken != Woken::kReady) co_return woken_badly(woken, "sending the request");
    }
    // A server that has seen enough answers, and may close, before it has read all: what it says counts.
    const Io read = pull();
    if (parser_.has_head()) co_return base::Result<void>{};
    if (read == Io::kFailed) co_return std::unexpected(*error_);
    if (read != Io::kDone && (io == Io::kFailed || io == Io::kEof)) {
      co_return broken("the connection broke while sending");
    }
  }
  written_whole_ = true;
  co_return base::Result<void>{};
}

base::Awaitable<base::Result<void>> ClientExchange::read_head() {
  const base::Deadline until = deadline_.sooner(timeouts_.first_byte);
  // Just after sending there is seldom something to read.
  Io want = Io::kWantRead;
  while (!parser_.has_head()) {
    if (want != Io::kDone) {
      const auto woken = co_await lease_.connection()->wait(want, until);
      if (woken != Woken::kReady) co_return woken_badly(woken, "the answer's header");
    }
    want = pull();
    if (want == Io::kFailed && !parser_.has_head()) co_return std::unexpected(*error_);
  }
  co_return base::Result<void>{};
}

base::Awaitable<base::Result<std::optional<std::string>>> ClientExchange::read() {
  using Read = base::Result<std::optional<std::string>>;
  if (!piece_.empty()) co_return Read(std::exchange(piece_, {}));
  if (error_) co_return std::unexpected(*error_);
  if (done_) co_return Read(std::nullopt);
  const base::Deadline until = deadline_.sooner(timeouts_.idle);
  if (deadline_.passed()) co_return woken_badly(Woken::kExpired, "the answer's body");
  const auto stop = co_await boost::asio::this_coro::cancellation_state;
  if (stop.cancelled() != boost::asio::cancellation_type::none) {
    co_return woken_badly(Woken::kCancelled, {});
  }
  Io want = lease_.connection()->before_read();
  while (true) {
    if (want != Io::kDone) {
      const auto woken = co_await lease_.connection()->wait(want, until);
      if (woken != Woken::kReady) co_return woken_badly(woken, "the answer's body");
    }
    want = pull();
    if (!piece_.empty()) co_return Read(std::exchange(piece_, {}));
    if (done_) co_return Read(std::nullopt);
    if (error_) co_return std::unexpected(*error_);
  }
}

base::Awaitable<base::Result<std::string>> ClientResponse::read_all(std::size_t max_bytes) {
  std::string all;
  while (true) {
    auto piece = co_await read();
    if (!piece) co_return base::fail(std::move(piece));
    if (!*piece) co_return all;
    if ((*piece)->size() > max_bytes - all.size()) {
      co_return base::fail(base::ErrorCode::kPayloadTooLarge, "the upstream server's answer is too long");
    }
    if (all.empty()) {
      all = std::move(**piece);
    } else {
      all.append(**piece);
    }
  }
}

}  // namespace parley::net
