// One turn from its first transaction to its last: stores the question, asks the provider, passes the answer
// on to the hub, keeps it in the store as it grows, and settles.
//
// Owned by the engine, on whose worker and in whose task group live() runs. Three coroutines share it: live()
// puts what came into numbered events, listen() reads the provider, and keep() writes checkpoints, so that a
// slow disk does not hold up the stream.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/call.h"
#include "chat/engine.h"
#include "model/turn.h"

namespace parley::chat {

// What a turn needs to know to run.
struct TurnPlan {
  store::BeginTurn begin;
  ChatModel model;
  providers::Provider* provider = nullptr;
  // Its messages are filled from the conversation's context unless the turn is stateless.
  providers::ChatRequest request;
  bool stateless = false;
  std::string traceparent{};
};

class RunningTurn {
 public:
  // `parts` and `options` outlive it.
  RunningTurn(const EngineParts& parts, const EngineOptions& options, model::Owner owner, TurnPlan plan);
  RunningTurn(const RunningTurn&) = delete;
  RunningTurn& operator=(const RunningTurn&) = delete;

  // The whole life; returns when the turn is settled or given up. Called once.
  base::Awaitable<void> live();

  // What the first transaction said. DEADLINE_EXCEEDED and CANCELLED leave the turn as it is.
  base::Awaitable<base::Result<StartedTurn>> begun(base::Deadline deadline);

  // Asks for the end, with what there is: CANCELLED or INTERRUPTED. The first ask counts; none does once the
  // provider has said its last word.
  void end_early(model::MessageStatus status);

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
  base::Awaitable<base::Result<store::Context>> context();
  base::Awaitable<base::Result<void>> gather_context();
  base::Awaitable<void> ask();
  base::Awaitable<void> listen();
  base::Awaitable<void> keep();
  base::Awaitable<base::Result<void>> checkpoint();
  base::Awaitable<void> finish();
  base::Awaitable<base::Result<store::FinishedTurn>> settle(store::FinishTurn finish);

  void take(providers::ProviderEvent event);
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
  model::AnswerInfo info(const Outcome& outcome) const;
  model::Usage usage_so_far() const;
  base::Call store_call() const;

  const EngineParts& parts_;
  const EngineOptions& options_;
  model::Owner owner_;
  TurnPlan plan_;

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
  std::vector<model::TurnEvent> events_{};
  // How many of `events_` the hub was told.
  std::size_t told_ = 0;
  std::int64_t saved_event_ = 0;
  std::int64_t reserved_event_ = 0;
  base::SteadyTime saved_at_{};

  // The provider took the request; it has said its last word.
  bool accepted_ = false;
  bool heard_ = false;
  bool too_long_ = false;
  // The store says that the turn has ended without us.
  bool lost_ = false;
  std::optional<model::MessageStatus> early_{};
  std::optional<base::Error> error_{};
  std::optional<std::string> finish_reason_{};
  std::optional<model::Usage> reported_{};
  std::int64_t input_estimate_ = 0;
  std::optional<std::chrono::milliseconds> first_token_{};
};

}  // namespace parley::chat
