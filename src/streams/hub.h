// The numbered events of the turns that run on one worker, held for any number of readers while the turn runs
// and for a while after it ended.
//
// Belongs to one worker; every call is made on it (Streams crosses between workers). Memory is bounded: a
// turn that grows past its share loses its oldest events as soon as the store has them, and when all turns
// together grow past theirs, the turns that ended first are forgotten first. An event is always in the hub or
// in the store's event log, so a reader who finds it gone reads on there.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <variant>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "base/async.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "model/id.h"
#include "model/owner.h"
#include "streams/event.h"
#include "streams/watch.h"

namespace parley::streams {

struct HubOptions {
  // Bytes one turn may hold, and all turns of this worker together.
  std::size_t max_turn_bytes = std::size_t{1} << 20;
  std::size_t max_bytes = std::size_t{64} << 20;
  // How long an ended turn is held for readers who come back.
  std::chrono::milliseconds keep_after_end{120'000};
};

// What a reader finds next: an event; that the hub does not hold what comes next (ask the store); or that the
// turn has ended and the reader has seen its last event.
struct Gone {};
struct Ended {};
using Next = std::variant<EventPtr, Gone, Ended>;

class Hub {
 public:
  // `clock` and `metrics` must outlive the hub. Keeps parley_streams_open (turns held) and
  // parley_stream_bytes.
  Hub(boost::asio::any_io_executor executor, const base::Clock& clock, base::Metrics& metrics,
      HubOptions options);
  // Readers have left: their workers' task groups are joined first.
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  const boost::asio::any_io_executor& executor() const { return executor_; }

  // A turn begins. `stop` is called on this worker when its owner asks for its end, and never after the last
  // event or after abandon(). The turn must not be open.
  void open(model::TurnId turn, model::Owner owner, std::optional<model::ConversationId> conversation,
            std::function<void()> stop);
  // Adds an event to an open turn that has not ended, wakes its readers and tells the conversation's
  // watchers. Gives it the next number where event.event.number is 0; any other number must be above the
  // last. Returns the number.
  std::int64_t append(Event event);
  // The store's event log has the turn's events up to this number.
  void stored(model::TurnId turn, std::int64_t number);
  // Whoever ran the turn gives it up without a last event: readers go to the store.
  void abandon(model::TurnId turn);

  // True where the turn is held and `owner` is whose it is.
  bool holds(model::TurnId turn, const model::Owner& owner) const;
  // Asks the runner to end the turn. False where it is not held, not the owner's or has ended.
  bool stop(model::TurnId turn, const model::Owner& owner);

  // The first event with a number above `after`, at once or when it comes. Fails with kDeadlineExceeded or
  // kCancelled. Gone for a turn that is not held or is not `owner`'s.
  base::Awaitable<base::Result<Next>> read(model::TurnId turn, model::Owner owner, std::int64_t after,
                                           base::Deadline deadline);

  // From now on each event of a turn of this conversation that runs here is put into `queue`, until the queue
  // is gone or has overflowed.
  void watch(model::ConversationId conversation, model::Owner owner, std::weak_ptr<WatchQueue> queue);

  std::size_t turns() const { return turns_.size(); }
  std::size_t bytes() const { return bytes_; }
  // Some of them may have left.
  std::size_t watchers() const { return watcher_count_; }

 private:
  struct Turn {
    Turn(boost::asio::any_io_executor executor, model::Owner o) : owner(std::move(o)), changed(executor) {}
    model::Owner owner;
    std::optional<model::ConversationId> conversation{};
    std::function<void()> stop{};
    std::deque<EventPtr> events{};
    // No event up to this number is held, though there were some.
    std::int64_t forgotten = 0;
    std::int64_t last = 0;
    std::int64_t stored = 0;
    std::size_t bytes = 0;
    bool ended = false;
    base::Event changed;
  };
  using Turns = std::unordered_map<model::TurnId, std::shared_ptr<Turn>>;
  struct Watcher {
    model::Owner owner;
    std::weak_ptr<WatchQueue> queue;
  };
  struct EndedTurn {
    model::TurnId turn;
    base::SteadyTime forget_at;
  };

  // Nothing where the reader has to wait.
  static std::optional<Next> look(const Turn& turn, std::int64_t after);
  void tell_watchers(const Turn& turn, const EventPtr& event);
  void sweep_watchers();
  // Lets go of the turn's oldest events that the store has until `max_bytes` are enough for the rest.
  void trim(Turn& turn, std::size_t max_bytes);
  void forget_ended();
  void forget(Turns::iterator turn);
  void show();

  boost::asio::any_io_executor executor_;
  const base::Clock& clock_;
  HubOptions options_;
  base::Gauge& open_gauge_;
  base::Gauge& bytes_gauge_;
  std::size_t bytes_ = 0;
  std::size_t shown_turns_ = 0;
  std::size_t shown_bytes_ = 0;
  Turns turns_{};
  // In the order in which they ended.
  std::deque<EndedTurn> ended_{};
  std::unordered_map<model::ConversationId, std::vector<Watcher>> watchers_{};
  std::size_t watcher_count_ = 0;
  std::size_t sweep_watchers_at_;
};

}  // namespace parley::streams
