// The turn engine: takes a question, asks a provider, and sees the turn to its end whoever stays to listen.
//
// One for each worker, called on it. A turn runs in the engine's own task group and not in its caller: a
// client that leaves stops nothing, only stop() does. What a turn does is in running_turn.h. Every turn that
// the store began ends in a terminal state: here, or, when this process dies, by another one's reap().
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/async.h"
#include "base/call.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/task_group.h"
#include "chat/catalog.h"
#include "chat/input.h"
#include "limits/gate.h"
#include "limits/limiter.h"
#include "model/id.h"
#include "model/owner.h"
#include "providers/provider.h"
#include "store/store.h"
#include "streams/hub.h"
#include "streams/streams.h"

namespace parley::chat {

using store::Reply;

struct EngineOptions {
  // This node, unique among those that share the store.
  std::string node = "local";
  InputLimits limits{};
  // The briefing of conversations that a turn makes.
  std::optional<std::string> briefing{};
  // How many messages of history go with the new one.
  int context_messages = 10;
  int max_pinned = 50;
  // Turns of this worker that run at once; more are OVERLOADED, to be tried again after `overload_retry`.
  std::size_t max_open_turns = 1000;
  std::chrono::milliseconds overload_retry{1000};
  // From the start to the provider's last word.
  std::chrono::milliseconds turn_timeout{600'000};
  // An answer that grows past either, by a piece at the most, is ended with the finish reason "length". The
  // bytes are those of its text and its extra members.
  std::size_t max_answer_bytes = std::size_t{4} << 20;
  std::size_t max_answer_events = std::size_t{1} << 18;
  std::chrono::milliseconds checkpoint_every{200};
  std::chrono::milliseconds lease{30'000};
  // One store operation of a turn; and how long its end is tried before the turn is left to be reaped, with
  // growing pauses from `settle_pause` to 32 times that.
  std::chrono::milliseconds store_timeout{10'000};
  std::chrono::milliseconds settle_timeout{60'000};
  std::chrono::milliseconds settle_pause{100};
};

struct StartedTurn {
  store::TurnState state;
  // The client id was known: this is that turn, running or ended, and nothing new was begun.
  bool replayed = false;
};

// A provider of one worker, which outlives the engine, and the way to it, which all workers share.
struct ServedProvider {
  providers::Provider* provider = nullptr;
  std::shared_ptr<limits::Gate> gate{};
};
// By the name that the catalog uses.
using Providers = std::map<std::string, ServedProvider, std::less<>>;

// What an engine works with; all of it outlives the engine.
struct EngineParts {
  store::Store& store;
  // The hub of this engine's worker, which is number `worker` among those of `streams`.
  streams::Hub& hub;
  const streams::Streams& streams;
  std::size_t worker = 0;
  const base::Clock& clock;
  base::Metrics& metrics;
  const base::Log& log;
  limits::Limiter& limiter;
};

struct TurnPlan;
class RunningTurn;

class ChatEngine {
 public:
  ChatEngine(EngineParts parts, Providers providers, CatalogPtr catalog, model::IdGenerator ids,
             EngineOptions options);
  // shutdown() comes first; asserts that no turn runs.
  ~ChatEngine();
  ChatEngine(const ChatEngine&) = delete;
  ChatEngine& operator=(const ChatEngine&) = delete;

  // From now on turns begin with this catalog and these providers; the old providers are kept by the caller
  // until the turns and the embeddings that run now have ended.
  void reload(CatalogPtr catalog, Providers providers);
  const CatalogPtr& catalog() const { return catalog_; }
  // True where the catalog has the model and its provider is configured.
  bool available(std::string_view model_id) const;

  // Stores the question and returns; the answer is followed by `streams`. A caller who stops waiting does not
  // keep the turn from running. BAD_USER_INPUT (a model that does not chat, too), PAYLOAD_TOO_LARGE,
  // NOT_FOUND, CONFLICT, TURN_IN_PROGRESS, IDEMPOTENCY_MISMATCH, OVERLOADED (with retry_after),
  // PROVIDER_UNAVAILABLE (the model's provider is not configured), RATE_LIMITED (too many turns of this user
  // run), BUDGET_EXCEEDED, and what the store fails with. OVERLOADED also where the line before the provider
  // is full, or longer than the tier lets wait.
  Reply<StartedTurn> start_turn(base::Call call, model::Owner owner, TurnInput input);
  // Answers anew. Errors as start_turn; BAD_USER_INPUT for a message of a stateless turn.
  Reply<StartedTurn> regenerate(base::Call call, model::Owner owner, RegenerateInput input);

  // The turn as it ended; waits for that. NOT_FOUND, DEADLINE_EXCEEDED (the turn goes on), CANCELLED.
  Reply<store::TurnState> wait(base::Call call, model::Owner owner, model::TurnId turn);
  // Ends a running turn as CANCELLED with the text that got through and waits for that. A turn that has ended
  // stays as it is. NOT_FOUND; OVERLOADED where another node runs it.
  Reply<store::TurnState> stop(base::Call call, model::Owner owner, model::TurnId turn);

  // Who asked for the turn has left. A turn that still waits in line, and that nobody could ask for again (it
  // is stateless and has no client id), gives up its place and ends as CANCELLED; any other goes on.
  void left(model::TurnId turn);

  // Asks for embeddings: `request` goes to the model's provider as it is, with `model` as that names it, and
  // the reply comes back with `model` as the catalog names it. The work of its caller, and ended with it.
  // What it used is entered in the budgets and in the day's usage. BAD_USER_INPUT (no such model, or one that
  // makes no embeddings), OVERLOADED, BUDGET_EXCEEDED, PROVIDER_UNAVAILABLE, and what the store and
  // Provider::embeddings fail with.
  Reply<boost::json::value> embeddings(base::Call call, model::Owner owner, std::string tier,
                                       std::string model_id, boost::json::object request);

  // Marks lost turns INTERRUPTED and says how many. `sole_node` where this process alone owns the store, at
  // its start: then every turn of another run is lost. Otherwise now and then, by the leases.
  Reply<std::int64_t> reap(base::Call call, bool sole_node);

  // Takes no more turns (OVERLOADED), lets those that run end until `drain`, marks the rest INTERRUPTED with
  // what they have, and returns when all is settled. Again when no caller of embeddings() is left.
  base::Awaitable<void> shutdown(base::Deadline drain);

  std::size_t open_turns() const { return running_.size(); }

 private:
  struct Served {
    const ChatModel& model;
    const ServedProvider& by;
  };

  // The model and who serves it. BAD_USER_INPUT, PROVIDER_UNAVAILABLE.
  base::Result<Served> served(const std::string& model_id, ModelKind kind) const;
  base::Result<TurnPlan> plan(const std::string& model_id, std::string route);
  // One attempt: CONFLICT without a version where what was read for it has changed.
  Reply<StartedTurn> try_turn(base::Call call, model::Owner owner, const TurnInput& input);
  Reply<StartedTurn> try_regenerate(base::Call call, model::Owner owner, const RegenerateInput& input);
  // Attempts until the context stays as it was read.
  template <class Input>
  Reply<StartedTurn> until_unchanged(base::Call call, model::Owner owner, Input input,
                                     Reply<StartedTurn> (ChatEngine::*attempt)(base::Call, model::Owner,
                                                                               const Input&));
  // The budgets that hold for the owner, and what is asked of them but for the tokens; nothing where none
  // does.
  static std::optional<store::Reserve> budgets_of(const limits::Policy& policy, const model::Owner& owner,
                                                  std::string_view tier, const Price& price);
  // Enters in the plan what the budgets shall hold back, where one holds.
  base::Awaitable<void> reserve(const model::Owner& owner, std::string_view tier, TurnPlan& plan) const;
  base::Result<limits::Place> enter(const model::Owner& owner, std::string_view tier,
                                    const ServedProvider& by) const;
  Reply<StartedTurn> start(base::Call call, model::Owner owner, std::string tier, TurnPlan plan);
  // What a refusal comes to: the same id again is the same turn, also where nothing new is let in.
  Reply<StartedTurn> unless_known(base::Call call, model::Owner owner, store::BeginTurn begin,
                                  base::Error refused);
  base::Awaitable<void> settle_charge(model::Owner owner, store::FinishCharge finish);
  base::Awaitable<void> run(std::shared_ptr<RunningTurn> turn);
  model::TurnId draw_turn_id();
  std::optional<base::Error> refusal() const;

  EngineParts parts_;
  Providers providers_;
  CatalogPtr catalog_;
  model::IdGenerator ids_;
  EngineOptions options_;
  bool accepting_ = true;
  base::Event all_ended_;
  std::unordered_map<model::TurnId, std::shared_ptr<RunningTurn>> running_{};
  base::TaskGroup work_;
};

}  // namespace parley::chat
