// Several workers on threads, many turns at once, a store that fails now and then, clients that ask on any
// worker and the same thing twice, and readers that leave and come back: each turn is answered once, told
// once and charged once.
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "streams/cross.h"
#include "testing/scene.h"
#include "testing/workers.h"

namespace parley::chat {
namespace {

using namespace std::chrono_literals;
using base::Awaitable;
using base::Deadline;
using base::ErrorCode;
using base::Result;
using model::MessageStatus;
using model::Tokens;
using providers::ProviderEvent;
using testing::FailingStore;
using testing::FakeProvider;
using testing::good;
using testing::kAda;
using testing::kBob;
using testing::Script;

constexpr std::size_t kWorkers = 3;
constexpr std::size_t kQuestions = 60;
constexpr std::size_t kClientsEach = 8;

// What is asked as number n, by whom, what is answered and what it uses.
TurnInput question(std::size_t n) {
  return {.content = std::to_string(n), .client_message_id = "q-" + std::to_string(n)};
}
model::Owner asker(std::size_t n) {
  return n % 2 == 0 ? kAda : kBob;
}
std::string piece(std::size_t n, std::size_t i) {
  return std::to_string(n) + "." + std::to_string(i) + " ";
}
std::size_t pieces(std::size_t n) {
  return 1 + n % 17;
}
std::string answer(std::size_t n) {
  std::string text;
  for (std::size_t i = 0; i < pieces(n); ++i) text += piece(n, i);
  return text;
}
model::Usage used(std::size_t n) {
  const auto count = static_cast<std::int64_t>(n);
  return {.input = Tokens(10 + count), .cached_input = Tokens(count % 7), .output = Tokens(3 + 2 * count)};
}

Script script_of(std::size_t n) {
  Script script;
  for (std::size_t i = 0; i < pieces(n); ++i) {
    script.steps.emplace_back(ProviderEvent(providers::TextDelta{piece(n, i)}));
  }
  script.steps.emplace_back(ProviderEvent(providers::UsageReport{.usage = used(n)}));
  script.steps.emplace_back(ProviderEvent(providers::Finish{"stop"}));
  return script;
}

// All that is asked fits, and all of it is held back first.
limits::PolicyPtr budget_for_all() {
  limits::Policy policy;
  policy.tiers["default"].budget = {.tokens_per_day = Tokens(10'000'000),
                                    .cost_per_month = model::MicroUsd(100'000'000)};
  policy.answer_wanted = Tokens(1000);
  return std::make_shared<const limits::Policy>(std::move(policy));
}

// What one worker has, beside its thread.
struct Node {
  Node(boost::asio::any_io_executor executor, store::Store& disk, state::SharedState& state,
       const base::Clock& clock, base::Metrics& metrics, const base::Log& log)
      : store(disk),
        limiter(executor, state, budget_for_all(), base::Random(3), metrics, log),
        hub(executor, clock, metrics, {.max_turn_bytes = 2000, .max_bytes = 200'000}),
        provider(executor) {
    provider.answer = [this](const providers::ChatRequest& request) {
      const std::size_t n = std::stoul(std::string(request.messages.back().content.as_string()));
      asked.push_back(n);
      return script_of(n);
    };
  }

  FailingStore store;
  limits::Limiter limiter;
  streams::Hub hub;
  FakeProvider provider;
  // Which questions came to the provider.
  std::vector<std::size_t> asked{};
  std::unique_ptr<ChatEngine> engine{};
};

// What a client has seen of question n.
struct Seen {
  std::size_t n = 0;
  model::TurnId turn;
  std::string text{};
  std::int64_t last = 0;
  model::TurnEventKind end = model::TurnEventKind::kStarted;
};

class ManyTurns : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  ManyTurns() {
    std::vector<streams::Hub*> hubs;
    for (std::size_t w = 0; w < kWorkers; ++w) {
      nodes_.push_back(std::make_unique<Node>(workers_.executor(w), *disk_, *state_, clock_, metrics_, log_));
      hubs.push_back(&nodes_.back()->hub);
    }
    streams_.emplace(std::move(hubs), *disk_, streams::StreamsOptions{.poll = 5ms});
    EngineOptions options;
    options.checkpoint_every = 2ms;
    options.settle_pause = 1ms;
    for (std::size_t w = 0; w < kWorkers; ++w) {
      Node& node = *nodes_[w];
      node.engine = std::make_unique<ChatEngine>(
          EngineParts{.store = node.store,
                      .hub = node.hub,
                      .streams = *streams_,
                      .worker = w,
                      .clock = clock_,
                      .metrics = metrics_,
                      .log = log_,
                      .limiter = node.limiter},
          Providers{{"fake", {.provider = &node.provider, .gate = gate_}}}, testing::catalog(),
          model::IdGenerator(clock_, base::Random(GetParam() * 10 + w)), options);
    }
  }
  ~ManyTurns() override {
    for (std::size_t w = 0; w < kWorkers; ++w) {
      workers_.run(w, nodes_[w]->engine->shutdown(Deadline()));
      workers_.run(w, nodes_[w]->limiter.shutdown());
    }
    workers_.stop();
  }

  void fail_at_random(std::uint64_t one_in) {
    for (std::size_t w = 0; w < kWorkers; ++w) nodes_[w]->store.fail_at_random(GetParam() * 100 + w, one_in);
  }

  Awaitable<Result<StartedTurn>> start(std::size_t worker, std::size_t n) {
    return streams::on_worker(workers_.executor(worker),
                              nodes_[worker]->engine->start_turn({}, asker(n), question(n)));
  }

  // Reads to the end, leaving and coming back at random.
  Awaitable<void> read(Seen& seen, base::Random& random) {
    for (;;) {
      streams::TurnFollower follower(*streams_, asker(seen.n), seen.turn, seen.last);
      for (std::uint64_t left = 1 + random.below(6); left > 0; --left) {
        auto event = co_await follower.next(Deadline::after(testing::kPatience));
        good(event);
        if (*event == nullptr) co_return;
        EXPECT_GT((*event)->event.number, seen.last);
        seen.last = (*event)->event.number;
        seen.text += (*event)->event.text;
        seen.end = (*event)->event.kind;
      }
    }
  }

  // Asks random questions on random workers until each was answered, and reads the answers here.
  Awaitable<std::vector<Seen>> client(std::uint64_t seed) {
    base::Random random(seed);
    std::vector<Seen> all;
    for (std::size_t i = 0; i < 12; ++i) {
      Seen seen{.n = random.below(kQuestions)};
      Result<StartedTurn> started = base::fail(ErrorCode::kInternal, "not asked yet");
      while (!started) {
        started = co_await start(random.below(kWorkers), seen.n);
        if (!started) {
          EXPECT_TRUE(started.error().code == ErrorCode::kInternal ||
                      started.error().code == ErrorCode::kOverloaded)
              << base::name(started.error().code) << started.error().message;
        }
      }
      seen.turn = started->state.turn.id;
      co_await read(seen, random);
      all.push_back(std::move(seen));
    }
    co_return all;
  }

  void run(std::uint64_t one_in);

  store::sqlite::Scratch scratch_;
  testing::ManualClock clock_;
  base::Metrics metrics_;
  base::Log log_ = base::Log::none();
  std::unique_ptr<state::SharedState> state_ = state::memory::open_state({}, clock_, metrics_);
  std::shared_ptr<limits::Gate> gate_ =
      std::make_shared<limits::Gate>("fake", limits::GateOptions{}, clock_, metrics_);
  testing::Workers workers_{kWorkers};
  std::unique_ptr<store::Store> disk_ =
      good(store::sqlite::open_store({.path = scratch_.path()}, metrics_, log_));
  std::vector<std::unique_ptr<Node>> nodes_;
  std::optional<streams::Streams> streams_;
};

void ManyTurns::run(std::uint64_t one_in) {
  fail_at_random(one_in);
  std::vector<std::future<std::vector<Seen>>> clients;
  for (std::size_t c = 0; c < kWorkers * kClientsEach; ++c) {
    clients.push_back(workers_.start(c % kWorkers, client(GetParam() * 1000 + c)));
  }
  std::map<std::size_t, model::TurnId> turns;
  std::vector<Seen> all;
  for (auto& done : clients) {
    for (Seen& seen : done.get()) {
      const auto [known, fresh] = turns.emplace(seen.n, seen.turn);
      EXPECT_EQ(known->second, seen.turn) << "the same id is the same turn";
      all.push_back(std::move(seen));
    }
  }
  for (std::size_t w = 0; w < kWorkers; ++w) workers_.run(w, nodes_[w]->engine->shutdown(Deadline()));

  // The provider was asked once for a question, or not at all.
  std::set<std::size_t> asked;
  for (const auto& node : nodes_) {
    for (const std::size_t n : node->asked) EXPECT_TRUE(asked.insert(n).second) << n << " was asked twice";
    EXPECT_EQ(node->provider.cut_off, 0);
  }
  std::map<model::Owner, model::Usage> expected;
  for (const std::size_t n : asked) {
    expected[asker(n)] += used(n);
  }
  std::map<model::Owner, std::int64_t> counted;
  for (const auto& [n, turn] : turns) {
    const auto state = good(workers_.run(0, disk_->turn({}, asker(n), turn)));
    ASSERT_TRUE(model::ended(state.turn.status));
    ++counted[asker(n)];
    // Without failures every turn is complete; with them, one that did not come to its provider failed.
    EXPECT_EQ(state.turn.status == MessageStatus::kComplete, asked.contains(n));
    if (one_in == 0) EXPECT_TRUE(asked.contains(n));
    EXPECT_EQ(state.answer.content, asked.contains(n) ? answer(n) : "");
  }
  for (const Seen& seen : all) {
    const auto state = good(workers_.run(0, disk_->turn({}, asker(seen.n), seen.turn)));
    EXPECT_EQ(seen.text, state.answer.content);
    EXPECT_EQ(seen.last, state.turn.last_event);
    EXPECT_EQ(seen.end, model::final_event(state.turn.status));
  }
  const auto day = std::chrono::floor<std::chrono::days>(clock_.wall_now());
  for (const model::Owner& owner : {kAda, kBob}) {
    const auto rows =
        good(workers_.run(0, disk_->usage({}, owner, {.from = day, .to = day, .by_day = false})));
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].turns, counted[owner]);
    EXPECT_EQ(rows[0].usage.input, expected[owner].input);
    EXPECT_EQ(rows[0].usage.cached_input, expected[owner].cached_input);
    EXPECT_EQ(rows[0].usage.output, expected[owner].output);
    const auto spent = good(workers_.run(0, disk_->budget({}, owner, day)));
    EXPECT_EQ(spent.user.day,
              (model::Spending{.used = expected[owner].total(), .used_cost = rows[0].usage.cost}))
        << "nothing is held back any more, and what was used is what the provider served";
    EXPECT_EQ(spent.user.month, spent.user.day);
  }
  const Tokens input = expected[kAda].input + expected[kBob].input;
  EXPECT_NE(metrics_.render().find("parley_tokens_total{model=\"small\",kind=\"input\"} " +
                                   std::to_string(input.count()) + "\n"),
            std::string::npos);
}

TEST_P(ManyTurns, are_answered_told_and_charged_once_each) {
  run(0);
}

TEST_P(ManyTurns, are_answered_told_and_charged_once_each_while_the_store_fails_now_and_then) {
  run(6);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ManyTurns, ::testing::Range<std::uint64_t>(1, 6));

}  // namespace
}  // namespace parley::chat
