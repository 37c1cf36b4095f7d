// One running Parley: the store, the workers and what each of them serves with, from start to drained end.
//
// Made, used and destroyed by the main thread, which is no worker.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "app/configuration.h"
#include "app/gates.h"
#include "app/worker.h"
#include "app/worker_rooms.h"
#include "base/clock.h"
#include "base/file_lock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "graphql/resolver.h"
#include "net/connection_counts.h"
#include "state/state.h"
#include "store/store.h"
#include "streams/hub.h"
#include "streams/streams.h"

namespace parley::app {

class Node {
 public:
  // Opens the store, ends what an earlier run left behind, and serves. `log` outlives the node.
  // BAD_USER_INPUT, INTERNAL, OVERLOADED (another process holds the store), each fit for people.
  [[nodiscard]] static base::Result<std::unique_ptr<Node>> start(ConfigurationPtr configuration,
                                                                 const base::Log& log);
  // As drain() with no time to wait, where that was not called.
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  std::uint16_t port() const { return port_; }
  std::uint16_t ops_port() const { return ops_port_; }
  std::size_t workers() const { return workers_.size(); }

  // Takes what may change while the program runs, in every worker or, where it is refused, in none.
  [[nodiscard]] base::Result<void> reload(ConfigurationPtr configuration);

  // Is not ready from now on, stops accepting, gives turns and streams until `deadline` to end, and returns
  // when all is settled. A second call does nothing.
  void drain(base::Deadline deadline);

 private:
  Node(ConfigurationPtr configuration, const base::Log& log);

  base::Result<void> begin();
  base::Result<void> make_rooms();
  base::Result<void> listen();
  // At the same time in all of them; returns when the last has ended.
  void in_all_rooms(const std::function<base::Awaitable<void>(WorkerRooms&)>& step);

  ConfigurationPtr configuration_;
  const base::Log& log_;
  base::SystemClock clock_;
  base::Metrics metrics_;
  std::atomic<bool> draining_{false};
  bool drained_ = false;
  graphql::SchemaPtr schema_;
  graphql::Resolvers resolvers_;
  // The io_contexts outlive everything that has their executors.
  std::vector<std::unique_ptr<Worker>> workers_{};
  // Of this process alone: see begin().
  std::optional<base::FileLock> store_lock_{};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<state::SharedState> state_;
  std::shared_ptr<net::ConnectionCounts> connections_;
  Gates gates_{};
  std::vector<std::unique_ptr<streams::Hub>> hubs_{};
  std::unique_ptr<streams::Streams> streams_;
  std::vector<std::unique_ptr<WorkerRooms>> rooms_{};
  std::uint16_t port_ = 0;
  std::uint16_t ops_port_ = 0;
};

}  // namespace parley::app
