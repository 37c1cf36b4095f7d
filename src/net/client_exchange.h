// One request and its answer on one connection.
//
// Made for a request and handed to its sender as the ClientResponse once the header has come. Holds its place
// in the pool: given back when the body has ended where it should, closed in every other case.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/async.h"
#include "base/call.h"
#include "net/client.h"
#include "net/connection_pool.h"
#include "net/response_parser.h"

namespace parley::net {

// What the exchanges of one client share.
struct ExchangeHost {
  ConnectionPool pool;
  // Where sockets are read into; never held across a wait.
  std::vector<char> scratch;
  std::size_t max_header_bytes;
};

class ClientExchange final : public ClientResponse {
 public:
  // `host` is kept alive by the exchange. `lease` has a connection.
  ClientExchange(std::shared_ptr<ExchangeHost> host, ConnectionPool::Lease lease,
                 const ClientRequest& request, base::Deadline deadline);

  // Sends `head` and `body`, which outlive the call, and returns when the answer's header has come.
  base::Awaitable<base::Result<void>> run(std::string_view head, std::string_view body);
  // After run() failed: no byte of an answer had come, and whether the request had been written whole.
  bool unanswered() const { return !parser_.started() && broken_; }
  bool written_whole() const { return written_whole_; }
  // The place in the pool, with its connection closed, for another attempt.
  ConnectionPool::Lease take_place();

  int status() const override { return parser_.status(); }
  const Headers& headers() const override { return parser_.headers(); }
  base::Awaitable<base::Result<std::optional<std::string>>> read() override;

 private:
  base::Awaitable<base::Result<void>> write(std::string_view head, std::string_view body);
  base::Awaitable<base::Result<void>> read_head();
  // Reads once without waiting and takes what came. kDone: something came, or the answer is at its end.
  // kFailed: broken() was called. Else what to wait for.
  Io pull();
  Io take(std::string_view bytes);
  // The body has ended: the connection goes back where it can serve again. `clean`: nothing came after it.
  void ended(bool clean);
  // Each notes the error and closes the connection.
  std::unexpected<base::Error> failed(std::unexpected<base::Error> error);
  std::unexpected<base::Error> broken(std::string_view why);
  std::unexpected<base::Error> woken_badly(ClientConnection::Woken woken, std::string_view doing);

  // Before the lease, which must not outlive it.
  const std::shared_ptr<ExchangeHost> host_;
  ConnectionPool::Lease lease_;
  ResponseParser parser_;
  // Without its target, which may hold a secret: it is for the log.
  const Url origin_;
  const base::Deadline deadline_;
  const ClientTimeouts timeouts_;
  // The part of the body that has come and not been read.
  std::string piece_;
  std::optional<base::Error> error_;
  bool written_whole_ = false;
  // The connection broke or what came on it was no answer.
  bool broken_ = false;
  bool done_ = false;
};

}  // namespace parley::net
