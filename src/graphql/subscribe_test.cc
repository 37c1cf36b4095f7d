#include <deque>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graphql/execution_harness.h"

namespace parley::graphql {
namespace {

using base::ErrorCode;
using testing::ElementsAre;

using Step = base::Result<std::optional<Resolved>>;

// Gives what it was told to, then waits.
class Scripted final : public EventSource {
 public:
  Scripted(std::deque<Step> steps, std::vector<base::Deadline>& deadlines)
      : steps_(std::move(steps)), deadlines_(deadlines) {}

  base::Awaitable<Step> next(base::Deadline deadline) override {
    deadlines_.push_back(deadline);
    if (steps_.empty()) {
      auto slept = co_await base::sleep_until(deadline);
      if (!slept) co_return base::fail(std::move(slept));
      co_return base::fail(ErrorCode::kDeadlineExceeded, "none yet");
    }
    Step step = std::move(steps_.front());
    steps_.pop_front();
    co_return step;
  }

 private:
  std::deque<Step> steps_;
  std::vector<base::Deadline>& deadlines_;
};

Step event(std::string_view json) {
  return Resolved::json(boost::json::parse(json));
}

base::Awaitable<base::Result<std::unique_ptr<EventSource>>> give_source(std::unique_ptr<EventSource> source) {
  co_return source;
}
base::Awaitable<base::Result<std::unique_ptr<EventSource>>> refuse_source(base::Error error) {
  co_return std::unexpected(std::move(error));
}
base::Awaitable<base::Result<std::unique_ptr<EventSource>>> throw_up() {
  throw std::runtime_error("secret");
  co_return nullptr;
}

constexpr const char* kSdl = R"(
  type Query { a: Int }
  type Subscription { turn(id: ID!, after: Int! = 0): Event! number: Int }
  type Event { seq: Int! text: String slow: Int }
)";

struct SubscribeFixture : testing::Test {
  void source(const char* field, std::deque<Step> steps) {
    service.resolvers.subscribe(field, [this, steps = std::move(steps)](SubscribeCall call) {
      arguments = call.arguments;
      request_id = call.call.request_id;
      return give_source(std::make_unique<Scripted>(steps, deadlines));
    });
  }

  // Every response and end, as text.
  base::Awaitable<void> follow(Execution execution, std::size_t most, base::Deadline deadline) {
    auto stream = co_await subscribe(std::move(execution));
    if (!stream) {
      heard.push_back("refused " + stream.error().json());
      co_return;
    }
    for (std::size_t i = 0; i < most; ++i) {
      auto response = co_await (*stream)->next(deadline);
      if (!response) {
        heard.push_back("failed " + std::string(base::name(response.error().code)) + " " +
                        response.error().message);
      } else {
        heard.push_back(*response ? (*response)->json() : "end");
      }
    }
  }

  std::vector<std::string> follow(std::string query, std::size_t most, std::string_view variables = "{}",
                                  base::Deadline deadline = {}) {
    auto execution = service.prepare(std::move(query), variables);
    if (!execution) return {execution.error().front().message};
    execution->call.request_id = "r1";
    service.tasks.spawn(follow(std::move(*execution), most, deadline));
    service.io.restart();
    service.io.run();
    return std::exchange(heard, {});
  }

  Service service{kSdl};
  boost::json::object arguments{};
  std::string request_id{};
  std::vector<base::Deadline> deadlines{};
  std::vector<std::string> heard{};
};
using Subscribe = SubscribeFixture;

TEST_F(Subscribe, each_event_becomes_a_response) {
  source("Subscription.turn", {event(R"({"seq": 1, "text": "a"})"), event(R"({"seq": 2})"), std::nullopt});
  EXPECT_THAT(
      follow("subscription ($id: ID!) { t: turn(id: $id) { text seq __typename } }", 4, R"({"id": 5})"),
      ElementsAre(R"({"data":{"t":{"text":"a","seq":1,"__typename":"Event"}}})",
                  R"({"data":{"t":{"text":null,"seq":2,"__typename":"Event"}}})", "end", "end"));
  EXPECT_EQ(arguments, json_object(R"({"id": "5", "after": 0})"));
  EXPECT_EQ(request_id, "r1");
}

TEST_F(Subscribe, an_events_errors_are_its_responses) {
  source("Subscription.turn", {event("{}"), event(R"({"seq": 2})"),
                               Resolved(base::Error{.code = ErrorCode::kNotFound, .message = "gone"}),
                               Resolved(nullptr), std::nullopt});
  EXPECT_THAT(
      follow("subscription { turn(id: 1) { seq } }", 5),
      ElementsAre(
          R"({"errors":[{"message":"Cannot return null for non-nullable field Event.seq.",)"
          R"("locations":[{"line":1,"column":30}],"path":["turn","seq"],"extensions":{"code":"INTERNAL"}}],"data":null})",
          R"({"data":{"turn":{"seq":2}}})",
          R"({"errors":[{"message":"gone","locations":[{"line":1,"column":16}],"path":["turn"],)"
          R"("extensions":{"code":"NOT_FOUND"}}],"data":null})",
          R"({"errors":[{"message":"Cannot return null for non-nullable field Subscription.turn.",)"
          R"("locations":[{"line":1,"column":16}],"path":["turn"],"extensions":{"code":"INTERNAL"}}],"data":null})",
          "end"));
}

TEST_F(Subscribe, leaves_and_resolvers_that_wait_do_too) {
  source("Subscription.number", {Resolved(5), Resolved(nullptr), std::nullopt});
  EXPECT_THAT(follow("subscription { number }", 3),
              ElementsAre(R"({"data":{"number":5}})", R"({"data":{"number":null}})", "end"));
  source("Subscription.turn", {event(R"({"seq": 1})"), event(R"({"seq": 2})"), std::nullopt});
  service.resolvers.batch("Event.slow",
                          waiting([](const FieldBatch& batch) { return Values(batch.parents.size(), 7); }));
  EXPECT_THAT(follow("subscription { turn(id: 1) { slow seq } }", 3),
              ElementsAre(R"({"data":{"turn":{"slow":7,"seq":1}}})",
                          R"({"data":{"turn":{"slow":7,"seq":2}}})", "end"));
}

TEST_F(Subscribe, an_error_of_the_source_ends_it) {
  source("Subscription.number", {Resolved(1), base::fail(ErrorCode::kOverloaded, "too slow"), Resolved(2)});
  EXPECT_THAT(follow("subscription { number }", 3),
              ElementsAre(R"({"data":{"number":1}})", "failed OVERLOADED too slow", "end"));
}

TEST_F(Subscribe, a_deadline_that_passes_does_not_end_it) {
  source("Subscription.number",
         {base::fail(ErrorCode::kDeadlineExceeded, "none yet"), Resolved(2), std::nullopt});
  const auto deadline = base::Deadline::after(std::chrono::hours(1));
  EXPECT_THAT(follow("subscription { number }", 3, "{}", deadline),
              ElementsAre("failed DEADLINE_EXCEEDED none yet", R"({"data":{"number":2}})", "end"));
  ASSERT_EQ(deadlines.size(), 3U);
  EXPECT_EQ(deadlines[0].at(), deadline.at());
}

TEST_F(Subscribe, cancelling_ends_the_wait_for_an_event) {
  source("Subscription.number", {});
  auto execution = service.prepare("subscription { number }", "{}");
  ASSERT_TRUE(execution);
  service.tasks.spawn(follow(std::move(*execution), 1, {}));
  service.io.poll();
  EXPECT_TRUE(heard.empty());
  service.tasks.cancel();
  service.io.poll();
  EXPECT_THAT(heard, ElementsAre("failed CANCELLED cancelled"));
  EXPECT_EQ(service.tasks.size(), 0U);
}

TEST_F(Subscribe, what_refuses_a_source_is_a_response_without_data) {
  service.resolvers.subscribe("Subscription.number", [](SubscribeCall) {
    return refuse_source({.code = ErrorCode::kForbidden, .message = "not yours", .cause = "secret"});
  });
  EXPECT_THAT(follow("subscription { n: number }", 1),
              ElementsAre(R"(refused {"errors":[{"message":"not yours","locations":[{"line":1,"column":16}],)"
                          R"("path":["n"],"extensions":{"code":"FORBIDDEN"}}]})"));
}

TEST_F(Subscribe, a_source_that_is_not_there_is_an_internal_error) {
  const std::string refused =
      R"(refused {"errors":[{"message":"internal error","locations":[{"line":1,"column":16}],)"
      R"("path":["number"],"extensions":{"code":"INTERNAL"}}]})";
  EXPECT_THAT(follow("subscription { number }", 1), ElementsAre(refused));
  service.resolvers.subscribe("Subscription.number", [](SubscribeCall) { return throw_up(); });
  EXPECT_THAT(follow("subscription { number }", 1), ElementsAre(refused));
}

TEST_F(Subscribe, an_argument_that_cannot_be_is_a_response_without_data) {
  source("Subscription.turn", {});
  EXPECT_THAT(
      follow("subscription ($after: Int = 1) { turn(id: 1, after: $after) { seq } }", 1,
             R"({"after": null})"),
      ElementsAre(
          R"(refused {"errors":[{"message":"Argument \"after\" of non-null type \"Int!\" must not be null.",)"
          R"("locations":[{"line":1,"column":53}],"path":["turn"],"extensions":{"code":"BAD_USER_INPUT"}}]})"));
}

TEST_F(Subscribe, only_a_subscription_can_be_subscribed_to) {
  EXPECT_THAT(
      follow("{ a }", 1),
      ElementsAre(
          R"(refused {"errors":[{"message":"Schema is not configured to execute subscription operation.",)"
          R"("locations":[{"line":1,"column":1}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]})"));
}

class Throwing final : public EventSource {
  base::Awaitable<Step> next(base::Deadline) override {
    throw std::runtime_error("secret");
    co_return std::nullopt;
  }
};

TEST_F(Subscribe, an_exception_of_the_source_ends_it) {
  service.resolvers.subscribe("Subscription.number",
                              [](SubscribeCall) { return give_source(std::make_unique<Throwing>()); });
  EXPECT_THAT(follow("subscription { number }", 2), ElementsAre("failed INTERNAL internal error", "end"));
}

}  // namespace
}  // namespace parley::graphql
