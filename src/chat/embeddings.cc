// The engine's embeddings: one question, one reply, nothing kept.
#include <utility>

#include "chat/engine.h"
#include "chat/turn_metrics.h"

namespace parley::chat {

using base::ErrorCode;
using base::fail;

namespace {

// What the reply says was used; nothing where it says nothing that makes sense.
model::Usage used(const boost::json::object& reply) {
  model::Usage usage{};
  const auto* told = reply.if_contains("usage");
  const auto* members = told == nullptr ? nullptr : told->if_object();
  const auto* tokens = members == nullptr ? nullptr : members->if_contains("prompt_tokens");
  if (tokens == nullptr || !tokens->is_int64() || tokens->get_int64() < 0) return usage;
  usage.input = model::Tokens(tokens->get_int64());
  return usage;
}

}  // namespace

Reply<boost::json::value> ChatEngine::embeddings(base::Call call, model::Owner, std::string model_id,
                                                 boost::json::object request) {
  if (auto refused = refusal()) co_return std::unexpected(std::move(*refused));
  auto found = served(model_id, ModelKind::kEmbedding);
  if (!found) co_return fail(std::move(found));
  // Copied: a reload while waiting replaces the catalog.
  const ChatModel model = found->model;
  request["model"] = model.upstream;
  call.deadline = call.deadline.sooner(options_.turn_timeout);
  auto reply = co_await found->provider.embeddings(std::move(call), std::move(request));
  if (!reply) co_return reply;
  auto* body = reply->if_object();
  if (body == nullptr) {
    co_return fail(ErrorCode::kProviderUnavailable, "the provider's reply could not be read",
                   "the reply to an embeddings request is no object");
  }
  (*body)["model"] = model.id;
  model::Usage usage = used(*body);
  usage.cost = cost_of(usage, model.price);
  count_usage(parts_.metrics, model.id, usage);
  co_return reply;
}

}  // namespace parley::chat
