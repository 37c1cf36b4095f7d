// One turn from its first transaction to its last: stores the question, waits in line for the provider, asks
// it, passes the answer on to the hub, keeps it in the store as it grows, and settles.
//
// Owned by the engine, on whose worker and in whose task group live() runs. Three coroutines share it: live()
// puts what came into numbered events, serve() waits in line and reads the provider, and keep() writes
// checkpoints, so that a slow disk does not hold up the stream.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/call.h"
#include "chat/engine.h"
#include "limits/gate.h"
#include "limits/limiter.h"
#include "model/turn.h"
#include "tokens/counter.h"

namespace parley::chat {

// What a turn needs to know to run.
struct TurnPlan {
  store::BeginTurn begin;
  ChatModel model;
  ServedProvider by;
  // Whole but for the cap of an answer that a budget holds down.
  providers::ChatRequest request;
  // What its input was counted as, where that was needed.
  std::optional<model::Tokens> input_tokens{};
  // Until when it waits in line, and whether it leaves the line when its client has left.
  base::Deadline patience{};
  bool gives_up_place = false;
  std::string traceparent{};
};

class RunningTurn {
 public:
  // `parts` and `options` outlive it.
  RunningTurn(const EngineParts& parts, const EngineOptions& options, model::Owner owner, TurnPlan plan,
              limits::Place place, limits::Slot slot);
  RunningTurn(const RunningTurn&) = delete;
  RunningTurn& operator=(const RunningTurn&) = delete;

  // The whole life; returns when the turn is settled or given up. Called once.
  base::Awaitable<void> live();

  // What the first transaction said. DEADLINE_EXCEEDED and CANCELLED leave the turn as it is.
  base::Awaitable<base::Result<StartedTurn>> begun(base::Deadline deadline);

  // Asks for the end, with what there is: CANCELLED or INTERRUPTED. The first ask counts; none does once the
  // provider has said its last word.
  void end_early(model::MessageStatus status);
  // The client has left: see ChatEngine::left().
  void left();

  model::TurnId id() const { return plan_.begin.turn; }

 private:
  // A piece of the answer that has no number yet.
  struct Piece {
    std::string text;
    std::string extra{};
  };
  struct Outcome {
    model::MessageStatus status = model::MessageStatus::kComplete;
    std::optional<model::TurnError> error{};
  };

  base::Awaitable<bool> begin();
  base::Awaitable<void> settle_unknown();
  base::Awaitable<void> ask();
  base::Awaitable<void> serve();
  base::Awaitable<bool> stand_in_line();
  base::Awaitable<void> listen();
  base::Awaitable<void> keep();
  base::Awaitable<base::Result<void>> checkpoint();
  base::Awaitable<void> finish();
  base::Awaitable<base::Result<store::FinishedTurn>> settle(store::FinishTurn finish);

  void take(providers::ProviderEvent event);
  // Tells where it stands in line, where that has changed.
  void tell_place();
  // What the provider's way of answering says about what it bears.
  limits::Outcome load() const;
  model::Usage estimate();
  std::int64_t count_text();
  // Whether what was sent is paid for, where the provider has not said what it used.
  bool is_charged() const;
  // Whether the input would have to be counted if the provider said nothing of usage.
  bool counts_input() const;
  // Gives numbers to the pieces that came since, all of them or as far as numbers are reserved, and tells the
  // hub what has a reserved one.
  void flush(bool all);
  // Tells the hub what it was not told yet, up to this number.
  void tell(std::int64_t up_to);
  // Whether the turn ended as this runner said, and not before by somebody else.
  bool ended_here(const store::FinishedTurn& finished, model::MessageStatus status) const;
  void tell_end(const store::FinishedTurn& finished, bool here);
  void fail_with(base::Error error);
  Outcome outcome() const;
  model::AnswerInfo info(const Outcome& outcome);
  model::Usage usage_so_far();
  base::Call store_call() const;

  const EngineParts& parts_;
  const EngineOptions& options_;
  model::Owner owner_;
  TurnPlan plan_;
  limits::Place place_;
  limits::Slot slot_;

  std::optional<base::Result<StartedTurn>> begun_{};
  base::Event began_;
  base::SteadyTime begun_at_{};
  base::Deadline deadline_{};

  // Something came from the provider, or the end was asked for.
  base::Event changed_;
  std::vector<Piece> pieces_{};
  std::string text_{};
  // What came in all: the text, and the other members of deltas.
  std::size_t text_bytes_ = 0;
  std::size_t extra_bytes_ = 0;
  // Whether the provider is asked to stream.
  bool streams_ = true;
  // Made when the text has to be counted here; how much of it was.
  std::optional<tokens::Counter> counter_{};
  std::size_t counted_bytes_ = 0;
  std::vector<model::TurnEvent> events_{};
  // How many of `events_` the hub was told.
  std::size_t told_ = 0;
  std::int64_t saved_event_ = 0;
  std::int64_t reserved_event_ = 0;
  base::SteadyTime saved_at_{};

  // It still waits for the provider; the place it was last told to have.
  bool in_line_ = false;
  std::size_t told_place_ = 0;
  std::optional<store::Reserved> reserved_{};
  // The provider was asked; it took the request; it has said its last word.
  bool sent_ = false;
  bool accepted_ = false;
  bool heard_ = false;
  bool too_long_ = false;
  // The store says that the turn has ended without us.
  bool lost_ = false;
  std::optional<model::MessageStatus> early_{};
  std::optional<base::Error> error_{};
  std::optional<std::string> finish_reason_{};
  std::optional<model::Usage> reported_{};
  model::Tokens input_estimate_{};
  std::optional<std::chrono::milliseconds> first_token_{};
};

}  // namespace parley::chat
