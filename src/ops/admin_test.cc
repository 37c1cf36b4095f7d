#include "ops/admin.h"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "net/server_harness.h"
#include "state/memory/memory_state.h"
#include "store/sqlite/scratch.h"
#include "store/sqlite/sqlite_store.h"
#include "testing/failing_store.h"
#include "testing/manual_clock.h"

namespace parley::ops {
namespace {

namespace json = boost::json;

class AdminTest : public ::testing::Test {
 protected:
  AdminTest()
      : store_(*store::sqlite::open_store({.path = scratch_.path()}, metrics_, log_)),
        failing_(*store_),
        state_(state::memory::open_state({}, clock_, metrics_)),
        admin_(parts()),
        server_([this](net::Exchange& exchange) { return admin_.handle(exchange); }) {}

  AdminParts parts() {
    return {
        .store = failing_,
        .state = *state_,
        .clock = clock_,
        .log = log_,
        .door = {
            .enter = [](net::Exchange& exchange) { return enter(exchange); },
            .refuse =
                [](net::Exchange& exchange, const base::Error& error, const base::Call& call) {
                  exchange.reply(net::Response::text(
                      base::http_status(error.code),
                      call.request_id + " " + std::string(base::name(error.code)) + " " + error.message));
                }},
        .names = {.ban = [](const model::Owner& owner) { return "user:" + owner.tenant + "/" + owner.user; },
                  .turns = [](const model::Owner& owner) { return "turns " + owner.user; },
                  .streams = [](const model::Owner& owner) { return "streams " + owner.user; }}};
  }

  // "Authorization: admin" comes in as one, "Authorization: user" as somebody else.
  static base::Awaitable<std::optional<AdminCaller>> enter(net::Exchange& exchange) {
    const auto token = exchange.request().header("authorization");
    if (!token) {
      exchange.reply(net::Response::text(401, "who are you?"));
      co_return std::nullopt;
    }
    AdminCaller caller{.principal = {.tenant = "acme", .user = "root", .scopes = {"chat"}},
                       .call = {.request_id = "req_1"}};
    if (*token == "admin") caller.principal.scopes.emplace_back("admin");
    co_return caller;
  }

  std::string ask(const std::string& method, const std::string& path, const std::string& body = {},
                  const std::string& token = "admin") {
    net::RawSocket client(server_.port());
    client.send(method + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" +
                (token.empty() ? "" : "Authorization: " + token + "\r\n") +
                "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.receive_all();
  }
  static json::value body_of(const std::string& reply) {
    return json::parse(reply.substr(reply.find("\r\n\r\n") + 4));
  }
  template <class T>
  T on_state(base::Awaitable<base::Result<T>> work) {
    boost::asio::io_context io;
    base::TaskGroup tasks(io.get_executor());
    std::optional<base::Result<T>> got;
    tasks.spawn(keep(std::move(work), got));
    io.run();
    return **got;
  }
  template <class T>
  static base::Awaitable<void> keep(base::Awaitable<base::Result<T>> work,
                                    std::optional<base::Result<T>>& got) {
    got.emplace(co_await std::move(work));
  }

  store::sqlite::Scratch scratch_;
  base::Metrics metrics_;
  testing::ManualClock clock_;
  base::Log log_{base::LogLevel::kWarn};
  std::unique_ptr<store::Store> store_;
  testing::FailingStore failing_;
  std::unique_ptr<state::SharedState> state_;
  Admin admin_;
  net::RunningServer server_;
};

TEST_F(AdminTest, is_for_the_scope_admin_alone) {
  EXPECT_TRUE(ask("GET", "/admin/bans", "", "").starts_with("HTTP/1.1 401 "));
  for (const std::string& path : {std::string("/admin/bans"), std::string("/admin/users/acme/ada"),
                                  std::string("/admin/nothing"), std::string("/admin")}) {
    EXPECT_TRUE(ask("GET", path, "", "user").starts_with("HTTP/1.1 403 ")) << path;
  }
  EXPECT_TRUE(ask("POST", "/admin/bans", R"({"subject":"user:acme/ada","seconds":60,"reason":"x"})", "user")
                  .starts_with("HTTP/1.1 403 "));
  EXPECT_EQ(body_of(ask("GET", "/admin/bans")), json::parse(R"({"bans":[],"next":null})"));
  EXPECT_TRUE(Admin::owns("/admin/bans") && Admin::owns("/admin") && !Admin::owns("/administration"));
}

TEST_F(AdminTest, sets_shows_and_lifts_a_ban) {
  const std::string set =
      ask("POST", "/admin/bans", R"({"subject":"ip:2001:db8::7","seconds":3600,"reason":"scraping"})");
  EXPECT_TRUE(set.starts_with("HTTP/1.1 201 ")) << set;
  const json::value ban = json::parse(
      R"({"subject":"ip:2001:db8::/64","until":"2026-01-31T10:30:00.000Z","times":1,"reason":"scraping"})");
  EXPECT_EQ(body_of(set), ban);
  EXPECT_EQ(body_of(ask("GET", "/admin/bans")).at("bans").as_array(), json::array(1, ban));
  const auto holds = on_state(state_->banned({}, {"ip:2001:db8::/64"}));
  ASSERT_TRUE(holds);
  EXPECT_EQ(holds->reason, "scraping");
  const std::string lifted = ask("DELETE", "/admin/bans/ip%3A2001%3Adb8%3A%3A%2F64");
  EXPECT_TRUE(lifted.starts_with("HTTP/1.1 204 ")) << lifted;
  EXPECT_FALSE(on_state(state_->banned({}, {"ip:2001:db8::/64"})));
  EXPECT_TRUE(ask("DELETE", "/admin/bans/ip%3A2001%3Adb8%3A%3A%2F64").starts_with("HTTP/1.1 404 "));
}

TEST_F(AdminTest, pages_through_the_bans) {
  for (const char* user : {"a", "b", "c"}) {
    ask("POST", "/admin/bans",
        std::string(R"({"seconds":60,"reason":"x","subject":"user:acme/)") + user + "\"}");
  }
  json::value page = body_of(ask("GET", "/admin/bans?limit=2"));
  EXPECT_EQ(page.at("bans").as_array().size(), 2U);
  EXPECT_EQ(page.at("next"), "user:acme/b");
  page = body_of(ask("GET", "/admin/bans?limit=2&after=user%3Aacme%2Fb"));
  EXPECT_EQ(page.at("bans").at(0).at("subject"), "user:acme/c");
  EXPECT_TRUE(page.at("next").is_null());
}

TEST_F(AdminTest, shows_what_a_user_spends_and_has_open) {
  const model::Owner ada{"acme", "ada"};
  const auto turn = on_state(state_->acquire({}, {.key = "turns ada", .holder = "1", .limit = 5}));
  EXPECT_TRUE(turn);
  ask("POST", "/admin/bans", R"({"subject":"user:acme/ada","seconds":60,"reason":"x"})");
  const json::value user = body_of(ask("GET", "/admin/users/acme/ada"));
  EXPECT_EQ(user.at("tenant"), "acme");
  EXPECT_EQ(user.at("user"), "ada");
  EXPECT_EQ(user.at("day"), "2026-01-31");
  EXPECT_EQ(user.at("spent").at("day").at("usedTokens"), 0);
  EXPECT_EQ(user.at("organisationSpent").at("month").at("reservedUsd"), 0.0);
  EXPECT_EQ(user.at("open"), json::parse(R"({"turns":1,"streams":0})"));
  EXPECT_EQ(user.at("ban").at("subject"), "user:acme/ada");
  failing_.fail_at(1, testing::FailingStore::When::kFromThenOn);
  EXPECT_TRUE(ask("GET", "/admin/users/acme/ada").starts_with("HTTP/1.1 500 "));
}

TEST_F(AdminTest, refuses_what_it_does_not_know) {
  EXPECT_TRUE(ask("GET", "/admin/nothing").starts_with("HTTP/1.1 404 "));
  EXPECT_TRUE(ask("GET", "/admin/users/acme").starts_with("HTTP/1.1 404 "));
  EXPECT_TRUE(ask("POST", "/admin/bans", "{}").starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(ask("GET", "/admin/bans?limit=0").starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(ask("DELETE", "/admin/bans/ada").starts_with("HTTP/1.1 400 "));
  const std::string reply = ask("DELETE", "/admin/bans");
  EXPECT_TRUE(reply.starts_with("HTTP/1.1 405 ")) << reply;
  EXPECT_NE(reply.find("Allow: GET, POST\r\n"), std::string::npos) << reply;
}

TEST_F(AdminTest, tells_the_log_who_changed_what_and_names_no_user) {
  ::testing::internal::CaptureStderr();
  ask("POST", "/admin/bans",
      R"({"subject":"user:acme/ada","seconds":60,"reason":"writes to a named person"})");
  ask("DELETE", "/admin/bans/user%3Aacme%2Fada");
  ask("GET", "/admin/bans", "", "user");
  const std::string log = ::testing::internal::GetCapturedStderr();
  for (const std::string_view event : {"admin_ban_set", "admin_ban_lifted", "admin_refused"}) {
    EXPECT_NE(log.find(event), std::string::npos) << log;
  }
  EXPECT_NE(log.find(R"("admin":")" + base::user_hash("acme", "root")), std::string::npos) << log;
  EXPECT_NE(log.find(R"("subject":"user:)" + base::user_hash("acme", "ada")), std::string::npos) << log;
  for (const std::string_view secret : {"ada\"", "root", "named person"}) {
    EXPECT_EQ(log.find(secret), std::string::npos) << log;
  }
}

}  // namespace
}  // namespace parley::ops
