// What operators and orchestrators ask over HTTP: is it alive, is it ready, and the metrics.
//
//   GET /healthz  200 while the worker answers at all.
//   GET /readyz   200, or 503 while draining or while a part that every turn needs is not there. The body
//   names
//                 each part: {"status":"ready","parts":{"store":"ok"}}.
//   GET /metrics  Prometheus' text format 0.0.4.
//
// One for each worker; the references outlive it. Nothing here needs a token: it names no user, and
// `server.ops_listen` keeps it off the public address where that is wanted.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>

#include "base/async.h"
#include "base/metrics.h"
#include "net/server.h"
#include "store/store.h"

namespace parley::ops {

// How long a readiness question waits for the store.
inline constexpr std::chrono::milliseconds kReadyTimeout{2000};

class Ops {
 public:
  // `draining` is set by `app` when the process was asked to end; it is shared by the workers.
  Ops(store::Store& store, const base::Metrics& metrics, const std::atomic<bool>& draining)
      : store_(store), metrics_(metrics), draining_(draining) {}

  // True for the paths above, whatever the method.
  static bool owns(std::string_view path);

  // Answers a request to one of those paths; 405 for any method but GET and HEAD.
  base::Awaitable<void> handle(net::Exchange& exchange);

 private:
  base::Awaitable<net::Response> ready();

  store::Store& store_;
  const base::Metrics& metrics_;
  const std::atomic<bool>& draining_;
};

}  // namespace parley::ops
