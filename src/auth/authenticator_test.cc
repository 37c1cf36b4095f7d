#include "auth/authenticator.h"

#include <deque>
#include <functional>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "auth/token_forge.h"
#include "testing/manual_clock.h"

namespace parley::auth {
namespace {

using namespace std::chrono_literals;
using base::ErrorCode;
using base::Result;

// A JWKS URL that answers when a test says so.
class Issuer {
 public:
  explicit Issuer(boost::asio::any_io_executor executor) : released_(std::move(executor)) {}

  base::Awaitable<Result<std::string>> get(base::Call call, std::string url) {
    ++fetches;
    last_url = std::move(url);
    while (holding) {
      auto woken = co_await released_.wait(call.deadline);
      if (!woken) co_return base::fail(std::move(woken));
    }
    if (down) co_return base::fail(ErrorCode::kProviderUnavailable, "it is down");
    co_return document;
  }
  void release() {
    holding = false;
    released_.notify_all();
  }

  std::string document{};
  bool down = false;
  bool holding = false;
  int fetches = 0;
  std::string last_url{};

 private:
  base::Event released_;
};

class AuthenticatorTest : public ::testing::Test {
 protected:
  ~AuthenticatorTest() override {
    if (authenticator_) finish();
  }

  void make(const KeySet& keys, AuthenticatorOptions options) {
    authenticator_.emplace(io_.get_executor(), std::move(options), std::make_shared<const KeySet>(keys),
                           std::bind_front(&Issuer::get, &issuer_), clock_, log_, metrics_);
  }
  void make_with_url(const KeySet& keys = {}) {
    make(keys, {.jwks_url = "https://issuer.example/jwks",
                .refresh_after = 300s,
                .min_fetch_gap = 10s,
                .fetch_timeout = 30s,
                .max_stale = 86400s});
  }

  base::Awaitable<void> ask(base::Call call, std::string token, std::size_t slot) {
    answers_[slot] = co_await authenticator_->authenticate(std::move(call), std::move(token));
  }
  // Runs until nothing is ready any more, timers aside.
  void settle() {
    io_.restart();
    io_.poll();
  }
  // Begins asking; the answer is at answers_[what this returns].
  std::size_t begin(const std::string& token, base::Call call = {}) {
    answers_.emplace_back(std::nullopt);
    tasks_.spawn(ask(std::move(call), token, answers_.size() - 1));
    settle();
    return answers_.size() - 1;
  }
  // "<user>", or the refusal's code and message; "waits" while there is no answer.
  std::string said(std::size_t slot) const {
    const auto& answer = answers_[slot];
    if (!answer) return "waits";
    if (*answer) return (*answer)->user;
    return fmt::format("{}: {}", base::name(answer->error().code), answer->error().message);
  }
  std::string ask(const std::string& token) { return said(begin(token)); }

  base::Awaitable<void> ask_fault(std::string token, std::optional<TokenFault>& told) {
    TokenFault fault = TokenFault::kNone;
    (void)co_await authenticator_->authenticate({}, std::move(token), &fault);
    told = fault;
  }
  // Whether a token that is refused speaks against its sender.
  bool forged(const std::string& token) {
    std::optional<TokenFault> told;
    tasks_.spawn(ask_fault(token, told));
    settle();
    EXPECT_TRUE(told.has_value());
    return told == TokenFault::kForged;
  }

  base::Awaitable<void> shut_down() { co_await authenticator_->shutdown(); }
  void finish() {
    tasks_.spawn(shut_down());
    settle();
    ASSERT_EQ(tasks_.size(), 0U);
    authenticator_.reset();
  }

  double metric(std::string_view line) const {
    const std::string text = "\n" + metrics_.render();
    const auto at = text.find(fmt::format("\n{} ", line));
    return at == std::string::npos ? -1 : std::stod(text.substr(at + line.size() + 2));
  }

  boost::asio::io_context io_{};
  testing::ManualClock clock_{};
  base::Log log_ = base::Log::none();
  base::Metrics metrics_{};
  Issuer issuer_{io_.get_executor()};
  base::TaskGroup tasks_{io_.get_executor()};
  std::optional<Authenticator> authenticator_{};
  std::deque<std::optional<Result<Principal>>> answers_{};
};

constexpr auto kEc = Algorithm::kEs256;
const std::string kUnknownKey = "UNAUTHENTICATED: the token is signed with a key that is not known";
const std::string kNoKeys = "OVERLOADED: tokens cannot be checked now: the issuer's keys cannot be had";

TEST_F(AuthenticatorTest, checks_a_token_once_and_remembers_it_until_it_expires) {
  make(forge::keys_for(Algorithm::kHs256), {.verify = {.leeway = 0s}});
  const std::string token = forge::token(Algorithm::kHs256);
  EXPECT_EQ(ask(token), "u-1");
  EXPECT_EQ(ask(token), "u-1");
  clock_.advance(59'999ms);
  EXPECT_EQ(ask(token), "u-1");
  EXPECT_EQ(metric("parley_auth_tokens_total{result=\"verified\"}"), 1);
  EXPECT_EQ(metric("parley_auth_tokens_total{result=\"cached\"}"), 2);
  clock_.advance(1ms);
  EXPECT_EQ(ask(token), "UNAUTHENTICATED: the token has expired");
  EXPECT_EQ(metric("parley_auth_tokens_total{result=\"refused\"}"), 1);
  EXPECT_EQ(metric("parley_auth_cached_tokens"), 0);
  EXPECT_EQ(issuer_.fetches, 0);
}

TEST_F(AuthenticatorTest, remembers_no_refusal_and_no_more_tokens_than_it_may) {
  make(forge::keys_for(Algorithm::kHs256), {.max_cached_tokens = 3});
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(ask(forge::token(Algorithm::kHs256, {}, fmt::format(R"(,"jti":"{}")", i))), "u-1");
    EXPECT_NE(ask(forge::token(Algorithm::kRs256)), "u-1");
  }
  EXPECT_EQ(metric("parley_auth_cached_tokens"), 3);
}

TEST_F(AuthenticatorTest, forgets_what_it_knew_when_keys_or_rules_change) {
  make(forge::keys_for(Algorithm::kHs256), {});
  const std::string token = forge::token(Algorithm::kHs256);
  EXPECT_EQ(ask(token), "u-1");
  authenticator_->set_verify_options({.audience = "parley"});
  EXPECT_EQ(ask(token), "UNAUTHENTICATED: the token is for another audience");
  authenticator_->set_verify_options({});
  EXPECT_EQ(ask(token), "u-1");
  authenticator_->set_keys(std::make_shared<const KeySet>(forge::keys_for(kEc)));
  EXPECT_EQ(ask(token), kUnknownKey);
  EXPECT_EQ(ask(forge::token(kEc)), "u-1");
}

TEST_F(AuthenticatorTest, fetches_the_url_s_keys_for_the_first_token_that_needs_them) {
  make_with_url();
  issuer_.document = forge::jwks(kEc, "k1");
  issuer_.holding = true;
  const auto first = begin(forge::token(kEc, "k1"));
  const auto second = begin(forge::token(kEc));
  EXPECT_EQ(said(first), "waits");
  issuer_.release();
  settle();
  EXPECT_EQ(said(first), "u-1");
  EXPECT_EQ(said(second), "u-1");
  EXPECT_EQ(issuer_.fetches, 1);
  EXPECT_EQ(issuer_.last_url, "https://issuer.example/jwks");
  EXPECT_EQ(metric("parley_auth_keys{source=\"url\"}"), 1);
}

TEST_F(AuthenticatorTest, does_not_wait_for_the_url_where_the_configured_keys_will_do) {
  make_with_url(forge::keys_for(Algorithm::kHs256));
  issuer_.holding = true;
  EXPECT_EQ(ask(forge::token(Algorithm::kHs256)), "u-1");
  // No URL gives secrets: a forged HMAC is refused at once.
  const auto forger = Key::from_secret("another secret of more than 32 bytes", {});
  EXPECT_EQ(ask(forge::sign(**forger, forge::header(Algorithm::kHs256, "x"), forge::payload())),
            "UNAUTHENTICATED: the token's signature does not match");
  EXPECT_EQ(issuer_.fetches, 1);
  issuer_.release();
}

TEST_F(AuthenticatorTest, says_that_it_cannot_check_while_there_are_no_keys) {
  make_with_url();
  issuer_.down = true;
  const auto slot = begin(forge::token(kEc, "k1"));
  EXPECT_EQ(said(slot), kNoKeys);
  EXPECT_EQ(answers_[slot]->error().retry_after, 10s);
  EXPECT_EQ(metric("parley_auth_tokens_total{result=\"unavailable\"}"), 1);
  EXPECT_EQ(metric("parley_auth_keys_stale"), 1);
  // Nobody asks the URL again within the gap, and then the first one does.
  clock_.advance(9'999ms);
  EXPECT_EQ(ask(forge::token(kEc, "k1")), kNoKeys);
  EXPECT_EQ(issuer_.fetches, 1);
  issuer_.down = false;
  issuer_.document = forge::jwks(kEc, "k1");
  clock_.advance(1ms);
  EXPECT_EQ(ask(forge::token(kEc, "k1")), "u-1");
  EXPECT_EQ(issuer_.fetches, 2);
  EXPECT_EQ(metric("parley_auth_keys_stale"), 0);
}

TEST_F(AuthenticatorTest, takes_a_rotated_key_at_its_first_token) {
  make_with_url();
  issuer_.document = forge::jwks(kEc, "k1");
  EXPECT_EQ(ask(forge::token(kEc, "k1")), "u-1");
  clock_.advance(10s);
  issuer_.document = forge::jwks(Algorithm::kRs256, "k2");
  EXPECT_EQ(ask(forge::token(Algorithm::kRs256, "k2")), "u-1");
  EXPECT_EQ(issuer_.fetches, 2);
  // The old key is gone with the old document, and so is the token that was remembered.
  EXPECT_EQ(ask(forge::token(kEc, "k1")), kUnknownKey);
}

TEST_F(AuthenticatorTest, fetches_once_for_many_tokens_with_unknown_kids_at_once) {
  make_with_url();
  issuer_.document = forge::jwks(kEc, "k1");
  EXPECT_EQ(ask(forge::token(kEc, "k1")), "u-1");
  clock_.advance(10s);
  issuer_.document = forge::jwks(kEc, "k2");
  issuer_.holding = true;
  std::vector<std::size_t> good;
  std::vector<std::size_t> bad;
  for (int i = 0; i < 20; ++i) {
    good.push_back(begin(forge::token(kEc, "k2")));
    bad.push_back(begin(forge::token(kEc, fmt::format("invented-{}", i))));
  }
  EXPECT_EQ(issuer_.fetches, 2);
  issuer_.release();
  settle();
  for (const auto slot : good) EXPECT_EQ(said(slot), "u-1");
  for (const auto slot : bad) EXPECT_EQ(said(slot), kUnknownKey);
  EXPECT_EQ(issuer_.fetches, 2);
}

TEST_F(AuthenticatorTest, has_one_fetch_under_way_even_where_it_takes_longer_than_the_gap) {
  make_with_url();
  issuer_.holding = true;
  const auto first = begin(forge::token(kEc, "k1"));
  clock_.advance(25s);
  const auto second = begin(forge::token(kEc, "k1"));
  EXPECT_EQ(issuer_.fetches, 1);
  issuer_.document = forge::jwks(kEc, "k1");
  issuer_.release();
  settle();
  EXPECT_EQ(said(first), "u-1");
  EXPECT_EQ(said(second), "u-1");
}

TEST_F(AuthenticatorTest, is_not_made_to_hammer_the_url_by_invented_kids) {
  make_with_url();
  issuer_.document = forge::jwks(kEc, "k1");
  EXPECT_EQ(ask(forge::token(kEc, "k1")), "u-1");
  for (int i = 0; i < 1000; ++i) {
    clock_.advance(100ms);
    EXPECT_EQ(ask(forge::token(kEc, fmt::format("invented-{}", i))), kUnknownKey);
  }
  // 100 s with one fetch each 10 s, and the first.
  EXPECT_EQ(issuer_.fetches, 11);
}

TEST_F(AuthenticatorTest, asks_for_no_keys_for_a_forged_signature_or_a_malformed_token) {
  make_with_url();
  issuer_.document = forge::jwks(kEc, "k1");
  EXPECT_EQ(ask(forge::token(kEc, "k1")), "u-1");
  clock_.advance(60s);
  const auto forger = Key::from_pkey(forge::make_pkey(kEc), {});
  EXPECT_EQ(ask(forge::sign(**forger, forge::header(kEc, "k1"), forge::payload())),
            "UNAUTHENTICATED: the token's signature does not match");
  EXPECT_EQ(ask("x.y.z"), "UNAUTHENTICATED: the token is malformed");
  EXPECT_EQ(issuer_.fetches, 1);
}

TEST_F(AuthenticatorTest, freshens_keys_behind_the_requests_back) {
  make_with_url();
  issuer_.document = forge::jwks(kEc, "k1");
  const std::string token = forge::token(kEc, "k1", R"(,"x":1)");
  EXPECT_EQ(ask(token), "u-1");
  clock_.advance(299'999ms);
  EXPECT_NE(ask("x"), "waits");
  EXPECT_EQ(issuer_.fetches, 1);
  clock_.advance(1ms);
  issuer_.holding = true;
  EXPECT_NE(ask("x"), "waits");
  EXPECT_EQ(issuer_.fetches, 2);
  issuer_.release();
  settle();
  // The same document: what was remembered stays.
  EXPECT_EQ(metric("parley_auth_cached_tokens"), 1);
  EXPECT_EQ(metric("parley_auth_jwks_fetches_total{result=\"ok\"}"), 2);
}

TEST_F(AuthenticatorTest, does_not_take_a_key_withdrawn_in_a_quiet_time) {
  make_with_url();
  issuer_.document = forge::jwks(kEc, "k1");
  const std::string token =
      forge::sign(*forge::pair(kEc).key, forge::header(kEc, "k1"),
                  fmt::format(R"({{"sub":"u-1","exp":{}}})", forge::kNowSeconds + 90'000));
  EXPECT_EQ(ask(token), "u-1");
  clock_.advance(600s);
  issuer_.document = forge::jwks(Algorithm::kRs256, "k2");
  issuer_.holding = true;
  const auto slot = begin(token);
  EXPECT_EQ(said(slot), "waits");
  issuer_.release();
  settle();
  EXPECT_EQ(said(slot), kUnknownKey);
}

TEST_F(AuthenticatorTest, keeps_old_keys_while_the_url_is_down_but_not_for_ever) {
  make_with_url();
  issuer_.document = forge::jwks(kEc, "k1");
  const std::string token =
      forge::sign(*forge::pair(kEc).key, forge::header(kEc, "k1"),
                  fmt::format(R"({{"sub":"u-1","exp":{}}})", forge::kNowSeconds + 900'000));
  EXPECT_EQ(ask(token), "u-1");
  issuer_.down = true;
  clock_.advance(300s);
  EXPECT_EQ(ask(token), "u-1");
  EXPECT_EQ(metric("parley_auth_keys_stale"), 1);
  EXPECT_EQ(metric("parley_auth_jwks_fetches_total{result=\"failed\"}"), 1);
  // From now on the URL does not even answer: nobody waits for it.
  issuer_.holding = true;
  clock_.advance(23h + 54min + 59s + 999ms);
  EXPECT_EQ(ask(token), "u-1");
  clock_.advance(1ms);
  const auto slot = begin(token);
  EXPECT_EQ(said(slot), "waits");
  EXPECT_EQ(metric("parley_auth_keys{source=\"url\"}"), 0);
  issuer_.release();
  settle();
  EXPECT_EQ(said(slot), kNoKeys);
  issuer_.down = false;
  clock_.advance(10s);
  EXPECT_EQ(ask(token), "u-1");
}

TEST_F(AuthenticatorTest, keeps_old_keys_when_the_document_is_bad) {
  make_with_url();
  issuer_.document = forge::jwks(kEc, "k1");
  EXPECT_EQ(ask(forge::token(kEc, "k1")), "u-1");
  for (const std::string_view bad : {"", "<html>down for maintenance</html>", R"({"keys":[]})",
                                     R"({"keys":[{"kty":"oct","kid":"k2","k":"c2VjcmV0"}]})"}) {
    clock_.advance(10s);
    issuer_.document = bad;
    EXPECT_EQ(ask(forge::token(kEc, "k2")), kUnknownKey);
    EXPECT_EQ(ask(forge::token(kEc, "k1", fmt::format(R"(,"x":{})", bad.size()))), "u-1");
  }
  EXPECT_EQ(metric("parley_auth_jwks_fetches_total{result=\"failed\"}"), 4);
}

TEST_F(AuthenticatorTest, takes_no_secret_from_the_url) {
  make_with_url();
  issuer_.document = fmt::format(R"({{"keys":[{{{},"kid":"s"}},{{{},"kid":"k1"}}]}})",
                                 forge::pair(Algorithm::kHs256).jwk_members, forge::pair(kEc).jwk_members);
  EXPECT_EQ(ask(forge::token(kEc, "k1")), "u-1");
  EXPECT_EQ(ask(forge::token(Algorithm::kHs256, "s")), kUnknownKey);
}

TEST_F(AuthenticatorTest, refuses_an_expired_token_as_such_while_the_url_is_down) {
  make_with_url(forge::keys_for(kEc));
  issuer_.down = true;
  clock_.advance(1h);
  EXPECT_EQ(ask(forge::token(kEc)), "UNAUTHENTICATED: the token has expired");
}

TEST_F(AuthenticatorTest, waits_no_longer_than_the_call) {
  make_with_url();
  issuer_.holding = true;
  const auto slot = begin(forge::token(kEc, "k1"), {.deadline = base::Deadline::after(1ms)});
  io_.restart();
  while (!answers_[slot]) io_.run_one();
  EXPECT_EQ(answers_[slot]->error().code, ErrorCode::kDeadlineExceeded);
  // The fetch goes on for those who come next.
  issuer_.document = forge::jwks(kEc, "k1");
  issuer_.release();
  EXPECT_EQ(ask(forge::token(kEc, "k1")), "u-1");
  EXPECT_EQ(issuer_.fetches, 1);
}

TEST_F(AuthenticatorTest, goes_on_fetching_when_the_request_that_began_it_is_cancelled) {
  make_with_url();
  issuer_.document = forge::jwks(kEc, "k1");
  issuer_.holding = true;
  base::TaskGroup other(io_.get_executor());
  answers_.emplace_back(std::nullopt);
  other.spawn(ask({}, forge::token(kEc, "k1"), 0));
  settle();
  other.cancel();
  settle();
  EXPECT_EQ(answers_[0]->error().code, ErrorCode::kCancelled);
  issuer_.release();
  settle();
  EXPECT_EQ(ask(forge::token(kEc, "k1")), "u-1");
  EXPECT_EQ(issuer_.fetches, 1);
}

TEST_F(AuthenticatorTest, refreshes_at_the_start_and_ends_its_fetch_when_it_shuts_down) {
  make_with_url();
  issuer_.holding = true;
  authenticator_->refresh();
  authenticator_->refresh();
  settle();
  EXPECT_EQ(issuer_.fetches, 1);
  const auto slot = begin(forge::token(kEc, "k1"));
  finish();
  EXPECT_EQ(said(slot), kNoKeys);
  EXPECT_EQ(metric("parley_auth_keys{source=\"url\"}"), 0);
}

TEST_F(AuthenticatorTest, tells_a_forgery_from_what_an_honest_client_sends) {
  make_with_url();
  issuer_.document = forge::jwks(kEc, "k-1");
  const std::string good = forge::token(kEc, "k-1");
  EXPECT_FALSE(forged(good));
  clock_.advance(10min);
  EXPECT_FALSE(forged(good)) << "it has expired";
  clock_.step_wall(-1h);
  EXPECT_FALSE(forged(forge::token(kEc, "k-1", fmt::format(R"(,"nbf":{})", forge::kNowSeconds))))
      << "too early";
  clock_.step_wall(50min);
  for (const std::string& bad :
       {std::string("hello"), std::string("a.b.c"), good + "A", forge::token(kEc, "k-9"),
        forge::sign(*forge::pair(kEc).key, forge::header(kEc, "k-1"), R"({"sub":"u-1"})"),
        forge::sign(*forge::pair(Algorithm::kHs256).key, R"({"alg":"none"})", forge::payload())}) {
    EXPECT_TRUE(forged(bad)) << bad;
  }
  authenticator_->set_verify_options({.audience = "somebody else"});
  EXPECT_TRUE(forged(good));
  issuer_.down = true;
  clock_.advance(1h);
  EXPECT_FALSE(forged(forge::token(kEc, "k-9"))) << "the issuer may have a new key";
  EXPECT_TRUE(forged("hello"));
}

}  // namespace
}  // namespace parley::auth
