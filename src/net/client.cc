#include "net/client.h"

#include "net/client_errors.h"
#include "net/client_exchange.h"
#include "net/dial.h"
#include "net/request_head.h"

namespace parley::net {

namespace {

constexpr std::size_t kScratch = 16UL * 1024;
// A small body goes out with the head in one TLS record of at most this size.
constexpr std::size_t kFirstRecord = 16UL * 1024;
// So many origins may keep all the idle connections that one may.
constexpr std::size_t kIdleOrigins = 8;

base::Gauge& connections(base::Metrics& metrics, std::string_view state) {
  return metrics.gauge("parley_client_connections",
                       "Connections to upstream servers: all that are open, and those of them that are idle.",
                       {"state"}, {state});
}

}  // namespace

class Client::Impl : public ExchangeHost {
 public:
  Impl(const boost::asio::any_io_executor& executor, const ClientOptions& options, base::Metrics& metrics)
      : ExchangeHost{.pool = {executor,
                              {.max_connections = options.max_connections,
                               .max_idle = options.max_idle,
                               .max_idle_in_all = options.max_idle * kIdleOrigins,
                               .idle_timeout = options.idle_timeout},
                              connections(metrics, "idle")},
                     .scratch = std::vector<char>(kScratch),
                     .max_header_bytes = options.max_header_bytes},
        dialer_{.names = Names(executor), .trust = options.trust, .open = connections(metrics, "open")} {}

  static base::Awaitable<base::Result<std::unique_ptr<ClientResponse>>> send(std::shared_ptr<Impl> self,
                                                                             base::Call call,
                                                                             ClientRequest request);

 private:
  Dialer dialer_;
};

Client::Client(boost::asio::any_io_executor executor, ClientOptions options, base::Metrics& metrics)
    : impl_(std::make_shared<Impl>(executor, options, metrics)) {}

Client::~Client() {
  impl_->pool.close_idle();
}

void Client::close_idle() {
  impl_->pool.close_idle();
}

base::Awaitable<base::Result<std::unique_ptr<ClientResponse>>> Client::send(base::Call call,
                                                                            ClientRequest request) {
  return Impl::send(impl_, std::move(call), std::move(request));
}

base::Awaitable<base::Result<std::unique_ptr<ClientResponse>>> Client::Impl::send(std::shared_ptr<Impl> self,
                                                                                  base::Call call,
                                                                                  ClientRequest request) {
  if (auto checked = check_request(request); !checked) co_return base::fail(std::move(checked));
  if (co_await base::cancelled()) co_return call_cancelled();
  base::Deadline connected_by = call.deadline.sooner(request.timeouts.connect);
  if (connected_by.passed()) co_return too_slow(request.url, "before it was asked");

  std::optional<ConnectionPool::Lease> place = self->pool.take(request.url);
  if (!place) {
    auto waited = co_await self->pool.wait(request.url, connected_by);
    if (!waited && waited.error().code == base::ErrorCode::kCancelled) co_return call_cancelled();
    if (!waited) co_return too_slow(request.url, "a free connection");
    place = std::move(*waited);
  }
  std::string head;
  append_request_head(head, request, call);
  std::string_view body = request.body;
  if (request.url.tls && head.size() + body.size() <= kFirstRecord) {
    head.append(body);
    body = {};
  }
  while (true) {
    const bool reused = place->connection() != nullptr;
    if (!reused) {
      auto dialed = co_await dial(self->dialer_, request.url, connected_by);
      if (!dialed) co_return base::fail(std::move(dialed));
      place->set_connection(std::move(*dialed));
    }
    auto exchange = std::make_unique<ClientExchange>(self, std::move(*place), request, call.deadline);
    auto ran = co_await exchange->run(head, body);
    if (ran) co_return exchange;
    // A server may close an idle connection at any time, also while a request is on its way.
    const bool safe = is_idempotent(request.method) || !exchange->written_whole();
    if (!reused || !safe || !exchange->unanswered()) co_return base::fail(std::move(ran));
    place = exchange->take_place();
    connected_by = call.deadline.sooner(request.timeouts.connect);
  }
}

}  // namespace parley::net
