// The streams of all workers as one: follow a turn or watch a conversation from wherever the reader is.
//
// A turn lives on the worker that its id names (worker_of). A reader elsewhere asks that worker by a message;
// nothing is shared. Immutable after its making; any worker. Made by `app` after the hubs, and outlived by
// them and by the store.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "base/async.h"
#include "base/call.h"
#include "model/id.h"
#include "model/owner.h"
#include "store/store.h"
#include "streams/event.h"
#include "streams/hub.h"
#include "streams/watch.h"

namespace parley::streams {

// The worker, from 0 to workers - 1, on which the turn runs.
std::size_t worker_of(model::TurnId turn, std::size_t workers);

struct StreamsOptions {
  // How often the store is asked for news of a turn that no worker of this process holds: it runs on another
  // node, or was lost and waits to be reaped. A new reader asks a few times sooner: the turn may begin here
  // this moment.
  std::chrono::milliseconds poll{250};
  // How many events a watcher may lag behind.
  std::size_t watch_limit = 1024;
};

class Streams;

// One reader of one turn. Used by one coroutine at a time, on any one worker. Must not outlive the Streams.
class TurnFollower {
 public:
  TurnFollower(const Streams& streams, model::Owner owner, model::TurnId turn, std::int64_t after);
  TurnFollower(const TurnFollower&) = delete;
  TurnFollower& operator=(const TurnFollower&) = delete;

  // The next event, each once and with rising numbers; nullptr when the turn has ended and its last event was
  // returned or is not above `after`. kDeadlineExceeded: none until then, call again. Otherwise kCancelled,
  // NOT_FOUND, or what the store fails with; calling again goes on where it was.
  base::Awaitable<base::Result<EventPtr>> next(base::Deadline deadline);

  // The number of the last event that next() returned; at first, what follow() was given.
  std::int64_t after() const { return after_; }

 private:
  base::Awaitable<base::Result<void>> read_store(base::Deadline deadline);
  base::Awaitable<base::Result<void>> pause(base::Deadline deadline);

  const Streams& streams_;
  model::Owner owner_;
  model::TurnId turn_;
  std::int64_t after_;
  // Events read from the store that were not returned yet.
  std::deque<EventPtr> rebuilt_{};
  bool ended_in_store_ = false;
  // Nothing comes after what is in `rebuilt_`.
  bool ended_ = false;
  // How long to wait before the store is asked again.
  std::chrono::milliseconds pause_;
};

class Streams {
 public:
  // `hubs`: one for each worker, in the workers' order.
  Streams(std::vector<Hub*> hubs, store::Store& store, StreamsOptions options = {})
      : hubs_(std::move(hubs)), store_(store), options_(options) {}

  std::size_t workers() const { return hubs_.size(); }

  // A reader of the events with a number above `after` (from 0). NOT_FOUND where the owner has no such turn;
  // BAD_USER_INPUT for a negative `after`; else what the store fails with.
  base::Awaitable<base::Result<std::unique_ptr<TurnFollower>>> follow(base::Call call, model::Owner owner,
                                                                      model::TurnId turn,
                                                                      std::int64_t after) const;

  // A queue of everything that happens in the conversation from now on. NOT_FOUND; else what the store fails
  // with. The watching ends when the queue is let go of.
  base::Awaitable<base::Result<std::shared_ptr<WatchQueue>>> watch(base::Call call, model::Owner owner,
                                                                   model::ConversationId conversation) const;

  // Asks the turn's runner to end it. False where no worker here runs it for this owner.
  base::Awaitable<base::Result<bool>> stop(base::Call call, model::Owner owner, model::TurnId turn) const;

 private:
  friend class TurnFollower;

  Hub& hub_of(model::TurnId turn) const { return *hubs_[worker_of(turn, hubs_.size())]; }
  base::Awaitable<base::Result<Next>> read(model::TurnId turn, model::Owner owner, std::int64_t after,
                                           base::Deadline deadline) const;

  std::vector<Hub*> hubs_;
  store::Store& store_;
  StreamsOptions options_;
};

}  // namespace parley::streams
