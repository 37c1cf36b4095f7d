// The daily rollups: what was used, by the day it ended, for people to look at. Budgets go by rows of their
// own (budgets.h).
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "store/requests.h"
#include "store/sqlite/records.h"

namespace parley::store::sqlite {

struct UsageEntry {
  std::string model;
  std::optional<model::ConversationId> conversation{};
  std::int64_t turns = 1;
  model::Usage usage{};
  model::Tokens saved{};
};

// On the writer's thread, inside its transaction.
void add_usage(Connection& db, OwnerKey owner, std::chrono::sys_days day, const UsageEntry& entry);

// Sums. On a reader's thread.
base::Result<std::vector<UsageRow>> read_usage(Connection& db, OwnerKey owner, const UsageQuery& query);

}  // namespace parley::store::sqlite
