#include <utility>

#include "api/graphql_resolvers.h"

namespace parley::api {

using base::Awaitable;
using base::Result;
using graphql::EventSource;
using graphql::Resolved;
using graphql::SubscribeCall;

namespace {

// Not in the coroutines below, nor inlined there: their frames are held as long as nothing happens.
[[gnu::noinline]] Result<std::optional<Resolved>> resolved(Result<streams::EventPtr>&& event) {
  if (!event) return base::fail(std::move(event));
  if (!*event) return std::optional<Resolved>{};
  return Resolved::object(std::move(*event));
}

class TurnSource final : public EventSource {
 public:
  explicit TurnSource(std::unique_ptr<streams::TurnFollower> follower) : follower_(std::move(follower)) {}

  Awaitable<Result<std::optional<Resolved>>> next(base::Deadline deadline) override {
    co_return resolved(co_await follower_->next(deadline));
  }

 private:
  std::unique_ptr<streams::TurnFollower> follower_;
};

class ConversationSource final : public EventSource {
 public:
  explicit ConversationSource(std::shared_ptr<streams::WatchQueue> queue) : queue_(std::move(queue)) {}

  Awaitable<Result<std::optional<Resolved>>> next(base::Deadline deadline) override {
    co_return resolved(co_await queue_->next(deadline));
  }

 private:
  std::shared_ptr<streams::WatchQueue> queue_;
};

Awaitable<Result<std::unique_ptr<EventSource>>> follow_turn(SubscribeCall call) {
  const auto& context = *static_cast<const GraphqlContext*>(call.context);
  auto id = id_argument<model::TurnId>(call.arguments, "id");
  if (!id) co_return base::fail(std::move(id));
  auto follower = co_await context.services.streams.follow(quick(context), context.caller.owner, *id,
                                                           integer(call.arguments, "after").value_or(0));
  if (!follower) co_return base::fail(std::move(follower));
  co_return std::make_unique<TurnSource>(std::move(*follower));
}

Awaitable<Result<std::unique_ptr<EventSource>>> watch_conversation(SubscribeCall call) {
  const auto& context = *static_cast<const GraphqlContext*>(call.context);
  auto id = id_argument<model::ConversationId>(call.arguments, "id");
  if (!id) co_return base::fail(std::move(id));
  auto queue = co_await context.services.streams.watch(quick(context), context.caller.owner, *id);
  if (!queue) co_return base::fail(std::move(queue));
  co_return std::make_unique<ConversationSource>(std::move(*queue));
}

}  // namespace

void add_subscription(graphql::Resolvers& resolvers) {
  resolvers.subscribe("Subscription.turn", follow_turn);
  resolvers.subscribe("Subscription.conversation", watch_conversation);
}

}  // namespace parley::api
