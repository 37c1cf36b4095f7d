// Conversations as the APIs see them: the store's, with the input checked. Nothing here waits for a provider.
//
// One for each worker; the references outlive it. Every call is bound to an owner, and another owner's thing
// is NOT_FOUND. Errors beside those named: what store/store.h names.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "chat/catalog.h"
#include "chat/input.h"
#include "model/id.h"
#include "store/store.h"

namespace parley::chat {

using store::Reply;

// How much usage can be asked for at once.
inline constexpr std::chrono::days kMostUsageDays{366};
inline constexpr std::size_t kMostUsageRows = 10'000;

struct CreateConversation {
  std::optional<std::string> title{};
  // Left out: the catalog's default.
  std::optional<std::string> model{};
  // Left out: the configured briefing.
  std::optional<std::string> briefing{};
  std::optional<std::string> system_prompt{};
  std::optional<std::string> client_conversation_id{};
};

// Only what is set is changed; the inner nullopt clears a text.
struct UpdateConversation {
  model::ConversationId id;
  std::optional<std::int64_t> expected_version{};
  std::optional<std::optional<std::string>> title{};
  std::optional<std::string> model{};
  std::optional<std::optional<std::string>> system_prompt{};
  std::optional<bool> archived{};
};

// What a user and the user's organisation have spent on a UTC day and in its month.
struct SpentToday {
  std::chrono::sys_days day;
  store::BudgetState spent{};
};

class Conversations {
 public:
  Conversations(store::Store& store, CatalogPtr catalog, const base::Clock& clock, model::IdGenerator ids,
                InputLimits limits, std::optional<std::string> briefing)
      : store_(store),
        catalog_(std::move(catalog)),
        clock_(clock),
        ids_(ids),
        limits_(limits),
        briefing_(std::move(briefing)) {}

  void reload(CatalogPtr catalog) { catalog_ = std::move(catalog); }

  // BAD_USER_INPUT, PAYLOAD_TOO_LARGE.
  Reply<store::CreatedConversation> create(base::Call call, model::Owner owner, CreateConversation input);
  // BAD_USER_INPUT, PAYLOAD_TOO_LARGE, NOT_FOUND, CONFLICT with the current version.
  Reply<model::Conversation> update(base::Call call, model::Owner owner, UpdateConversation input);
  // NOT_FOUND, TURN_IN_PROGRESS.
  Reply<void> remove(base::Call call, model::Owner owner, model::ConversationId id);
  // NOT_FOUND.
  Reply<model::Conversation> get(base::Call call, model::Owner owner, model::ConversationId id);
  Reply<std::vector<std::optional<model::Conversation>>> get_many(base::Call call, model::Owner owner,
                                                                  std::vector<model::ConversationId> ids);
  // BAD_USER_INPUT for a bad page.
  Reply<store::ConversationPage> list(base::Call call, model::Owner owner, store::ConversationFilter filter,
                                      store::ConversationPageRequest page);
  Reply<std::vector<std::optional<store::MessagePage>>> message_pages(base::Call call, model::Owner owner,
                                                                      std::vector<model::ConversationId> ids,
                                                                      store::MessagePageRequest page);
  Reply<std::vector<std::optional<model::Message>>> messages(base::Call call, model::Owner owner,
                                                             std::vector<model::MessageId> ids);
  // NOT_FOUND.
  Reply<model::Message> message(base::Call call, model::Owner owner, model::MessageId id);
  Reply<model::Message> pin(base::Call call, model::Owner owner, model::MessageId id, bool pinned);
  Reply<store::TurnState> turn(base::Call call, model::Owner owner, model::TurnId id);
  Reply<std::vector<std::optional<store::TurnState>>> turns(base::Call call, model::Owner owner,
                                                            std::vector<model::TurnId> ids);
  // BAD_USER_INPUT: `from` after `to`, more than kMostUsageDays, or more than kMostUsageRows rows.
  Reply<std::vector<store::UsageRow>> usage(base::Call call, model::Owner owner, store::UsageQuery query);
  Reply<SpentToday> spent(base::Call call, model::Owner owner);

 private:
  store::Store& store_;
  CatalogPtr catalog_;
  const base::Clock& clock_;
  model::IdGenerator ids_;
  InputLimits limits_;
  std::optional<std::string> briefing_;
};

}  // namespace parley::chat
