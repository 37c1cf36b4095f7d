// Sums over the daily rollups. On a reader's thread.
#pragma once

#include "store/requests.h"
#include "store/sqlite/records.h"

namespace parley::store::sqlite {

base::Result<std::vector<UsageRow>> read_usage(Connection& db, OwnerKey owner, const UsageQuery& query);

}  // namespace parley::store::sqlite
