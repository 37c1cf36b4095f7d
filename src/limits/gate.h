// The way to one provider: so many at once, the others in line.
//
// How many at once adapts to what the provider bears (concurrency.h). The line is bounded, and fair by tier
// and then by user (fair_queue.h); who could not be served in time is refused at once. One for each provider
// and process, shared by all workers; any thread. A Gate may go before its places: they stay in line, and
// what they hold lives until the last has left. The clock and the metrics outlive them.
//
// The estimate of a wait is the mean time from grant to leave of those who were not pushed back, by the
// limit, times the turns until one's own, of which more are likely to be given to others than there are in
// line now (FairQueue::Position, WaitEstimate).
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
#include "limits/concurrency.h"
#include "model/owner.h"

namespace parley::limits {

struct GateOptions {
  // Requests to the provider at once, from this process: never fewer, at the start, never more.
  std::size_t min_concurrency = 1;
  std::size_t initial_concurrency = 256;
  std::size_t max_concurrency = 1000;
  // Half of the requests have their first token within this, or fewer are sent at once. For a model server
  // that queues on its own and never answers 429; 0: not looked at.
  std::chrono::milliseconds first_token_target{0};
  // Who may wait: all together, and of one user (in one tier).
  std::size_t max_waiting = 2000;
  std::size_t max_waiting_per_user = 100;

  friend bool operator==(const GateOptions&, const GateOptions&) = default;
};

struct Entrant {
  model::Owner owner;
  // A name that the configuration has: it is a label.
  std::string tier;
  // Of the whole tier, from 1 to 1000; the last one given holds.
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
  Place(Place&&) noexcept = default;
  Place& operator=(Place&& other) noexcept;
  ~Place();

  bool granted() const;
  // Nothing once granted. For who looks about once a second: places are counted at most every
  // Gate::kCountEvery, all at once.
  std::optional<Standing> standing() const;
  // Until granted. DEADLINE_EXCEEDED and CANCELLED leave the place as it is; who gives up destroys it.
  base::Awaitable<base::Result<void>> wait(base::Deadline deadline);
  // The answer's first token has come. A second call does nothing.
  void first_token();
  // The request has ended like this: gives the right back. A second call does nothing; destroying without one
  // is kUnknown.
  void leave(Outcome outcome);

 private:
  friend class Gate;
  class Impl;
  explicit Place(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

class Gate {
 public:
  static constexpr std::chrono::milliseconds kCountEvery{250};

  Gate(std::string provider, GateOptions options, const base::Clock& clock, base::Metrics& metrics);
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // From now on; those in line stay there.
  void set(GateOptions options);

  // A place, granted already where there is room and nobody waits. OVERLOADED with retry_after (when one is
  // likely to get a place): the line is full, or this user's part of it is, or the wait is estimated at more
  // than nine tenths of `entrant.patience`; the tenth is for the estimate's error.
  //
  // Each who is refused as late or for a full line is told a time of its own: not before the line would be
  // short enough by itself, and two of the provider's turns after the one who was refused before. So who
  // obeys finds room where newcomers take no more than half of what the provider bears; in an overload that
  // lasts nobody can be promised that. Nobody is told more than WaitEstimate::kLongestRetry: where the times
  // run past it, they are spread over its later half. One whose part of the line is full is told a time by
  // which some of it was served.
  [[nodiscard]] base::Result<Place> enter(Entrant entrant, boost::asio::any_io_executor executor);

  std::size_t waiting() const;
  std::size_t in_use() const;
  std::size_t limit() const;

 private:
  friend class Place::Impl;
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace parley::limits
