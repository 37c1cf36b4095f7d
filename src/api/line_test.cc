// Turns that wait in line, as each API tells it, and clients that leave while theirs do.
#include <gmock/gmock.h>

#include "testing/api_scene.h"

namespace parley::api {
namespace {

using namespace std::chrono_literals;
using testing::ApiScene;
using testing::good;
using ::testing::HasSubstr;
using testing::Hold;
using testing::WsClient;

constexpr const char* kChat = R"({"messages":[{"role":"user","content":"well?"}]})";
constexpr const char* kStream = R"({"stream":true,"messages":[{"role":"user","content":"well?"}]})";

// A provider that takes one at a time, and is busy.
struct Busy : ApiScene {
  Busy() {
    gate->set({.max_concurrency = 1});
    testing::Script script{.steps = {Hold{}}};
    const auto end = testing::say({"first"}).steps;
    script.steps.insert(script.steps.end(), end.begin(), end.end());
    provider.scripts.push_back(std::move(script));
    first = good(start({.content = "first"})).state.turn.id;
    until_held();
  }
  // A client that asks this; `keep` has its socket.
  auto ask(std::string bytes, std::optional<net::RawSocket>& keep) {
    return begin([this, bytes = std::move(bytes), &keep] {
      keep.emplace(port());
      keep->send(bytes);
    });
  }
  void until_waiting(std::size_t turns) {
    loop.until([this, turns] { return gate->waiting() == turns; });
  }
  void until_nobody_is_connected() {
    loop.until([this] { return connections() == 0; });
  }
  model::TurnId first;
};

TEST(InLine, a_turn_s_events_tell_its_place_over_sse_and_graphql) {
  Busy scene;
  const auto second = good(scene.start({.content = "second"})).state.turn.id;
  scene.until_told(second, 2);
  auto reader = scene.begin(
      [&, request = scene.request("GET", "/v1/turns/" + second.str() + "/events", {}, scene.as("ada"))] {
        net::RawSocket socket(scene.port());
        socket.send(request);
        return socket.receive_until("estimateMs") + socket.receive_until("\n");
      });
  const std::string seen = reader->wait();
  EXPECT_THAT(seen, HasSubstr("event: QUEUED"));
  EXPECT_THAT(seen, HasSubstr(R"("kind":"QUEUED","place":1,"estimateMs":)"));
  std::optional<WsClient> ws;
  const std::string queued = scene.client([&, token = scene.token()] {
    ws.emplace(scene.port(), token);
    ws->subscribe("1", "subscription{turn(id:\\\"" + second.str() + "\\\" after:1){kind place estimateMs}}");
    return ws->next();
  });
  EXPECT_THAT(queued, HasSubstr(R"({"kind":"QUEUED","place":1,"estimateMs":)"));
  scene.provider.release();
  scene.until_ended();
}

TEST(InLine, a_chat_completion_s_stream_says_it_in_comments) {
  Busy scene;
  const auto conversation = scene.make_conversation();
  const auto watched = good(scene.loop.wait(scene.streams.watch({}, testing::kAda, conversation)));
  const std::string fields = scene.as("ada") + "Parley-Conversation-Id: " + conversation.str() + "\r\n";
  auto reader = scene.begin([&, request = scene.request("POST", "/v1/chat/completions", kStream, fields)] {
    net::RawSocket socket(scene.port());
    socket.send(request);
    return socket.receive_all();
  });
  for (auto kind = model::TurnEventKind::kStarted; kind != model::TurnEventKind::kQueued;) {
    kind = good(scene.loop.wait(watched->next(base::Deadline::after(testing::kPatience))))->event.kind;
  }
  scene.provider.release();
  const std::string seen = reader->wait();
  EXPECT_THAT(seen, HasSubstr(": in line: place 1, about "));
  EXPECT_THAT(seen, HasSubstr("[DONE]"));
}

TEST(InLine, a_client_that_leaves_gives_up_the_place_of_a_turn_it_cannot_come_back_to) {
  for (const char* body : {kChat, kStream}) {
    Busy scene;
    std::optional<net::RawSocket> client;
    scene.ask(scene.request("POST", "/v1/chat/completions", body, scene.as("ada")), client)->wait();
    scene.until_waiting(1);
    client->close();
    scene.until_waiting(0);
    scene.until_nobody_is_connected();
    scene.loop.until([&] { return scene.engine.open_turns() == 1; });
    scene.provider.release();
    scene.until_ended();
    EXPECT_EQ(scene.provider.requests.size(), 1U) << body;
    EXPECT_EQ(scene.usage().turns, 2);
  }
}

TEST(InLine, one_that_can_come_back_keeps_it) {
  for (const char* body : {kChat, kStream}) {
    Busy scene;
    std::optional<net::RawSocket> client;
    scene
        .ask(
            scene.request("POST", "/v1/chat/completions", body, scene.as("ada") + "Idempotency-Key: k-1\r\n"),
            client)
        ->wait();
    scene.until_waiting(1);
    client->close();
    scene.until_nobody_is_connected();
    EXPECT_EQ(scene.gate->waiting(), 1U);
    scene.provider.release();
    scene.until_ended();
    EXPECT_EQ(scene.provider.requests.size(), 2U) << body;
  }
}

TEST(InLine, embeddings_whose_client_leaves_are_not_asked_for) {
  Busy scene;
  std::optional<net::RawSocket> client;
  scene
      .ask(scene.request("POST", "/v1/embeddings", R"({"model":"vectors","input":"x"})", scene.as("ada")),
           client)
      ->wait();
  scene.until_waiting(1);
  client->close();
  scene.until_waiting(0);
  scene.until_nobody_is_connected();
  scene.provider.release();
  scene.until_ended();
  EXPECT_TRUE(scene.provider.embedded.empty());
}

TEST(InLine, an_answer_that_has_begun_is_given_whether_or_not_its_client_stays) {
  Busy scene;
  std::optional<net::RawSocket> client;
  scene.ask(scene.request("POST", "/v1/chat/completions", kChat, scene.as("ada")), client)->wait();
  scene.until_waiting(1);
  testing::Script script{.steps = {Hold{}}};
  const auto end = testing::say({"second"}).steps;
  script.steps.insert(script.steps.end(), end.begin(), end.end());
  scene.provider.scripts.push_back(std::move(script));
  scene.provider.release();
  scene.loop.until([&] { return scene.provider.requests.size() == 2 && scene.provider.holding == 1; });
  client->close();
  scene.provider.release();
  scene.until_ended();
  EXPECT_EQ(scene.provider.cut_off, 0);
  EXPECT_EQ(scene.usage().turns, 2);
}

}  // namespace
}  // namespace parley::api
