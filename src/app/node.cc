#include "app/node.h"

#include <utility>

#include <fmt/format.h>

#include "api/graphql_schema.h"
#include "app/version.h"
#include "base/random.h"
#include "state/memory/memory_state.h"
#include "store/sqlite/sqlite_store.h"

namespace parley::app {

using base::Awaitable;
using base::Result;

namespace {

Awaitable<void> reap_into(WorkerRooms& rooms, Result<std::int64_t>& reaped) {
  reaped = co_await rooms.reap_left_behind();
}

}  // namespace

Result<std::unique_ptr<Node>> Node::start(ConfigurationPtr configuration, const base::Log& log) {
  std::unique_ptr<Node> node(new Node(std::move(configuration), log));
  if (auto ok = node->begin(); !ok) return base::fail(std::move(ok));
  return node;
}

Node::Node(ConfigurationPtr configuration, const base::Log& log)
    : configuration_(std::move(configuration)),
      log_(log),
      schema_(api::chat_schema()),
      resolvers_(api::chat_resolvers(*schema_)) {}

Result<void> Node::begin() {
  metrics_.gauge("parley_build_info", "Always 1; the version is a label.", {"version"}, {version()}).set(1);
  // What another process runs would be taken for left behind.
  auto alone =
      base::FileLock::take(configuration_->sqlite.path + ".lock", configuration_->sqlite.busy_timeout);
  if (!alone) return base::fail(std::move(alone));
  store_lock_.emplace(std::move(*alone));
  auto store = store::sqlite::open_store(configuration_->sqlite, metrics_, log_);
  if (!store) return base::fail(std::move(store));
  store_ = std::move(*store);
  state_ = state::memory::open_state(configuration_->state, clock_, metrics_);
  connections_ = std::make_shared<net::ConnectionCounts>(configuration_->server.connections_per_address,
                                                         configuration_->server.trusted_proxies);
  gates_ = make_gates(*configuration_, {}, clock_, metrics_);
  const std::size_t count = worker_count(*configuration_);
  for (std::size_t i = 0; i < count; ++i) workers_.push_back(std::make_unique<Worker>());
  if (auto ok = make_rooms(); !ok) return ok;
  return listen();
}

Result<void> Node::make_rooms() {
  std::vector<streams::Hub*> hubs;
  for (const auto& worker : workers_) {
    worker->call([&] {
      hubs_.push_back(
          std::make_unique<streams::Hub>(worker->io().get_executor(), clock_, metrics_, configuration_->hub));
    });
    hubs.push_back(hubs_.back().get());
  }
  streams_ = std::make_unique<streams::Streams>(std::move(hubs), *store_, configuration_->streams);
  auto trust = trust_for(*configuration_);
  if (!trust) return base::fail(std::move(trust));
  const SharedRooms shared{
      .run = fmt::format("{}-{:016x}", configuration_->engine.node, base::Random().next()),
      .store = *store_,
      .state = *state_,
      .connections = connections_,
      .streams = *streams_,
      .schema = schema_,
      .resolvers = resolvers_,
      .trust = std::move(*trust),
      .clock = clock_,
      .metrics = metrics_,
      .log = log_,
      .draining = draining_};
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    Result<void> made;
    workers_[i]->call([&] {
      auto rooms = WorkerRooms::make(configuration_, shared, gates_, i, *hubs_[i], workers_[i]->io());
      if (rooms) {
        rooms_.push_back(std::move(*rooms));
      } else {
        made = base::fail(std::move(rooms));
      }
    });
    if (!made) return made;
  }
  return {};
}

Result<void> Node::listen() {
  Result<std::int64_t> reaped = 0;
  workers_.front()->run([&] { return reap_into(*rooms_.front(), reaped); });
  if (!reaped) return base::fail(std::move(reaped));
  if (*reaped > 0) log_.warn("turns_interrupted_by_restart", {{"turns", *reaped}});
  // The first worker may get any free port; the others share it.
  port_ = configuration_->server.options.port;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    Result<void> listening;
    workers_[i]->call([&] {
      listening = rooms_[i]->listen(port_);
      if (listening) port_ = rooms_[i]->port();
    });
    if (!listening) return listening;
  }
  ops_port_ = rooms_.front()->ops_port();
  return {};
}

Result<void> Node::reload(ConfigurationPtr configuration) {
  auto trust = trust_for(*configuration);
  if (!trust) return base::fail(std::move(trust));
  Gates gates = make_gates(*configuration, gates_, clock_, metrics_);
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    Result<void> done;
    // What one worker refuses all refuse, the first before any has changed.
    workers_[i]->call([&] { done = rooms_[i]->reload(configuration, gates, *trust); });
    if (!done) return done;
  }
  gates_ = std::move(gates);
  set_gates(gates_, *configuration);
  connections_->set(configuration->server.connections_per_address, configuration->server.trusted_proxies);
  configuration_ = std::move(configuration);
  return {};
}

void Node::drain(base::Deadline deadline) {
  if (std::exchange(drained_, true)) return;
  draining_ = true;
  // A stream may follow a turn of any worker.
  in_all_rooms([deadline](WorkerRooms& rooms) { return rooms.end_turns(deadline); });
  in_all_rooms([](WorkerRooms& rooms) { return rooms.end_connections(); });
}

void Node::in_all_rooms(const std::function<base::Awaitable<void>(WorkerRooms&)>& step) {
  std::vector<std::future<void>> ends;
  for (std::size_t i = 0; i < rooms_.size(); ++i) {
    ends.push_back(workers_[i]->start([this, i, &step] { return step(*rooms_[i]); }));
  }
  for (std::future<void>& end : ends) end.get();
}

Node::~Node() {
  drain(base::Deadline::after(std::chrono::milliseconds(0)));
  for (std::size_t i = 0; i < rooms_.size(); ++i) {
    workers_[i]->call([&] { rooms_[i].reset(); });
  }
  streams_.reset();
  for (std::size_t i = 0; i < hubs_.size(); ++i) {
    workers_[i]->call([&] { hubs_[i].reset(); });
  }
  for (const auto& worker : workers_) worker->stop();
  store_.reset();
}

}  // namespace parley::app
