// The engine's embeddings: one question, one reply, and nothing kept but what it cost.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "chat/count.h"
#include "chat/engine.h"
#include "chat/estimate.h"
#include "chat/line.h"
#include "chat/turn_metrics.h"

namespace parley::chat {

using base::ErrorCode;
using base::fail;

namespace {

// What the reply says was used; nothing where it says nothing that makes sense.
std::optional<model::Tokens> used(const boost::json::object& reply) {
  const auto* told = reply.if_contains("usage");
  const auto* members = told == nullptr ? nullptr : told->if_object();
  const auto* tokens = members == nullptr ? nullptr : members->if_contains("prompt_tokens");
  if (tokens == nullptr || !tokens->is_int64() || tokens->get_int64() < 0) return std::nullopt;
  return model::Tokens(tokens->get_int64());
}

// A number is a token, as long as four bytes are on the average.
std::size_t input_bytes(const boost::json::value& input) {
  constexpr std::size_t kTokenBytes = 4;
  if (const auto* text = input.if_string()) return text->size();
  const auto* list = input.if_array();
  if (list == nullptr) return kTokenBytes;
  std::size_t bytes = 0;
  for (const auto& item : *list) bytes += input_bytes(item);
  return bytes;
}

// What is charged where the reply says nothing: as counted, where that is exact, and else a guess.
model::Tokens guess(const ChatModel& model, const boost::json::object& request,
                    const std::optional<store::Reserve>& reserve) {
  if (reserve && model.encoding != tokens::Encoding::kUnknown) return reserve->input;
  const auto* input = request.if_contains("input");
  const model::Tokens guessed(estimate_tokens(input == nullptr ? 0 : input_bytes(*input)));
  return reserve ? std::min(guessed, reserve->input) : guessed;
}

constexpr int kMostPauses = 32;

limits::Outcome load(const base::Result<boost::json::value>& reply) {
  if (reply) return limits::Outcome::kServed;
  return overloaded(reply.error()) ? limits::Outcome::kPushedBack : limits::Outcome::kUnknown;
}

}  // namespace

Reply<boost::json::value> ChatEngine::embeddings(base::Call call, model::Owner owner, std::string tier,
                                                 std::string model_id, boost::json::object request) {
  if (auto refused = refusal()) co_return std::unexpected(std::move(*refused));
  auto found = served(model_id, ModelKind::kEmbedding);
  if (!found) co_return fail(std::move(found));
  // Copied: a reload while waiting replaces the catalog.
  const ChatModel model = found->model;
  const ServedProvider by = found->by;
  auto slot = co_await parts_.limiter.open_turn(call, owner, tier);
  if (!slot) co_return fail(std::move(slot));
  auto place = enter(owner, tier, by);
  if (!place) co_return fail(std::move(place));
  store::BeginCharge begin{.charge = ids_.next<model::ChargeId>(),
                           .model = model.id,
                           .node = options_.node,
                           .lease = options_.turn_timeout + options_.settle_timeout};
  const limits::PolicyPtr policy = parts_.limiter.policy();
  begin.reserve = budgets_of(*policy, owner, tier, model.price);
  if (begin.reserve) begin.reserve->input = co_await count_embeddings_input(model, request);
  auto granted = co_await place->wait(call.deadline.sooner(policy->tier(tier).max_wait));
  if (!granted) {
    if (granted.error().code != ErrorCode::kDeadlineExceeded) co_return fail(std::move(granted));
    co_return std::unexpected(waited_in_vain(options_.overload_retry));
  }
  // Now, not when it came: neither its lease nor its day is that of the time in line.
  begin.now = parts_.clock.wall_now();
  const model::Tokens unless_told = guess(model, request, begin.reserve);
  store::FinishCharge finish{.charge = begin.charge, .now = begin.now};
  auto begun = co_await parts_.store.begin_charge(call, owner, std::move(begin));
  if (!begun) co_return fail(std::move(begun));

  request["model"] = model.upstream;
  call.deadline = call.deadline.sooner(options_.turn_timeout);
  auto reply = co_await by.provider->embeddings(std::move(call), std::move(request));
  place->leave(load(reply));
  if (reply && !reply->is_object()) {
    reply = fail(ErrorCode::kProviderUnavailable, "the provider's reply could not be read",
                 "the reply to an embeddings request is no object");
  }
  if (reply) {
    boost::json::object& body = reply->get_object();
    body["model"] = model.id;
    finish.usage.input = used(body).value_or(unless_told);
    finish.usage.cost = cost_of(finish.usage, model.price);
    count_usage(parts_.metrics, model.id, finish.usage);
  }
  finish.now = parts_.clock.wall_now();
  // Before the reply is given, so that no crash gives back what was delivered.
  auto settled = co_await parts_.store.finish_charge(
      {.deadline = base::Deadline::after(options_.store_timeout)}, owner, finish);
  if (!settled) work_.spawn(settle_charge(std::move(owner), std::move(finish)));
  co_return reply;
}

// In the engine's own group: not ended with its caller.
base::Awaitable<void> ChatEngine::settle_charge(model::Owner owner, store::FinishCharge finish) {
  const base::Deadline give_up = base::Deadline::after(options_.settle_timeout);
  for (int pauses = 1;; pauses = std::min(2 * pauses, kMostPauses)) {
    auto finished = co_await parts_.store.finish_charge(
        {.deadline = base::Deadline::after(options_.store_timeout)}, owner, finish);
    if (finished) co_return;
    if (give_up.passed()) {
      // Given back when its lease has run out.
      parts_.log.error("charge_left_to_reap", {{"charge", finish.charge.str()},
                                               {"code", base::name(finished.error().code)},
                                               {"error", finished.error().cause}});
      co_return;
    }
    parts_.log.warn("settle_failed", {{"charge", finish.charge.str()}, {"error", finished.error().cause}});
    auto slept = co_await base::sleep_until(give_up.sooner(pauses * options_.settle_pause));
    if (!slept) co_return;
  }
}

}  // namespace parley::chat
