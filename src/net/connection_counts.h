// How many connections each client has open, and the most that one may have.
//
// One for all servers of a process, as a client's connections spread over its workers. Any thread. A client
// is an IPv4 address or an IPv6 /64 (client_network()). The table has a row for each client with a connection
// open, so its size is bounded by the servers' max_connections.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <utility>

#include "base/guarded.h"
#include "net/address.h"

namespace parley::net {

class ConnectionCounts {
 public:
  // `limit`: connections that one client may have open; 0 for any number. `exempt`: addresses that may have
  // any number, such as trusted proxies, through each of which many clients come.
  explicit ConnectionCounts(std::size_t limit = 0, NetworkSet exempt = {});
  // Asserts that no ticket is left.
  ~ConnectionCounts();
  ConnectionCounts(const ConnectionCounts&) = delete;
  ConnectionCounts& operator=(const ConnectionCounts&) = delete;

  // Changes both for the connections to come. Those that are open stay open, and count: who has more than a
  // lowered limit gets no further one until enough of them have gone.
  void set(std::size_t limit, NetworkSet exempt);

  // One open connection, from take() until it is destroyed. The counts outlive it.
  class Ticket {
   public:
    Ticket(Ticket&& other) noexcept;
    Ticket& operator=(Ticket&& other) noexcept;
    ~Ticket();

   private:
    friend class ConnectionCounts;
    Ticket(ConnectionCounts& counts, const Network& client) : counts_(&counts), client_(client) {}
    void give_back();

    ConnectionCounts* counts_;
    Network client_;
  };

  // Nothing where the client has as many as it may. All connections are counted, also where there is no limit
  // and where the address is exempt, so that a limit that comes later is true at once.
  [[nodiscard]] std::optional<Ticket> take(const Address& peer);

  // The open connections of that client.
  std::size_t open(const Address& peer) const;
  // How many clients have a connection open.
  std::size_t clients() const;

 private:
  struct Table {
    std::size_t limit = 0;
    NetworkSet exempt;
    // Ordered rather than hashed: who may choose keys, and has a /32 to choose from, cannot make it slow.
    std::map<Network, std::size_t> open;
  };

  // Guarded rather than posted to one worker: a connection is let in or refused in the accept loop, before
  // anything is kept for it, and an answer from another worker would have to be waited for there.
  base::Guarded<Table> table_;
};

}  // namespace parley::net
