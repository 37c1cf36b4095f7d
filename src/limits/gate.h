// The way to one provider: so many at once, the others in line.
//
// How many at once adapts to what the provider bears (concurrency.h). The line is bounded, and fair by tier
// and then by user (fair_queue.h); who could not be served in time is refused at once. One for each provider
// and process, shared by all workers; any thread. What it refers to outlives it.
//
// Keeps parley_queue_depth{tier}, parley_queue_wait_seconds, parley_provider_concurrency{provider,kind}
// (kind "limit" and "used"), parley_queue_refused_total{why} ("full", "user", "late").
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "base/async.h"
#include "base/call.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/metrics.h"
#include "model/owner.h"

namespace parley::limits {

struct GateOptions {
  // Requests to the provider at once, from this process: never fewer, at the start, never more.
  std::size_t min_concurrency = 1;
  std::size_t initial_concurrency = 256;
  std::size_t max_concurrency = 1000;
  // Who may wait: all together, and of one user.
  std::size_t max_waiting = 2000;
  std::size_t max_waiting_per_user = 100;

  friend bool operator==(const GateOptions&, const GateOptions&) = default;
};

// How a request to the provider went, as far as its capacity is concerned.
enum class Outcome : std::uint8_t {
  kServed,
  // 429, 503, no connection or no head in time: it has too much to do.
  kPushedBack,
  // Anything that says nothing about it: refused for another reason, stopped by its user.
  kUnknown
};

struct Entrant {
  model::Owner owner;
  // A name that the configuration has: it is a label.
  std::string tier;
  std::int64_t weight = 1;
  // How long it may wait.
  std::chrono::milliseconds patience{30'000};
};

// Where one stands in line.
struct Standing {
  // 1: the next.
  std::size_t place = 0;
  std::chrono::milliseconds estimate{};
};

class Gate;

// A place in line and, once granted, the right to one request. Leaving, and destroying, gives it up or back.
// Used on the worker whose executor it was made with.
class Place {
 public:
  class Impl;
  explicit Place(std::unique_ptr<Impl> impl);
  Place(Place&&) noexcept;
  Place& operator=(Place&&) noexcept;
  ~Place();

  bool granted() const;
  // Nothing once granted.
  std::optional<Standing> standing() const;
  // Until granted. DEADLINE_EXCEEDED and CANCELLED leave the place as it is.
  base::Awaitable<base::Result<void>> wait(base::Deadline deadline);
  // The request has ended like this: gives the right back. A second call does nothing; destroying without one
  // is kUnknown.
  void leave(Outcome outcome);

 private:
  std::unique_ptr<Impl> impl_;
};

class Gate {
 public:
  Gate(std::string provider, GateOptions options, const base::Clock& clock, base::Metrics& metrics);
  // No place is left.
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // From now on; those in line stay there.
  void set(GateOptions options);

  // A place, granted already where there is room and nobody waits. OVERLOADED with retry_after (when one is
  // likely to get a place): the line is full, or this user's part of it is, or the wait would be longer than
  // `entrant.patience`.
  [[nodiscard]] base::Result<Place> enter(Entrant entrant, boost::asio::any_io_executor executor);

  std::size_t waiting() const;
  std::size_t in_use() const;
  std::size_t limit() const;

 private:
  friend class Place;
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace parley::limits
