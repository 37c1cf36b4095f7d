#include "net/connection_pool.h"

#include <algorithm>
#include <cassert>

namespace parley::net {

namespace {

using Connection = std::shared_ptr<ClientConnection>;

}  // namespace

struct ConnectionPool::Origin {
  struct Idle {
    Connection connection;
    base::Deadline::TimePoint since;
  };

  std::string host;
  Name name;
  // Places that are taken, by idle connections too.
  std::size_t taken = 0;
  // The one that was used last comes last and is taken first, so that those beyond the need run out.
  std::vector<Idle> idle;
  std::list<Waiter*> waiters;
};

struct ConnectionPool::Waiter {
  explicit Waiter(boost::asio::any_io_executor executor) : granted(std::move(executor)) {}

  base::Event granted;
  Lease lease;
};

std::size_t ConnectionPool::NameHash::operator()(const Name& name) const {
  return std::hash<std::string_view>{}(name.host) * 31 + name.port * 2UL + (name.tls ? 1 : 0);
}

void ConnectionPool::Lease::drop() {
  connection_.reset();
  if (ConnectionPool* pool = std::exchange(pool_, nullptr)) pool->free_place(*origin_);
}

void ConnectionPool::Lease::give_back() {
  if (ConnectionPool* pool = std::exchange(pool_, nullptr)) pool->give_back(*origin_, std::move(connection_));
}

ConnectionPool::ConnectionPool(boost::asio::any_io_executor executor, Limits limits, base::Gauge& idle)
    : executor_(std::move(executor)), limits_(limits), idle_gauge_(idle) {
  assert(limits.max_connections > 0);
}

ConnectionPool::~ConnectionPool() {
  close_idle();
  assert(origins_.empty());
}

ConnectionPool::Origin& ConnectionPool::origin_of(const Url& url) {
  const auto found = origins_.find({.tls = url.tls, .port = url.port, .host = url.host});
  if (found != origins_.end()) return *found->second;
  auto made = std::make_unique<Origin>();
  made->host = url.host;
  made->name = {.tls = url.tls, .port = url.port, .host = made->host};
  Origin& origin = *made;
  origins_.emplace(origin.name, std::move(made));
  return origin;
}

std::optional<ConnectionPool::Lease> ConnectionPool::take(const Url& url) {
  Origin& origin = origin_of(url);
  while (!origin.idle.empty()) {
    Connection connection = std::move(origin.idle.back().connection);
    origin.idle.pop_back();
    --idle_;
    idle_gauge_.add(-1);
    if (connection->wake()) return Lease(this, &origin, std::move(connection));
    --origin.taken;
  }
  if (origin.taken >= limits_.max_connections) return std::nullopt;
  ++origin.taken;
  return Lease(this, &origin, nullptr);
}

base::Awaitable<base::Result<ConnectionPool::Lease>> ConnectionPool::wait(const Url& url,
                                                                          base::Deadline deadline) {
  // All its places are taken, so it is not forgotten before this ends.
  Origin& origin = origin_of(url);
  Waiter waiter(executor_);
  const auto place = origin.waiters.insert(origin.waiters.end(), &waiter);
  auto woken = co_await waiter.granted.wait(deadline);
  if (waiter.lease.held()) {
    if (!woken && woken.error().code == base::ErrorCode::kCancelled) {
      // Granted in the moment of cancelling: it goes to the next.
      if (waiter.lease.connection() != nullptr) waiter.lease.give_back();
      co_return base::fail(std::move(woken));
    }
    if (waiter.lease.connection() != nullptr && !waiter.lease.connection()->wake()) waiter.lease.close();
    co_return std::move(waiter.lease);
  }
  origin.waiters.erase(place);
  co_return base::fail(std::move(woken));
}

bool ConnectionPool::hand_over(Origin& origin, Connection connection) {
  if (origin.waiters.empty()) return false;
  Waiter& first = *origin.waiters.front();
  origin.waiters.pop_front();
  first.lease = Lease(this, &origin, std::move(connection));
  first.granted.notify_all();
  return true;
}

void ConnectionPool::free_place(Origin& origin) {
  if (hand_over(origin, nullptr)) return;
  --origin.taken;
  forget_if_unused(origin);
}

void ConnectionPool::give_back(Origin& origin, Connection connection) {
  if (!origin.waiters.empty()) {
    hand_over(origin, std::move(connection));
  } else if (closing_ || limits_.max_idle == 0 || limits_.max_idle_in_all == 0) {
    connection.reset();
    free_place(origin);
  } else {
    keep(origin, std::move(connection));
  }
}

void ConnectionPool::keep(Origin& origin, Connection connection) {
  if (origin.idle.size() >= limits_.max_idle) {
    remove_idle(origin, origin.idle.front().connection.get());
  } else if (idle_ >= limits_.max_idle_in_all) {
    remove_oldest();
  }
  ClientConnection* const kept = connection.get();
  const auto now = std::chrono::steady_clock::now();
  origin.idle.push_back({.connection = std::move(connection), .since = now});
  ++idle_;
  idle_gauge_.add(1);
  kept->rest(base::Deadline(now + limits_.idle_timeout),
             [this, &origin, kept] { remove_idle(origin, kept); });
}

void ConnectionPool::remove_idle(Origin& origin, const ClientConnection* connection) {
  const auto found = std::ranges::find_if(
      origin.idle, [&](const auto& idle) { return idle.connection.get() == connection; });
  assert(found != origin.idle.end());
  origin.idle.erase(found);
  --idle_;
  idle_gauge_.add(-1);
  free_place(origin);
}

void ConnectionPool::remove_oldest() {
  Origin* oldest = nullptr;
  for (const auto& [name, origin] : origins_) {
    if (origin->idle.empty()) continue;
    if (oldest == nullptr || origin->idle.front().since < oldest->idle.front().since) oldest = origin.get();
  }
  remove_idle(*oldest, oldest->idle.front().connection.get());
}

void ConnectionPool::forget_if_unused(Origin& origin) {
  if (origin.taken == 0 && origin.waiters.empty()) origins_.erase(origins_.find(origin.name));
}

void ConnectionPool::close_idle() {
  closing_ = true;
  for (auto it = origins_.begin(); it != origins_.end();) {
    Origin& origin = *(it++)->second;
    // Forgets the origin with its last connection.
    for (std::size_t left = origin.idle.size(); left > 0; --left) {
      remove_idle(origin, origin.idle.back().connection.get());
    }
  }
}

}  // namespace parley::net
