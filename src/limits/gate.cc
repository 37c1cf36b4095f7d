#include "limits/gate.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <map>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>

#include "base/guarded.h"
#include "limits/fair_queue.h"
#include "limits/wait_estimate.h"

namespace parley::limits {
namespace {

using std::chrono::milliseconds;
using Seconds = WaitEstimate::Seconds;

constexpr std::string_view kRefusedHelp = "Turns that were refused a place in line.";
// Of the patience: the estimate is a mean, and half of those who were let in up to the very end of their
// patience would be late.
constexpr double kSure = 0.9;

enum class State : std::uint8_t { kWaiting, kGranted, kGone };
enum class Why : std::uint8_t { kFull, kUser, kLate };

Concurrency::Options concurrency_of(const GateOptions& options) {
  return {.min = options.min_concurrency,
          .initial = options.initial_concurrency,
          .max = options.max_concurrency,
          .first_token_target = options.first_token_target};
}

FairQueue::Bounds bounds_of(const GateOptions& options) {
  return {.max_waiting = options.max_waiting, .max_waiting_per_user = options.max_waiting_per_user};
}

}  // namespace

// Shared by its Place and by the wake-up that is on its way to its worker, and destroyed on that worker.
class Place::Impl : public FairQueue::Item, public std::enable_shared_from_this<Place::Impl> {
 public:
  Impl(std::shared_ptr<Gate::Impl> gate, boost::asio::any_io_executor executor)
      : gate_(std::move(gate)), executor_(std::move(executor)) {}

  // Tells its worker; on any thread, not under the lock.
  static void wake(std::shared_ptr<Impl> granted);

  std::shared_ptr<Gate::Impl> gate_;
  boost::asio::any_io_executor executor_;
  // Written under the gate's lock; read without by the place's worker.
  std::atomic<State> state_{State::kWaiting};
  // Under the gate's lock.
  base::SteadyTime entered_{};
  Concurrency::Permit permit_{};
  base::Gauge* depth_ = nullptr;
  // On the place's worker only. Made where it is needed: most are granted at once.
  std::optional<base::Event> changed_{};
  bool first_token_told_ = false;
};

class Gate::Impl : public std::enable_shared_from_this<Gate::Impl> {
 public:
  Impl(std::string_view provider, const GateOptions& options, const base::Clock& clock,
       base::Metrics& metrics);

  base::Result<std::shared_ptr<Place::Impl>> enter(const Entrant& entrant,
                                                   boost::asio::any_io_executor executor);
  void set(const GateOptions& options);
  std::optional<Standing> standing(Place::Impl& place);
  void first_token(const Place::Impl& place);
  void leave(Place::Impl& place, Outcome outcome);

  struct Sizes {
    std::size_t waiting = 0, in_use = 0, limit = 0;
  };
  Sizes sizes() const;

 private:
  using Granted = std::vector<std::shared_ptr<Place::Impl>>;

  struct Line {
    explicit Line(const GateOptions& options)
        : queue(bounds_of(options)), concurrency(concurrency_of(options)) {}

    WaitEstimate::Room room() const { return {.limit = concurrency.limit(), .in_use = concurrency.in_use()}; }

    FairQueue queue;
    Concurrency concurrency;
    std::size_t max_waiting_per_user = 0;
    WaitEstimate estimate{};
    base::SteadyTime counted{};
    // Someone came, left or was served since.
    bool changed = false;
    std::map<std::string, base::Gauge*, std::less<>> depths{};
  };

  struct Refused {
    Why why;
    milliseconds retry_after;
  };

  std::optional<Refused> join(Line& line, Place::Impl& place, const Entrant& entrant, base::SteadyTime now);
  void grant(Line& line, Place::Impl& place, base::SteadyTime now);
  // To those whose turn it is.
  Granted grant_next(Line& line, base::SteadyTime now);
  base::Gauge& depth(Line& line, std::string_view tier);
  void show(const Line& line);

  const base::Clock& clock_;
  base::Metrics& metrics_;
  base::Histogram& wait_seconds_;
  base::Gauge& limit_gauge_;
  base::Gauge& used_gauge_;
  base::Counter& full_;
  base::Counter& user_;
  base::Counter& late_;
  // Guarded rather than one worker's: to enter where there is room, which is nearly always, would take two
  // hops through its queue instead of a lock that is held for less than either.
  base::Guarded<Line> line_;
};

Gate::Impl::Impl(std::string_view provider, const GateOptions& options, const base::Clock& clock,
                 base::Metrics& metrics)
    : clock_(clock),
      metrics_(metrics),
      wait_seconds_(metrics.histogram("parley_queue_wait_seconds", "From entering the line to the grant.",
                                      base::turn_buckets())),
      limit_gauge_(metrics.gauge("parley_provider_concurrency", "Requests at once, allowed and in use.",
                                 {"provider", "kind"}, {provider, "limit"})),
      used_gauge_(metrics.gauge("parley_provider_concurrency", "Requests at once, allowed and in use.",
                                {"provider", "kind"}, {provider, "used"})),
      full_(metrics.counter("parley_queue_refused_total", kRefusedHelp, {"why"}, {"full"})),
      user_(metrics.counter("parley_queue_refused_total", kRefusedHelp, {"why"}, {"user"})),
      late_(metrics.counter("parley_queue_refused_total", kRefusedHelp, {"why"}, {"late"})),
      line_(Line(options)) {
  line_.with([&](Line& line) {
    line.max_waiting_per_user = options.max_waiting_per_user;
    show(line);
  });
}

base::Gauge& Gate::Impl::depth(Line& line, std::string_view tier) {
  const auto found = line.depths.find(tier);
  if (found != line.depths.end()) return *found->second;
  base::Gauge& gauge =
      metrics_.gauge("parley_queue_depth", "Turns that wait in line for a provider.", {"tier"}, {tier});
  return *line.depths.emplace(tier, &gauge).first->second;
}

void Gate::Impl::show(const Line& line) {
  limit_gauge_.set(static_cast<std::int64_t>(line.concurrency.limit()));
  used_gauge_.set(static_cast<std::int64_t>(line.concurrency.in_use()));
}

void Gate::Impl::grant(Line& line, Place::Impl& place, base::SteadyTime now) {
  place.permit_ = line.concurrency.grant(now);
  wait_seconds_.observe(Seconds(now - place.entered_).count());
  if (place.depth_ != nullptr) place.depth_->add(-1);
  place.state_.store(State::kGranted, std::memory_order_release);
}

Gate::Impl::Granted Gate::Impl::grant_next(Line& line, base::SteadyTime now) {
  Granted granted;
  while (line.concurrency.room()) {
    FairQueue::Item* item = line.queue.next();
    if (item == nullptr) break;
    auto& place = static_cast<Place::Impl&>(*item);
    grant(line, place, now);
    line.changed = true;
    granted.push_back(place.shared_from_this());
  }
  show(line);
  return granted;
}

std::optional<Gate::Impl::Refused> Gate::Impl::join(Line& line, Place::Impl& place, const Entrant& entrant,
                                                    base::SteadyTime now) {
  if (const auto refusal = line.queue.enter(place, entrant.tier, entrant.weight, entrant.owner)) {
    if (*refusal == FairQueue::Refusal::kFull) {
      return Refused{Why::kFull, line.estimate.retry_after(now, {}, {}, line.room())};
    }
    const auto first = line.queue.first_of(entrant.tier, entrant.owner);
    return Refused{Why::kUser,
                   line.estimate.retry_after_own(first.likely, line.max_waiting_per_user, line.room())};
  }
  const Seconds wait = line.estimate.wait(line.queue.position_of(place).likely, line.room());
  const Seconds allowed = kSure * Seconds(entrant.patience);
  if (wait > allowed) {
    line.queue.leave(place);
    return Refused{Why::kLate, line.estimate.retry_after(now, wait, allowed, line.room())};
  }
  place.depth_ = &depth(line, entrant.tier);
  place.depth_->add(1);
  line.changed = true;
  return std::nullopt;
}

base::Result<std::shared_ptr<Place::Impl>> Gate::Impl::enter(const Entrant& entrant,
                                                             boost::asio::any_io_executor executor) {
  auto place = std::make_shared<Place::Impl>(shared_from_this(), std::move(executor));
  const auto refused = line_.with([&](Line& line) -> std::optional<Refused> {
    const base::SteadyTime now = clock_.steady_now();
    place->entered_ = now;
    // Where there is room nobody waits: who gives it back lets the next one in.
    if (!line.concurrency.room()) return join(line, *place, entrant, now);
    grant(line, *place, now);
    show(line);
    return std::nullopt;
  });
  if (!refused) return place;
  std::string_view message;
  switch (refused->why) {
    case Why::kFull:
      full_.add();
      message = "too many are waiting for an answer already";
      break;
    case Why::kUser:
      user_.add();
      message = "too many of your requests are waiting for an answer already";
      break;
    case Why::kLate:
      late_.add();
      message = "no answer could begin in time: too many are waiting";
      break;
  }
  auto failed = base::fail(base::ErrorCode::kOverloaded, std::string(message));
  failed.error().retry_after = refused->retry_after;
  return failed;
}

void Gate::Impl::set(const GateOptions& options) {
  Granted granted = line_.with([&](Line& line) {
    line.queue.set(bounds_of(options));
    line.concurrency.set(concurrency_of(options));
    line.max_waiting_per_user = options.max_waiting_per_user;
    return grant_next(line, clock_.steady_now());
  });
  for (auto& place : granted) Place::Impl::wake(std::move(place));
}

std::optional<Standing> Gate::Impl::standing(Place::Impl& place) {
  if (place.state_.load(std::memory_order_acquire) != State::kWaiting) return std::nullopt;
  return line_.with([&](Line& line) -> std::optional<Standing> {
    if (!place.in_line()) return std::nullopt;
    const base::SteadyTime now = clock_.steady_now();
    if (line.changed && now - line.counted >= kCountEvery) {
      line.queue.number();
      line.counted = now;
      line.changed = false;
    }
    // Who came after the last count is counted alone.
    const auto at = place.numbered().place != 0 ? place.numbered() : line.queue.position_of(place);
    return Standing{.place = at.place, .estimate = to_ms(line.estimate.wait(at.likely, line.room()))};
  });
}

void Gate::Impl::first_token(const Place::Impl& place) {
  line_.with([&](Line& line) { line.concurrency.first_token(place.permit_, clock_.steady_now()); });
}

void Gate::Impl::leave(Place::Impl& place, Outcome outcome) {
  if (place.state_.load(std::memory_order_acquire) == State::kGone) return;
  Granted granted = line_.with([&](Line& line) -> Granted {
    const bool was_granted =
        place.state_.exchange(State::kGone, std::memory_order_acq_rel) == State::kGranted;
    if (!was_granted) {
      line.queue.leave(place);
      line.changed = true;
      place.depth_->add(-1);
      return {};
    }
    const base::SteadyTime now = clock_.steady_now();
    if (outcome != Outcome::kPushedBack) line.estimate.served(now - place.permit_.granted);
    line.concurrency.release(place.permit_, outcome);
    return grant_next(line, now);
  });
  for (auto& other : granted) Place::Impl::wake(std::move(other));
}

Gate::Impl::Sizes Gate::Impl::sizes() const {
  return line_.with([](const Line& line) {
    return Sizes{
        .waiting = line.queue.size(), .in_use = line.concurrency.in_use(), .limit = line.concurrency.limit()};
  });
}

void Place::Impl::wake(std::shared_ptr<Impl> granted) {
  // The event is the worker's; so is the last reference to it, which goes with the message.
  const auto executor = granted->executor_;
  boost::asio::post(executor, [place = std::move(granted)] {
    if (place->changed_) place->changed_->notify_all();
  });
}

Place::Place(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Place& Place::operator=(Place&& other) noexcept {
  if (this == &other) return *this;
  if (impl_) leave(Outcome::kUnknown);
  impl_ = std::move(other.impl_);
  return *this;
}

Place::~Place() {
  if (impl_) leave(Outcome::kUnknown);
}

bool Place::granted() const {
  return impl_->state_.load(std::memory_order_acquire) == State::kGranted;
}

std::optional<Standing> Place::standing() const {
  return impl_->gate_->standing(*impl_);
}

base::Awaitable<base::Result<void>> Place::wait(base::Deadline deadline) {
  // Held here too: the caller may give the place up while it waits.
  const std::shared_ptr<Impl> place = impl_;
  if (!place->changed_) place->changed_.emplace(place->executor_);
  while (place->state_.load(std::memory_order_acquire) == State::kWaiting) {
    auto woken = co_await place->changed_->wait(deadline);
    // Who was granted it at that very moment has it.
    if (!woken && place->state_.load(std::memory_order_acquire) == State::kWaiting) {
      co_return base::fail(std::move(woken));
    }
  }
  if (place->state_.load(std::memory_order_acquire) != State::kGranted) {
    co_return base::fail(base::ErrorCode::kCancelled, "the place was given up");
  }
  co_return base::Result<void>{};
}

void Place::first_token() {
  if (!granted() || std::exchange(impl_->first_token_told_, true)) return;
  impl_->gate_->first_token(*impl_);
}

void Place::leave(Outcome outcome) {
  impl_->gate_->leave(*impl_, outcome);
  // Who waits for it has to be told.
  if (impl_->changed_) impl_->changed_->notify_all();
}

Gate::Gate(std::string provider, GateOptions options, const base::Clock& clock, base::Metrics& metrics)
    : impl_(std::make_shared<Impl>(provider, options, clock, metrics)) {}
Gate::~Gate() = default;

void Gate::set(GateOptions options) {
  impl_->set(options);
}

base::Result<Place> Gate::enter(Entrant entrant, boost::asio::any_io_executor executor) {
  auto place = impl_->enter(entrant, std::move(executor));
  if (!place) return base::fail(std::move(place));
  return Place(*std::move(place));
}

std::size_t Gate::waiting() const {
  return impl_->sizes().waiting;
}
std::size_t Gate::in_use() const {
  return impl_->sizes().in_use;
}
std::size_t Gate::limit() const {
  return impl_->sizes().limit;
}

}  // namespace parley::limits
