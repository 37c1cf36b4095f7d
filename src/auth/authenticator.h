// Checks the tokens of one worker's requests, remembers what it checked, and keeps the keys of a JWKS URL
// fresh.
//
// Belongs to one worker; every call is made on it. It knows no HTTP: `app` gives it a function that fetches.
//
// How fresh: a request that finds the URL's keys older than `refresh_after` starts fetching them anew and
// goes on with what there is; one that finds them older than twice that waits for the fetch first, so that a
// key withdrawn during a quiet night is not taken in the morning. A `kid` that is not known starts a fetch
// and waits for it. There is one fetch at a time, and none begins within `min_fetch_gap` of the last one's
// beginning, whoever asks: strangers with invented kids cause one fetch a gap and no more. A fetch that fails
// (or brings no usable key) leaves the old keys in use, says so in the log and in metrics, and is tried again
// after the gap; keys older than `max_stale` are used no longer.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "auth/keys.h"
#include "auth/principal.h"
#include "auth/token_cache.h"
#include "auth/verify.h"
#include "base/async.h"
#include "base/call.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/task_group.h"

namespace parley::auth {

// The body of a successful GET of the URL, of at most KeySet::kMaxDocumentBytes. Ends by the call's deadline.
using Fetch = std::function<base::Awaitable<base::Result<std::string>>(base::Call call, std::string url)>;

struct AuthenticatorOptions {
  VerifyOptions verify{};
  // Empty: there is none.
  std::string jwks_url{};
  std::chrono::milliseconds refresh_after{300'000};
  std::chrono::milliseconds min_fetch_gap{10'000};
  std::chrono::milliseconds fetch_timeout{5'000};
  std::chrono::milliseconds max_stale{86'400'000};
  // Verified tokens that are remembered, at most 8 KiB each and mostly far less; 0: none.
  std::size_t max_cached_tokens = 1024;
};

class Authenticator {
 public:
  // `keys`: those of the configuration, used beside the URL's. `fetch` may be empty where there is no URL.
  // `clock`, `log` and `metrics` outlive the authenticator. Keeps parley_auth_tokens_total{result},
  // parley_auth_jwks_fetches_total{result}, parley_auth_keys{source}, parley_auth_keys_stale and
  // parley_auth_cached_tokens.
  Authenticator(boost::asio::any_io_executor executor, AuthenticatorOptions options,
                std::shared_ptr<const KeySet> keys, Fetch fetch, const base::Clock& clock,
                const base::Log& log, base::Metrics& metrics);
  // shutdown() has returned, and no authenticate() is under way.
  ~Authenticator();
  Authenticator(const Authenticator&) = delete;
  Authenticator& operator=(const Authenticator&) = delete;

  // The token's principal. UNAUTHENTICATED as verify(); OVERLOADED with retry_after: there is no key to
  // check with, as the JWKS URL has not answered yet or for too long; DEADLINE_EXCEEDED, CANCELLED. Waits
  // only while keys are fetched, and not past the call's deadline.
  base::Awaitable<base::Result<Principal>> authenticate(base::Call call, std::string token);

  // Other keys from now on, or other rules: the configuration was read anew. What was remembered is
  // forgotten; keys of the URL stay.
  void set_keys(std::shared_ptr<const KeySet> keys);
  void set_verify_options(VerifyOptions options);

  // Begins fetching the URL's keys, unless that is being done or was done within the gap. For the start, so
  // that the first request does not wait.
  void refresh();

  // Ends a fetch that is under way, and begins none any more.
  base::Awaitable<void> shutdown();

 private:
  struct Counters {
    base::Counter& cached;
    base::Counter& verified;
    base::Counter& refused;
    base::Counter& unavailable;
    base::Counter& fetched;
    base::Counter& fetch_failed;
    base::Gauge& configured_keys;
    base::Gauge& fetched_keys;
    base::Gauge& stale;
  };

  bool has_url() const { return !options_.jwks_url.empty(); }
  // The age of the URL's keys; the longest there is where there are none.
  std::chrono::milliseconds age() const;
  bool may_fetch() const;
  base::Awaitable<void> fetch_keys();
  void take(base::Result<std::string> document);
  void fetch_failed(const base::Error& error);
  // Puts keys_ together anew and forgets the tokens.
  void keys_changed();
  void drop_stale();
  void show();
  // Waits for the fetch under way, if there is one.
  base::Awaitable<base::Result<void>> wait_for_fetch(base::Deadline deadline);
  base::Awaitable<base::Result<void>> fresh_keys(base::Deadline deadline);
  base::Awaitable<base::Result<Principal>> check(base::Call call, std::string token);

  AuthenticatorOptions options_;
  Fetch fetch_;
  const base::Clock& clock_;
  const base::Log& log_;
  Counters counters_;
  TokenCache cache_;

  std::shared_ptr<const KeySet> configured_;
  std::shared_ptr<const KeySet> fetched_;
  // Both of them.
  std::shared_ptr<const KeySet> keys_;
  // The document that fetched_ was read from.
  std::string document_{};
  bool ever_fetched_ = false;
  base::SteadyTime fetched_at_{};
  bool ever_tried_ = false;
  base::SteadyTime tried_at_{};
  bool fetching_ = false;
  bool last_failed_ = false;
  std::int64_t shown_configured_ = 0;
  std::int64_t shown_fetched_ = 0;
  std::int64_t shown_stale_ = 0;

  base::Event fetch_ended_;
  base::TaskGroup tasks_;
};

}  // namespace parley::auth
