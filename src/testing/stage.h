// A store in a scratch file and workers with a hub each, and turns that a test tells event by event: what an
// engine does, without one.
//
// Workers run on threads of their own. What a Told holds is touched on its turn's worker only, or while that
// has nothing to do with it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/event_log.h"
#include "store/sqlite/scratch.h"
#include "store/sqlite/sqlite_store.h"
#include "streams/streams.h"
#include "testing/loop.h"
#include "testing/manual_clock.h"
#include "testing/workers.h"

namespace parley::testing {

// A turn as far as it was told.
struct Told {
  model::TurnId id;
  model::Owner owner;
  std::vector<model::TurnEvent> events{};
  std::string text{};
};

class Stage {
 public:
  explicit Stage(std::size_t workers, streams::HubOptions hub = {}, streams::StreamsOptions options = {})
      : workers_(workers) {
    std::vector<streams::Hub*> all;
    for (std::size_t i = 0; i < workers; ++i) {
      hubs_.push_back(std::make_unique<streams::Hub>(workers_.executor(i), clock_, metrics_, hub));
      all.push_back(hubs_.back().get());
    }
    streams_.emplace(std::move(all), *store_, options);
  }
  ~Stage() { workers_.stop(); }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  store::Store& store() { return *store_; }
  ManualClock& clock() { return clock_; }
  Workers& workers() { return workers_; }
  const streams::Streams& streams() const { return *streams_; }
  std::size_t worker_of(model::TurnId turn) const { return streams::worker_of(turn, workers_.size()); }

  model::ConversationId make_conversation(const model::Owner& owner) {
    const auto id = ids_.next<model::ConversationId>();
    good(
        workers_.run(0, store_->create_conversation({}, owner, {.id = id, .model = "m"}, clock_.wall_now())));
    return id;
  }

  // A turn that runs on `worker`, begun and with its first event told. Stateless without a conversation.
  std::unique_ptr<Told> begin(std::size_t worker, model::Owner owner,
                              std::optional<model::ConversationId> conversation = std::nullopt,
                              bool here = true) {
    auto told = std::make_unique<Told>();
    do {
      told->id = ids_.next<model::TurnId>();
    } while (worker_of(told->id) != worker);
    told->owner = std::move(owner);
    const auto question = ids_.next<model::MessageId>();
    store::BeginTurn begin{.turn = told->id,
                           .answer = ids_.next<model::MessageId>(),
                           .conversation = conversation,
                           .user_message = store::NewUserMessage{.id = question, .content = "well?"},
                           .info = {.model = "m", .route = "told"},
                           .node = "here",
                           .now = clock_.wall_now()};
    good(workers_.run(worker, begin_there(*told, std::move(begin), here)));
    return told;
  }
  // `extra` instead of text where it is not empty.
  void tell(Told& told, std::string text, std::string extra = {}) {
    good(workers_.run(worker_of(told.id), tell_there(told, std::move(text), std::move(extra))));
  }
  void checkpoint(Told& told, bool here = true) {
    good(workers_.run(worker_of(told.id), checkpoint_there(told, here)));
  }
  void finish(Told& told, bool here = true) {
    good(workers_.run(worker_of(told.id), finish_there(told, here)));
  }
  void abandon(const Told& told) { good(workers_.run(worker_of(told.id), abandon_there(told.id))); }
  std::size_t turns_held(std::size_t worker) { return good(workers_.run(worker, count(worker))); }

  // The same on the turn's worker, for a coroutine there. `here`: the hub is told too; otherwise it is as if
  // the turn ran on another node.
  base::Awaitable<base::Result<bool>> tell_there(Told& told, std::string text, std::string extra) {
    const std::int64_t number = told.events.back().number + 1;
    told.text += text;
    told.events.push_back({.number = number,
                           .kind = model::TurnEventKind::kDelta,
                           .text = std::move(text),
                           .extra = std::move(extra)});
    if (auto& hub = hub_of(told.id); hub.holds(told.id, told.owner)) {
      hub.append({.turn = told.id, .event = told.events.back()});
    }
    co_return true;
  }
  base::Awaitable<base::Result<bool>> checkpoint_there(Told& told, bool here) {
    const std::int64_t last = told.events.back().number;
    store::CheckpointTurn checkpoint{.turn = told.id,
                                     .text = told.text,
                                     .event_log = model::encode_event_log(told.events, told.text),
                                     .last_event = last,
                                     .now = clock_.wall_now()};
    auto kept = co_await store_->checkpoint_turn({}, told.owner, std::move(checkpoint));
    if (!kept) co_return base::fail(std::move(kept));
    if (here) hub_of(told.id).stored(told.id, last);
    co_return true;
  }
  base::Awaitable<base::Result<bool>> finish_there(Told& told, bool here) {
    told.events.push_back({.number = told.events.back().number + 1, .kind = model::TurnEventKind::kComplete});
    store::FinishTurn finish{.turn = told.id,
                             .text = told.text,
                             .info = {.model = "m", .route = "told"},
                             .event_log = model::encode_event_log(told.events, told.text),
                             .last_event = told.events.back().number,
                             .now = clock_.wall_now()};
    auto finished = co_await store_->finish_turn({}, told.owner, std::move(finish));
    if (!finished) co_return base::fail(std::move(finished));
    if (here) {
      auto answer = std::make_shared<const model::Message>(finished->state.answer);
      hub_of(told.id).append({.turn = told.id, .event = told.events.back(), .message = std::move(answer)});
    }
    co_return true;
  }

 private:
  streams::Hub& hub_of(model::TurnId turn) { return *hubs_[worker_of(turn)]; }

  base::Awaitable<base::Result<bool>> begin_there(Told& told, store::BeginTurn begin, bool here) {
    auto begun = co_await store_->begin_turn({}, told.owner, std::move(begin));
    if (!begun) co_return base::fail(std::move(begun));
    told.events.push_back({.number = 1, .kind = model::TurnEventKind::kStarted});
    if (!here) co_return true;
    hub_of(told.id).open(told.id, told.owner, begun->state.turn.conversation, [] {});
    auto answer = std::make_shared<const model::Message>(begun->state.answer);
    hub_of(told.id).append({.turn = told.id, .event = told.events.back(), .message = std::move(answer)});
    co_return true;
  }
  base::Awaitable<base::Result<bool>> abandon_there(model::TurnId turn) {
    hub_of(turn).abandon(turn);
    co_return true;
  }
  base::Awaitable<base::Result<std::size_t>> count(std::size_t worker) { co_return hubs_[worker]->turns(); }

  store::sqlite::Scratch scratch_;
  ManualClock clock_;
  base::Metrics metrics_;
  base::Log log_ = base::Log::none();
  model::IdGenerator ids_{clock_, base::Random(8)};
  // Closed before the workers' loops go.
  Workers workers_;
  std::vector<std::unique_ptr<streams::Hub>> hubs_;
  std::unique_ptr<store::Store> store_ =
      good(store::sqlite::open_store({.path = scratch_.path()}, metrics_, log_));
  std::optional<streams::Streams> streams_;
};

}  // namespace parley::testing
