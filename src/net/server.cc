#include "net/server.h"

#include <algorithm>
#include <list>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>
#include <netinet/tcp.h>
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
// Connections beyond a limit that are told so at one time; further ones are closed without a word.
constexpr std::size_t kMaxTold = 64;
// After an accept that failed for want of descriptors or memory.
constexpr auto kAcceptPause = 50ms;

Address address_of(const asio::ip::address& address) {
  return address.is_v4() ? Address::v4(address.to_v4().to_bytes()) : Address::v6(address.to_v6().to_bytes());
}

// Why connections are turned away.
struct TurnedAway {
  Refusal refusal;
  base::Counter& count;
  // How many are being told.
  std::size_t told = 0;
};

base::Counter& refused_connections(base::Metrics& metrics, std::string_view why) {
  return metrics.counter("parley_connections_refused_total",
                         "Connections that were turned away, told why or closed at once.", {"why"}, {why});
}

base::Gauge& buffered_bytes(base::Metrics& metrics, std::string_view what) {
  return metrics.gauge("parley_http_buffered_bytes",
                       "Bytes held for slow clients: bodies that are not whole, answers not taken.", {"what"},
                       {what});
}

}  // namespace

class Server::Impl {
 public:
  Impl(asio::io_context& io, ServerOptions options, Handler handler, const base::Log& log,
       base::Metrics& metrics)
      : io_(io),
        acceptor_(io),
        host_(std::move(options), std::move(handler), log, metrics),
        overloaded_{.refusal = {503, "too many connections"},
                    .count = refused_connections(metrics, "max_connections")},
        too_many_{.refusal = {429, "too many connections from this address"},
                  .count = refused_connections(metrics, "client")},
        held_bodies_(buffered_bytes(metrics, "body")),
        held_answers_(buffered_bytes(metrics, "answer")),
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
  void admit(tcp::socket socket, const tcp::endpoint& from);
  // `why`: it is one that is told why it is turned away.
  base::Awaitable<void> serve(Connections::iterator connection, TurnedAway* why);
  // Gives up those that hold most, where answers that wait hold more than they may together. Tells the
  // metrics.
  void bound_buffers();
  // Keeps the deadlines of all connections: one timer for all costs less than one for each.
  base::Awaitable<void> keep_time();

  asio::io_context& io_;
  tcp::acceptor acceptor_;
  ConnectionHost host_;
  Connections connections_;
  std::uint16_t port_ = 0;
  std::chrono::milliseconds tick_;
  TurnedAway overloaded_;
  TurnedAway too_many_;
  // Shared with the other workers: each keeps its own part up to date.
  base::Gauge& held_bodies_;
  base::Gauge& held_answers_;
  std::size_t shown_bodies_ = 0;
  std::size_t shown_answers_ = 0;
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
  // Connections inherit it. What was written is the system's to deliver, also after the connection has ended
  // here; a client that acknowledges none of it for so long is not waited for.
  const auto patience = static_cast<int>(std::max(options.write_timeout, options.idle_timeout).count());
  if (::setsockopt(acceptor_.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof(patience)) !=
      0) {
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
    tcp::endpoint from;
    auto [error, socket] = co_await acceptor_.async_accept(from, base::kTuple);
    if (!acceptor_.is_open()) co_return;
    if (error) {
      host_.log.warn("accept_failed", {{"error", error.message()}});
      if (!co_await base::sleep_until(base::Deadline::after(kAcceptPause))) co_return;
      continue;
    }
    admit(std::move(socket), from);
  }
}

void Server::Impl::admit(tcp::socket socket, const tcp::endpoint& from) {
  const ServerOptions& options = host_.options;
  Peer peer{.address = address_of(from.address()), .port = from.port()};
  TurnedAway* why = nullptr;
  if (connections_.size() - overloaded_.told - too_many_.told >= options.max_connections) {
    why = &overloaded_;
  } else if (options.connections_per_client) {
    peer.ticket = options.connections_per_client->take(peer.address);
    if (!peer.ticket) why = &too_many_;
  }
  if (why != nullptr) {
    why->count.add();
    if (why->told == kMaxTold) return;
  }
  boost::system::error_code error;
  socket.set_option(tcp::no_delay(true), error);
  // Reads and writes are tried before they are waited for.
  socket.native_non_blocking(true, error);
  if (error) return;
  if (why != nullptr) ++why->told;
  connections_.push_back(std::make_unique<Connection>(host_, std::move(socket), options.tls, std::move(peer),
                                                      why == nullptr ? nullptr : &why->refusal));
  tasks_.spawn(serve(std::prev(connections_.end()), why));
}

base::Awaitable<void> Server::Impl::serve(Connections::iterator connection, TurnedAway* why) {
  Connection& served = **connection;
  // A coroutine of its own, so that the connection can cancel its handler.
  co_await asio::co_spawn(io_, served.serve(),
                          asio::bind_cancellation_slot(served.slot(), asio::use_awaitable));
  connections_.erase(connection);
  if (why != nullptr) --why->told;
  if (connections_.empty()) gone_.notify_all();
}

base::Awaitable<void> Server::Impl::keep_time() {
  while (co_await base::sleep_until(base::Deadline::after(tick_))) {
    const auto now = std::chrono::steady_clock::now();
    for (const auto& connection : connections_) connection->check(now);
    bound_buffers();
  }
}

void Server::Impl::bound_buffers() {
  const auto by_unsent = [](const auto& a, const auto& b) { return a->unsent() < b->unsent(); };
  std::size_t unsent = 0;
  for (const auto& connection : connections_) unsent += connection->unsent();
  held_bodies_.add(static_cast<std::int64_t>(host_.unfinished_bodies -
                                             std::exchange(shown_bodies_, host_.unfinished_bodies)));
  held_answers_.add(static_cast<std::int64_t>(unsent - std::exchange(shown_answers_, unsent)));
  while (unsent > host_.options.max_buffered_bytes) {
    Connection& largest = **std::ranges::max_element(connections_, by_unsent);
    unsent -= largest.unsent();
    host_.log.warn("answer_given_up", {{"why", "too much waits for slow clients"}});
    largest.give_up();
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
  bound_buffers();
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
