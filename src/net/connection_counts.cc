#include "net/connection_counts.h"

#include <cassert>

namespace parley::net {

ConnectionCounts::ConnectionCounts(std::size_t limit, NetworkSet exempt)
    : table_({.limit = limit, .exempt = std::move(exempt), .open = {}}) {}

ConnectionCounts::~ConnectionCounts() {
  assert(clients() == 0);
}

void ConnectionCounts::set(std::size_t limit, NetworkSet exempt) {
  table_.with([&](Table& table) {
    table.limit = limit;
    // The old networks are freed by the caller, not under the lock.
    std::swap(table.exempt, exempt);
  });
}

std::optional<ConnectionCounts::Ticket> ConnectionCounts::take(const Address& peer) {
  const Network client = client_network(peer);
  const bool taken = table_.with([&](Table& table) {
    const bool bounded = table.limit > 0 && !table.exempt.contains(peer);
    const auto [row, added] = table.open.try_emplace(client, 0);
    // A new row is never refused: the least limit is 1.
    if (bounded && row->second >= table.limit) return false;
    ++row->second;
    return true;
  });
  if (!taken) return std::nullopt;
  return Ticket(*this, client);
}

std::size_t ConnectionCounts::open(const Address& peer) const {
  const Network client = client_network(peer);
  return table_.with([&](const Table& table) {
    const auto row = table.open.find(client);
    return row == table.open.end() ? 0 : row->second;
  });
}

std::size_t ConnectionCounts::clients() const {
  return table_.with([](const Table& table) { return table.open.size(); });
}

ConnectionCounts::Ticket::Ticket(Ticket&& other) noexcept
    : counts_(std::exchange(other.counts_, nullptr)), client_(other.client_) {}

ConnectionCounts::Ticket& ConnectionCounts::Ticket::operator=(Ticket&& other) noexcept {
  if (this == &other) return *this;
  give_back();
  counts_ = std::exchange(other.counts_, nullptr);
  client_ = other.client_;
  return *this;
}

ConnectionCounts::Ticket::~Ticket() {
  give_back();
}

void ConnectionCounts::Ticket::give_back() {
  if (counts_ == nullptr) return;
  counts_->table_.with([&](Table& table) {
    const auto row = table.open.find(client_);
    if (--row->second == 0) table.open.erase(row);
  });
  counts_ = nullptr;
}

}  // namespace parley::net
