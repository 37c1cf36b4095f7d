// How the engine begins a turn: what it is asked with, whether it is let in, what is held back for it.
#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "chat/count.h"
#include "chat/engine.h"
#include "chat/running_turn.h"
#include "context/assemble.h"

namespace parley::chat {

using base::ErrorCode;
using base::fail;
using base::Result;

namespace {

// A conversation that changes each time between the reading and the beginning is given up on.
constexpr int kAttempts = 5;

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

std::string_view wire_role(model::Role role) {
  switch (role) {
    case model::Role::kSystem:
      return "system";
    case model::Role::kUser:
      return "user";
    case model::Role::kAssistant:
      return "assistant";
  }
  return "user";
}

void add_messages(providers::ChatRequest& request, const store::Context& context) {
  for (context::ContextMessage& message : context::assemble(context)) {
    request.messages.push_back(
        {.role = std::string(wire_role(message.role)), .content = boost::json::value(message.content)});
  }
}

// The new message as it will stand behind what was said.
model::Message coming(const std::string& content) {
  return {.position = std::numeric_limits<std::int64_t>::max(), .content = content};
}

bool changed_meanwhile(const base::Error& error) {
  return error.code == ErrorCode::kConflict && !error.current_version;
}

}  // namespace

// The engines of all workers draw from one space: a turn's id says on which worker it lives.
model::TurnId ChatEngine::draw_turn_id() {
  for (;;) {
    const auto id = ids_.next<model::TurnId>();
    if (streams::worker_of(id, parts_.streams.workers()) == parts_.worker) return id;
  }
}

Result<ChatEngine::Served> ChatEngine::served(const std::string& model_id, ModelKind kind) const {
  if (auto ok = check_model(model_id, *catalog_, kind); !ok) return fail(std::move(ok));
  if (!available(model_id)) {
    return fail(ErrorCode::kProviderUnavailable,
                fmt::format("the model \"{}\" is not to be had now", model_id));
  }
  const ChatModel* model = catalog_->find(model_id);
  return Served{.model = *model, .by = providers_.find(model->provider)->second};
}

Result<TurnPlan> ChatEngine::plan(const std::string& model_id, std::string route) {
  auto found = served(model_id, ModelKind::kChat);
  if (!found) return fail(std::move(found));
  TurnPlan plan{.model = found->model, .by = found->by};
  plan.begin.turn = draw_turn_id();
  plan.begin.answer = ids_.next<model::MessageId>();
  plan.begin.info = {.model = plan.model.id, .provider = plan.model.provider, .route = std::move(route)};
  plan.begin.node = options_.node;
  plan.begin.lease = options_.lease;
  plan.request.model = plan.model.upstream;
  return plan;
}

template <class Input>
Reply<StartedTurn> ChatEngine::until_unchanged(base::Call call, model::Owner owner, Input input,
                                               Reply<StartedTurn> (ChatEngine::*attempt)(base::Call,
                                                                                         model::Owner,
                                                                                         const Input&)) {
  if (auto refused = refusal()) co_return std::unexpected(std::move(*refused));
  if (auto ok = check(input, options_.limits); !ok) co_return fail(std::move(ok));
  for (int tried = 1;; ++tried) {
    auto started = co_await (this->*attempt)(call, owner, input);
    if (started || !changed_meanwhile(started.error()) || tried == kAttempts) co_return started;
    // What had changed may be that a lost turn stands in the way: as long as it is not ended, what it said is
    // not part of the context.
    auto cleared = co_await reap(call, false);
    if (!cleared) co_return fail(std::move(cleared));
  }
}

Reply<StartedTurn> ChatEngine::start_turn(base::Call call, model::Owner owner, TurnInput input) {
  return until_unchanged(std::move(call), std::move(owner), std::move(input), &ChatEngine::try_turn);
}

Reply<StartedTurn> ChatEngine::regenerate(base::Call call, model::Owner owner, RegenerateInput input) {
  return until_unchanged(std::move(call), std::move(owner), std::move(input), &ChatEngine::try_regenerate);
}

Reply<StartedTurn> ChatEngine::try_turn(base::Call call, model::Owner owner, const TurnInput& input) {
  std::string model_id = input.model.value_or(catalog_->default_model());
  std::string route = input.model ? "asked for" : "the default model";
  std::optional<store::Context> context;
  if (input.conversation) {
    auto read =
        co_await parts_.store.context(call, owner,
                                      {.conversation = *input.conversation,
                                       .last = std::clamp(options_.context_messages, 0, store::kMaxPage - 1),
                                       .max_pinned = options_.max_pinned});
    if (!read) co_return fail(std::move(read));
    context = std::move(*read);
    if (!input.model) {
      model_id = context->conversation.model;
      route = "the conversation's model";
    }
  }
  auto planned = plan(model_id, std::move(route));
  if (!planned) co_return fail(std::move(planned));
  store::BeginTurn& begin = planned->begin;
  begin.idempotency = key_of(input);
  begin.conversation = input.conversation;
  begin.expected_version = input.expected_version;
  if (!input.conversation && !input.stateless) {
    begin.new_conversation = store::NewConversation{
        .id = ids_.next<model::ConversationId>(), .model = model_id, .briefing = options_.briefing};
    context = store::Context{.conversation = {.briefing = options_.briefing}};
  }
  begin.user_message =
      store::NewUserMessage{.id = ids_.next<model::MessageId>(),
                            .content = input.stateless ? last_content(input.messages) : input.content,
                            .client_message_id = input.client_message_id};
  providers::ChatRequest& request = planned->request;
  if (context) {
    if (input.conversation) begin.expected_revision = context->revision;
    context->recent.push_back(coming(input.content));
    add_messages(request, *context);
  } else {
    request.messages = input.messages;
  }
  request.stream = input.stream;
  request.max_output_tokens = input.max_output_tokens;
  request.temperature = input.temperature;
  request.extra = input.extra;
  planned->gives_up_place = input.stateless && !begin.idempotency;
  co_return co_await start(std::move(call), std::move(owner), input.tier, std::move(*planned));
}

Reply<StartedTurn> ChatEngine::try_regenerate(base::Call call, model::Owner owner,
                                              const RegenerateInput& input) {
  auto message = co_await parts_.store.message(call, owner, input.message);
  if (!message) co_return fail(std::move(message));
  if (!message->conversation) {
    co_return fail(ErrorCode::kBadUserInput,
                   "the message belongs to no conversation: it cannot be answered anew");
  }
  if (message->reply_to) {
    message = co_await parts_.store.message(call, owner, *message->reply_to);
    if (!message) co_return fail(std::move(message));
  }
  auto context =
      co_await parts_.store.context(call, owner,
                                    context::query_for(*message->conversation, message->position,
                                                       options_.context_messages, options_.max_pinned));
  if (!context) co_return fail(std::move(context));
  auto planned = plan(input.model.value_or(context->conversation.model),
                      input.model ? "asked for" : "the conversation's model");
  if (!planned) co_return fail(std::move(planned));
  planned->begin.regenerate = message->id;
  planned->begin.idempotency = key_of(input);
  planned->begin.expected_revision = context->revision;
  add_messages(planned->request, *context);
  co_return co_await start(std::move(call), std::move(owner), input.tier, std::move(*planned));
}

std::optional<store::Reserve> ChatEngine::budgets_of(const limits::Policy& policy, const model::Owner& owner,
                                                     std::string_view tier, const Price& price) {
  store::Reserve reserve{.price = price,
                         .user = policy.budget(owner, tier),
                         .organisation = policy.organisation(owner.tenant).budget};
  if (!reserve.user.any() && !reserve.organisation.any()) return std::nullopt;
  return reserve;
}

base::Awaitable<void> ChatEngine::reserve(const model::Owner& owner, std::string_view tier,
                                          TurnPlan& plan) const {
  const limits::PolicyPtr policy = parts_.limiter.policy();
  auto reserve = budgets_of(*policy, owner, tier, plan.model.price);
  if (!reserve) co_return;
  reserve->input = co_await count_input(plan.model, plan.request);
  plan.input_tokens = reserve->input;
  const model::Tokens window(std::max<std::int64_t>(plan.model.context_window - reserve->input.count(), 1));
  const model::Tokens asked(plan.request.max_output_tokens.value_or(policy->answer_wanted.count()));
  reserve->output_wanted = std::min(asked, window);
  reserve->output_least = std::min(reserve->output_wanted, policy->answer_least);
  plan.begin.reserve = std::move(reserve);
}

Result<limits::Place> ChatEngine::enter(const model::Owner& owner, std::string_view tier,
                                        const ServedProvider& by) const {
  const limits::PolicyPtr policy = parts_.limiter.policy();
  const limits::TierPolicy& held_to = policy->tier(tier);
  return by.gate->enter({.owner = owner,
                         .tier = std::string(policy->known_tier(tier)),
                         .weight = held_to.weight,
                         .patience = held_to.max_wait},
                        parts_.hub.executor());
}

Reply<StartedTurn> ChatEngine::start(base::Call call, model::Owner owner, std::string tier, TurnPlan plan) {
  auto slot = co_await parts_.limiter.open_turn(call, owner, tier);
  if (!slot) {
    co_return co_await unless_known(std::move(call), std::move(owner), std::move(plan.begin),
                                    std::move(slot).error());
  }
  co_await reserve(owner, tier, plan);
  // Asked again: the store has been read meanwhile.
  if (auto refused = refusal()) co_return std::unexpected(std::move(*refused));
  auto place = enter(owner, tier, plan.by);
  if (!place) {
    co_return co_await unless_known(std::move(call), std::move(owner), std::move(plan.begin),
                                    std::move(place).error());
  }
  plan.patience = base::Deadline::after(parts_.limiter.policy()->tier(tier).max_wait);
  plan.begin.now = parts_.clock.wall_now();
  plan.traceparent = call.traceparent;
  auto turn = std::make_shared<RunningTurn>(parts_, options_, std::move(owner), std::move(plan),
                                            std::move(*place), std::move(*slot));
  running_.emplace(turn->id(), turn);
  work_.spawn(run(turn));
  co_return co_await turn->begun(call.deadline);
}

Reply<StartedTurn> ChatEngine::unless_known(base::Call call, model::Owner owner, store::BeginTurn begin,
                                            base::Error refused) {
  if (!begin.idempotency) co_return std::unexpected(std::move(refused));
  begin.only_known = true;
  begin.now = parts_.clock.wall_now();
  auto known = co_await parts_.store.begin_turn(std::move(call), std::move(owner), std::move(begin));
  if (known) co_return StartedTurn{.state = std::move(known->state), .replayed = true};
  if (known.error().code != ErrorCode::kIdempotencyMismatch) co_return std::unexpected(std::move(refused));
  co_return fail(std::move(known));
}

}  // namespace parley::chat
