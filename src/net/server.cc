#include "net/server.h"

#include <cassert>
#include <list>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>
#include <sys/socket.h>

#include "base/task_group.h"
#include "net/connection.h"

namespace parley::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

namespace {

// What a handler has after its cancellation to say where to go on.
constexpr auto kGrace = 1s;
// Connections beyond the limit that are told so at one time; further ones are closed without a word.
constexpr std::size_t kMaxRefused = 64;
// After an accept that failed for want of descriptors or memory.
constexpr auto kAcceptPause = 50ms;

}  // namespace

class Server::Impl {
 public:
  Impl(asio::io_context& io, ServerOptions options, Handler handler, const base::Log& log,
       base::Metrics& metrics)
      : io_(io),
        acceptor_(io),
        host_(std::move(options), std::move(handler), log, metrics),
        gone_(io.get_executor()),
        tasks_(io.get_executor()) {
    const auto& o = host_.options;
    const auto shortest = std::min({o.header_timeout, o.body_timeout, o.idle_timeout, o.write_timeout});
    tick_ = std::clamp<std::chrono::milliseconds>(shortest / 8, 2ms, 250ms);
  }

  base::Result<void> listen();
  std::uint16_t port() const { return port_; }
  std::size_t connections() const { return connections_.size(); }
  void set_tls(std::shared_ptr<const TlsIdentity> tls) { host_.options.tls = std::move(tls); }
  base::Awaitable<void> drain(base::Deadline deadline);
  void close_websockets() {
    for (const auto& connection : connections_) connection->close_websocket();
  }

 private:
  using Connections = std::list<std::unique_ptr<Connection>>;

  base::Awaitable<void> accept();
  base::Awaitable<void> serve(Connections::iterator connection);
  // Keeps the deadlines of all connections: one timer for all costs less than one for each.
  base::Awaitable<void> keep_time();

  asio::io_context& io_;
  tcp::acceptor acceptor_;
  ConnectionHost host_;
  Connections connections_;
  std::uint16_t port_ = 0;
  std::chrono::milliseconds tick_;
  base::Event gone_;
  base::TaskGroup tasks_;
};

base::Result<void> Server::Impl::listen() {
  const auto& options = host_.options;
  const auto failed = [&](const boost::system::error_code& error) {
    return base::fail(
        base::ErrorCode::kInternal,
        fmt::format("cannot listen on {} port {}: {}", options.address, options.port, error.message()));
  };
  boost::system::error_code error;
  const auto address = asio::ip::make_address(options.address, error);
  if (error) return failed(error);
  const tcp::endpoint endpoint(address, options.port);
  if (options.first_on_port && options.port != 0) {
    tcp::acceptor probe(io_);
    probe.open(endpoint.protocol(), error);
    if (!error) probe.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) probe.bind(endpoint, error);
    if (error) return failed(error);
  }
  acceptor_.open(endpoint.protocol(), error);
  if (error) return failed(error);
  acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (error) return failed(error);
  const int on = 1;
  if (::setsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) != 0) {
    return failed({errno, boost::system::system_category()});
  }
  acceptor_.bind(endpoint, error);
  if (error) return failed(error);
  acceptor_.listen(options.backlog, error);
  if (error) return failed(error);
  port_ = acceptor_.local_endpoint(error).port();
  if (error) return failed(error);
  tasks_.spawn(accept());
  tasks_.spawn(keep_time());
  return {};
}

base::Awaitable<void> Server::Impl::accept() {
  while (acceptor_.is_open()) {
    auto [error, socket] = co_await acceptor_.async_accept(base::kTuple);
    if (!acceptor_.is_open()) co_return;
    if (error) {
      host_.log.warn("accept_failed", {{"error", error.message()}});
      if (!co_await base::sleep_until(base::Deadline::after(kAcceptPause))) co_return;
      continue;
    }
    const bool overloaded = connections_.size() >= host_.options.max_connections;
    if (connections_.size() >= host_.options.max_connections + kMaxRefused) continue;
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    // Reads and writes are tried before they are waited for.
    socket.native_non_blocking(true, error);
    if (error) continue;
    connections_.push_back(
        std::make_unique<Connection>(host_, std::move(socket), host_.options.tls, overloaded));
    tasks_.spawn(serve(std::prev(connections_.end())));
  }
}

base::Awaitable<void> Server::Impl::serve(Connections::iterator connection) {
  Connection& served = **connection;
  // A coroutine of its own, so that the connection can cancel its handler.
  co_await asio::co_spawn(io_, served.serve(),
                          asio::bind_cancellation_slot(served.slot(), asio::use_awaitable));
  connections_.erase(connection);
  if (connections_.empty()) gone_.notify_all();
}

base::Awaitable<void> Server::Impl::keep_time() {
  while (co_await base::sleep_until(base::Deadline::after(tick_))) {
    const auto now = std::chrono::steady_clock::now();
    for (const auto& connection : connections_) connection->check(now);
  }
}

base::Awaitable<void> Server::Impl::drain(base::Deadline deadline) {
  host_.draining = true;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  for (const auto& connection : connections_) connection->drain();
  while (!connections_.empty() && !deadline.passed()) {
    if (!co_await gone_.wait(deadline)) break;
  }
  for (const auto& connection : connections_) connection->end(kGrace);
  while (!connections_.empty()) {
    // Also when the caller is cancelled: connections are never left behind.
    if (!co_await gone_.wait({})) {
      co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    }
  }
  tasks_.cancel();
  co_await tasks_.join();
}

Server::Server(asio::io_context& io, ServerOptions options, Handler handler, const base::Log& log,
               base::Metrics& metrics)
    : impl_(std::make_unique<Impl>(io, std::move(options), std::move(handler), log, metrics)) {}

Server::~Server() = default;

base::Result<void> Server::listen() {
  return impl_->listen();
}

std::uint16_t Server::port() const {
  return impl_->port();
}

std::size_t Server::connections() const {
  return impl_->connections();
}

void Server::set_tls(std::shared_ptr<const TlsIdentity> tls) {
  impl_->set_tls(std::move(tls));
}

base::Awaitable<void> Server::drain(base::Deadline deadline) {
  return impl_->drain(deadline);
}

void Server::close_websockets() {
  impl_->close_websockets();
}

}  // namespace parley::net
