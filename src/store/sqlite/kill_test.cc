// A process that writes under load is killed at random moments. What it was told is written is there
// afterwards, whole, and what was running is taken over.
#include <cerrno>
#include <csignal>
#include <map>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/contract/suite.h"
#include "store/sqlite/database.h"
#include "store/sqlite/scenario.h"
#include "store/sqlite/scratch.h"
#include "store/sqlite/sqlite_store.h"

namespace parley::store::sqlite {
namespace {

using contract::good;
using contract::wait;
using model::MessageStatus;
using std::chrono::steady_clock;

// Rounds go on, where the machine is slow, until so many turns had ended and so many were taken over.
constexpr int kRounds = 25;
constexpr int kMostRounds = 250;
constexpr std::size_t kEnds = 25;
constexpr std::size_t kTakenOver = 10;
constexpr int kTalkers = 8;
constexpr int kCheckpoints = 2;
// What some_reserve() holds back.
constexpr std::int64_t kHeld = 30;

enum class Step : std::uint8_t { kMade, kBegun, kKept, kEnded, kCharged, kFailed };

// One acknowledged write, as the child tells it: small enough that a pipe takes it whole.
struct Ack {
  Step step;
  std::uint8_t checkpoint;
  model::UlidBytes conversation;
  model::UlidBytes turn;
};

std::string said(std::int64_t n) {
  return "question " + std::to_string(n);
}
std::string half(std::int64_t n, int checkpoint) {
  return checkpoint == 0 ? "" : "answer " + std::to_string(n) + " up to " + std::to_string(checkpoint);
}
std::string whole(std::int64_t n) {
  return "answer " + std::to_string(n) + ", whole";
}

model::Owner owner_of(int round) {
  return {"acme", "round " + std::to_string(round)};
}

// ---- the child

class Child {
 public:
  Child(const std::string& path, int round, int pipe)
      : owner_(owner_of(round)),
        pipe_(pipe),
        ids_(clock_, base::Random()),
        store_(good(open_store({.path = path}, metrics_, log_))) {}

  // Writes until it is killed.
  void run() {
    boost::asio::io_context io;
    base::TaskGroup group(io.get_executor());
    for (int i = 0; i < kTalkers; ++i) group.spawn(talk());
    io.run();
  }

 private:
  template <class T>
  void tell(const base::Result<T>& result, Ack ack) const {
    if (!result) ack.step = Step::kFailed;
    if (::write(pipe_, &ack, sizeof ack) != static_cast<ssize_t>(sizeof ack)) ::_exit(3);
  }

  base::Awaitable<void> talk() {
    const auto id = ids_.next<model::ConversationId>();
    Ack ack{.step = Step::kMade, .checkpoint = 0, .conversation = id.bytes(), .turn = {}};
    NewConversation made{.id = id, .model = "small"};
    auto created = co_await store_->create_conversation({}, owner_, made, kNow);
    tell(created, ack);
    for (std::int64_t n = 1;; ++n) {
      BeginTurn begin = saying(ids_, id, said(n));
      begin.reserve = some_reserve();
      ack = {.step = Step::kBegun, .checkpoint = 0, .conversation = id.bytes(), .turn = begin.turn.bytes()};
      auto begun = co_await store_->begin_turn({}, owner_, begin);
      tell(begun, ack);
      ack.step = Step::kKept;
      while (ack.checkpoint < kCheckpoints) {
        ++ack.checkpoint;
        const auto checkpoint = so_far(begin.turn, half(n, ack.checkpoint), ack.checkpoint);
        auto kept = co_await store_->checkpoint_turn({}, owner_, checkpoint);
        tell(kept, ack);
      }
      ack.step = Step::kEnded;
      auto ended = co_await store_->finish_turn({}, owner_, answering(begin.turn, whole(n), 100 + n));
      tell(ended, ack);
      // Paid for, and no turn.
      const BeginCharge charge{.charge = ids_.next<model::ChargeId>(),
                               .model = "vectors",
                               .reserve = some_reserve(),
                               .node = "before",
                               .now = kNow};
      auto charged = co_await store_->begin_charge({}, owner_, charge);
      if (!charged) tell(charged, ack);
      const FinishCharge settled{.charge = charge.charge, .usage = {.input = model::Tokens(1)}, .now = kNow};
      auto paid = co_await store_->finish_charge({}, owner_, settled);
      ack.step = Step::kCharged;
      tell(paid, ack);
    }
  }

  model::Owner owner_;
  int pipe_;
  base::SystemClock clock_;
  base::Metrics metrics_;
  base::Log log_{base::LogLevel::kError};
  model::IdGenerator ids_;
  std::unique_ptr<Store> store_;
};

[[noreturn]] void write_until_killed(const std::string& path, int round, int pipe) {
  try {
    Child(path, round, pipe).run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "the child failed: %s\n", error.what());
  }
  ::_exit(2);
}

// ---- the parent

// Reads what the child says until `until`, or without one to the end.
void listen(int pipe, std::optional<steady_clock::time_point> until, std::size_t at_least,
            std::vector<Ack>& acks) {
  while (!until || acks.size() < at_least || steady_clock::now() < *until) {
    pollfd waiting{.fd = pipe, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, until ? 1 : -1) <= 0) continue;
    Ack ack{};
    const ssize_t size = ::read(pipe, &ack, sizeof ack);
    if (size == 0) return;
    ASSERT_EQ(size, static_cast<ssize_t>(sizeof ack));
    acks.push_back(ack);
  }
}

std::vector<Ack> run_and_kill(const std::string& path, int round, base::Random& random) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    write_until_killed(path, round, ends[1]);
  }
  ::close(ends[1]);
  std::vector<Ack> acks;
  // Every fifth round anywhere from the start, in the opening too; else once it is at work.
  const std::size_t at_least = round % 5 == 0 ? 0 : 1;
  if (at_least > 0) listen(ends[0], steady_clock::now(), at_least, acks);
  listen(ends[0], steady_clock::now() + std::chrono::microseconds(random.below(60'000)), 0, acks);
  EXPECT_EQ(::kill(child, SIGKILL), 0);
  listen(ends[0], std::nullopt, 0, acks);
  ::close(ends[0]);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
  return acks;
}

struct Known {
  int checkpoint = 0;
  bool ended = false;
};

struct Found {
  std::int64_t ended = 0;
  std::int64_t output = 0;
  // What charges used: one token of input each.
  std::int64_t charges = 0;
  std::map<model::TurnId, std::string> running{};
};

class KillTest : public ::testing::Test {
 protected:
  void look_at(Store& store, const model::Owner& owner, const model::Conversation& conversation,
               std::map<model::TurnId, Known>& known, Found& found) {
    std::vector<model::Message> messages;
    for (bool more = true; more;) {
      auto page = good(wait(store.message_page({}, owner, conversation.id,
                                               {.first = kMaxPage, .after = std::ssize(messages)})));
      for (auto& message : page.items) messages.push_back(std::move(message));
      more = page.has_next;
    }
    ASSERT_EQ(std::ssize(messages), conversation.message_count);
    ASSERT_EQ(messages.size() % 2, 0U) << "a turn has a question and an answer";
    std::int64_t output = 0;
    for (std::size_t i = 0; i < messages.size(); i += 2) {
      const auto n = static_cast<std::int64_t>(i / 2) + 1;
      const model::Message& question = messages[i];
      const model::Message& answer = messages[i + 1];
      EXPECT_EQ(question.position, 2 * n - 1);
      EXPECT_EQ(question.content, said(n));
      EXPECT_EQ(answer.reply_to, question.id);
      const auto state = good(wait(store.turn({}, owner, answer.turn)));
      EXPECT_EQ(state.turn.status, answer.status);
      const Known acknowledged = known[answer.turn];
      known.erase(answer.turn);
      if (answer.status == MessageStatus::kComplete) {
        EXPECT_EQ(answer.content, whole(n));
        output += answer.answer->usage.output.count();
        EXPECT_EQ(answer.answer->usage.output.count(), 100 + n);
        ++found.ended;
        continue;
      }
      ASSERT_EQ(answer.status, MessageStatus::kStreaming);
      EXPECT_FALSE(acknowledged.ended) << "an acknowledged end is missing";
      EXPECT_EQ(i + 2, messages.size()) << "only the last turn can be running";
      int checkpoint = acknowledged.checkpoint;
      while (checkpoint < kCheckpoints && answer.content != half(n, checkpoint)) ++checkpoint;
      EXPECT_EQ(answer.content, half(n, checkpoint));
      found.running.emplace(answer.turn, answer.content);
    }
    EXPECT_EQ(conversation.usage.output.count(), output);
    found.output += output;
  }

  // The store as the child of `round` left it, and after another node took over.
  Found check(const std::string& path, int round, const std::vector<Ack>& acks) {
    std::map<model::TurnId, Known> known;
    std::map<model::ConversationId, bool> made;
    std::int64_t charges = 0;
    for (const Ack& ack : acks) {
      charges += ack.step == Step::kCharged ? 1 : 0;
      EXPECT_NE(ack.step, Step::kFailed) << "a write failed";
      made[model::ConversationId(ack.conversation)] = true;
      if (ack.step == Step::kMade) continue;
      Known& turn = known[model::TurnId(ack.turn)];
      turn.checkpoint = ack.checkpoint;
      turn.ended = ack.step == Step::kEnded || ack.step == Step::kCharged;
    }
    const auto store = good(open_store({.path = path}, metrics_, log_));
    const model::Owner owner = owner_of(round);
    const auto list = good(wait(store->list_conversations({}, owner, {}, {.first = 50}))).items;
    Found found;
    for (const auto& conversation : list) {
      made.erase(conversation.id);
      look_at(*store, owner, conversation, known, found);
    }
    EXPECT_TRUE(made.empty()) << "an acknowledged conversation is missing";
    EXPECT_TRUE(known.empty()) << "an acknowledged turn is missing";
    found.charges = charges_of(*store, owner);
    EXPECT_GE(found.charges, charges) << "an acknowledged charge is missing";
    EXPECT_LE(found.charges, charges + kTalkers);
    sums_are(*store, owner, found);
    // Beside the running turns', what charges hold that were running too.
    const auto budget = good(wait(store->budget({}, owner, base::day_of(kNow))));
    const std::int64_t held = budget.user.day.reserved.count() - kHeld * std::ssize(found.running);
    EXPECT_GE(held, 0);
    EXPECT_LE(held, kHeld * (kTalkers - std::ssize(found.running)));
    EXPECT_EQ(held % kHeld, 0);

    const auto reaped = good(wait(store->reap_turns({}, {.now = kNow, .sole_node = "after"})));
    EXPECT_EQ(reaped.size(), found.running.size());
    std::int64_t interrupted_output = 0;
    for (const ReapedTurn& one : reaped) {
      EXPECT_EQ(one.owner, owner);
      EXPECT_EQ(one.state.turn.status, MessageStatus::kInterrupted);
      EXPECT_EQ(one.state.answer.status, MessageStatus::kInterrupted);
      EXPECT_EQ(one.state.answer.content, found.running[one.state.turn.id]);
      interrupted_output += one.state.answer.answer->usage.output.count();
      const auto log = good(wait(store->turn_log({}, owner, one.state.turn.id)));
      const auto events = good(model::decode_event_log(log.event_log, log.state.answer.content));
      EXPECT_EQ(events.back().kind, model::TurnEventKind::kInterrupted);
    }
    found.ended += std::ssize(reaped);
    found.output += interrupted_output;
    sums_are(*store, owner, found);
    const auto quiet = good(wait(store->budget({}, owner, base::day_of(kNow))));
    for (const auto& account : {quiet.user, quiet.organisation}) {
      EXPECT_EQ(account.day.reserved, model::Tokens(0));
      EXPECT_EQ(account.day.reserved_cost, model::MicroUsd(0));
    }
    return found;
  }

  static std::int64_t charges_of(Store& store, const model::Owner& owner) {
    const auto usage = good(wait(store.usage({}, owner, that_day())));
    return usage.empty() ? 0 : usage[0].usage.input.count();
  }

  static void sums_are(Store& store, const model::Owner& owner, const Found& found) {
    const auto usage = good(wait(store.usage({}, owner, that_day())));
    ASSERT_EQ(usage.size(), found.ended == 0 ? 0U : 1U);
    const auto budget = good(wait(store.budget({}, owner, base::day_of(kNow))));
    EXPECT_EQ(budget.user.day.used.count(), found.output + found.charges);
    if (found.ended == 0) return;
    EXPECT_EQ(usage[0].turns, found.ended);
    EXPECT_EQ(usage[0].usage.output.count(), found.output);
    EXPECT_EQ(usage[0].usage.input.count(), found.charges);
  }

  base::Metrics metrics_;
  base::Log log_{base::LogLevel::kError};
};

TEST_F(KillTest, a_killed_process_loses_nothing_that_it_was_told_is_written) {
  const Scratch scratch;
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  base::Random random(seed);
  std::size_t acknowledged_ends = 0;
  std::size_t taken_over = 0;
  std::vector<Found> rounds;
  const auto enough = [&](int round) {
    return round >= kRounds && acknowledged_ends > kEnds && taken_over > kTakenOver;
  };
  for (int round = 0; !enough(round) && round < kMostRounds && !HasFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const auto acks = run_and_kill(scratch.path(), round, random);
    acknowledged_ends += static_cast<std::size_t>(
        std::ranges::count_if(acks, [](const Ack& ack) { return ack.step == Step::kEnded; }));
    rounds.push_back(check(scratch.path(), round, acks));
    taken_over += rounds.back().running.size();
  }
  EXPECT_GT(acknowledged_ends, kEnds) << "the test did not test much";
  EXPECT_GT(taken_over, kTakenOver) << "the test did not test much";
  RecordProperty("acknowledged_ends", static_cast<int>(acknowledged_ends));
  RecordProperty("taken_over", static_cast<int>(taken_over));

  // The later rounds took nothing from the earlier ones.
  const auto store = good(open_store({.path = scratch.path()}, metrics_, log_));
  std::int64_t all = 0;
  for (std::size_t i = 0; i < rounds.size(); ++i) {
    sums_are(*store, owner_of(static_cast<int>(i)), rounds[i]);
    all += rounds[i].output + rounds[i].charges;
  }
  const auto budget = good(wait(store->budget({}, owner_of(0), base::day_of(kNow))));
  EXPECT_EQ(budget.organisation.day.used.count(), all) << "the organisation's is everybody's";
  const auto db = good(Connection::open(scratch.path(), Connection::Mode::kRead, std::chrono::seconds(1)));
  auto intact = db->query("PRAGMA integrity_check");
  ASSERT_TRUE(intact.next());
  EXPECT_EQ(intact.take<std::string>(), "ok");
}

}  // namespace
}  // namespace parley::store::sqlite
