#include "chat/running_turn.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/task_group.h"
#include "chat/count.h"
#include "chat/estimate.h"
#include "chat/line.h"
#include "chat/turn_metrics.h"
#include "model/event_log.h"

namespace parley::chat {

using base::Awaitable;
using base::Deadline;
using base::ErrorCode;
using base::Result;
using model::MessageStatus;
using model::TurnEventKind;

namespace {

// Event numbers are reserved that many before they run out.
constexpr std::int64_t kReserveAhead = store::kEventReserve / 4;
constexpr int kMostPauses = 32;
// How often a turn in line looks where it stands.
constexpr std::chrono::milliseconds kTellPlace{1'000};

// The operation may have been carried out although it failed.
bool unclear(ErrorCode code) {
  return code == ErrorCode::kDeadlineExceeded || code == ErrorCode::kCancelled ||
         code == ErrorCode::kInternal;
}

// A provider that says something else than it may is not to be had.
model::TurnError turn_error(const base::Error& error) {
  static constexpr std::array kTold{ErrorCode::kContextTooLong,      ErrorCode::kProviderRejected,
                                    ErrorCode::kProviderUnavailable, ErrorCode::kDeadlineExceeded,
                                    ErrorCode::kOverloaded,          ErrorCode::kInternal};
  if (std::ranges::find(kTold, error.code) != kTold.end()) {
    return {.code = error.code, .message = error.message, .retry_after = error.retry_after};
  }
  return {.code = ErrorCode::kProviderUnavailable, .message = "the provider broke off the answer"};
}

}  // namespace

RunningTurn::RunningTurn(const EngineParts& parts, const EngineOptions& options, model::Owner owner,
                         TurnPlan plan, limits::Place place, limits::Slot slot)
    : parts_(parts),
      options_(options),
      owner_(std::move(owner)),
      plan_(std::move(plan)),
      place_(std::move(place)),
      slot_(std::move(slot)),
      began_(parts.hub.executor()),
      changed_(parts.hub.executor()),
      streams_(plan_.request.stream) {}

base::Call RunningTurn::store_call() const {
  return {.deadline = Deadline::after(options_.store_timeout), .traceparent = plan_.traceparent};
}

Awaitable<Result<StartedTurn>> RunningTurn::begun(Deadline deadline) {
  while (!begun_) {
    auto woken = co_await began_.wait(deadline);
    if (!woken && !begun_) co_return base::fail(std::move(woken));
  }
  co_return *begun_;
}

void RunningTurn::end_early(MessageStatus status) {
  if (heard_ || early_) return;
  early_ = status;
  changed_.notify_all();
}

void RunningTurn::left() {
  if (in_line_ && plan_.gives_up_place) end_early(MessageStatus::kCancelled);
}

Awaitable<void> RunningTurn::live() {
  if (!co_await begin()) co_return;
  co_await ask();
  co_await finish();
}

// False where there is nothing to run.
Awaitable<bool> RunningTurn::begin() {
  begun_at_ = parts_.clock.steady_now();
  deadline_ = Deadline::after(options_.turn_timeout);
  auto begun = co_await parts_.store.begin_turn(store_call(), owner_, plan_.begin);
  if (!begun) {
    const ErrorCode code = begun.error().code;
    begun_ = base::fail(std::move(begun));
    began_.notify_all();
    if (unclear(code)) co_await settle_unknown();
    co_return false;
  }
  if (begun->reaped) count_turn(parts_.metrics, *begun->reaped);
  if (!begun->replayed) {
    const store::TurnState& state = begun->state;
    reserved_event_ = state.turn.reserved_event;
    reserved_ = begun->reserved;
    // A longer answer than is held back for is not asked for.
    if (reserved_) plan_.request.max_output_tokens = reserved_->output.count();
    saved_at_ = parts_.clock.steady_now();
    parts_.hub.open(id(), owner_, state.turn.conversation, [this] { end_early(MessageStatus::kCancelled); });
    events_.push_back({.number = 1, .kind = TurnEventKind::kStarted});
    parts_.hub.append({.turn = id(),
                       .event = events_.back(),
                       .message = std::make_shared<const model::Message>(state.answer)});
    told_ = events_.size();
  }
  const bool replayed = begun->replayed;
  begun_ = StartedTurn{.state = std::move(begun->state), .replayed = replayed};
  began_.notify_all();
  co_return !replayed;
}

// Nobody knows whether the turn was begun, and its caller was told that it failed: if it was, it ends here.
Awaitable<void> RunningTurn::settle_unknown() {
  events_.push_back({.number = 1, .kind = TurnEventKind::kInterrupted});
  auto finished = co_await settle({.turn = id(),
                                   .status = MessageStatus::kInterrupted,
                                   .info = plan_.begin.info,
                                   .event_log = model::encode_event_log(events_, ""),
                                   .last_event = 1,
                                   .now = parts_.clock.wall_now()});
  if (finished) {
    if (ended_here(*finished, MessageStatus::kInterrupted)) count_turn(parts_.metrics, finished->state);
  } else if (finished.error().code != ErrorCode::kNotFound) {
    parts_.log.error("turn_left_to_reap", {{"turn", id().str()}, {"error", finished.error().cause}});
  }
}

Awaitable<void> RunningTurn::ask() {
  base::TaskGroup work(parts_.hub.executor());
  if (!early_) {
    in_line_ = !place_.granted();
    work.spawn(serve());
    work.spawn(keep());
  }
  const auto over = [this] { return heard_ || early_ || lost_ || too_long_; };
  while (!over()) {
    if (in_line_) tell_place();
    auto woken = co_await changed_.wait(in_line_ ? deadline_.sooner(kTellPlace) : deadline_);
    flush(false);
    if (woken || over()) continue;
    if (woken.error().code == ErrorCode::kCancelled) {
      early_ = MessageStatus::kInterrupted;
    } else if (deadline_.passed()) {
      fail_with({.code = ErrorCode::kDeadlineExceeded, .message = "the answer took too long"});
      break;
    }
  }
  // Whatever ended the loop is the turn's outcome: what the provider says from here on is not heard.
  heard_ = true;
  work.cancel();
  co_await work.join();
  place_.leave(limits::Outcome::kUnknown);
  flush(true);
}

// Returns when the provider has said its last word, or when cancelled.
Awaitable<void> RunningTurn::serve() {
  if (!in_line_ || co_await stand_in_line()) {
    co_await listen();
    place_.leave(load());
  }
  if (!early_ && !too_long_) heard_ = true;
  changed_.notify_all();
}

// True where its turn has come.
Awaitable<bool> RunningTurn::stand_in_line() {
  auto granted = co_await place_.wait(plan_.patience);
  in_line_ = false;
  if (heard_) co_return false;
  if (granted) co_return true;
  fail_with(waited_in_vain(options_.overload_retry));
  co_return false;
}

void RunningTurn::tell_place() {
  const auto standing = place_.standing();
  // What needs a number that is not reserved yet can wait.
  const std::int64_t number = events_.back().number + 1;
  if (!standing || standing->place == told_place_ || number > reserved_event_) return;
  told_place_ = standing->place;
  events_.push_back({.number = number, .kind = TurnEventKind::kQueued});
  constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
  parts_.hub.append({.turn = id(),
                     .event = events_.back(),
                     .place = static_cast<std::uint32_t>(standing->place),
                     .estimate = std::chrono::duration<std::uint32_t, std::milli>(
                         std::clamp<std::int64_t>(standing->estimate.count(), 0, kMost))});
  told_ = events_.size();
}

limits::Outcome RunningTurn::load() const {
  if (!error_) return heard_ || early_ ? limits::Outcome::kUnknown : limits::Outcome::kServed;
  // The head of an answer that does not stream comes with its end: late is what is long, and the user says
  // how long it is.
  const bool late = error_->code == ErrorCode::kDeadlineExceeded && streams_;
  return (late || overloaded(*error_)) && !accepted_ ? limits::Outcome::kPushedBack
                                                     : limits::Outcome::kUnknown;
}

Awaitable<void> RunningTurn::listen() {
  const base::Call call{.deadline = deadline_, .traceparent = plan_.traceparent};
  input_estimate_ = model::Tokens(estimate_tokens(plan_.request.messages));
  sent_ = true;
  // Kept where it may have to be counted afterwards.
  providers::ChatRequest request = counts_input() ? plan_.request : std::move(plan_.request);
  auto stream = co_await plan_.by.provider->chat(call, std::move(request));
  if (!stream) {
    if (!heard_) fail_with(std::move(stream).error());
  } else {
    accepted_ = true;
    while (!heard_ && !error_) {
      auto event = co_await (*stream)->next();
      if (heard_) break;
      if (!event) {
        fail_with(std::move(event).error());
      } else if (*event) {
        take(std::move(**event));
        changed_.notify_all();
        if (early_ || too_long_) break;
      } else {
        if (!finish_reason_) {
          fail_with(
              {.code = ErrorCode::kProviderUnavailable, .message = "the provider broke off the answer"});
        }
        break;
      }
    }
  }
}

void RunningTurn::take(providers::ProviderEvent event) {
  if (auto* delta = std::get_if<providers::TextDelta>(&event)) {
    if (!first_token_) {
      place_.first_token();
      first_token_ =
          std::chrono::duration_cast<std::chrono::milliseconds>(parts_.clock.steady_now() - begun_at_);
    }
    text_bytes_ += delta->text.size();
    // What arrives together is told together.
    if (!pieces_.empty() && pieces_.back().extra.empty()) {
      pieces_.back().text += delta->text;
    } else {
      pieces_.push_back({.text = std::move(delta->text)});
    }
  } else if (auto* extra = std::get_if<providers::ExtraDelta>(&event)) {
    extra_bytes_ += extra->json.size();
    pieces_.push_back({.text = {}, .extra = std::move(extra->json)});
  } else if (auto* usage = std::get_if<providers::UsageReport>(&event)) {
    // What makes no sense is taken as none.
    const model::Tokens none{};
    reported_ = model::Usage{.input = std::max(usage->usage.input, none),
                             .output = std::max(usage->usage.output, none)};
    reported_->cached_input = std::clamp(usage->usage.cached_input, none, reported_->input);
  } else if (auto* finish = std::get_if<providers::Finish>(&event)) {
    finish_reason_ = std::move(finish->reason);
  }
  if (text_bytes_ + extra_bytes_ > options_.max_answer_bytes ||
      events_.size() + pieces_.size() > options_.max_answer_events) {
    too_long_ = true;
    finish_reason_ = "length";
  }
}

void RunningTurn::flush(bool all) {
  std::size_t numbered = 0;
  for (Piece& piece : pieces_) {
    const std::int64_t number = events_.back().number + 1;
    if (!all && number > reserved_event_) break;
    text_ += piece.text;
    events_.push_back({.number = number,
                       .kind = TurnEventKind::kDelta,
                       .text = std::move(piece.text),
                       .extra = std::move(piece.extra)});
    ++numbered;
  }
  pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(numbered));
  // A number that is not reserved may be given again by whoever takes over, so nobody sees it before the
  // store has it.
  tell(reserved_event_);
}

void RunningTurn::tell(std::int64_t up_to) {
  for (; told_ < events_.size() && events_[told_].number <= up_to; ++told_) {
    parts_.hub.append({.turn = id(), .event = events_[told_]});
  }
}

// Until cancelled.
Awaitable<void> RunningTurn::keep() {
  for (;;) {
    auto slept = co_await base::sleep_until(Deadline::after(options_.checkpoint_every));
    if (!slept) co_return;
    const bool lease_due = parts_.clock.steady_now() - saved_at_ >= options_.lease / 3;
    // Where it stood in line is not worth a write.
    const bool nothing_new = in_line_ || (events_.back().number == saved_event_ && pieces_.empty());
    if (nothing_new && !lease_due) continue;
    auto saved = co_await checkpoint();
    if (saved) {
      changed_.notify_all();
      continue;
    }
    const ErrorCode code = saved.error().code;
    if (code == ErrorCode::kConflict || code == ErrorCode::kNotFound) {
      lost_ = true;
      changed_.notify_all();
      co_return;
    }
    if (code == ErrorCode::kCancelled) co_return;
    // The next round tries again; the lease outlasts many.
    parts_.log.warn("checkpoint_failed", {{"turn", id().str()}, {"error", saved.error().cause}});
  }
}

Awaitable<Result<void>> RunningTurn::checkpoint() {
  const std::int64_t last = events_.back().number;
  const base::SteadyTime now = parts_.clock.steady_now();
  std::int64_t reserve_to = reserved_event_;
  if (last + kReserveAhead > reserve_to) reserve_to = last + store::kEventReserve;
  auto saved = co_await parts_.store.checkpoint_turn(store_call(), owner_,
                                                     {.turn = id(),
                                                      .text = text_,
                                                      .event_log = model::encode_event_log(events_, text_),
                                                      .last_event = last,
                                                      .reserve_to = reserve_to,
                                                      .usage = usage_so_far(),
                                                      .lease = options_.lease,
                                                      .now = parts_.clock.wall_now()});
  if (!saved) co_return saved;
  reserved_event_ = reserve_to;
  saved_event_ = last;
  saved_at_ = now;
  parts_.hub.stored(id(), last);
  co_return saved;
}

void RunningTurn::fail_with(base::Error error) {
  if (error_) return;
  parts_.log.warn("turn_failing", {{"turn", id().str()},
                                   {"code", base::name(error.code)},
                                   {"provider", plan_.model.provider},
                                   {"cause", error.cause}});
  error_ = std::move(error);
}

RunningTurn::Outcome RunningTurn::outcome() const {
  if (early_) return {.status = *early_};
  // Somebody else has ended it already, and the store keeps that end.
  if (lost_) return {.status = MessageStatus::kInterrupted};
  if (error_) return {.status = MessageStatus::kFailed, .error = turn_error(*error_)};
  return {.status = MessageStatus::kComplete};
}

model::Usage RunningTurn::usage_so_far() {
  model::Usage usage{};
  if (reported_) {
    usage = *reported_;
    // A report that came before the answer's end is not the last word about it.
    if (!finish_reason_) usage.output = std::max(usage.output, estimate().output);
  } else if (is_charged()) {
    usage = estimate();
  }
  usage.cost = cost_of(usage, plan_.model.price);
  return usage;
}

// The provider works on what it was sent also when nobody waits for its first word any more. Where it fails
// by itself before that word, nothing was had of it.
bool RunningTurn::is_charged() const {
  const bool given_up = early_ || (error_ && error_->code == ErrorCode::kDeadlineExceeded);
  return accepted_ || (sent_ && given_up);
}

// Only what has come since the last time is counted; most answers are never counted at all.
std::int64_t RunningTurn::count_text() {
  if (!counter_) counter_.emplace(plan_.model.encoding);
  counter_->add(std::string_view(text_).substr(counted_bytes_));
  counted_bytes_ = text_.size();
  return counter_->tokens();
}

// Where the provider has not said. No more than was held back: it was told not to write more.
model::Usage RunningTurn::estimate() {
  const bool known = plan_.model.encoding != tokens::Encoding::kUnknown;
  model::Usage usage{.input = known && plan_.input_tokens ? *plan_.input_tokens : input_estimate_,
                     .output = model::Tokens(known ? count_text() + estimate_tokens(extra_bytes_)
                                                   : estimate_tokens(text_bytes_ + extra_bytes_))};
  if (reserved_) {
    usage.input = std::min(usage.input, reserved_->input);
    usage.output = std::min(usage.output, reserved_->output);
  }
  return usage;
}

model::AnswerInfo RunningTurn::info(const Outcome& outcome) {
  model::AnswerInfo info = plan_.begin.info;
  if (is_charged() && !reported_) info.route += "; tokens are an estimate, the provider reported none";
  info.usage = usage_so_far();
  info.first_token = first_token_;
  info.total = std::chrono::duration_cast<std::chrono::milliseconds>(parts_.clock.steady_now() - begun_at_);
  if (outcome.status == MessageStatus::kComplete) info.finish_reason = finish_reason_;
  info.error = outcome.error;
  return info;
}

bool RunningTurn::counts_input() const {
  return plan_.model.encoding != tokens::Encoding::kUnknown && !plan_.input_tokens;
}

Awaitable<void> RunningTurn::finish() {
  if (is_charged() && !reported_ && counts_input()) {
    plan_.input_tokens = co_await count_input(plan_.model, plan_.request);
  }
  const Outcome end = outcome();
  const std::int64_t number = events_.back().number + 1;
  events_.push_back({.number = number, .kind = model::final_event(end.status)});
  auto finished = co_await settle({.turn = id(),
                                   .status = end.status,
                                   .text = text_,
                                   .info = info(end),
                                   .event_log = model::encode_event_log(events_, text_),
                                   .last_event = number,
                                   .now = parts_.clock.wall_now()});
  if (finished) {
    const bool here = ended_here(*finished, end.status);
    tell_end(*finished, here);
    if (here) {
      count_turn(parts_.metrics, finished->state);
      count_overrun(parts_.metrics, parts_.log, *finished);
    }
  } else {
    // Readers go to the store, where the turn ends when its lease has run out.
    parts_.hub.abandon(id());
    parts_.log.error("turn_left_to_reap", {{"turn", id().str()},
                                           {"code", base::name(finished.error().code)},
                                           {"error", finished.error().cause}});
  }
}

Awaitable<Result<store::FinishedTurn>> RunningTurn::settle(store::FinishTurn finish) {
  const Deadline give_up = Deadline::after(options_.settle_timeout);
  for (int pauses = 1;; pauses = std::min(2 * pauses, kMostPauses)) {
    auto finished = co_await parts_.store.finish_turn(store_call(), owner_, finish);
    if (finished || finished.error().code == ErrorCode::kNotFound || give_up.passed()) co_return finished;
    parts_.log.warn("settle_failed", {{"turn", id().str()}, {"error", finished.error().cause}});
    auto slept = co_await base::sleep_until(give_up.sooner(pauses * options_.settle_pause));
    if (!slept) co_return finished;
  }
}

bool RunningTurn::ended_here(const store::FinishedTurn& finished, MessageStatus status) const {
  // Not applied is what a second try finds where the first one's answer was lost.
  return finished.applied ||
         (finished.state.turn.status == status && finished.state.turn.last_event == events_.back().number);
}

void RunningTurn::tell_end(const store::FinishedTurn& finished, bool here) {
  const store::TurnState& state = finished.state;
  if (here) tell(events_.back().number - 1);
  // Ended by another node, it has a number above all that were reserved here, and so above all that were
  // told.
  if (state.turn.last_event <= events_[told_ - 1].number) {
    parts_.hub.abandon(id());
    return;
  }
  streams::Event last{
      .turn = id(),
      .event = {.number = state.turn.last_event, .kind = model::final_event(state.turn.status)},
      .message = std::make_shared<const model::Message>(state.answer)};
  if (state.answer.answer) last.error = state.answer.answer->error;
  parts_.hub.append(std::move(last));
}

}  // namespace parley::chat
