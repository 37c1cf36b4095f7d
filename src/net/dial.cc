#include "net/dial.h"

#include <boost/asio/cancel_at.hpp>
#include <boost/asio/this_coro.hpp>

#include "net/client_errors.h"

namespace parley::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

using Connection = std::shared_ptr<ClientConnection>;

constexpr const char* kUnreachable = "the upstream server could not be reached";

// Until when one of `left` addresses is tried.
base::Deadline share(base::Deadline deadline, std::size_t left) {
  if (deadline.never() || left == 1) return deadline;
  const auto now = std::chrono::steady_clock::now();
  return base::Deadline(now + (deadline.at() - now) / static_cast<long>(left));
}

base::Awaitable<boost::system::error_code> connect(tcp::socket& socket, tcp::endpoint to,
                                                   base::Deadline deadline) {
  boost::system::error_code error;
  socket.open(to.protocol(), error);
  if (error) co_return error;
  if (deadline.never()) {
    std::tie(error) = co_await socket.async_connect(to, base::kTuple);
  } else {
    std::tie(error) = co_await socket.async_connect(to, asio::cancel_at(deadline.at(), base::kTuple));
  }
  if (error) co_return error;
  socket.native_non_blocking(true, error);
  if (error) co_return error;
  // The request goes out in one piece: nothing is gained by waiting for more of it.
  socket.set_option(tcp::no_delay(true), error);
  co_return error;
}

base::Awaitable<base::Result<void>> shake_hands(const Connection& connection, const Dialer& dialer,
                                                const Url& url, base::Deadline deadline) {
  auto session = connect_tls(*dialer.trust, url.host, connection->native_socket());
  if (!session) co_return base::fail(std::move(session));
  connection->use_tls(std::move(*session));
  while (true) {
    const Io io = connection->handshake();
    if (io == Io::kDone) co_return base::Result<void>{};
    if (io != Io::kWantRead && io != Io::kWantWrite) {
      const std::string why = io == Io::kFailed ? connection->tls_failure() : "the peer ended it";
      co_return unavailable("no secure connection to the upstream server could be made", url, "TLS: " + why);
    }
    const auto woken = co_await connection->wait(io, deadline);
    if (woken == ClientConnection::Woken::kCancelled) co_return call_cancelled();
    if (woken == ClientConnection::Woken::kExpired) co_return too_slow(url, "the TLS handshake");
  }
}

}  // namespace

base::Awaitable<base::Result<Connection>> dial(Dialer& dialer, const Url& url, base::Deadline deadline) {
  if (url.tls && !dialer.trust) {
    co_return base::fail(base::ErrorCode::kInternal, "https is not set up here", url.authority());
  }
  auto addresses = co_await dialer.names.look_up(url.host, deadline);
  if (!addresses) {
    const base::Error& error = addresses.error();
    if (error.code == base::ErrorCode::kCancelled) co_return call_cancelled();
    if (error.code == base::ErrorCode::kDeadlineExceeded) co_return too_slow(url, "the name's lookup");
    co_return unavailable(kUnreachable, url, error.message + ": " + error.cause);
  }
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  std::string why;
  for (std::size_t i = 0; i < addresses->size(); ++i) {
    const tcp::endpoint to((*addresses)[i], url.port);
    tcp::socket socket(executor);
    const auto error = co_await connect(socket, to, share(deadline, addresses->size() - i));
    if (co_await base::cancelled()) co_return call_cancelled();
    if (!error) {
      auto connection = std::make_shared<ClientConnection>(std::move(socket), dialer.open);
      if (url.tls) {
        auto done = co_await shake_hands(connection, dialer, url, deadline);
        if (!done) co_return base::fail(std::move(done));
      }
      co_return connection;
    }
    if (deadline.passed()) break;
    why += (why.empty() ? "" : "; ") + to.address().to_string() + ": " + error.message();
  }
  if (deadline.passed()) co_return too_slow(url, "connecting");
  co_return unavailable(kUnreachable, url, why);
}

}  // namespace parley::net
