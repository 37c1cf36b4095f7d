// The connections of a client, by origin (scheme, host and port): who may have one, which are idle, who
// waits.
//
// Belongs to one worker. An origin has at most `max_connections`, in use or idle; whoever comes beyond that
// waits in order, and what comes free is handed to the first, so that nobody is overtaken. An origin without
// connections and waiters is forgotten, and all origins together keep a bounded number of idle connections:
// nothing grows with the number of hosts that were ever asked.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/async.h"
#include "base/metrics.h"
#include "net/client.h"
#include "net/client_connection.h"

namespace parley::net {

class ConnectionPool {
 private:
  struct Origin;

 public:
  struct Limits {
    std::size_t max_connections;
    std::size_t max_idle;
    // Of all origins together.
    std::size_t max_idle_in_all;
    std::chrono::milliseconds idle_timeout;
  };

  // A place among an origin's connections, with or without the connection that takes it. Dropping it closes
  // the connection and gives the place to the next. Must not outlive the pool.
  class Lease {
   public:
    Lease() = default;
    Lease(Lease&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)),
          origin_(other.origin_),
          connection_(std::move(other.connection_)) {}
    Lease& operator=(Lease&& other) noexcept {
      if (this != &other) {
        drop();
        pool_ = std::exchange(other.pool_, nullptr);
        origin_ = other.origin_;
        connection_ = std::move(other.connection_);
      }
      return *this;
    }
    ~Lease() { drop(); }

    bool held() const { return pool_ != nullptr; }
    ClientConnection* connection() const { return connection_.get(); }
    void set_connection(std::shared_ptr<ClientConnection> connection) { connection_ = std::move(connection); }
    // Closes the connection and keeps the place.
    void close() { connection_.reset(); }
    void drop();
    // The connection is good for another request. The lease is empty afterwards.
    void give_back();

   private:
    friend class ConnectionPool;
    Lease(ConnectionPool* pool, Origin* origin, std::shared_ptr<ClientConnection> connection)
        : pool_(pool), origin_(origin), connection_(std::move(connection)) {}

    ConnectionPool* pool_ = nullptr;
    Origin* origin_ = nullptr;
    std::shared_ptr<ClientConnection> connection_;
  };

  // `idle` counts the idle connections.
  ConnectionPool(boost::asio::any_io_executor executor, Limits limits, base::Gauge& idle);
  // Closes what is idle; no lease is held and nobody waits.
  ~ConnectionPool();
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;

  // A place at the origin of `url`: with an idle connection where there is one whose server has not closed,
  // without one where there is room for another, none where it has to be waited for.
  std::optional<Lease> take(const Url& url);
  // Waits for a place, after take() gave none. DEADLINE_EXCEEDED or CANCELLED.
  base::Awaitable<base::Result<Lease>> wait(const Url& url, base::Deadline deadline);

  // Closes what is idle, now and, from now on, at once.
  void close_idle();

 private:
  struct Waiter;
  // What names an origin; the host is a view into the origin's own or the asker's.
  struct Name {
    bool tls;
    std::uint16_t port;
    std::string_view host;
    bool operator==(const Name&) const = default;
  };
  struct NameHash {
    std::size_t operator()(const Name& name) const;
  };
  using Origins = std::unordered_map<Name, std::unique_ptr<Origin>, NameHash>;

  Origin& origin_of(const Url& url);
  void give_back(Origin& origin, std::shared_ptr<ClientConnection> connection);
  // A place without a connection is free.
  void free_place(Origin& origin);
  bool hand_over(Origin& origin, std::shared_ptr<ClientConnection> connection);
  void keep(Origin& origin, std::shared_ptr<ClientConnection> connection);
  // An idle connection ends.
  void remove_idle(Origin& origin, const ClientConnection* connection);
  void remove_oldest();
  void forget_if_unused(Origin& origin);

  boost::asio::any_io_executor executor_;
  const Limits limits_;
  base::Gauge& idle_gauge_;
  Origins origins_;
  std::size_t idle_ = 0;
  bool closing_ = false;
};

}  // namespace parley::net
