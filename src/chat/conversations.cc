#include "chat/conversations.h"

#include <utility>

#include <fmt/format.h>

#include "base/time.h"

namespace parley::chat {

using base::ErrorCode;
using base::fail;
using base::Result;

namespace {

Result<void> check_optional(std::string_view what, const std::optional<std::string>& text,
                            std::size_t max_bytes) {
  return text ? check_text(what, *text, max_bytes) : Result<void>{};
}

}  // namespace

Reply<store::CreatedConversation> Conversations::create(base::Call call, model::Owner owner,
                                                        CreateConversation input) {
  const std::string model = input.model.value_or(catalog_->default_model());
  for (auto ok :
       {check_optional("title", input.title, limits_.max_title_bytes),
        check_optional("briefing", input.briefing, limits_.max_prompt_bytes),
        check_optional("systemPrompt", input.system_prompt, limits_.max_prompt_bytes),
        check_optional("clientConversationId", input.client_conversation_id, limits_.max_client_id_bytes),
        check_model(model, *catalog_, ModelKind::kChat)}) {
    if (!ok) co_return fail(std::move(ok));
  }
  store::NewConversation made{.id = ids_.next<model::ConversationId>(),
                              .title = std::move(input.title),
                              .model = model,
                              .briefing = input.briefing ? std::move(input.briefing) : briefing_,
                              .system_prompt = std::move(input.system_prompt),
                              .client_id = std::move(input.client_conversation_id)};
  co_return co_await store_.create_conversation(std::move(call), std::move(owner), std::move(made),
                                                clock_.wall_now());
}

Reply<model::Conversation> Conversations::update(base::Call call, model::Owner owner,
                                                 UpdateConversation input) {
  for (auto ok :
       {check_optional("title", input.title.value_or(std::nullopt), limits_.max_title_bytes),
        check_optional("systemPrompt", input.system_prompt.value_or(std::nullopt), limits_.max_prompt_bytes),
        input.model ? check_model(*input.model, *catalog_, ModelKind::kChat) : Result<void>{}}) {
    if (!ok) co_return fail(std::move(ok));
  }
  store::ConversationUpdate update{.id = input.id,
                                   .expected_version = input.expected_version,
                                   .title = std::move(input.title),
                                   .model = std::move(input.model),
                                   .system_prompt = std::move(input.system_prompt),
                                   .archived = input.archived,
                                   .now = clock_.wall_now()};
  co_return co_await store_.update_conversation(std::move(call), std::move(owner), std::move(update));
}

Reply<void> Conversations::remove(base::Call call, model::Owner owner, model::ConversationId id) {
  return store_.delete_conversation(std::move(call), std::move(owner), id, clock_.wall_now());
}

Reply<model::Conversation> Conversations::get(base::Call call, model::Owner owner, model::ConversationId id) {
  return store_.conversation(std::move(call), std::move(owner), id);
}

Reply<std::vector<std::optional<model::Conversation>>> Conversations::get_many(
    base::Call call, model::Owner owner, std::vector<model::ConversationId> ids) {
  return store_.conversations(std::move(call), std::move(owner), std::move(ids));
}

Reply<store::ConversationPage> Conversations::list(base::Call call, model::Owner owner,
                                                   store::ConversationFilter filter,
                                                   store::ConversationPageRequest page) {
  if (filter.title_contains) {
    if (auto ok = check_text("titleContains", *filter.title_contains, limits_.max_title_bytes); !ok) {
      co_return fail(std::move(ok));
    }
  }
  co_return co_await store_.list_conversations(std::move(call), std::move(owner), std::move(filter), page);
}

Reply<std::vector<std::optional<store::MessagePage>>> Conversations::message_pages(
    base::Call call, model::Owner owner, std::vector<model::ConversationId> ids,
    store::MessagePageRequest page) {
  return store_.message_pages(std::move(call), std::move(owner), std::move(ids), page);
}

Reply<std::vector<std::optional<model::Message>>> Conversations::messages(base::Call call, model::Owner owner,
                                                                          std::vector<model::MessageId> ids) {
  return store_.messages(std::move(call), std::move(owner), std::move(ids));
}

Reply<model::Message> Conversations::message(base::Call call, model::Owner owner, model::MessageId id) {
  return store_.message(std::move(call), std::move(owner), id);
}

Reply<model::Message> Conversations::pin(base::Call call, model::Owner owner, model::MessageId id,
                                         bool pinned) {
  return store_.pin_message(std::move(call), std::move(owner), id, pinned);
}

Reply<store::TurnState> Conversations::turn(base::Call call, model::Owner owner, model::TurnId id) {
  return store_.turn(std::move(call), std::move(owner), id);
}

Reply<std::vector<std::optional<store::TurnState>>> Conversations::turns(base::Call call, model::Owner owner,
                                                                         std::vector<model::TurnId> ids) {
  return store_.turns(std::move(call), std::move(owner), std::move(ids));
}

Reply<std::vector<store::UsageRow>> Conversations::usage(base::Call call, model::Owner owner,
                                                         store::UsageQuery query) {
  if (query.from > query.to)
    co_return fail(ErrorCode::kBadUserInput, "the day `to` is before the day `from`");
  if (query.to - query.from >= kMostUsageDays) {
    co_return fail(ErrorCode::kBadUserInput,
                   fmt::format("at most {} days can be asked for at once", kMostUsageDays.count()));
  }
  auto rows = co_await store_.usage(std::move(call), std::move(owner), query);
  if (rows && rows->size() > kMostUsageRows) {
    co_return fail(
        ErrorCode::kBadUserInput,
        fmt::format("there are more than {} rows: ask for fewer days, or group by less", kMostUsageRows));
  }
  co_return rows;
}

Reply<SpentToday> Conversations::spent(base::Call call, model::Owner owner) {
  SpentToday today{.day = base::day_of(clock_.wall_now())};
  auto spent = co_await store_.budget(std::move(call), std::move(owner), today.day);
  if (!spent) co_return base::fail(std::move(spent));
  today.spent = *spent;
  co_return today;
}

}  // namespace parley::chat
