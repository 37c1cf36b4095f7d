// Who is let in, and what every answer says about it.
#include "api/admission.h"

#include <gmock/gmock.h>

#include "testing/api_scene.h"

namespace parley::api {
namespace {

using namespace std::chrono_literals;
using testing::Answer;
using testing::ApiScene;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::WsClient;

constexpr limits::RateLimit kTwo{.requests = 60, .burst = 2};

limits::Policy per_user(limits::RateLimit rate) {
  limits::Policy policy;
  policy.tiers["default"].requests = rate;
  return policy;
}

limits::Policy per_address(limits::RateLimit rate) {
  limits::Policy policy;
  policy.per_address = rate;
  return policy;
}

ApiOptions behind_a_proxy(net::ForwardedBy by = net::ForwardedBy::kEither) {
  return {.trusted_proxies = *net::NetworkSet::parse(std::vector<std::string>{"127.0.0.0/8", "10.0.0.0/8"}),
          .forwarded_by = by};
}

TEST(Admission, every_answer_tells_what_is_left) {
  ApiScene scene;
  const std::string policy = R"("address";q=1000;w=10, "user";q=100;w=10)";
  const Answer models = scene.get("/v1/models", scene.as("ada"));
  EXPECT_EQ(models.status, 200) << models.body;
  EXPECT_EQ(models.header("RateLimit-Policy"), policy);
  EXPECT_EQ(models.header("RateLimit"), R"("address";r=999;t=1, "user";r=99;t=1)");
  // Found after the caller was known.
  const Answer missing = scene.get("/v1/models/none", scene.as("ada"));
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.header("RateLimit"), R"("address";r=998;t=1, "user";r=98;t=1)");
  const Answer asked = scene.graphql("{me{id}}", scene.as("ada"));
  EXPECT_EQ(asked.status, 200) << asked.body;
  EXPECT_EQ(asked.header("RateLimit-Policy"), policy);
  // Found before.
  for (const auto& [answer, status] :
       {std::pair{scene.get("/v1/models", ""), 401}, std::pair{scene.get("/nothing", ""), 404},
        std::pair{scene.get("/v1/embeddings", ""), 405},
        std::pair{scene.send(scene.request("PUT", "/graphql")), 405}}) {
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.header("RateLimit-Policy"), R"("address";q=1000;w=10)") << answer.head;
  }
}

TEST(Admission, a_stream_s_head_and_an_upgrade_tell_it_too) {
  ApiScene scene;
  const Answer stream =
      scene.post("/v1/chat/completions", R"({"stream":true,"messages":[{"role":"user","content":"hi"}]})",
                 scene.as("ada"));
  EXPECT_EQ(stream.status, 200) << stream.body;
  EXPECT_EQ(stream.header("RateLimit"), R"("address";r=999;t=1, "user";r=99;t=1)");
  const std::string head =
      scene.client([&, token = scene.token()] { return WsClient(scene.port(), token).head; });
  EXPECT_THAT(head, HasSubstr("\r\nRateLimit: \"address\";r=998;t=1\r\n"));
}

TEST(Admission, who_asks_too_often_is_told_when_to_come_back) {
  ApiScene scene(per_user(kTwo));
  EXPECT_EQ(scene.get("/v1/models", scene.as("ada")).status, 200);
  scene.clock.advance(250ms);
  EXPECT_EQ(scene.get("/v1/models", scene.as("ada")).status, 200);
  const Answer refused = scene.get("/v1/models", scene.as("ada"));
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("Retry-After"), "1");
  EXPECT_EQ(refused.header("retry-after-ms"), "750");
  EXPECT_THAT(refused.header("RateLimit"), HasSubstr(R"("user";r=0;t=1)"));
  const auto error = refused.json().at("error");
  EXPECT_EQ(error.at("code"), "RATE_LIMITED");
  EXPECT_EQ(error.at("type"), "rate_limit_error");
  EXPECT_EQ(error.at("retryAfterMs"), 750);
  EXPECT_EQ(scene.get("/v1/models", scene.as("bob")).status, 200) << "somebody else's requests";
  scene.clock.advance(750ms);
  EXPECT_EQ(scene.get("/v1/models", scene.as("ada")).status, 200);
}

TEST(Admission, graphql_is_refused_as_graphql_whatever_it_accepts) {
  ApiScene scene(per_user({.requests = 60, .burst = 1}));
  EXPECT_EQ(scene.graphql("{me{id}}", scene.as("ada")).status, 200);
  for (const std::string& accept :
       {std::string("application/json"), std::string("application/graphql-response+json")}) {
    const Answer refused = scene.graphql("{me{id}}", scene.as("ada") + "Accept: " + accept + "\r\n");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.header("Content-Type"), accept + "; charset=utf-8");
    EXPECT_EQ(refused.header("Retry-After"), "1");
    const auto extensions = refused.json().at("errors").at(0).at("extensions");
    EXPECT_EQ(extensions.at("code"), "RATE_LIMITED");
    EXPECT_EQ(extensions.at("retryAfterMs"), 1000);
    EXPECT_FALSE(refused.json().as_object().contains("data"));
  }
}

TEST(Admission, each_api_is_counted_apart_where_it_has_a_limit_of_its_own) {
  limits::Policy policy;
  policy.tiers["default"].graphql = {.requests = 60, .burst = 1};
  policy.tiers["default"].embeddings = {.requests = 60, .burst = 1};
  ApiScene scene(policy);
  scene.provider.vectors = boost::json::parse(R"({"data":[],"usage":{"prompt_tokens":1}})");
  EXPECT_EQ(scene.graphql("{me{id}}", scene.as("ada")).status, 200);
  EXPECT_EQ(scene.graphql("{me{id}}", scene.as("ada")).status, 429);
  const std::string embed = R"({"model":"vectors","input":"x"})";
  const Answer embedded = scene.post("/v1/embeddings", embed, scene.as("ada"));
  EXPECT_EQ(embedded.status, 200) << embedded.body;
  EXPECT_EQ(scene.post("/v1/embeddings", embed, scene.as("ada")).status, 429);
  EXPECT_EQ(scene.get("/v1/models", scene.as("ada")).status, 200);
}

TEST(Admission, an_address_is_held_to_its_rate_before_the_token_is_looked_at) {
  ApiScene scene(per_address(kTwo));
  EXPECT_EQ(scene.get("/v1/models", "").status, 401);
  EXPECT_EQ(scene.get("/nothing", "").status, 404);
  const Answer refused = scene.get("/v1/models", scene.as("ada"));
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("RateLimit"), R"("address";r=0;t=1)");
  EXPECT_EQ(scene.graphql("{me{id}}", scene.as("ada")).json().at("errors").at(0).at("extensions").at("code"),
            "RATE_LIMITED");
  const std::string upgrade =
      "GET /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  EXPECT_EQ(scene.send(upgrade).status, 429);
}

TEST(Admission, clients_of_a_trusted_proxy_are_told_apart_and_what_comes_from_within_is_not_counted) {
  ApiScene scene(per_address({.requests = 60, .burst = 1}), behind_a_proxy());
  const auto from = [&scene](const std::string& fields) { return scene.get("/v1/models", fields).status; };
  EXPECT_EQ(from("X-Forwarded-For: 192.0.2.1\r\n"), 401);
  EXPECT_EQ(from("X-Forwarded-For: 192.0.2.1\r\n"), 429);
  EXPECT_EQ(from("X-Forwarded-For: 9.9.9.9, 192.0.2.1\r\n"), 429) << "what a client writes itself";
  EXPECT_EQ(from("Forwarded: for=192.0.2.2\r\n"), 401);
  EXPECT_EQ(from("X-Forwarded-For: 2001:db8::1\r\n"), 401);
  EXPECT_EQ(from("X-Forwarded-For: 2001:db8::2\r\n"), 429) << "the same /64";
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(from(""), 401) << "from within";
    EXPECT_EQ(from("X-Forwarded-For: 10.1.1.1\r\n"), 401) << "from within";
  }
  // A client behind a proxy that writes one header writes the other.
  EXPECT_EQ(from("X-Forwarded-For: 192.0.2.3\r\nForwarded: for=10.0.0.1\r\n"), 401);
  EXPECT_EQ(from("X-Forwarded-For: 192.0.2.3\r\nForwarded: for=10.0.0.2\r\n"), 429) << "no way around";
}

TEST(Admission, which_header_is_believed_and_who_is_trusted_may_change_at_any_time) {
  ApiScene scene(per_address({.requests = 60, .burst = 1}));
  const std::string fields = "X-Forwarded-For: 192.0.2.1\r\n";
  EXPECT_EQ(scene.get("/v1/models", "").status, 401);
  EXPECT_EQ(scene.get("/v1/models", fields).status, 429) << "nobody is trusted";
  scene.api().reload(behind_a_proxy());
  EXPECT_EQ(scene.get("/v1/models", fields).status, 401);
  EXPECT_EQ(scene.get("/v1/models", fields).status, 429);
  scene.api().reload(behind_a_proxy(net::ForwardedBy::kForwarded));
  EXPECT_EQ(scene.get("/v1/models", fields).status, 401) << "from within: the header is not looked at";
}

TEST(Admission, bad_tokens_bring_a_ban_and_missing_or_expired_ones_do_not) {
  limits::Policy policy;
  policy.bans.logins.offences = 2;
  ApiScene scene(policy);
  const std::string expired = "Authorization: Bearer " + scene.token("ada", {}, 10s) + "\r\n";
  scene.clock.advance(10min);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(scene.get("/v1/models", expired).status, 401);
    EXPECT_EQ(scene.get("/v1/models", "").status, 401);
  }
  EXPECT_EQ(scene.get("/v1/models", "Authorization: Basic YTpi\r\n").status, 401);
  EXPECT_EQ(scene.graphql("{me{id}}", "Authorization: Bearer a.b.c\r\n").status, 401);
  const Answer banned = scene.get("/v1/models", scene.as("ada"));
  EXPECT_EQ(banned.status, 429) << banned.body;
  EXPECT_EQ(banned.header("Retry-After"), "60");
  scene.clock.advance(61s);
  EXPECT_EQ(scene.get("/v1/models", scene.as("ada")).status, 200);
}

TEST(Admission, bad_tokens_over_a_websocket_count_too) {
  limits::Policy policy;
  policy.bans.logins.offences = 2;
  ApiScene scene(policy);
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(scene.client([&] { return WsClient(scene.port(), "a.b.c").first; }), HasSubstr("Forbidden"));
  }
  EXPECT_EQ(scene.get("/v1/models", scene.as("ada")).status, 429);
}

TEST(Admission, each_operation_of_a_websocket_is_a_request) {
  ApiScene scene(per_user(kTwo));
  std::optional<WsClient> ws;
  scene.client([&, token = scene.token()] { ws.emplace(scene.port(), token); });
  EXPECT_THAT(ws->first, HasSubstr("connection_ack"));
  const auto ask = [&](const std::string& id) {
    return scene.client([&] {
      ws->subscribe(id, "{me{id}}");
      std::string said = ws->next();
      if (said.find("\"next\"") != std::string::npos) said += ws->next();
      return said;
    });
  };
  EXPECT_THAT(ask("1"), HasSubstr("\"complete\""));
  EXPECT_THAT(ask("2"), HasSubstr("\"complete\""));
  const std::string refused = ask("3");
  EXPECT_THAT(refused, HasSubstr(R"("id":"3","type":"error")"));
  EXPECT_THAT(refused, HasSubstr("RATE_LIMITED"));
  EXPECT_THAT(refused, HasSubstr(R"("retryAfterMs":1000)"));
  scene.clock.advance(1s);
  EXPECT_THAT(ask("3"), HasSubstr("\"complete\"")) << "the connection goes on, and the id is free";
}

TEST(Admission, what_is_served_beside_the_api_comes_in_by_the_same_door) {
  limits::Policy policy = per_user(kTwo);
  policy.bans.logins.offences = 1;
  ApiScene scene(policy);
  EXPECT_EQ(scene.get("/beside", scene.as("ada")).body, "ada");
  const Answer second = scene.get("/beside", scene.as("ada"));
  EXPECT_EQ(second.header("RateLimit"), R"("address";r=998;t=1, "user";r=0;t=2)");
  EXPECT_EQ(scene.get("/beside", scene.as("ada")).status, 429);
  EXPECT_EQ(scene.get("/beside", "").json().at("error").at("code"), "UNAUTHENTICATED");
  EXPECT_EQ(scene.get("/beside", "Authorization: Bearer a.b.c\r\n").status, 401);
  EXPECT_EQ(scene.get("/beside", scene.as("bob")).status, 429) << "the address is banned";
}

}  // namespace
}  // namespace parley::api
