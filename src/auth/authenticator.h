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
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
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

// What a refused token says of who sent it.
enum class TokenFault : std::uint8_t {
  // Nothing: it is genuine and out of time, or it names a key that could not be looked up.
  kNone,
  // Malformed, badly signed, or made for somebody else: what an honest client does not send.
  kForged,
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
  // only while keys are fetched, and not past the call's deadline. `fault`, where it is given, outlives the
  // call and is set where the token is refused.
  base::Awaitable<base::Result<Principal>> authenticate(base::Call call, std::string token,
                                                        TokenFault* fault = nullptr);

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
  // What is waited for is the fetch that is under way, if there is one.
  base::Awaitable<base::Result<void>> wait_for_fetch(base::Deadline deadline);
  base::Awaitable<base::Result<void>> freshen_keys(base::Deadline deadline);
  base::Awaitable<base::Result<Principal>> check(base::Deadline deadline, std::string token,
                                                 TokenFault& fault);
  base::Awaitable<void> fetch_keys();

  // Whether fetching could bring a key for this token, which none of those that are held has signed.
  bool fetch_may_help(const Jws& token) const;
  // How old the URL's keys are; the largest value where there are none.
  std::chrono::milliseconds age() const;
  // Until the next fetch may begin; 0 or less: now.
  std::chrono::milliseconds until_next_fetch() const;
  base::Result<void> take(base::Result<std::string> document);
  void drop_stale_keys();
  // Forgets the tokens and puts keys_ together anew.
  void keys_changed();
  void show();

  AuthenticatorOptions options_;
  Fetch fetch_;
  const base::Clock& clock_;
  const base::Log& log_;
  base::Counter& cached_;
  base::Counter& verified_;
  base::Counter& refused_;
  base::Counter& unavailable_;
  base::Counter& fetches_;
  base::Counter& failed_fetches_;
  base::Gauge& configured_gauge_;
  base::Gauge& fetched_gauge_;
  base::Gauge& stale_gauge_;
  // What this worker has added to the gauges, which all workers share.
  std::int64_t shown_configured_ = 0;
  std::int64_t shown_fetched_ = 0;
  std::int64_t shown_stale_ = 0;

  TokenCache cache_;
  std::shared_ptr<const KeySet> configured_;
  KeySet fetched_{};
  // Both of them.
  KeySet keys_{};
  // What fetched_ was read from.
  std::string document_{};
  std::optional<base::SteadyTime> fetched_at_{};
  std::optional<base::SteadyTime> tried_at_{};
  bool fetching_ = false;
  bool last_fetch_failed_ = false;
  bool stopping_ = false;

  base::Event fetch_ended_;
  base::TaskGroup tasks_;
};

}  // namespace parley::auth
