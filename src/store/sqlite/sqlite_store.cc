#include "store/sqlite/sqlite_store.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "store/sqlite/budgets.h"
#include "store/sqlite/charges.h"
#include "store/sqlite/conversations.h"
#include "store/sqlite/lane.h"
#include "store/sqlite/messages.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/settle.h"
#include "store/sqlite/turns.h"
#include "store/sqlite/usage.h"

namespace parley::store::sqlite {

using base::Awaitable;
using base::Call;
using base::ErrorCode;
using base::Result;
using model::Owner;

namespace {

enum class Operation : std::uint8_t {
  kCreateConversation,
  kUpdateConversation,
  kNoteConversation,
  kDeleteConversation,
  kConversations,
  kListConversations,
  kMessagePages,
  kMessages,
  kContext,
  kPinMessage,
  kBeginTurn,
  kCheckpointTurn,
  kFinishTurn,
  kReapTurns,
  kTurns,
  kTurnLog,
  kBeginCharge,
  kFinishCharge,
  kBudget,
  kUsage,
  kPing,
};
constexpr std::array kOperationNames{"create_conversation",
                                     "update_conversation",
                                     "note_conversation",
                                     "delete_conversation",
                                     "conversations",
                                     "list_conversations",
                                     "message_pages",
                                     "messages",
                                     "context",
                                     "pin_message",
                                     "begin_turn",
                                     "checkpoint_turn",
                                     "finish_turn",
                                     "reap_turns",
                                     "turns",
                                     "turn_log",
                                     "begin_charge",
                                     "finish_charge",
                                     "budget",
                                     "usage",
                                     "ping"};
static_assert(kOperationNames.size() == static_cast<std::size_t>(Operation::kPing) + 1);

LaneMetrics lane_metrics(base::Metrics& metrics, std::string_view lane) {
  constexpr std::string_view kConnections = "parley_store_pool_connections";
  constexpr std::string_view kConnectionsHelp = "Connections to the store by what they are doing.";
  return {.depth = metrics.gauge("parley_store_queue_depth", "Store operations that wait for a connection.",
                                 {"lane"}, {lane}),
          .wait = metrics.histogram("parley_store_pool_wait_seconds",
                                    "How long operations waited for a connection.", base::latency_buckets()),
          .busy = metrics.gauge(kConnections, kConnectionsHelp, {"state"}, {"busy"}),
          .idle = metrics.gauge(kConnections, kConnectionsHelp, {"state"}, {"idle"})};
}

std::unexpected<base::Error> too_many() {
  return base::fail(ErrorCode::kBadUserInput,
                    fmt::format("at most {} things can be asked for at once", kMaxPage));
}

class SqliteStore final : public Store {
 public:
  SqliteStore(std::unique_ptr<Connection> writer, std::vector<std::unique_ptr<Connection>> readers,
              const SqliteOptions& options, base::Metrics& metrics, const base::Log& log)
      : durations_(durations(metrics)),
        write_(std::move(writer), options.queue, options.max_group, lane_metrics(metrics, "write"),
               metrics.histogram("parley_store_commit_seconds",
                                 "How long a group of writes took to be on disk.", base::latency_buckets()),
               log),
        read_(std::move(readers), options.queue, lane_metrics(metrics, "read"), log) {}

  Reply<CreatedConversation> create_conversation(Call call, Owner owner, NewConversation created,
                                                 base::WallTime now) override {
    return write<CreatedConversation>(call, Operation::kCreateConversation, [=](Connection& db) {
      return sqlite::create_conversation(db, make_owner(db, owner), created, now);
    });
  }

  Reply<model::Conversation> update_conversation(Call call, Owner owner, ConversationUpdate update) override {
    return write<model::Conversation>(call, Operation::kUpdateConversation, [=](Connection& db) {
      return sqlite::update_conversation(db, find_owner(db, owner), update);
    });
  }

  Reply<model::Conversation> note_conversation(Call call, Owner owner, ConversationNotes notes) override {
    return write<model::Conversation>(call, Operation::kNoteConversation, [=](Connection& db) {
      return sqlite::note_conversation(db, find_owner(db, owner), notes);
    });
  }

  Reply<void> delete_conversation(Call call, Owner owner, model::ConversationId id,
                                  base::WallTime now) override {
    return write<void>(call, Operation::kDeleteConversation, [=](Connection& db) {
      return sqlite::delete_conversation(db, find_owner(db, owner), id, now);
    });
  }

  Reply<std::vector<std::optional<model::Conversation>>> conversations(
      Call call, Owner owner, std::vector<model::ConversationId> ids) override {
    using Found = std::vector<std::optional<model::Conversation>>;
    return read<Found>(call, Operation::kConversations, [=](Connection& db) -> Result<Found> {
      if (ids.size() > kMaxPage) return too_many();
      Found found;
      const OwnerKey key = find_owner(db, owner);
      for (const auto id : ids) {
        auto row = find_conversation(db, key, id);
        found.push_back(row ? std::optional(std::move(row->value)) : std::nullopt);
      }
      return found;
    });
  }

  Reply<ConversationPage> list_conversations(Call call, Owner owner, ConversationFilter filter,
                                             ConversationPageRequest page) override {
    return read<ConversationPage>(call, Operation::kListConversations, [=](Connection& db) {
      return sqlite::list_conversations(db, find_owner(db, owner), filter, page);
    });
  }

  Reply<std::vector<std::optional<MessagePage>>> message_pages(Call call, Owner owner,
                                                               std::vector<model::ConversationId> ids,
                                                               MessagePageRequest page) override {
    using Found = std::vector<std::optional<MessagePage>>;
    return read<Found>(call, Operation::kMessagePages, [=](Connection& db) -> Result<Found> {
      if (ids.size() > kMaxPage) return too_many();
      Found found;
      const OwnerKey key = find_owner(db, owner);
      for (const auto id : ids) {
        auto one = sqlite::message_page(db, key, id, page);
        if (!one) return base::fail(std::move(one));
        // An empty page may be that of a conversation that is not there.
        const bool there = !one->items.empty() || find_conversation(db, key, id).has_value();
        found.push_back(there ? std::optional(std::move(*one)) : std::nullopt);
      }
      return found;
    });
  }

  Reply<std::vector<std::optional<model::Message>>> messages(Call call, Owner owner,
                                                             std::vector<model::MessageId> ids) override {
    using Found = std::vector<std::optional<model::Message>>;
    return read<Found>(call, Operation::kMessages, [=](Connection& db) -> Result<Found> {
      if (ids.size() > kMaxPage) return too_many();
      Found found;
      const OwnerKey key = find_owner(db, owner);
      for (const auto id : ids) found.push_back(find_message(db, key, id));
      return found;
    });
  }

  Reply<Context> context(Call call, Owner owner, ContextQuery query) override {
    return read<Context>(call, Operation::kContext,
                         [=](Connection& db) { return read_context(db, find_owner(db, owner), query); });
  }

  Reply<model::Message> pin_message(Call call, Owner owner, model::MessageId id, bool pinned) override {
    return write<model::Message>(call, Operation::kPinMessage, [=](Connection& db) {
      return sqlite::pin_message(db, find_owner(db, owner), id, pinned);
    });
  }

  Reply<BegunTurn> begin_turn(Call call, Owner owner, BeginTurn begin) override {
    return write<BegunTurn>(call, Operation::kBeginTurn, [=](Connection& db) {
      return sqlite::begin_turn(db, make_owner(db, owner), begin);
    });
  }

  Reply<void> checkpoint_turn(Call call, Owner owner, CheckpointTurn checkpoint) override {
    return settle<void>(call, Operation::kCheckpointTurn, [=](Connection& db) {
      return sqlite::checkpoint_turn(db, find_owner(db, owner), checkpoint);
    });
  }

  Reply<FinishedTurn> finish_turn(Call call, Owner owner, FinishTurn finish) override {
    return settle<FinishedTurn>(call, Operation::kFinishTurn, [=](Connection& db) {
      return sqlite::finish_turn(db, find_owner(db, owner), finish);
    });
  }

  Reply<std::vector<ReapedTurn>> reap_turns(Call call, ReapTurns reap) override {
    return settle<std::vector<ReapedTurn>>(call, Operation::kReapTurns,
                                           [=](Connection& db) { return sqlite::reap_turns(db, reap); });
  }

  Reply<std::vector<std::optional<TurnState>>> turns(Call call, Owner owner,
                                                     std::vector<model::TurnId> ids) override {
    using Found = std::vector<std::optional<TurnState>>;
    return read<Found>(call, Operation::kTurns, [=](Connection& db) -> Result<Found> {
      if (ids.size() > kMaxPage) return too_many();
      Found found;
      const OwnerKey key = find_owner(db, owner);
      for (const auto id : ids) {
        auto turn = find_turn(db, key, id);
        if (!turn) {
          found.emplace_back();
          continue;
        }
        auto state = turn_state(db, key, std::move(turn->value));
        if (!state) return base::fail(std::move(state));
        found.emplace_back(std::move(*state));
      }
      return found;
    });
  }

  Reply<TurnLog> turn_log(Call call, Owner owner, model::TurnId id) override {
    return read<TurnLog>(call, Operation::kTurnLog,
                         [=](Connection& db) { return sqlite::turn_log(db, find_owner(db, owner), id); });
  }

  Reply<std::optional<Reserved>> begin_charge(Call call, Owner owner, BeginCharge begin) override {
    return write<std::optional<Reserved>>(call, Operation::kBeginCharge, [=](Connection& db) {
      return sqlite::begin_charge(db, make_owner(db, owner), begin);
    });
  }

  Reply<bool> finish_charge(Call call, Owner owner, FinishCharge finish) override {
    return settle<bool>(call, Operation::kFinishCharge, [=](Connection& db) {
      return sqlite::finish_charge(db, find_owner(db, owner), finish);
    });
  }

  Reply<BudgetState> budget(Call call, Owner owner, std::chrono::sys_days day) override {
    return read<BudgetState>(call, Operation::kBudget,
                             [=](Connection& db) { return read_budget(db, owner, day); });
  }

  Reply<std::vector<UsageRow>> usage(Call call, Owner owner, UsageQuery query) override {
    return read<std::vector<UsageRow>>(call, Operation::kUsage, [=](Connection& db) {
      return read_usage(db, find_owner(db, owner), query);
    });
  }

  Reply<void> ping(Call call) override {
    const auto look = [](Connection& db) -> Result<void> {
      (void)db.query("SELECT tenant FROM owners WHERE id=0").next();
      return {};
    };
    auto written = co_await write<void>(call, Operation::kPing, look);
    if (!written) co_return written;
    co_return co_await read<void>(call, Operation::kPing, look);
  }

 private:
  using Durations = std::array<base::Histogram*, kOperationNames.size()>;

  static Durations durations(base::Metrics& metrics) {
    Durations found{};
    for (std::size_t i = 0; i < found.size(); ++i) {
      found[i] = &metrics.histogram("parley_store_operation_duration_seconds",
                                    "How long store operations took, with the wait for a connection.",
                                    base::latency_buckets(), {"operation"}, {kOperationNames[i]});
    }
    return found;
  }

  base::Histogram& duration(Operation operation) { return *durations_[static_cast<std::size_t>(operation)]; }

  template <class T>
  Reply<T> read(Call call, Operation operation, Work<T> work) {
    return done_in<T>(read_, std::move(call), false, std::move(work), duration(operation));
  }
  template <class T>
  Reply<T> write(Call call, Operation operation, Work<T> work) {
    return done_in<T>(write_, std::move(call), false, std::move(work), duration(operation));
  }
  // A write that is done even when its caller stops waiting.
  template <class T>
  Reply<T> settle(Call call, Operation operation, Work<T> work) {
    return done_in<T>(write_, std::move(call), true, std::move(work), duration(operation));
  }

  Durations durations_;
  WriteLane write_;
  ReadLane read_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_store(const SqliteOptions& options, base::Metrics& metrics,
                                          const base::Log& log) {
  auto writer = Connection::open(options.path, Connection::Mode::kWrite, options.busy_timeout);
  if (!writer) return base::fail(std::move(writer));
  if (auto migrated = migrate(**writer); !migrated) return base::fail(std::move(migrated));
  if (options.max_pages > 0)
    (*writer)->script(fmt::format("PRAGMA max_page_count={}", options.max_pages).c_str());
  std::vector<std::unique_ptr<Connection>> readers;
  while (readers.size() < std::max<std::size_t>(options.readers, 1)) {
    auto reader = Connection::open(options.path, Connection::Mode::kRead, options.busy_timeout);
    if (!reader) return base::fail(std::move(reader));
    readers.push_back(std::move(*reader));
  }
  return std::make_unique<SqliteStore>(std::move(*writer), std::move(readers), options, metrics, log);
}

}  // namespace parley::store::sqlite
