// Subscriptions (specification of September 2025, section 6.2.3): a source of events, each of which becomes a
// response.
#include <exception>
#include <utility>

#include "graphql/execute.h"
#include "graphql/executor.h"

namespace parley::graphql {
namespace {

class EventResponses final : public ResponseStream {
 public:
  explicit EventResponses(Execution execution) : executor_(std::move(execution)) {}

  // Asks for the source. The error says why there is none.
  base::Awaitable<std::optional<GraphqlError>> open();
  base::Awaitable<base::Result<std::optional<Response>>> next(base::Deadline deadline) override;

 private:
  base::Awaitable<base::Result<std::unique_ptr<EventSource>>> ask_source(const SubscribeResolver& resolver,
                                                                         const PlannedField& field);
  base::Awaitable<base::Result<std::optional<Response>>> respond(Resolved event);
  base::Result<std::optional<Response>> ended(base::Result<std::optional<Resolved>>&& event);

  Executor executor_;
  // None once the subscription has ended.
  std::unique_ptr<EventSource> source_{};
};

base::Error internal_error(std::string cause) {
  return {.code = base::ErrorCode::kInternal, .message = "internal error", .cause = std::move(cause)};
}

GraphqlError request_error(std::string message, Location location) {
  GraphqlError error{.message = std::move(message)};
  error.locations.push_back(location);
  error.extensions.emplace("code", base::name(base::ErrorCode::kGraphqlValidationFailed));
  return error;
}

[[gnu::noinline]] base::Result<std::optional<Resolved>> thrown(const std::exception_ptr& failure) {
  std::string cause = "the source of events threw";
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& exception) {
    cause += std::string(": ") + exception.what();
  } catch (...) {
  }
  return std::unexpected(internal_error(std::move(cause)));
}

base::Awaitable<std::optional<GraphqlError>> EventResponses::open() {
  const Execution& execution = executor_.execution();
  const Location location = execution.document.location(execution.operation.at);
  if (executor_.root_type() == nullptr || execution.operation.type != OperationType::kSubscription) {
    co_return request_error("Schema is not configured to execute subscription operation.", location);
  }
  const Plan& plan = executor_.root_plan();
  if (plan.refused) co_return *plan.refused;
  if (plan.fields.size() != 1) co_return request_error("A subscription must select one field.", location);
  const PlannedField& field = plan.fields.front();
  Path path{std::string(field.key)};
  if (field.refused) {
    GraphqlError refused = *field.refused;
    refused.path = std::move(path);
    co_return refused;
  }
  const auto* resolver = execution.resolvers.find_subscribe(*plan.type, *field.type);
  if (resolver == nullptr) {
    co_return executor_.presented(field, std::move(path),
                                  internal_error(field.type->name + " has no source of events"));
  }
  auto source = co_await ask_source(*resolver, field);
  if (!source) co_return executor_.presented(field, std::move(path), source.error());
  source_ = std::move(*source);
  co_return std::nullopt;
}

base::Awaitable<base::Result<std::unique_ptr<EventSource>>> EventResponses::ask_source(
    const SubscribeResolver& resolver, const PlannedField& field) {
  const Execution& execution = executor_.execution();
  std::string cause = field.type->name + " gave no source of events";
  try {
    auto source = co_await resolver({.field = *field.type,
                                     .arguments = field.arguments,
                                     .context = execution.context,
                                     .call = execution.call});
    if (!source || *source) co_return source;
  } catch (const std::exception& thrown) {
    cause = field.type->name + " threw: " + thrown.what();
  } catch (...) {
    cause = field.type->name + " threw";
  }
  co_return std::unexpected(internal_error(std::move(cause)));
}

base::Awaitable<base::Result<std::optional<Response>>> EventResponses::next(base::Deadline deadline) {
  base::Result<std::optional<Resolved>> event;
  if (!source_) co_return ended(std::move(event));
  try {
    event = co_await source_->next(deadline);
  } catch (...) {
    event = thrown(std::current_exception());
  }
  if (event && *event) co_return co_await respond(std::move(**event));
  co_return ended(std::move(event));
}

base::Awaitable<base::Result<std::optional<Response>>> EventResponses::respond(Resolved event) {
  std::exception_ptr failure;
  try {
    co_return co_await executor_.run_event(std::move(event));
  } catch (...) {
    failure = std::current_exception();
  }
  co_return ended(thrown(failure));
}

// Not in next(), nor inlined there: its frame is held as long as nothing happens.
[[gnu::noinline]] base::Result<std::optional<Response>> EventResponses::ended(
    base::Result<std::optional<Resolved>>&& event) {
  if (event || event.error().code != base::ErrorCode::kDeadlineExceeded) source_.reset();
  if (event) return std::nullopt;
  return base::fail(std::move(event));
}

}  // namespace

base::Awaitable<std::expected<std::unique_ptr<ResponseStream>, Response>> subscribe(Execution execution) {
  auto responses = std::make_unique<EventResponses>(std::move(execution));
  if (auto refused = co_await responses->open()) {
    Response response;
    response.errors.push_back(std::move(*refused));
    co_return std::unexpected(std::move(response));
  }
  co_return std::move(responses);
}

}  // namespace parley::graphql
