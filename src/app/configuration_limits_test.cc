// The settings of what users may do.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/configuration.h"

namespace parley::app {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

base::Result<ConfigurationPtr> parse(const std::string& more) {
  constexpr std::string_view kLeast =
      "[auth]\nhs256_secret = { env = 'SECRET' }\n"
      "[providers.local]\nbase_url = 'http://127.0.0.1:9999/v1'\n"
      "[models.small]\nprovider = 'local'\ncontext_window = 4096\n";
  return parse_configuration(std::string(kLeast) + more, "parley.toml", "",
                             {{"SECRET", "0123456789abcdef0123456789abcdef"}});
}

ConfigurationPtr sound(const std::string& more) {
  auto parsed = parse(more);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
  return parsed ? *parsed : nullptr;
}

std::string refusal_of(const std::string& more) {
  const auto parsed = parse(more);
  return parsed ? "it was taken" : parsed.error().message;
}

TEST(Configuration, says_what_users_may_do) {
  const auto configuration = sound(
      "[limits]\naddress = 'none'\nban = '2m'\nanswer_tokens = 900\nmax_waiting = 7\n"
      "[tiers.default]\nrequests = '10/second burst 3'\ntokens_per_day = 1000\n"
      "[tiers.pro]\nweight = 4\nmax_wait = '5s'\nusd_per_month = 0.5\n"
      "[organisations.'*']\nrequests = '5/minute'\n[organisations.acme]\nusd_per_day = 12\n"
      "[users.'acme/ada']\ntokens_per_day = 5\n");
  const limits::Policy& policy = *configuration->policy;
  EXPECT_FALSE(policy.per_address.any());
  EXPECT_EQ(policy.bans.logins.first, 2min);
  EXPECT_EQ(policy.bans.rates.first, 2min);
  EXPECT_EQ(policy.answer_wanted, model::Tokens(900));
  EXPECT_EQ(policy.tier("anything").requests, (limits::RateLimit{.requests = 10, .window = 1s, .burst = 3}));
  EXPECT_EQ(policy.tier("pro").weight, 4);
  EXPECT_EQ(policy.tier("pro").budget.cost_per_month, model::MicroUsd(500'000));
  EXPECT_EQ(policy.organisation("acme").budget.cost_per_day, model::MicroUsd(12'000'000));
  EXPECT_EQ(policy.organisation("globex").requests.requests, 5);
  EXPECT_EQ(policy.budget({"acme", "ada"}, "default").tokens_per_day, model::Tokens(5));
  EXPECT_EQ(policy.budget({"acme", "bob"}, "default").tokens_per_day, model::Tokens(1000));
  EXPECT_EQ(configuration->providers.at("local").gate.max_waiting, 7U);
}

TEST(Configuration, refuses_limits_that_make_no_sense) {
  for (const char* rate : {"10", "10/fortnight", "0/minute", "-1/minute", "10/minute burst 0",
                           "10/minute burst", "10/minute  burst 5", "10/minute burst 5 ",
                           "1/day burst 1000000000", "", "2000000/second", "99999999999999999999/minute"}) {
    EXPECT_THAT(refusal_of(fmt::format("[tiers.default]\nrequests = '{}'", rate)),
                HasSubstr("tiers.default.requests: a rate such as"))
        << rate;
  }
  EXPECT_THAT(refusal_of("[users.ada]\ntokens_per_day = 5"), HasSubstr("is not named as"));
  EXPECT_THAT(refusal_of("[tiers.default]\ntokens_per_day = 0"), HasSubstr("tiers.default.tokens_per_day"));
  EXPECT_THAT(refusal_of("[limits]\nban = '2h'\nlongest_ban = '1h'"), HasSubstr("limits.longest_ban"));
  EXPECT_THAT(refusal_of("[limits]\nanswer_tokens = 10\nleast_answer_tokens = 11"),
              HasSubstr("limits.least_answer_tokens"));
  EXPECT_THAT(refusal_of("[server]\ntrusted_proxies = ['10.0.0.1/8']"), HasSubstr("server.trusted_proxies"));
}

TEST(Configuration, takes_limits_without_a_restart) {
  const auto one = sound("[tiers.default]\nrequests = '10/second'\n");
  const auto other =
      sound("[tiers.default]\nrequests = '20/second'\n[organisations.acme]\nusd_per_day = 1\n");
  EXPECT_TRUE(differences_for_restart(*one, *other).empty());
}

}  // namespace
}  // namespace parley::app
