// What users may have open and may spend, as the APIs tell it.
#include <gmock/gmock.h>

#include "api/errors.h"
#include "testing/api_scene.h"

namespace parley::api {
namespace {

using namespace std::chrono_literals;
using testing::Answer;
using testing::ApiScene;
using testing::good;
using ::testing::HasSubstr;
using testing::Hold;
using testing::WsClient;

std::int64_t streams_left(ApiScene& scene) {
  const auto reply =
      scene.graphql("{me{limits{name limit windowSeconds remaining}}}", scene.as("ada")).json();
  for (const auto& limit : reply.at("data").at("me").at("limits").as_array()) {
    if (limit.at("name") == "streams") return limit.at("remaining").as_int64();
  }
  return -1;
}

// One stream at a time, and a turn that its provider keeps open.
struct Open : ApiScene {
  static limits::Policy policy() {
    limits::Policy policy;
    policy.tiers["default"].max_streams = 1;
    return policy;
  }
  Open() : ApiScene(policy()) {
    testing::Script script{.steps = {Hold{}}};
    const auto end = testing::say({"one"}).steps;
    script.steps.insert(script.steps.end(), end.begin(), end.end());
    provider.scripts.push_back(std::move(script));
    turn = good(start({.content = "well?"})).state.turn.id;
    until_held();
  }
  std::string events() const { return "/v1/turns/" + turn.str() + "/events"; }
  void until_streams_left(std::int64_t wanted) {
    const auto give_up = std::chrono::steady_clock::now() + testing::kPatience;
    while (streams_left(*this) != wanted) ASSERT_LT(std::chrono::steady_clock::now(), give_up);
  }
  model::TurnId turn;
};

TEST(OpenStreams, are_limited_and_given_back_when_the_client_leaves_and_when_the_turn_ends) {
  Open scene;
  EXPECT_EQ(streams_left(scene), 1);
  std::optional<net::RawSocket> reader;
  scene.client([&, request = scene.request("GET", scene.events(), {}, scene.as("ada"))] {
    reader.emplace(scene.port());
    reader->send(request);
    return reader->receive_until("STARTED");
  });
  EXPECT_EQ(streams_left(scene), 0);
  const Answer refused = scene.get(scene.events(), scene.as("ada"));
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.json().at("error").at("code"), "RATE_LIMITED");
  reader->close();
  scene.until_streams_left(1);
  auto whole = scene.begin([&, request = scene.request("GET", scene.events(), {}, scene.as("ada"))] {
    net::RawSocket socket(scene.port());
    socket.send(request);
    std::string all = socket.receive_until("STARTED");
    scene.provider.release();
    return all + socket.receive_all();
  });
  EXPECT_THAT(whole->wait(), HasSubstr("COMPLETE"));
  scene.until_streams_left(1);
}

TEST(OpenStreams, count_the_subscriptions_of_all_connections_together) {
  Open scene;
  std::optional<WsClient> one;
  std::optional<WsClient> two;
  const std::string query = "subscription{turn(id:\\\"" + scene.turn.str() + "\\\"){kind}}";
  scene.client([&, token = scene.token()] {
    one.emplace(scene.port(), token);
    two.emplace(scene.port(), token);
  });
  const auto follow = [&](WsClient& ws, const std::string& id) {
    return scene.client([&] {
      ws.subscribe(id, query);
      return ws.next();
    });
  };
  EXPECT_THAT(follow(*one, "a"), HasSubstr("STARTED"));
  const std::string refused = follow(*two, "b");
  EXPECT_THAT(refused, HasSubstr(R"("id":"b","type":"error")"));
  EXPECT_THAT(refused, HasSubstr("RATE_LIMITED"));
  scene.client([&] { return one->say(R"({"id":"a","type":"complete"})"); });
  scene.until_streams_left(1);
  EXPECT_THAT(follow(*two, "b"), HasSubstr("STARTED"));
  two->abort();
  scene.until_streams_left(1);
  // One that does not even begin holds none.
  EXPECT_THAT(scene.client([&] {
    one->subscribe("c", "subscription{turn(id:\\\"turn_none\\\"){kind}}");
    return one->next();
  }),
              HasSubstr("NOT_FOUND"));
  scene.until_streams_left(1);
}

TEST(Account, tells_every_limit_and_where_one_stands) {
  limits::Policy policy;
  policy.tiers["default"].requests = {.requests = 60, .burst = 5};
  policy.tiers["default"].max_turns = 7;
  ApiScene scene(policy);
  const auto reply = scene.graphql(
      "{me{limits{name limit windowSeconds remaining requests perSeconds fullAfterMs}}}", scene.as("ada"));
  const auto limits = reply.json().at("data").at("me").at("limits").as_array();
  const auto of = [&](std::string_view name) -> boost::json::value {
    for (const auto& limit : limits) {
      if (limit.at("name").as_string() == name) return limit;
    }
    return nullptr;
  };
  EXPECT_EQ(of("user"), boost::json::parse(R"({"name":"user","limit":5,"windowSeconds":5,"remaining":4,
    "requests":60,"perSeconds":60,"fullAfterMs":1000})"));
  EXPECT_EQ(of("turns"), boost::json::parse(R"({"name":"turns","limit":7,"windowSeconds":0,"remaining":7,
    "requests":null,"perSeconds":null,"fullAfterMs":0})"));
}

constexpr const char* kBudget =
    "{me{budget{day limit used reserved resetsAt today{tokensUsed tokenLimit costUsedUsd costLimitUsd}"
    " thisMonth{from resetsAt tokensUsed tokensReserved tokenLimit costUsedUsd costReservedUsd costLimitUsd}"
    " organisation{today{tokensUsed tokenLimit} thisMonth{tokensUsed}}}}}";

TEST(Account, tells_what_may_be_spent_and_what_is) {
  limits::Policy policy;
  policy.tiers["default"].budget = {.tokens_per_day = model::Tokens(100'000),
                                    .cost_per_month = model::MicroUsd(2'500'000)};
  policy.any_organisation.budget = {.tokens_per_day = model::Tokens(10'000'000'000)};
  ApiScene scene(policy);
  const auto budget = [&scene](const std::string& token) {
    return scene.graphql(kBudget, "Authorization: Bearer " + token + "\r\n")
        .json()
        .at("data")
        .at("me")
        .at("budget");
  };
  auto ada = budget(scene.token());
  EXPECT_EQ(ada.at("day"), "2026-01-31");
  EXPECT_EQ(ada.at("limit"), 100'000);
  EXPECT_EQ(ada.at("used"), 0);
  EXPECT_EQ(ada.at("resetsAt"), "2026-02-01T00:00:00.000Z");
  EXPECT_TRUE(ada.at("today").at("costLimitUsd").is_null());
  EXPECT_EQ(ada.at("thisMonth").at("costLimitUsd"), 2.5);
  EXPECT_EQ(ada.at("thisMonth").at("from"), "2026-01-01");
  EXPECT_EQ(ada.at("thisMonth").at("resetsAt"), "2026-02-01T00:00:00.000Z");
  EXPECT_TRUE(ada.at("organisation").is_null()) << "what others spend is nobody's business";
  const auto usage = scene.converse({.content = "well?"}).answer.answer->usage;
  ASSERT_GT(usage.total().count(), 0);
  ada = budget(scene.token("ada", {"admin"}));
  EXPECT_EQ(ada.at("used"), usage.total().count());
  EXPECT_EQ(ada.at("reserved"), 0);
  EXPECT_EQ(ada.at("thisMonth").at("costUsedUsd").to_number<double>(),
            static_cast<double>(usage.cost.count()) / 1e6);
  EXPECT_EQ(ada.at("organisation").at("today").at("tokensUsed").to_number<double>(),
            static_cast<double>(usage.total().count()));
  EXPECT_EQ(ada.at("organisation").at("today").at("tokenLimit").to_number<double>(), 1e10);
  EXPECT_EQ(budget(scene.token("bob")).at("used"), 0);
}

TEST(Account, numbers_beyond_an_int_are_told_as_the_largest_there_is) {
  limits::Policy policy;
  policy.tiers["default"].budget = {.tokens_per_day = model::Tokens(10'000'000'000)};
  ApiScene scene(policy);
  const auto reply = scene.graphql("{me{budget{limit today{tokenLimit}}}}", scene.as("ada")).json();
  EXPECT_EQ(reply.at("data").at("me").at("budget").at("limit"), 2'147'483'647);
  EXPECT_EQ(reply.at("data").at("me").at("budget").at("today").at("tokenLimit").to_number<double>(), 1e10);
}

TEST(Account, a_budget_that_is_spent_says_until_when_and_is_not_tried_again) {
  limits::Policy policy;
  policy.tiers["default"].budget = {.tokens_per_day = model::Tokens(10)};
  ApiScene scene(policy);
  const Answer refused = scene.post("/v1/chat/completions",
                                    R"({"messages":[{"role":"user","content":"well?"}]})", scene.as("ada"));
  EXPECT_EQ(refused.status, 429) << refused.body;
  const auto error = refused.json().at("error");
  EXPECT_EQ(error.at("code"), "BUDGET_EXCEEDED");
  EXPECT_EQ(error.at("type"), "insufficient_quota");
  EXPECT_EQ(error.at("resetsAt"), "2026-02-01T00:00:00.000Z");
  EXPECT_EQ(refused.header("x-should-retry"), "false");
  EXPECT_EQ(refused.header("Retry-After"), "Sun, 01 Feb 2026 00:00:00 GMT");
  const auto told =
      scene.graphql("mutation{sendMessage(input:{content:\\\"well?\\\"}){turn{id}}}", scene.as("ada"))
          .json()
          .at("errors")
          .at(0)
          .at("extensions");
  EXPECT_EQ(told.at("code"), "BUDGET_EXCEEDED");
  EXPECT_EQ(told.at("resetsAt"), "2026-02-01T00:00:00.000Z");
  EXPECT_TRUE(scene.provider.requests.empty());
}

TEST(Account, a_budget_that_is_only_held_back_may_be_tried_again) {
  base::Error error{.code = base::ErrorCode::kBudgetExceeded, .message = "", .retry_after = 1s};
  error.resets_at = "2026-02-01T00:00:00.000Z";
  const auto response = error_response(error, "");
  EXPECT_EQ(response.headers.get("Retry-After"), "1");
  EXPECT_FALSE(response.headers.contains("x-should-retry"));
}

}  // namespace
}  // namespace parley::api
