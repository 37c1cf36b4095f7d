#include "streams/hub.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace parley::streams {
namespace {

// What an event takes, its bookkeeping included.
std::size_t size_of(const Event& event) {
  constexpr std::size_t kPointers = 32;
  return sizeof(Event) + kPointers + event.event.text.size() + event.event.extra.size() +
         (event.message ? sizeof(model::Message) + event.message->content.size() : 0);
}

constexpr std::size_t kFirstSweep = 64;

}  // namespace

Hub::Hub(boost::asio::any_io_executor executor, const base::Clock& clock, base::Metrics& metrics,
         HubOptions options)
    : executor_(std::move(executor)),
      clock_(clock),
      options_(options),
      open_gauge_(metrics.gauge("parley_streams_open", "Turns whose events are held in memory.")),
      bytes_gauge_(metrics.gauge("parley_stream_bytes", "Memory that held events take.")),
      sweep_watchers_at_(kFirstSweep) {}

Hub::~Hub() {
  turns_.clear();
  bytes_ = 0;
  show();
}

void Hub::open(model::TurnId turn, model::Owner owner, std::optional<model::ConversationId> conversation,
               std::function<void()> stop) {
  forget_ended();
  auto held = std::make_shared<Turn>(executor_, std::move(owner));
  held->conversation = conversation;
  held->stop = std::move(stop);
  [[maybe_unused]] const bool fresh = turns_.emplace(turn, std::move(held)).second;
  assert(fresh && "a turn is opened once");
  show();
}

std::int64_t Hub::append(Event event) {
  const auto found = turns_.find(event.turn);
  assert(found != turns_.end() && !found->second->ended && "events go to an open turn");
  Turn& turn = *found->second;
  if (event.event.number == 0) event.event.number = turn.last + 1;
  assert(event.event.number > turn.last && "numbers rise");
  event.conversation = turn.conversation;
  const auto kept = std::make_shared<const Event>(std::move(event));
  turn.last = kept->event.number;
  turn.bytes += size_of(*kept);
  bytes_ += size_of(*kept);
  turn.events.push_back(kept);
  if (kept->last()) {
    turn.ended = true;
    turn.stop = nullptr;
    // The store finished the turn before its last event is told.
    turn.stored = turn.last;
    ended_.push_back({.turn = kept->turn, .forget_at = clock_.steady_now() + options_.keep_after_end});
  }
  turn.changed.notify_all();
  tell_watchers(turn, kept);
  trim(turn, options_.max_turn_bytes);
  forget_ended();
  // Ended turns did not make room enough: a running one keeps no more than it must.
  if (const auto still = turns_.find(kept->turn); still != turns_.end() && bytes_ > options_.max_bytes) {
    trim(*still->second, 0);
  }
  show();
  return kept->event.number;
}

void Hub::stored(model::TurnId turn, std::int64_t number) {
  const auto found = turns_.find(turn);
  if (found == turns_.end()) return;
  found->second->stored = std::max(found->second->stored, number);
  trim(*found->second, bytes_ > options_.max_bytes ? 0 : options_.max_turn_bytes);
  show();
}

void Hub::abandon(model::TurnId turn) {
  if (const auto found = turns_.find(turn); found != turns_.end()) forget(found);
  show();
}

bool Hub::holds(model::TurnId turn, const model::Owner& owner) const {
  const auto found = turns_.find(turn);
  return found != turns_.end() && found->second->owner == owner;
}

bool Hub::stop(model::TurnId turn, const model::Owner& owner) {
  const auto found = turns_.find(turn);
  if (found == turns_.end() || found->second->owner != owner || found->second->ended) return false;
  // Copied: what it does may end the turn, which lets go of it.
  const auto ask = found->second->stop;
  if (ask) ask();
  return true;
}

std::optional<Next> Hub::look(const Turn& turn, std::int64_t after) {
  if (after < turn.forgotten) return Gone{};
  const auto next =
      std::ranges::upper_bound(turn.events, after, {}, [](const EventPtr& e) { return e->event.number; });
  if (next != turn.events.end()) return *next;
  if (turn.ended) return Ended{};
  return std::nullopt;
}

base::Awaitable<base::Result<Next>> Hub::read(model::TurnId turn, model::Owner owner, std::int64_t after,
                                              base::Deadline deadline) {
  for (;;) {
    forget_ended();
    const auto found = turns_.find(turn);
    if (found == turns_.end() || found->second->owner != owner) co_return Next(Gone{});
    // Held on to while waiting: the hub may forget it meanwhile.
    const std::shared_ptr<Turn> held = found->second;
    if (auto next = look(*held, after)) co_return std::move(*next);
    auto woken = co_await held->changed.wait(deadline);
    if (woken) continue;
    if (woken.error().code == base::ErrorCode::kDeadlineExceeded) {
      if (auto next = look(*held, after)) co_return std::move(*next);
    }
    co_return base::fail(std::move(woken));
  }
}

void Hub::watch(model::ConversationId conversation, model::Owner owner, std::weak_ptr<WatchQueue> queue) {
  watchers_[conversation].push_back({.owner = std::move(owner), .queue = std::move(queue)});
  if (++watcher_count_ >= sweep_watchers_at_) sweep_watchers();
}

// Conversations in which nothing happens keep their watchers' entries until they are swept out.
void Hub::sweep_watchers() {
  watcher_count_ = 0;
  for (auto it = watchers_.begin(); it != watchers_.end();) {
    std::erase_if(it->second, [](const Watcher& watcher) { return watcher.queue.expired(); });
    watcher_count_ += it->second.size();
    it = it->second.empty() ? watchers_.erase(it) : std::next(it);
  }
  sweep_watchers_at_ = std::max(kFirstSweep, 2 * watcher_count_);
}

void Hub::tell_watchers(const Turn& turn, const EventPtr& event) {
  if (!turn.conversation) return;
  const auto found = watchers_.find(*turn.conversation);
  if (found == watchers_.end()) return;
  watcher_count_ -= std::erase_if(found->second, [&](const Watcher& watcher) {
    if (watcher.owner != turn.owner) return false;
    const auto queue = watcher.queue.lock();
    return !queue || !queue->push(event);
  });
  if (found->second.empty()) watchers_.erase(found);
}

void Hub::trim(Turn& turn, std::size_t max_bytes) {
  // The last event stays, so that the turn's end is always found.
  while (turn.bytes > max_bytes && turn.events.size() > 1 &&
         turn.events.front()->event.number <= turn.stored) {
    const Event& oldest = *turn.events.front();
    turn.forgotten = oldest.event.number;
    turn.bytes -= size_of(oldest);
    bytes_ -= size_of(oldest);
    turn.events.pop_front();
  }
}

void Hub::forget_ended() {
  const base::SteadyTime now = clock_.steady_now();
  while (!ended_.empty() && (ended_.front().forget_at <= now || bytes_ > options_.max_bytes)) {
    const auto found = turns_.find(ended_.front().turn);
    ended_.pop_front();
    if (found != turns_.end()) forget(found);
  }
}

void Hub::forget(Turns::iterator turn) {
  bytes_ -= turn->second->bytes;
  turn->second->changed.notify_all();
  turns_.erase(turn);
}

void Hub::show() {
  open_gauge_.add(static_cast<std::int64_t>(turns_.size()) - static_cast<std::int64_t>(shown_turns_));
  bytes_gauge_.add(static_cast<std::int64_t>(bytes_) - static_cast<std::int64_t>(shown_bytes_));
  shown_turns_ = turns_.size();
  shown_bytes_ = bytes_;
}

}  // namespace parley::streams
