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

template <class Input>
std::optional<store::IdempotencyKey> key_of(const Input& input) {
  if (input.client_message_id) {
    return store::IdempotencyKey{.key = "m:" + *input.client_message_id, .fingerprint = fingerprint(input)};
  }
  if (input.idempotency_key) {
    return store::IdempotencyKey{.key = "k:" + *input.idempotency_key, .fingerprint = fingerprint(input)};
  }
  return std::nullopt;
}

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

// The engines of all workers draw from one space: a turn's id says on which worker it lives.
model::TurnId ChatEngine::draw_turn_id() {
  for (;;) {
    const auto id = ids_.next<model::TurnId>();
    if (streams::worker_of(id, parts_.streams.workers()) == parts_.worker) return id;
  }
}

bool ChatEngine::available(std::string_view model_id) const {
  const ChatModel* model = catalog_->find(model_id);
  if (model == nullptr) return false;
  const auto provider = providers_.find(model->provider);
  return provider != providers_.end() && provider->second != nullptr;
}

Result<ChatEngine::Served> ChatEngine::served(const std::string& model_id, ModelKind kind) const {
  if (auto ok = check_model(model_id, *catalog_, kind); !ok) return fail(std::move(ok));
  if (!available(model_id)) {
    return fail(ErrorCode::kProviderUnavailable,
                fmt::format("the model \"{}\" is not to be had now", model_id));
  }
  const ChatModel* model = catalog_->find(model_id);
  return Served{.model = *model, .provider = *providers_.find(model->provider)->second};
}

Result<TurnPlan> ChatEngine::plan(const std::string& model_id, std::string route) {
  auto found = served(model_id, ModelKind::kChat);
  if (!found) return fail(std::move(found));
  TurnPlan plan{.model = found->model, .provider = &found->provider};
  plan.begin.turn = draw_turn_id();
  plan.begin.answer = ids_.next<model::MessageId>();
  plan.begin.info = {.model = plan.model.id, .provider = plan.model.provider, .route = std::move(route)};
  plan.begin.node = options_.node;
  plan.begin.lease = options_.lease;
  plan.begin.now = parts_.clock.wall_now();
  plan.request.model = plan.model.upstream;
  return plan;
}

Reply<StartedTurn> ChatEngine::start_turn(base::Call call, model::Owner owner, TurnInput input) {
  if (auto refused = refusal()) co_return std::unexpected(std::move(*refused));
  if (auto ok = check(input, options_.limits); !ok) co_return fail(std::move(ok));
  std::string model_id = input.model.value_or(catalog_->default_model());
  std::string route = input.model ? "asked for" : "the default model";
  if (input.conversation && !input.model) {
    auto conversation = co_await parts_.store.conversation(call, owner, *input.conversation);
    if (!conversation) co_return fail(std::move(conversation));
    model_id = conversation->model;
    route = "the conversation's model";
  }
  auto planned = plan(model_id, std::move(route));
  if (!planned) co_return fail(std::move(planned));
  planned->begin.idempotency = key_of(input);
  planned->begin.conversation = input.conversation;
  if (!input.conversation && !input.stateless) {
    planned->begin.new_conversation = store::NewConversation{
        .id = ids_.next<model::ConversationId>(), .model = model_id, .briefing = options_.briefing};
  }
  planned->begin.user_message = store::NewUserMessage{
      .id = ids_.next<model::MessageId>(),
      .content = input.stateless ? last_content(input.messages) : std::move(input.content),
      .client_message_id = input.client_message_id};
  planned->begin.expected_version = input.expected_version;
  planned->stateless = input.stateless;
  planned->request.messages = std::move(input.messages);
  planned->request.stream = input.stream;
  planned->request.max_output_tokens = input.max_output_tokens;
  planned->request.temperature = input.temperature;
  planned->request.extra = std::move(input.extra);
  co_return co_await start(std::move(call), std::move(owner), std::move(*planned));
}

Reply<StartedTurn> ChatEngine::regenerate(base::Call call, model::Owner owner, RegenerateInput input) {
  if (auto refused = refusal()) co_return std::unexpected(std::move(*refused));
  if (auto ok = check(input, options_.limits); !ok) co_return fail(std::move(ok));
  auto message = co_await parts_.store.message(call, owner, input.message);
  if (!message) co_return fail(std::move(message));
  if (!message->conversation) {
    co_return fail(ErrorCode::kBadUserInput,
                   "the message belongs to no conversation: it cannot be answered anew");
  }
  std::string model_id;
  if (input.model) {
    model_id = *input.model;
  } else {
    auto conversation = co_await parts_.store.conversation(call, owner, *message->conversation);
    if (!conversation) co_return fail(std::move(conversation));
    model_id = conversation->model;
  }
  auto planned = plan(model_id, input.model ? "asked for" : "the conversation's model");
  if (!planned) co_return fail(std::move(planned));
  planned->begin.regenerate = message->reply_to.value_or(message->id);
  planned->begin.idempotency = key_of(input);
  co_return co_await start(std::move(call), std::move(owner), std::move(*planned));
}

Reply<StartedTurn> ChatEngine::start(base::Call call, model::Owner owner, TurnPlan plan) {
  // Asked again: the store may have been read meanwhile.
  if (auto refused = refusal()) co_return std::unexpected(std::move(*refused));
  plan.traceparent = call.traceparent;
  auto turn = std::make_shared<RunningTurn>(parts_, options_, std::move(owner), std::move(plan));
  running_.emplace(turn->id(), turn);
  work_.spawn(run(turn));
  co_return co_await turn->begun(call.deadline);
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
