#include "store/sqlite/usage.h"

#include <map>
#include <tuple>
#include <utility>

namespace parley::store::sqlite {

void add_usage(Connection& db, OwnerKey owner, std::chrono::sys_days day, const UsageEntry& entry) {
  const model::Usage& used = entry.usage;
  // Sums saturate: a provider may claim anything, and SQLite's overflow would keep the turn from ending.
  db.run(
      "INSERT INTO usage_daily VALUES(?1,?2,?3,ifnull(?4,x''),?5,?6,?7,?8,?9,?10)"
      " ON CONFLICT DO UPDATE SET turns=turns+?5,"
      "input_tokens=min(input_tokens,9223372036854775807-?6)+?6,"
      "cached_input_tokens=min(cached_input_tokens,9223372036854775807-?7)+?7,"
      "output_tokens=min(output_tokens,9223372036854775807-?8)+?8,"
      "cost_micro_usd=min(cost_micro_usd,9223372036854775807-?9)+?9,"
      "saved_tokens=min(saved_tokens,9223372036854775807-?10)+?10",
      owner, day, entry.model, entry.conversation, entry.turns, used.input, used.cached_input, used.output,
      used.cost, entry.saved);
}

base::Result<std::vector<UsageRow>> read_usage(Connection& db, OwnerKey owner, const UsageQuery& query) {
  using Group = std::tuple<std::optional<std::chrono::sys_days>, std::optional<std::string>,
                           std::optional<model::ConversationId>>;
  // Grouped here and not by SQL: the rows come by the primary key, and only their sums are kept.
  std::map<Group, UsageRow> sums;
  auto row = db.query(
      "SELECT day,model,conversation_id,turns,input_tokens,cached_input_tokens,output_tokens,cost_micro_usd,"
      "saved_tokens FROM usage_daily WHERE owner=?1 AND day>=?2 AND day<=?3",
      owner, query.from, query.to);
  while (row.next()) {
    const auto day = row.take<std::chrono::sys_days>();
    auto model = row.take<std::string>();
    const auto conversation = row.take<model::ConversationId>();
    Group group;
    if (query.by_day) std::get<0>(group) = day;
    if (query.by_model) std::get<1>(group) = std::move(model);
    if (query.by_conversation && !conversation.empty()) std::get<2>(group) = conversation;
    UsageRow& sum = sums[group];
    std::tie(sum.day, sum.model, sum.conversation) = group;
    sum.turns += row.take<std::int64_t>();
    sum.usage.input += row.take<model::Tokens>();
    sum.usage.cached_input += row.take<model::Tokens>();
    sum.usage.output += row.take<model::Tokens>();
    sum.usage.cost += row.take<model::MicroUsd>();
    sum.saved += row.take<model::Tokens>();
  }
  std::vector<UsageRow> rows;
  rows.reserve(sums.size());
  for (auto& [group, sum] : sums) rows.push_back(std::move(sum));
  return rows;
}

}  // namespace parley::store::sqlite
