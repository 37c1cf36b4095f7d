// A worker with a turn engine, a fake provider and a real store in a scratch file, on a loop that the test
// runs.
//
// Unless a test says otherwise there are no checkpoints by themselves and nothing times out.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "chat/conversations.h"
#include "chat/engine.h"
#include "limits/gate.h"
#include "limits/limiter.h"
#include "state/memory/memory_state.h"
#include "store/sqlite/scratch.h"
#include "store/sqlite/sqlite_store.h"
#include "streams/streams.h"
#include "testing/failing_store.h"
#include "testing/fake_provider.h"
#include "testing/loop.h"
#include "testing/manual_clock.h"

namespace parley::testing {

inline const model::Owner kAda{"acme", "ada"};
inline const model::Owner kBob{"acme", "bob"};

// "small" costs 1, 0.5 and 2 micro-dollars a token, "large" ten times that; "vectors" makes embeddings;
// "nowhere" has a provider that is not configured.
inline chat::CatalogPtr catalog() {
  const auto price = [](std::int64_t times) {
    return chat::Price{.input = model::MicroUsd(1'000'000 * times),
                       .cached_input = model::MicroUsd(500'000 * times),
                       .output = model::MicroUsd(2'000'000 * times)};
  };
  return std::make_shared<const chat::Catalog>(
      std::vector<chat::ChatModel>{{.id = "small",
                                    .provider = "fake",
                                    .upstream = "fake-small-1",
                                    .context_window = 8192,
                                    .price = price(1)},
                                   {.id = "large",
                                    .provider = "fake",
                                    .upstream = "fake-large-1",
                                    .context_window = 8192,
                                    .price = price(10)},
                                   {.id = "vectors",
                                    .provider = "fake",
                                    .upstream = "fake-vectors-1",
                                    .price = price(1),
                                    .kind = chat::ModelKind::kEmbedding},
                                   {.id = "nowhere", .provider = "gone", .upstream = "x"}},
      "small");
}

inline chat::EngineOptions patient() {
  chat::EngineOptions options;
  options.checkpoint_every = std::chrono::hours(1);
  options.settle_pause = std::chrono::milliseconds(1);
  return options;
}

class Scene {
 public:
  // With a path, ids are drawn anew: other scenes had the file before.
  explicit Scene(chat::EngineOptions options = patient(), streams::HubOptions hub_options = {},
                 std::string path = {})
      : disk(good(store::sqlite::open_store({.path = path.empty() ? scratch_.path() : path}, metrics, log))),
        hub(loop.executor(), clock, metrics, hub_options),
        streams({&hub}, store, {.poll = std::chrono::milliseconds(5)}),
        provider(loop.executor()),
        engine({.store = store,
                .hub = hub,
                .streams = streams,
                .clock = clock,
                .metrics = metrics,
                .log = log,
                .limiter = limiter},
               {{"fake", {.provider = &provider, .gate = gate}}}, catalog(),
               {clock, path.empty() ? base::Random(21) : base::Random()}, std::move(options)),
        conversations(store, catalog(), clock, {clock, path.empty() ? base::Random(22) : base::Random()}, {},
                      std::nullopt) {}
  ~Scene() {
    store.heal();
    loop.finish();
    provider.release();
    loop.wait(engine.shutdown(base::Deadline::after(std::chrono::seconds(0))));
    loop.wait(limiter.shutdown());
  }
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  // ---- what most tests ask, as Ada

  model::ConversationId make_conversation(chat::CreateConversation input = {}) {
    return good(loop.wait(conversations.create({}, kAda, std::move(input)))).conversation.id;
  }
  base::Result<chat::StartedTurn> start(chat::TurnInput input) {
    return loop.wait(engine.start_turn({}, kAda, std::move(input)));
  }
  base::Result<store::TurnState> end_of(model::TurnId turn) { return loop.wait(engine.wait({}, kAda, turn)); }
  // A whole turn.
  store::TurnState converse(chat::TurnInput input) {
    const auto started = good(start(std::move(input)));
    return good(end_of(started.state.turn.id));
  }
  store::TurnState stored(model::TurnId turn) { return good(loop.wait(disk->turn({}, kAda, turn))); }
  store::UsageRow usage(const model::Owner& owner = kAda) {
    const auto day = std::chrono::floor<std::chrono::days>(clock.wall_now());
    const auto rows = good(loop.wait(disk->usage(
        {}, owner, {.from = day - std::chrono::days(2), .to = day + std::chrono::days(2), .by_day = false})));
    return rows.empty() ? store::UsageRow{} : rows.front();
  }
  // The turn's events above `after` up to its end.
  base::Result<std::vector<model::TurnEvent>> events(model::TurnId turn, std::int64_t after = 0) {
    return loop.wait(read_events(turn, after, 1'000'000));
  }
  base::Awaitable<base::Result<std::vector<model::TurnEvent>>> read_events(model::TurnId turn,
                                                                           std::int64_t after,
                                                                           std::size_t most) {
    std::vector<model::TurnEvent> seen;
    auto follower = co_await streams.follow({}, kAda, turn, after);
    if (!follower) co_return base::fail(std::move(follower));
    while (seen.size() < most) {
      auto event = co_await (*follower)->next(base::Deadline::after(kPatience));
      if (!event) co_return base::fail(std::move(event));
      if (*event == nullptr) break;
      seen.push_back((*event)->event);
    }
    co_return seen;
  }
  // Goes on until no turn runs, releasing the provider whenever it waits.
  void until_ended() {
    loop.until([this] {
      if (provider.holding > 0) provider.release();
      return engine.open_turns() == 0;
    });
  }
  // Goes on until the provider waits at a Hold.
  void until_held(int holds = 1) {
    loop.until([this, holds] { return provider.holding >= holds; });
  }
  // Goes on until the hub has told that many events of the turn.
  void until_told(model::TurnId turn, std::int64_t number) {
    good(loop.wait(hub.read(turn, kAda, number - 1, base::Deadline::after(kPatience))));
  }

 private:
  store::sqlite::Scratch scratch_;

 public:
  ManualClock clock;
  base::Metrics metrics;
  base::Log log = base::Log::none();
  Loop loop;
  // The store as it is, and as the engine sees it.
  std::unique_ptr<store::Store> disk;
  FailingStore store{*disk};
  streams::Hub hub;
  streams::Streams streams;
  FakeProvider provider;
  std::unique_ptr<state::SharedState> state = state::memory::open_state({}, clock, metrics);
  limits::Limiter limiter{loop.executor(),  *state,  std::make_shared<const limits::Policy>(),
                          base::Random(23), metrics, log};
  // The way to the fake provider.
  std::shared_ptr<limits::Gate> gate =
      std::make_shared<limits::Gate>("fake", limits::GateOptions{}, clock, metrics);
  chat::ChatEngine engine;
  chat::Conversations conversations;
};

}  // namespace parley::testing
