// What one worker serves with: its engine, its API, its providers, its listening socket.
//
// Made, used and destroyed on its worker's thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>

#include "api/api.h"
#include "app/configuration.h"
#include "app/provider_set.h"
#include "auth/authenticator.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/task_group.h"
#include "chat/conversations.h"
#include "chat/engine.h"
#include "limits/limiter.h"
#include "model/id.h"
#include "net/client.h"
#include "net/connection_counts.h"
#include "net/server.h"
#include "ops/admin.h"
#include "ops/ops.h"
#include "state/state.h"
#include "store/store.h"
#include "streams/hub.h"
#include "streams/streams.h"

namespace parley::app {

// What all workers share; it outlives them.
struct SharedRooms {
  // This run of the node: turns of any other run have lost the process that ran them.
  std::string run;
  store::Store& store;
  state::SharedState& state;
  std::shared_ptr<net::ConnectionCounts> connections;
  const streams::Streams& streams;
  graphql::SchemaPtr schema;
  const graphql::Resolvers& resolvers;
  std::shared_ptr<const net::TlsTrust> trust;
  const base::Clock& clock;
  base::Metrics& metrics;
  const base::Log& log;
  const std::atomic<bool>& draining;
};

class WorkerRooms {
 public:
  // BAD_USER_INPUT, naming the setting that is wrong. `hub` is this worker's.
  [[nodiscard]] static base::Result<std::unique_ptr<WorkerRooms>> make(ConfigurationPtr configuration,
                                                                       const SharedRooms& shared,
                                                                       const Gates& gates, std::size_t number,
                                                                       streams::Hub& hub,
                                                                       boost::asio::io_context& io);
  // end_connections() has returned.
  ~WorkerRooms();
  WorkerRooms(const WorkerRooms&) = delete;
  WorkerRooms& operator=(const WorkerRooms&) = delete;

  // Ends the turns that an earlier run of this process left behind.
  base::Awaitable<base::Result<std::int64_t>> reap_left_behind();

  // Begins to accept, at the configured address and this port; the first worker also where operators ask, if
  // that is a place of its own. INTERNAL.
  [[nodiscard]] base::Result<void> listen(std::uint16_t port);
  std::uint16_t port() const { return server_->port(); }
  // 0 where operators have no place of their own, or it is another worker's.
  std::uint16_t ops_port() const { return ops_server_ ? ops_server_->port() : 0; }

  // Takes what may change while the program runs. BAD_USER_INPUT leaves everything as it is.
  [[nodiscard]] base::Result<void> reload(ConfigurationPtr configuration, const Gates& gates,
                                          std::shared_ptr<const net::TlsTrust> trust);

  // Stops accepting clients and lets turns end until `deadline`; returns when none runs any more. Streams go
  // on.
  base::Awaitable<void> end_turns(base::Deadline deadline);
  // To be called when no worker has turns left: gives streams a moment for what they have not sent yet, tells
  // WebSockets that wait for nothing more to go elsewhere, and returns when no connection is left. Operators
  // are answered until then.
  base::Awaitable<void> end_connections();

 private:
  struct Retired {
    std::unique_ptr<ProviderSet> providers;
    // Nothing that was begun with it runs any more from then on.
    base::SteadyTime unused_at;
  };

  WorkerRooms(ConfigurationPtr configuration, const SharedRooms& shared, const Gates& gates,
              std::size_t number, streams::Hub& hub, boost::asio::io_context& io,
              std::unique_ptr<ProviderSet> providers);

  base::Awaitable<void> handle(net::Exchange& exchange);
  base::Awaitable<void> handle_ops(net::Exchange& exchange);
  // As the API does.
  base::Awaitable<std::optional<ops::AdminCaller>> let_in(net::Exchange& exchange);
  base::Awaitable<base::Result<std::string>> fetch(base::Call call, std::string url);
  base::Awaitable<void> look_after();
  base::Awaitable<void> drain_clients(base::Deadline deadline);
  base::Awaitable<void> close_websockets();

  ConfigurationPtr configuration_;
  SharedRooms shared_;
  std::size_t number_;
  boost::asio::io_context& io_;
  model::IdGenerator ids_;
  std::unique_ptr<ProviderSet> providers_;
  std::deque<Retired> retired_{};
  net::Client fetcher_;
  auth::Authenticator authenticator_;
  limits::Limiter limiter_;
  chat::ChatEngine engine_;
  chat::Conversations conversations_;
  api::Api api_;
  ops::Ops ops_;
  ops::Admin admin_;
  std::unique_ptr<net::Server> server_;
  std::unique_ptr<net::Server> ops_server_;
  base::TaskGroup tasks_;
  base::TaskGroup ending_;
};

}  // namespace parley::app
