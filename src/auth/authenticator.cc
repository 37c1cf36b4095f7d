#include "auth/authenticator.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "auth/claims.h"

namespace parley::auth {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;
using std::chrono::milliseconds;

base::Counter& tokens_counter(base::Metrics& metrics, std::string_view result) {
  return metrics.counter("parley_auth_tokens_total",
                         "Tokens looked at, by result: cached, verified, refused or unavailable.", {"result"},
                         {result});
}

base::Counter& fetches_counter(base::Metrics& metrics, std::string_view result) {
  return metrics.counter("parley_auth_jwks_fetches_total",
                         "Fetches of the JWKS URL, by result: ok or failed.", {"result"}, {result});
}

base::Gauge& keys_gauge(base::Metrics& metrics, std::string_view source) {
  return metrics.gauge("parley_auth_keys",
                       "Keys that tokens are checked with, summed over workers, by source: config or url.",
                       {"source"}, {source});
}

// Moves a gauge that is shared by what this worker's part has changed.
void move(base::Gauge& gauge, std::int64_t& shown, std::int64_t value) {
  gauge.add(value - shown);
  shown = value;
}

}  // namespace

Authenticator::Authenticator(boost::asio::any_io_executor executor, AuthenticatorOptions options,
                             std::shared_ptr<const KeySet> keys, Fetch fetch, const base::Clock& clock,
                             const base::Log& log, base::Metrics& metrics)
    : options_(std::move(options)),
      fetch_(std::move(fetch)),
      clock_(clock),
      log_(log),
      cached_(tokens_counter(metrics, "cached")),
      verified_(tokens_counter(metrics, "verified")),
      refused_(tokens_counter(metrics, "refused")),
      unavailable_(tokens_counter(metrics, "unavailable")),
      fetches_(fetches_counter(metrics, "ok")),
      failed_fetches_(fetches_counter(metrics, "failed")),
      configured_gauge_(keys_gauge(metrics, "config")),
      fetched_gauge_(keys_gauge(metrics, "url")),
      stale_gauge_(metrics.gauge("parley_auth_keys_stale",
                                 "Workers whose last fetch of the JWKS URL failed: they use old keys.")),
      cache_(options_.max_cached_tokens,
             metrics.gauge("parley_auth_cached_tokens", "Verified tokens that are remembered.")),
      configured_(std::move(keys)),
      fetch_ended_(executor),
      tasks_(std::move(executor)) {
  assert(configured_);
  assert(options_.jwks_url.empty() || fetch_);
  keys_changed();
}

Authenticator::~Authenticator() {
  move(configured_gauge_, shown_configured_, 0);
  move(fetched_gauge_, shown_fetched_, 0);
  move(stale_gauge_, shown_stale_, 0);
}

base::Awaitable<Result<Principal>> Authenticator::authenticate(base::Call call, std::string token,
                                                               TokenFault* fault) {
  if (auto freshened = co_await freshen_keys(call.deadline); !freshened) co_return fail(std::move(freshened));
  if (const Principal* known = cache_.find(token, clock_.wall_now())) {
    cached_.add();
    co_return *known;
  }
  TokenFault found = TokenFault::kForged;
  auto principal = co_await check(call.deadline, token, found);
  if (principal) {
    verified_.add();
    cache_.put(token, *principal);
  } else {
    const bool refused = principal.error().code == ErrorCode::kUnauthenticated;
    (refused ? refused_ : unavailable_).add();
    if (fault != nullptr) *fault = refused ? found : TokenFault::kNone;
  }
  co_return principal;
}

base::Awaitable<Result<Principal>> Authenticator::check(base::Deadline deadline, std::string token,
                                                        TokenFault& fault) {
  auto jws = parse_jws(token);
  if (!jws) co_return fail(std::move(jws));
  auto signature = check_signature(*jws, keys_);
  if (!signature && fetch_may_help(*jws)) {
    refresh();
    if (auto waited = co_await wait_for_fetch(deadline); !waited) co_return fail(std::move(waited));
    signature = check_signature(*jws, keys_);
    if (!signature && fetched_.empty()) {
      auto failed =
          fail(ErrorCode::kOverloaded, "tokens cannot be checked now: the issuer's keys cannot be had");
      failed.error().retry_after = std::max(until_next_fetch(), milliseconds(1'000));
      co_return failed;
    }
    // The issuer may have a new key that could not be fetched.
    if (!signature && last_fetch_failed_) fault = TokenFault::kNone;
  }
  if (!signature) co_return fail(std::move(signature));
  bool out_of_time = false;
  auto principal = read_claims(jws->payload, options_.verify, clock_.wall_now(), &out_of_time);
  if (out_of_time) fault = TokenFault::kNone;
  co_return principal;
}

bool Authenticator::fetch_may_help(const Jws& token) const {
  // A URL's keys are public keys. A known kid whose signature does not match is a forgery, not news.
  return !options_.jwks_url.empty() && token.algorithm != Algorithm::kHs256 &&
         (fetched_.empty() || (!token.kid.empty() && !keys_.has_kid(token.kid)));
}

void Authenticator::set_keys(std::shared_ptr<const KeySet> keys) {
  assert(keys);
  configured_ = std::move(keys);
  keys_changed();
}

void Authenticator::set_verify_options(VerifyOptions options) {
  options_.verify = std::move(options);
  cache_.clear();
}

void Authenticator::keys_changed() {
  keys_ = configured_->with(fetched_);
  cache_.clear();
  show();
}

void Authenticator::show() {
  move(configured_gauge_, shown_configured_, static_cast<std::int64_t>(configured_->size()));
  move(fetched_gauge_, shown_fetched_, static_cast<std::int64_t>(fetched_.size()));
  move(stale_gauge_, shown_stale_, last_fetch_failed_ ? 1 : 0);
}

milliseconds Authenticator::age() const {
  if (!fetched_at_) return milliseconds::max();
  return std::chrono::floor<milliseconds>(clock_.steady_now() - *fetched_at_);
}

milliseconds Authenticator::until_next_fetch() const {
  if (!tried_at_) return milliseconds(0);
  return std::chrono::ceil<milliseconds>(*tried_at_ + options_.min_fetch_gap - clock_.steady_now());
}

void Authenticator::refresh() {
  if (options_.jwks_url.empty() || fetching_ || stopping_ || until_next_fetch() > milliseconds(0)) return;
  fetching_ = true;
  tried_at_ = clock_.steady_now();
  tasks_.spawn(fetch_keys());
}

base::Awaitable<void> Authenticator::fetch_keys() {
  auto document = co_await fetch_(base::Call{.deadline = base::Deadline::after(options_.fetch_timeout)},
                                  options_.jwks_url);
  fetching_ = false;
  if (auto taken = take(std::move(document)); taken) {
    fetches_.add();
    last_fetch_failed_ = false;
  } else if (!stopping_) {
    failed_fetches_.add();
    last_fetch_failed_ = true;
    log_.warn("auth_keys_fetch_failed",
              {{"message", taken.error().message},
               {"cause", taken.error().cause},
               {"keys_kept", fetched_.size()},
               {"keys_age_s", fetched_at_ ? std::chrono::floor<std::chrono::seconds>(age()).count() : -1}});
  }
  show();
  fetch_ended_.notify_all();
}

Result<void> Authenticator::take(Result<std::string> document) {
  if (!document) return fail(std::move(document));
  if (!fetched_at_ || *document != document_) {
    auto keys = KeySet::from_jwks(*document, JwksOrigin::kPublicUrl);
    if (!keys) return fail(std::move(keys));
    fetched_ = std::move(*keys);
    document_ = std::move(*document);
    keys_changed();
    log_.info("auth_keys_changed", {{"keys", fetched_.size()}, {"skipped", fetched_.skipped()}});
  }
  fetched_at_ = clock_.steady_now();
  return {};
}

void Authenticator::drop_stale_keys() {
  if (!fetched_at_ || age() < options_.max_stale) return;
  log_.error("auth_keys_dropped", {{"keys", fetched_.size()},
                                   {"keys_age_s", std::chrono::floor<std::chrono::seconds>(age()).count()}});
  fetched_ = KeySet();
  document_.clear();
  fetched_at_.reset();
  keys_changed();
}

base::Awaitable<Result<void>> Authenticator::freshen_keys(base::Deadline deadline) {
  if (options_.jwks_url.empty() || age() < options_.refresh_after) co_return Result<void>{};
  refresh();
  // After a failure nobody waits for the next try: a dead URL must not slow down those whose keys are here.
  // Where there are no keys at all yet, only a token that needs them waits (in check).
  if (fetched_at_ && !last_fetch_failed_ && age() >= 2 * options_.refresh_after) {
    if (auto waited = co_await wait_for_fetch(deadline); !waited) co_return waited;
  }
  drop_stale_keys();
  co_return Result<void>{};
}

base::Awaitable<Result<void>> Authenticator::wait_for_fetch(base::Deadline deadline) {
  while (fetching_) {
    auto woken = co_await fetch_ended_.wait(deadline);
    if (!woken && fetching_) co_return woken;
  }
  co_return Result<void>{};
}

base::Awaitable<void> Authenticator::shutdown() {
  stopping_ = true;
  tasks_.cancel();
  co_await tasks_.join();
}

}  // namespace parley::auth
