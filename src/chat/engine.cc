#include "chat/engine.h"

#include <limits>
#include <utility>

#include <fmt/format.h>

#include "chat/running_turn.h"
#include "chat/turn_metrics.h"

namespace parley::chat {

using base::Awaitable;
using base::ErrorCode;
using base::fail;
using base::Result;

namespace {

// What the store asks for at once; it is asked again while it gives so many.
constexpr int kReapBatch = 100;

}  // namespace

ChatEngine::ChatEngine(EngineParts parts, Providers providers, CatalogPtr catalog, model::IdGenerator ids,
                       EngineOptions options)
    : parts_(parts),
      providers_(std::move(providers)),
      catalog_(std::move(catalog)),
      ids_(ids),
      options_(std::move(options)),
      all_ended_(parts.hub.executor()),
      work_(parts.hub.executor()) {}

ChatEngine::~ChatEngine() = default;

void ChatEngine::reload(CatalogPtr catalog, Providers providers) {
  catalog_ = std::move(catalog);
  providers_ = std::move(providers);
}

std::optional<base::Error> ChatEngine::refusal() const {
  if (!accepting_) {
    return base::Error{.code = ErrorCode::kOverloaded,
                       .message = "this node is shutting down: ask again",
                       .retry_after = options_.overload_retry};
  }
  if (running_.size() >= options_.max_open_turns) {
    return base::Error{.code = ErrorCode::kOverloaded,
                       .message = "too many turns are running: ask again later",
                       .retry_after = options_.overload_retry};
  }
  return std::nullopt;
}

bool ChatEngine::available(std::string_view model_id) const {
  const ChatModel* model = catalog_->find(model_id);
  if (model == nullptr) return false;
  const auto provider = providers_.find(model->provider);
  return provider != providers_.end() && provider->second.provider != nullptr;
}

Awaitable<void> ChatEngine::run(std::shared_ptr<RunningTurn> turn) {
  co_await turn->live();
  running_.erase(turn->id());
  if (running_.empty()) all_ended_.notify_all();
}

Reply<store::TurnState> ChatEngine::wait(base::Call call, model::Owner owner, model::TurnId turn) {
  // Nothing has a number above that, so the only news is the end.
  constexpr auto kAll = std::numeric_limits<std::int64_t>::max();
  auto follower = co_await parts_.streams.follow(call, owner, turn, kAll);
  if (!follower) co_return fail(std::move(follower));
  auto ended = co_await (*follower)->next(call.deadline);
  if (!ended) co_return fail(std::move(ended));
  co_return co_await parts_.store.turn(std::move(call), std::move(owner), turn);
}

Reply<store::TurnState> ChatEngine::stop(base::Call call, model::Owner owner, model::TurnId turn) {
  auto asked = co_await parts_.streams.stop(call, owner, turn);
  if (!asked) co_return fail(std::move(asked));
  if (*asked) co_return co_await wait(std::move(call), std::move(owner), turn);
  auto state = co_await parts_.store.turn(std::move(call), std::move(owner), turn);
  if (!state || model::ended(state->turn.status)) co_return state;
  co_return std::unexpected(base::Error{.code = ErrorCode::kOverloaded,
                                        .message = "the turn cannot be stopped from here now: ask again",
                                        .retry_after = options_.overload_retry});
}

void ChatEngine::left(model::TurnId turn) {
  if (const auto found = running_.find(turn); found != running_.end()) found->second->left();
}

Reply<std::int64_t> ChatEngine::reap(base::Call call, bool sole_node) {
  std::int64_t reaped = 0;
  for (;;) {
    store::ReapTurns ask{.now = parts_.clock.wall_now(), .limit = kReapBatch};
    if (sole_node) ask.sole_node = options_.node;
    auto batch = co_await parts_.store.reap_turns(call, std::move(ask));
    if (!batch) co_return fail(std::move(batch));
    for (const store::ReapedTurn& turn : *batch) {
      count_turn(parts_.metrics, turn.state);
      parts_.log.warn("turn_reaped", {{"turn", turn.state.turn.id.str()},
                                      {"node", turn.state.turn.node},
                                      {"user", base::user_hash(turn.owner.tenant, turn.owner.user)}});
    }
    reaped += static_cast<std::int64_t>(batch->size());
    if (batch->size() < kReapBatch) co_return reaped;
  }
}

Awaitable<void> ChatEngine::shutdown(base::Deadline drain) {
  accepting_ = false;
  while (!running_.empty()) {
    auto woken = co_await all_ended_.wait(drain);
    if (!woken) break;
  }
  for (const auto& [id, turn] : running_) turn->end_early(model::MessageStatus::kInterrupted);
  co_await work_.join();
}

}  // namespace parley::chat
