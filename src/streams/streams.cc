#include "streams/streams.h"

#include <algorithm>
#include <utility>

#include "model/event_log.h"
#include "streams/cross.h"

namespace parley::streams {

using base::Awaitable;
using base::ErrorCode;
using base::Result;

namespace {

// A wait without a deadline of its own is cut into pieces of this length.
constexpr std::chrono::seconds kStoreWait{10};
constexpr std::chrono::milliseconds kFirstPause{10};

base::Call call_until(base::Deadline deadline) {
  return base::Call{.deadline = deadline.sooner(kStoreWait)};
}

Awaitable<Result<bool>> ask_holds(const Hub& hub, model::TurnId turn, model::Owner owner) {
  co_return hub.holds(turn, owner);
}

Awaitable<Result<bool>> ask_stop(Hub& hub, model::TurnId turn, model::Owner owner) {
  co_return hub.stop(turn, owner);
}

Awaitable<Result<bool>> ask_watch(Hub& hub, model::ConversationId conversation, model::Owner owner,
                                  std::weak_ptr<WatchQueue> queue) {
  hub.watch(conversation, std::move(owner), std::move(queue));
  co_return true;
}

// The answer as it was when the turn began.
model::Message at_start(model::Message answer) {
  answer.status = model::MessageStatus::kStreaming;
  answer.content.clear();
  if (answer.answer) {
    answer.answer = model::AnswerInfo{
        .model = answer.answer->model, .provider = answer.answer->provider, .route = answer.answer->route};
  }
  return answer;
}

EventPtr rebuild(const store::TurnState& state, model::TurnEvent event) {
  auto rebuilt = std::make_shared<Event>();
  rebuilt->turn = state.turn.id;
  rebuilt->conversation = state.turn.conversation;
  rebuilt->event = std::move(event);
  if (rebuilt->last()) {
    rebuilt->message = std::make_shared<const model::Message>(state.answer);
    if (state.answer.answer) rebuilt->error = state.answer.answer->error;
  } else if (rebuilt->event.kind == model::TurnEventKind::kStarted) {
    rebuilt->message = std::make_shared<const model::Message>(at_start(state.answer));
  }
  return rebuilt;
}

}  // namespace

std::size_t worker_of(model::TurnId turn, std::size_t workers) {
  return std::hash<model::TurnId>{}(turn) % workers;
}

TurnFollower::TurnFollower(const Streams& streams, model::Owner owner, model::TurnId turn, std::int64_t after)
    : streams_(streams),
      owner_(std::move(owner)),
      turn_(turn),
      after_(after),
      pause_(std::min(streams.options_.poll, kFirstPause)) {}

Awaitable<Result<void>> TurnFollower::read_store(base::Deadline deadline) {
  auto log = co_await streams_.store_.turn_log(call_until(deadline), owner_, turn_);
  if (!log) co_return base::fail(std::move(log));
  const store::TurnState& state = log->state;
  auto events = model::decode_event_log(log->event_log, state.answer.content);
  if (!events) co_return base::fail(std::move(events));
  const bool ended = model::ended(state.turn.status);
  if (ended && (events->empty() || !model::ends_turn(events->back().kind))) {
    events->push_back({.number = state.turn.last_event, .kind = model::final_event(state.turn.status)});
  }
  for (model::TurnEvent& event : *events) {
    if (event.number > after_) rebuilt_.push_back(rebuild(state, std::move(event)));
  }
  ended_in_store_ = ended;
  co_return Result<void>{};
}

Awaitable<Result<EventPtr>> TurnFollower::next(base::Deadline deadline) {
  for (;;) {
    if (!rebuilt_.empty()) {
      EventPtr event = std::move(rebuilt_.front());
      rebuilt_.pop_front();
      after_ = event->event.number;
      co_return event;
    }
    if (ended_) co_return EventPtr{};
    auto next = co_await streams_.read(turn_, owner_, after_, deadline);
    if (!next) co_return base::fail(std::move(next));
    if (const auto* event = std::get_if<EventPtr>(&*next)) {
      after_ = (*event)->event.number;
      ended_ = (*event)->last();
      co_return *event;
    }
    if (std::holds_alternative<Ended>(*next)) {
      ended_ = true;
      continue;
    }
    // Not held: in the store, on another node, or not yet here because the turn began this moment.
    auto read = co_await read_store(deadline);
    if (!read) co_return base::fail(std::move(read));
    ended_ = ended_in_store_;
    if (!rebuilt_.empty() || ended_) continue;
    auto paused = co_await pause(deadline);
    if (!paused) co_return base::fail(std::move(paused));
  }
}

Awaitable<Result<void>> TurnFollower::pause(base::Deadline deadline) {
  auto slept = co_await base::sleep_until(deadline.sooner(pause_));
  if (!slept) co_return slept;
  if (deadline.passed()) co_return base::fail(ErrorCode::kDeadlineExceeded, "the deadline has passed");
  pause_ = std::min(2 * pause_, streams_.options_.poll);
  co_return Result<void>{};
}

Awaitable<Result<Next>> Streams::read(model::TurnId turn, model::Owner owner, std::int64_t after,
                                      base::Deadline deadline) const {
  Hub& hub = hub_of(turn);
  co_return co_await on_worker(hub.executor(), hub.read(turn, std::move(owner), after, deadline));
}

Awaitable<Result<std::unique_ptr<TurnFollower>>> Streams::follow(base::Call call, model::Owner owner,
                                                                 model::TurnId turn,
                                                                 std::int64_t after) const {
  if (after < 0) co_return base::fail(ErrorCode::kBadUserInput, "`after` is a number from 0");
  Hub& hub = hub_of(turn);
  auto held = co_await on_worker(hub.executor(), ask_holds(hub, turn, owner));
  if (!held) co_return base::fail(std::move(held));
  if (!*held) {
    auto known = co_await store_.turn(call, owner, turn);
    if (!known) co_return base::fail(std::move(known));
  }
  co_return std::make_unique<TurnFollower>(*this, std::move(owner), turn, after);
}

Awaitable<Result<std::shared_ptr<WatchQueue>>> Streams::watch(base::Call call, model::Owner owner,
                                                              model::ConversationId conversation) const {
  auto known = co_await store_.conversation(call, owner, conversation);
  if (!known) co_return base::fail(std::move(known));
  auto queue = std::make_shared<WatchQueue>(co_await boost::asio::this_coro::executor, options_.watch_limit);
  for (Hub* hub : hubs_) {
    auto watched = co_await on_worker(hub->executor(), ask_watch(*hub, conversation, owner, queue));
    if (!watched) co_return base::fail(std::move(watched));
  }
  co_return queue;
}

Awaitable<Result<bool>> Streams::stop(base::Call, model::Owner owner, model::TurnId turn) const {
  Hub& hub = hub_of(turn);
  co_return co_await on_worker(hub.executor(), ask_stop(hub, turn, std::move(owner)));
}

}  // namespace parley::streams
