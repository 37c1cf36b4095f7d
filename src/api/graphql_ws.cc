#include "api/graphql_ws.h"

#include <map>
#include <optional>
#include <utility>

#include <boost/asio/this_coro.hpp>

#include "api/errors.h"
#include "api/graphql_ws_protocol.h"
#include "auth/bearer.h"
#include "base/task_group.h"

namespace parley::api {

namespace json = boost::json;
using base::Awaitable;
using base::Deadline;
using base::ErrorCode;
using base::Result;
using graphql::GraphqlError;

namespace {

class Session {
 public:
  Session(GraphqlService& service, const GraphqlWsOptions& options, Visit visit, net::Exchange& exchange,
          net::WebSocket& socket, boost::asio::any_io_executor executor)
      : service_(service),
        options_(options),
        call_(std::move(visit.call)),
        address_(std::move(visit.address)),
        exchange_(exchange),
        socket_(socket),
        protocol_(options.max_operations),
        tasks_(std::move(executor)) {}

  Awaitable<void> serve();

 private:
  using Actions = GraphqlWsProtocol::Actions;

  Awaitable<void> carry_out(Actions actions);
  Awaitable<void> authenticate(json::object payload);
  Awaitable<Result<Caller>> caller_named_by(const json::object& payload);
  Awaitable<void> watch_clock();
  Awaitable<void> operate(std::string id, GraphqlRequest request);
  Awaitable<void> execute(const std::string& id, GraphqlRequest request);
  Awaitable<void> fail(const std::string& id, base::Error error);
  Awaitable<void> follow(const std::string& id, const GraphqlOperation& operation);
  Awaitable<void> close(std::uint16_t code, std::string reason);

  GraphqlService& service_;
  const GraphqlWsOptions& options_;
  base::Call call_;
  // Visit::address.
  std::string address_;
  net::Exchange& exchange_;
  net::WebSocket& socket_;
  GraphqlWsProtocol protocol_;
  std::optional<Caller> caller_{};
  // The tasks of the operations that run, by their ids.
  std::map<std::string, std::uint64_t, std::less<>> running_{};
  // The task of watch_clock().
  std::uint64_t clock_ = 0;
  base::TaskGroup tasks_;
};

Awaitable<void> Session::serve() {
  clock_ = tasks_.spawn(watch_clock());
  for (;;) {
    auto message = co_await socket_.read();
    if (!message || !*message) break;
    if (!(*message)->text) {
      co_await close(GraphqlWsProtocol::kBadMessage, "Only text messages are understood");
      break;
    }
    co_await carry_out(protocol_.received((*message)->data));
  }
  tasks_.cancel();
  co_await tasks_.join();
}

Awaitable<void> Session::close(std::uint16_t code, std::string reason) {
  co_await socket_.close(code, std::move(reason));
}

Awaitable<void> Session::carry_out(Actions actions) {
  for (auto& action : actions) {
    if (auto* send = std::get_if<GraphqlWsProtocol::Send>(&action)) {
      // A failure ends the connection, which read() finds out.
      (void)co_await socket_.write_text(std::move(send->text));
    } else if (auto* end = std::get_if<GraphqlWsProtocol::Close>(&action)) {
      co_await close(end->code, std::move(end->reason));
    } else if (auto* check = std::get_if<GraphqlWsProtocol::Authenticate>(&action)) {
      co_await authenticate(std::move(check->payload));
    } else if (auto* start = std::get_if<GraphqlWsProtocol::Start>(&action)) {
      std::string id = start->id;
      running_[std::move(id)] = tasks_.spawn(operate(std::move(start->id), std::move(start->request)));
    } else if (auto* stop = std::get_if<GraphqlWsProtocol::Stop>(&action)) {
      if (const auto found = running_.find(stop->id); found != running_.end()) {
        const std::uint64_t task = found->second;
        running_.erase(found);
        tasks_.cancel(task);
      }
    }
  }
}

Awaitable<Result<Caller>> Session::caller_named_by(const json::object& payload) {
  for (const char* name : {"authorization", "Authorization"}) {
    const json::value* given = payload.if_contains(name);
    if (given == nullptr) continue;
    const auto token =
        given->is_string() ? auth::bearer_token(std::string_view(given->get_string())) : std::nullopt;
    if (!token) {
      co_await count_bad_token(service_.services(), call_, address_);
      co_return base::fail(ErrorCode::kUnauthenticated, "authorization is not `Bearer <JWT>`");
    }
    co_return co_await caller_of_token(service_.services(), call_, std::string(*token), address_);
  }
  co_return co_await caller_of(service_.services(), exchange_.request(), call_, address_);
}

Awaitable<void> Session::authenticate(json::object payload) {
  auto caller = co_await caller_named_by(payload);
  if (caller) {
    caller_ = std::move(*caller);
    // From now on the clock waits for the token's end.
    tasks_.cancel(clock_);
    clock_ = tasks_.spawn(watch_clock());
    co_await carry_out(protocol_.accepted());
  } else if (caller.error().code == ErrorCode::kUnauthenticated) {
    co_await close(GraphqlWsProtocol::kForbidden, "Forbidden: " + caller.error().message);
  } else {
    const base::Error error =
        presentable(std::move(caller).error(), call_.request_id, service_.services().log);
    co_await close(GraphqlWsProtocol::kInternalError, error.message);
  }
}

// Before connection_init: its time limit. After it: the token's end.
Awaitable<void> Session::watch_clock() {
  if (!caller_) {
    if (!co_await base::sleep_until(Deadline::after(options_.init_timeout))) co_return;
    co_await carry_out(protocol_.init_timed_out());
    co_return;
  }
  const base::Clock& clock = service_.services().clock;
  // The wall clock may be set meanwhile: what counts is what it says then.
  for (;;) {
    const auto left = caller_->principal.expires_at - clock.wall_now();
    if (left <= std::chrono::milliseconds(0)) break;
    constexpr std::chrono::milliseconds kMostWait = std::chrono::hours(1);
    if (!co_await base::sleep_until(Deadline::after(std::min<std::chrono::milliseconds>(left, kMostWait))))
      co_return;
  }
  co_await close(GraphqlWsProtocol::kForbidden, "Forbidden: the token has expired");
}

Awaitable<void> Session::operate(std::string id, GraphqlRequest request) {
  if (auto refused = co_await admit_operation(service_.services(), *caller_, address_)) {
    co_await fail(id, std::move(*refused));
  } else {
    co_await execute(id, std::move(request));
  }
  // Stopped ones have left already, and their id may be taken anew.
  if (!co_await base::cancelled()) running_.erase(id);
}

Awaitable<void> Session::execute(const std::string& id, GraphqlRequest request) {
  auto operation = service_.prepare(std::move(request));
  if (!operation) {
    co_await carry_out(protocol_.failed(id, errors_json(operation.error())));
  } else if (operation->operation->type == graphql::OperationType::kSubscription) {
    co_await follow(id, *operation);
  } else {
    const graphql::Response response = co_await service_.run(*operation, *caller_);
    if (co_await base::cancelled()) co_return;
    co_await carry_out(protocol_.next(id, response.json()));
    co_await carry_out(protocol_.completed(id));
  }
}

Awaitable<void> Session::fail(const std::string& id, base::Error error) {
  // Ended by the client meanwhile: whoever has taken its id gets nothing of this one's.
  if (co_await base::cancelled()) co_return;
  std::vector<GraphqlError> errors;
  errors.push_back(service_.tell(std::move(error), &*caller_));
  co_await carry_out(protocol_.failed(id, errors_json(errors)));
}

Awaitable<void> Session::follow(const std::string& id, const GraphqlOperation& operation) {
  const Services& services = service_.services();
  const auto slot = co_await services.limiter.open_stream(short_call(services, *caller_), caller_->owner,
                                                          caller_->principal.tier);
  if (!slot) co_return co_await fail(id, slot.error());
  GraphqlContext context{.services = services, .caller = *caller_};
  auto stream = co_await service_.subscribe(operation, context);
  if (!stream) {
    co_await carry_out(protocol_.failed(id, errors_json(stream.error().errors)));
    co_return;
  }
  for (;;) {
    auto response = co_await (*stream)->next(Deadline());
    if (!response && response.error().code == ErrorCode::kDeadlineExceeded) continue;
    if (!response && response.error().code == ErrorCode::kCancelled) co_return;
    if (!response) co_return co_await fail(id, std::move(response).error());
    if (!*response) break;
    // Ended by the client meanwhile: whoever has taken its id gets nothing of this one's.
    if (co_await base::cancelled()) co_return;
    co_await carry_out(protocol_.next(id, (*response)->json()));
  }
  co_await carry_out(protocol_.completed(id));
}

}  // namespace

Awaitable<void> serve_graphql_ws(GraphqlService& service, const GraphqlWsOptions& options, Visit visit,
                                 net::Exchange& exchange) {
  auto socket = co_await exchange.accept_websocket(options.socket);
  if (!socket) co_return;
  if ((*socket)->subprotocol() != GraphqlWsProtocol::kSubprotocol) {
    co_await (*socket)->close(4406, "Subprotocol not acceptable");
    co_return;
  }
  Session session(service, options, std::move(visit), exchange, **socket,
                  co_await boost::asio::this_coro::executor);
  co_await session.serve();
}

}  // namespace parley::api
