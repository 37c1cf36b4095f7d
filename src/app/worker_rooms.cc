#include "app/worker_rooms.h"

#include <algorithm>
#include <utility>

#include "limits/keys.h"

namespace parley::app {

using base::Awaitable;
using base::Deadline;
using base::Result;

namespace {

using namespace std::chrono_literals;

// How often lost turns and retired providers are looked for.
constexpr std::chrono::milliseconds kLookAfter = 10s;
// What is still open when the turns have ended gets so long to say goodbye.
constexpr std::chrono::milliseconds kGoodbye = 2s;

// `live` has the settings that change while the program runs, `fixed` the others.
api::ApiOptions api_options(const Configuration& fixed, const Configuration& live) {
  api::ApiOptions options = fixed.api;
  options.trusted_proxies = live.server.trusted_proxies;
  options.forwarded_by = live.server.forwarded_by;
  return options;
}

api::Services services(const Configuration& configuration, const SharedRooms& shared,
                       chat::ChatEngine& engine, chat::Conversations& conversations,
                       auth::Authenticator& authenticator, limits::Limiter& limiter,
                       model::IdGenerator& ids) {
  return {.engine = engine,
          .conversations = conversations,
          .streams = shared.streams,
          .authenticator = authenticator,
          .limiter = limiter,
          .clock = shared.clock,
          .metrics = shared.metrics,
          .log = shared.log,
          .ids = ids,
          .options = api_options(configuration, configuration)};
}

ops::LimitNames limit_names() {
  return {.ban = [](const model::Owner& owner) { return limits::ban_subject(owner); },
          .turns = [](const model::Owner& owner) { return limits::slot_key("turns", owner); },
          .streams = [](const model::Owner& owner) { return limits::slot_key("streams", owner); }};
}

chat::EngineOptions engine_options(const Configuration& configuration, const SharedRooms& shared) {
  chat::EngineOptions options = configuration.engine;
  options.node = shared.run;
  return options;
}

}  // namespace

Result<std::unique_ptr<WorkerRooms>> WorkerRooms::make(ConfigurationPtr configuration,
                                                       const SharedRooms& shared, const Gates& gates,
                                                       std::size_t number, streams::Hub& hub,
                                                       boost::asio::io_context& io) {
  auto providers =
      ProviderSet::make(*configuration, shared.trust, io.get_executor(), shared.clock, shared.metrics);
  if (!providers) return base::fail(std::move(providers));
  return std::unique_ptr<WorkerRooms>(
      new WorkerRooms(std::move(configuration), shared, gates, number, hub, io, std::move(*providers)));
}

WorkerRooms::WorkerRooms(ConfigurationPtr configuration, const SharedRooms& shared, const Gates& gates,
                         std::size_t number, streams::Hub& hub, boost::asio::io_context& io,
                         std::unique_ptr<ProviderSet> providers)
    : configuration_(std::move(configuration)),
      shared_(shared),
      number_(number),
      io_(io),
      ids_(shared.clock, base::Random()),
      providers_(std::move(providers)),
      fetcher_(io.get_executor(), {.trust = shared.trust}, shared.metrics),
      authenticator_(
          io.get_executor(), configuration_->auth.options, configuration_->auth.keys,
          [this](base::Call call, std::string url) { return fetch(std::move(call), std::move(url)); },
          shared.clock, shared.log, shared.metrics),
      limiter_(io.get_executor(), shared.state, configuration_->policy, base::Random(), shared.metrics,
               shared.log),
      engine_({.store = shared.store,
               .hub = hub,
               .streams = shared.streams,
               .worker = number,
               .clock = shared.clock,
               .metrics = shared.metrics,
               .log = shared.log,
               .limiter = limiter_},
              providers_->view(gates), configuration_->catalog,
              model::IdGenerator(shared.clock, base::Random()), engine_options(*configuration_, shared)),
      conversations_(shared.store, configuration_->catalog, shared.clock,
                     model::IdGenerator(shared.clock, base::Random()), configuration_->engine.limits,
                     configuration_->engine.briefing),
      api_(services(*configuration_, shared, engine_, conversations_, authenticator_, limiter_, ids_),
           shared.schema, shared.resolvers, configuration_->api_settings),
      ops_(shared.store, shared.metrics, shared.draining),
      admin_({.store = shared.store,
              .state = shared.state,
              .clock = shared.clock,
              .log = shared.log,
              .door = {.enter = [this](net::Exchange& exchange) { return let_in(exchange); },
                       .refuse =
                           [this](net::Exchange& exchange, base::Error error, const base::Call& call) {
                             api_.refuse(exchange, std::move(error), call.request_id);
                           }},
              .names = limit_names()}),
      tasks_(io.get_executor()),
      ending_(io.get_executor()) {
  authenticator_.refresh();
}

WorkerRooms::~WorkerRooms() = default;

Awaitable<Result<std::int64_t>> WorkerRooms::reap_left_behind() {
  return engine_.reap({.deadline = Deadline::after(configuration_->engine.settle_timeout)}, true);
}

Result<void> WorkerRooms::listen(std::uint16_t port) {
  const ServerConfiguration& wanted = configuration_->server;
  net::ServerOptions options = wanted.options;
  options.port = port;
  options.first_on_port = number_ == 0;
  options.connections_per_client = shared_.connections;
  server_ = std::make_unique<net::Server>(
      io_, options, [this](net::Exchange& exchange) { return handle(exchange); }, shared_.log,
      shared_.metrics);
  if (auto ok = server_->listen(); !ok) return ok;
  if (number_ == 0 && wanted.ops_listen) {
    options.address = wanted.ops_listen->address;
    options.port = wanted.ops_listen->port;
    options.tls = nullptr;
    options.connections_per_client = nullptr;
    ops_server_ = std::make_unique<net::Server>(
        io_, options, [this](net::Exchange& exchange) { return handle_ops(exchange); }, shared_.log,
        shared_.metrics);
    if (auto ok = ops_server_->listen(); !ok) return ok;
  }
  tasks_.spawn(look_after());
  return {};
}

Awaitable<void> WorkerRooms::handle(net::Exchange& exchange) {
  if (ops::Admin::owns(exchange.request().path)) return admin_.handle(exchange);
  if (!configuration_->server.ops_listen && ops::Ops::owns(exchange.request().path)) {
    return ops_.handle(exchange);
  }
  return api_.handle(exchange);
}

Awaitable<void> WorkerRooms::handle_ops(net::Exchange& exchange) {
  if (ops::Ops::owns(exchange.request().path)) {
    co_await ops_.handle(exchange);
  } else if (ops::Admin::owns(exchange.request().path)) {
    co_await admin_.handle(exchange);
  } else {
    exchange.reply(net::Response::text(404, "here are /healthz, /readyz, /metrics and /admin\n"));
  }
}

Awaitable<std::optional<ops::AdminCaller>> WorkerRooms::let_in(net::Exchange& exchange) {
  auto caller = co_await api_.let_in(exchange);
  if (!caller) co_return std::nullopt;
  co_return ops::AdminCaller{.principal = std::move(caller->principal), .call = std::move(caller->call)};
}

// For keys of a JWKS URL.
Awaitable<Result<std::string>> WorkerRooms::fetch(base::Call call, std::string url) {
  auto parsed = net::parse_url(url);
  if (!parsed) co_return base::fail(std::move(parsed));
  net::ClientRequest request{.url = std::move(*parsed), .headers = {{"Accept", "application/json"}}};
  auto response = co_await fetcher_.send(std::move(call), std::move(request));
  if (!response) co_return base::fail(std::move(response));
  auto body = co_await (*response)->read_all(auth::KeySet::kMaxDocumentBytes);
  if (body && (*response)->status() != 200) {
    co_return base::fail(base::ErrorCode::kProviderUnavailable, "the JWKS URL did not answer with keys",
                         "status " + std::to_string((*response)->status()));
  }
  co_return body;
}

// Until cancelled.
Awaitable<void> WorkerRooms::look_after() {
  for (;;) {
    auto slept = co_await base::sleep_until(Deadline::after(kLookAfter));
    if (!slept) co_return;
    const base::SteadyTime now = shared_.clock.steady_now();
    while (!retired_.empty() && retired_.front().unused_at <= now) retired_.pop_front();
    // One worker asks for all.
    if (number_ != 0) continue;
    auto reaped =
        co_await engine_.reap({.deadline = Deadline::after(configuration_->engine.store_timeout)}, false);
    if (!reaped && reaped.error().code != base::ErrorCode::kCancelled) {
      shared_.log.warn("reap_failed", {{"error", reaped.error().cause}});
    }
  }
}

Result<void> WorkerRooms::reload(ConfigurationPtr configuration, const Gates& gates,
                                 std::shared_ptr<const net::TlsTrust> trust) {
  auto providers =
      ProviderSet::make(*configuration, trust, io_.get_executor(), shared_.clock, shared_.metrics);
  if (!providers) return base::fail(std::move(providers));
  // What runs with the old ones has ended by then, whatever it waits for: a turn after it was prepared, an
  // answer without one after its place in line.
  const Configuration& fixed = *configuration_;
  const auto longest =
      std::max(fixed.api.request_timeout + fixed.engine.turn_timeout, fixed.api.answer_timeout) +
      fixed.engine.settle_timeout;
  providers_->close_idle();
  retired_.push_back({.providers = std::move(providers_), .unused_at = shared_.clock.steady_now() + longest});
  providers_ = std::move(*providers);
  engine_.reload(configuration->catalog, providers_->view(gates));
  limiter_.reload(configuration->policy);
  conversations_.reload(configuration->catalog);
  api_.reload(api_options(*configuration_, *configuration));
  authenticator_.set_keys(configuration->auth.keys);
  authenticator_.set_verify_options(configuration->auth.options.verify);
  if (server_ && configuration->server.options.tls && configuration_->server.options.tls) {
    server_->set_tls(configuration->server.options.tls);
  }
  return {};
}

Awaitable<void> WorkerRooms::drain_clients(Deadline deadline) {
  co_await server_->drain(deadline);
}

Awaitable<void> WorkerRooms::end_turns(Deadline deadline) {
  tasks_.cancel();
  co_await tasks_.join();
  // Streams see their turns' last events before they are cut.
  const Deadline streams_end(deadline.never() ? deadline.at() : deadline.at() + kGoodbye);
  if (server_) ending_.spawn(drain_clients(streams_end));
  co_await engine_.shutdown(deadline);
}

Awaitable<void> WorkerRooms::close_websockets() {
  if (co_await base::sleep_until(Deadline::after(kGoodbye))) server_->close_websockets();
}

Awaitable<void> WorkerRooms::end_connections() {
  base::TaskGroup goodbye(io_.get_executor());
  if (server_) goodbye.spawn(close_websockets());
  co_await ending_.join();
  goodbye.cancel();
  co_await goodbye.join();
  if (ops_server_) co_await ops_server_->drain(Deadline::after(0ms));
  // What the last connections left to settle.
  co_await engine_.shutdown(Deadline::after(0ms));
  co_await authenticator_.shutdown();
  co_await limiter_.shutdown();
}

}  // namespace parley::app
