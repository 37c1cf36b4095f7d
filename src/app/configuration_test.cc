#include "app/configuration.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/issue.h"
#include "testing/manual_clock.h"

namespace parley::app {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";

// The least that is sound.
constexpr std::string_view kLeast = R"(
[auth]
issuer = "me"
audience = "us"
hs256_secret = { env = "SECRET" }
[providers.local]
base_url = "http://127.0.0.1:9999/v1"
[models.small]
provider = "local"
context_window = 4096
)";

base::Environment with_secret(base::Environment environment = {}) {
  environment.emplace("SECRET", kSecret);
  return environment;
}

ConfigurationPtr sound(const std::string& more, const base::Environment& environment = {},
                       const std::string& folder = "") {
  auto parsed =
      parse_configuration(std::string(kLeast) + more, "parley.toml", folder, with_secret(environment));
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
  return parsed ? *parsed : nullptr;
}

std::string refusal(const std::string& toml, const base::Environment& environment = {}) {
  const auto parsed = parse_configuration(toml, "parley.toml", "", with_secret(environment));
  EXPECT_FALSE(parsed);
  if (parsed) return {};
  EXPECT_EQ(parsed.error().code, base::ErrorCode::kBadUserInput);
  return parsed.error().message;
}

std::string refusal_of(const std::string& more, const base::Environment& environment = {}) {
  return refusal(std::string(kLeast) + more, environment);
}

std::string read_file(const std::string& path) {
  std::stringstream content;
  content << std::ifstream(path).rdbuf();
  return content.str();
}

class Folder {
 public:
  Folder() : path_(::testing::TempDir() + "configuration-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) std::abort();
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file(const std::string& name, std::string_view content) const {
    std::ofstream(path_ + "/" + name) << content;
    std::filesystem::permissions(path_ + "/" + name, std::filesystem::perms(0600));
    return path_ + "/" + name;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(Configuration, of_the_least_file_is_complete) {
  const auto c = sound("");
  ASSERT_TRUE(c);
  EXPECT_EQ(c->server.options.address, "127.0.0.1");
  EXPECT_EQ(c->server.options.port, 8080);
  EXPECT_EQ(c->server.options.tls, nullptr);
  EXPECT_EQ(c->server.ops_listen, std::nullopt);
  EXPECT_EQ(c->engine.context_messages, 10);
  EXPECT_EQ(c->engine.briefing, std::nullopt);
  EXPECT_EQ(c->auth.keys->size(), 1U);
  EXPECT_EQ(c->default_model, "small");
  EXPECT_EQ(c->catalog->default_model(), "small");
  const auto* model = c->catalog->find("small");
  ASSERT_NE(model, nullptr);
  EXPECT_EQ(model->provider, "local");
  EXPECT_EQ(model->upstream, "small");
  EXPECT_EQ(model->context_window, 4096);
  EXPECT_EQ(model->price.output.count(), 0);
  EXPECT_THAT(c->warnings, IsEmpty());
  EXPECT_GE(worker_count(*c), 1U);
}

// Each key of the table is set to something else than its default, and the configuration shows it.
TEST(Configuration, takes_every_kind_of_setting_to_its_room) {
  const auto c = sound(R"(
[server]
listen = "[::1]:0"
ops_listen = "0.0.0.0:9090"
node = "node-7"
workers = 3
drain_seconds = 7
max_body = "2MiB"
header_timeout = "3s"
request_timeout = "11s"
[websocket]
max_message = "64KiB"
init_timeout = "2s"
max_subscriptions = 7
compression = false
[graphql]
max_depth = 9
max_tokens = 500
introspection = false
[store]
path = "/var/lib/parley.db"
readers = 4
max_size = "1GiB"
lease = "45s"
timeout = "4s"
[context]
messages = 20
[chat]
turn_timeout = "5m"
max_content = "8KiB"
[streams]
max_turn = "2MiB"
poll = "1s"
heartbeat = "20s"
[log]
level = "debug"
)");
  ASSERT_TRUE(c);
  EXPECT_EQ(c->server.options.address, "::1");
  EXPECT_EQ(c->server.options.port, 0);
  EXPECT_EQ(c->server.ops_listen, (ListenAddress{.address = "0.0.0.0", .port = 9090}));
  EXPECT_EQ(c->engine.node, "node-7");
  EXPECT_EQ(worker_count(*c), 3U);
  EXPECT_EQ(c->server.drain, 7s);
  EXPECT_EQ(c->server.options.max_body_bytes, 2U << 20);
  EXPECT_EQ(c->server.options.header_timeout, 3s);
  EXPECT_EQ(c->api.request_timeout, 11s);
  EXPECT_EQ(c->api_settings.websocket.socket.max_message_bytes, 64U << 10);
  EXPECT_EQ(c->api_settings.websocket.init_timeout, 2s);
  EXPECT_EQ(c->api_settings.websocket.max_operations, 7U);
  EXPECT_FALSE(c->api_settings.websocket.socket.allow_deflate);
  EXPECT_EQ(c->api_settings.graphql.limits.max_depth, 9);
  EXPECT_EQ(c->api_settings.graphql.documents.parse.max_tokens, 500U);
  EXPECT_FALSE(c->api_settings.graphql.documents.validate.introspection);
  EXPECT_EQ(c->sqlite.path, "/var/lib/parley.db");
  EXPECT_EQ(c->sqlite.readers, 4U);
  EXPECT_EQ(c->sqlite.max_pages, 262'144);
  EXPECT_EQ(c->engine.lease, 45s);
  EXPECT_EQ(c->engine.store_timeout, 4s);
  EXPECT_EQ(c->engine.context_messages, 20);
  EXPECT_EQ(c->engine.turn_timeout, 5min);
  EXPECT_EQ(c->engine.limits.max_content_bytes, 8U << 10);
  EXPECT_EQ(c->hub.max_turn_bytes, 2U << 20);
  EXPECT_EQ(c->streams.poll, 1s);
  EXPECT_EQ(c->api.heartbeat, 20s);
  EXPECT_EQ(c->log_level, base::LogLevel::kDebug);
}

TEST(Configuration, a_provider_has_its_key_headers_and_timeouts) {
  const auto c = sound(R"(
[providers.far]
kind = "openai"
api_key = { env = "FAR_KEY" }
headers = { OpenAI-Organization = "org-1", X-Secret = { env = "FAR_HEADER" } }
include_usage = false
first_byte_timeout = "5s"
max_connections = 9
)",
                       {{"FAR_KEY", "sk-far"}, {"FAR_HEADER", "hidden"}});
  ASSERT_TRUE(c);
  const auto options = openai_options(c->providers.at("far"));
  EXPECT_EQ(options.base_url, "https://api.openai.com/v1");
  EXPECT_EQ(options.api_key, "sk-far");
  EXPECT_EQ(options.headers.get("openai-organization"), "org-1");
  EXPECT_EQ(options.headers.get("x-secret"), "hidden");
  EXPECT_FALSE(options.dialect.include_usage);
  EXPECT_TRUE(options.dialect.max_completion_tokens);
  EXPECT_EQ(options.timeouts.first_byte, 5s);
  EXPECT_EQ(c->providers.at("far").client.max_connections, 9U);
  EXPECT_FALSE(openai_options(c->providers.at("local")).dialect.max_completion_tokens);
}

TEST(Configuration, prices_are_exact_to_a_millionth_of_a_dollar) {
  const auto price = [](const std::string& amount) {
    const auto c = sound("input_usd_per_million = " + amount + "\n");
    return c ? c->catalog->find("small")->price.input.count() : -1;
  };
  EXPECT_EQ(price("0"), 0);
  EXPECT_EQ(price("3"), 3'000'000);
  EXPECT_EQ(price("0.075"), 75'000);
  EXPECT_EQ(price("0.1"), 100'000);
  EXPECT_EQ(price("0.000001"), 1);
  EXPECT_EQ(price("1e-6"), 1);
  EXPECT_EQ(price("'0.29'"), 290'000);
  EXPECT_EQ(price("999999.999999"), 999'999'999'999);
  EXPECT_EQ(price("1000000"), 1'000'000'000'000);
  for (int cents = 0; cents < 10'000; ++cents) {
    const std::string text =
        std::to_string(cents / 100) + "." + std::to_string(cents % 100 / 10) + std::to_string(cents % 10);
    if (cents % 97 == 0) {
      EXPECT_EQ(price(text), cents * 10'000) << text;
    }
  }
  for (const auto* bad : {"-1", "-0.5", "0.0000001", "1000000.1", "1000001", "nan", "inf", "1e300", "'1,5'",
                          "''", "'.5'", "'5.'", "'1.2.3'", "true"}) {
    EXPECT_THAT(refusal_of(std::string("input_usd_per_million = ") + bad + "\n"),
                HasSubstr("parley.toml:11: models.small.input_usd_per_million: "))
        << bad;
  }
}

TEST(Configuration, cached_input_costs_what_input_does_unless_it_is_said) {
  const auto c = sound(
      "input_usd_per_million = 0.5\n[models.other]\nprovider = 'local'\ncontext_window = 1\n"
      "input_usd_per_million = 0.5\ncached_input_usd_per_million = 0\nupstream = 'big'");
  ASSERT_TRUE(c);
  EXPECT_EQ(c->catalog->find("small")->price.cached_input.count(), 500'000);
  EXPECT_EQ(c->catalog->find("other")->price.cached_input.count(), 0);
  EXPECT_EQ(c->catalog->find("other")->upstream, "big");
  // Two chat, so that none is the default.
  EXPECT_EQ(c->default_model, "");
}

TEST(Configuration, the_default_model_is_one_that_chats) {
  constexpr const char* kEmbedding =
      "\n[models.vec]\nkind = 'embedding'\nprovider = 'local'\ncontext_window = 1\n";
  EXPECT_EQ(sound(kEmbedding)->default_model, "small");
  EXPECT_EQ(sound("[chat]\ndefault_model = 'small'")->default_model, "small");
  EXPECT_EQ(refusal_of("[chat]\ndefault_model = 'none'"),
            "parley.toml:12: chat.default_model: there is no model 'none' that chats");
  EXPECT_EQ(refusal_of(std::string("[chat]\ndefault_model = 'vec'") + kEmbedding),
            "parley.toml:12: chat.default_model: there is no model 'vec' that chats");
}

TEST(Configuration, refuses_what_does_not_go_together) {
  EXPECT_EQ(refusal_of("[models.b]\nprovider = 'none'\ncontext_window = 1"),
            "parley.toml:12: models.b.provider: there is no provider 'none'");
  EXPECT_EQ(refusal_of("[providers.b]\n"), "parley.toml:11: providers.b.base_url: is missing");
  EXPECT_EQ(refusal_of("[server]\ntls_key = 'x'"),
            "parley.toml:12: server.tls_key: server.tls_certificate is missing");
  EXPECT_EQ(refusal_of("[server]\nops_listen = '127.0.0.1:8080'"),
            "parley.toml:12: server.ops_listen: must differ from server.listen");
  EXPECT_THAT(refusal_of("[store]\nlease = '1s'"), HasSubstr("parley.toml:12: store.lease: two thirds"));
  EXPECT_EQ(refusal("[auth]\nissuer = 'a'"),
            "parley.toml:1: auth: one of hs256_secret, keys_file and jwks_url is needed");
  EXPECT_EQ(refusal(""), "parley.toml: auth: one of hs256_secret, keys_file and jwks_url is needed");
}

TEST(Configuration, refuses_bad_addresses_urls_keys_and_headers) {
  for (const auto* listen : {"8080", "localhost:8080", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:", ":8080",
                             "::1:80", "[127.0.0.1]:80", "[::1]", "127.0.0.1:+80", "127.0.0.1:-1", ""}) {
    EXPECT_THAT(refusal_of(std::string("[server]\nlisten = '") + listen + "'"),
                HasSubstr("parley.toml:12: server.listen: an IP address and a port"))
        << listen;
  }
  const auto provider = [](const std::string& text) { return refusal_of("[providers.b]\n" + text); };
  EXPECT_THAT(provider("base_url = 'ftp://a'"), HasSubstr("providers.b.base_url: the URL"));
  const auto with_password = provider("base_url = 'https://user:hunter2@a/v1'");
  EXPECT_THAT(with_password, HasSubstr("providers.b.base_url: the URL"));
  EXPECT_THAT(with_password, Not(HasSubstr("hunter2")));
  const std::string url = "base_url = 'http://a'\n";
  EXPECT_THAT(refusal_of("[providers.b]\n" + url + "api_key = { env = 'KEY' }", {{"KEY", "a b"}}),
              HasSubstr("parley.toml:13: providers.b.api_key: holds a space"));
  EXPECT_THAT(provider(url + "headers = { 'a b' = 'c' }"), HasSubstr("'a b' is not a header's name"));
  EXPECT_THAT(provider(url + "headers = { '' = 'c' }"), HasSubstr("'' is not a header's name"));
  EXPECT_THAT(provider(url + "headers = { a = \"b\\r\\nc\" }"),
              HasSubstr("the value of 'a' is not visible ASCII"));
  EXPECT_THAT(provider(url + "headers = { content-length = '1' }"),
              HasSubstr("'content-length' is set by the server"));
  EXPECT_THAT(
      refusal_of("[providers.b]\n" + url + "api_key = { env = 'KEY' }\nheaders = { authorization = 'x' }",
                 {{"KEY", "ab"}}),
      HasSubstr("'authorization' is set by the server"));
}

TEST(Configuration, refuses_keys_that_are_not_there_yet) {
  EXPECT_THAT(refusal_of("[state]\nkind = 'memory'"), HasSubstr("there is no section 'state'"));
  EXPECT_THAT(refusal_of("[cache]\n"), HasSubstr("there is no section 'cache'"));
  EXPECT_THAT(refusal_of("max_output_tokens = 5"),
              HasSubstr("models.small: there is no key 'max_output_tokens'"));
  EXPECT_THAT(refusal_of("[providers.b]\nkeys = []"), HasSubstr("there is no key 'keys'"));
}

TEST(Configuration, reads_the_keys_that_tokens_are_checked_with) {
  const Folder folder;
  folder.file("bad.pem", "nonsense");
  folder.file("set.json",
              R"( {"keys":[{"kty":"oct","kid":"k","k":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"}]})");
  const auto parse = [&](const std::string& auth) {
    return parse_configuration("[auth]\nissuer='a'\naudience='b'\n" + auth, "parley.toml", folder.path(),
                               with_secret({{"SHORT", "short"}}));
  };
  EXPECT_EQ(parse("keys_file = 'set.json'").value()->auth.keys->size(), 1U);
  EXPECT_EQ(parse("keys_file = 'set.json'\nhs256_secret = { env = 'SECRET' }").value()->auth.keys->size(),
            2U);
  const auto by_url = parse("jwks_url = 'https://issuer.example/jwks'").value();
  EXPECT_TRUE(by_url->auth.keys->empty());
  EXPECT_EQ(by_url->auth.options.jwks_url, "https://issuer.example/jwks");
  EXPECT_THAT(parse("keys_file = 'bad.pem'").error().message, HasSubstr("parley.toml:4: auth.keys_file: "));
  EXPECT_THAT(parse("keys_file = 'none'").error().message, HasSubstr("No such file"));
  const auto weak = parse("hs256_secret = { env = 'SHORT' }");
  ASSERT_FALSE(weak);
  EXPECT_THAT(weak.error().message, HasSubstr("parley.toml:4: auth.hs256_secret: "));
  EXPECT_THAT(weak.error().message, Not(HasSubstr("short ")));
}

TEST(Configuration, a_token_of_the_secret_is_one_that_its_keys_take) {
  const auto c = sound("");
  testing::ManualClock clock;
  const auto key = auth::SigningKey::from_secret(c->auth.hs256_secret.reveal());
  const auto token = auth::issue_token(*key, {.issuer = "me",
                                              .audience = "us",
                                              .user = "ada",
                                              .issued_at = clock.wall_now(),
                                              .expires_at = clock.wall_now() + c->auth.token_lifetime});
  ASSERT_TRUE(token);
  EXPECT_TRUE(auth::verify(*token, *c->auth.keys, c->auth.options.verify, clock.wall_now()));
}

TEST(Configuration, warns_of_what_is_odd) {
  const auto c = parse_configuration("[auth]\njwks_url = 'http://keys.example/'", "parley.toml", "",
                                     {{"PARLEY_SERVER_LISTN", "x"}});
  ASSERT_TRUE(c);
  EXPECT_THAT((*c)->warnings, ElementsAre("the variable 'PARLEY_SERVER_LISTN' fits no setting",
                                          "auth.jwks_url: is not https: whoever sits between can make tokens",
                                          "auth.issuer: is not set: tokens of any issuer are taken",
                                          "auth.audience: is not set: tokens made for others are taken",
                                          "models: there is none: nothing can be asked"));
  EXPECT_THAT(sound("", {{"PARLEY_AUTH_JWKS_URL", "http://127.0.0.1:1/"}})->warnings, IsEmpty());
}

TEST(Configuration, variables_win_and_are_refused_by_their_names) {
  const auto c =
      sound("[server]\nlisten = '127.0.0.1:1'", {{"PARLEY_SERVER_LISTEN", "127.0.0.1:2"},
                                                 {"PARLEY_PROVIDERS_LOCAL_BASE_URL", "http://b/v1"},
                                                 {"PARLEY_PROVIDERS_LOCAL_API_KEY", "sk-1"},
                                                 {"PARLEY_MODELS_SMALL_INPUT_USD_PER_MILLION", "0.15"}});
  ASSERT_TRUE(c);
  EXPECT_EQ(c->server.options.port, 2);
  EXPECT_EQ(c->providers.at("local").base_url, "http://b/v1");
  EXPECT_EQ(c->providers.at("local").api_key.reveal(), "sk-1");
  EXPECT_EQ(c->catalog->find("small")->price.input.count(), 150'000);
  EXPECT_THAT(refusal_of("", {{"PARLEY_SERVER_LISTEN", "x"}}),
              HasSubstr("PARLEY_SERVER_LISTEN: server.listen: an IP address"));
}

TEST(Configuration, reads_files_beside_its_own) {
  const Folder folder;
  folder.file("briefing.json", "{\"rule\": \"be kind\"}\n");
  folder.file("secret", kSecret);
  const auto path = folder.file("parley.toml",
                                "[auth]\nhs256_secret = { file = 'secret' }\n[context]\n"
                                "briefing = 'briefing.json'\n");
  const auto c = load_configuration(path, {});
  ASSERT_TRUE(c) << c.error().message;
  EXPECT_EQ((*c)->engine.briefing, "{\"rule\": \"be kind\"}\n");
  EXPECT_EQ((*c)->auth.hs256_secret.reveal(), kSecret);
  EXPECT_EQ((*c)->sqlite.path, folder.path() + "/parley.db") << "a default, too";

  folder.file("briefing.json", "\xff");
  EXPECT_THAT(load_configuration(path, {}).error().message,
              HasSubstr("parley.toml:4: context.briefing: the briefing must be UTF-8"));
  folder.file("briefing.json", std::string(70'000, 'a'));
  EXPECT_THAT(load_configuration(path, {}).error().message, HasSubstr("more than 65536 bytes"));
  EXPECT_THAT(load_configuration(folder.path() + "/none.toml", {}).error().message, HasSubstr("none.toml"));
  EXPECT_THAT(load_configuration(folder.path(), {}).error().message, HasSubstr("not a regular file"));
}

TEST(Configuration, names_the_settings_that_wait_for_a_restart) {
  const auto running = sound("");
  EXPECT_THAT(differences_for_restart(*running, *sound("")), IsEmpty());
  EXPECT_THAT(
      differences_for_restart(
          *running,
          *sound("input_usd_per_million = 3\n[server]\nlisten = '127.0.0.1:1'\n[store]\nreaders = 3")),
      ElementsAre("server.listen", "store.readers"));
}

// What ./run writes, with its names filled in.
TEST(Configuration, takes_the_files_of_the_local_folder) {
  const Folder folder;
  folder.file("jwt.secret", kSecret);
  folder.file("local.key", "key");
  for (const auto* name : {"local.toml", "openai.toml"}) {
    std::string toml = read_file(std::string(PARLEY_SOURCE_DIR "/local/") + name);
    ASSERT_FALSE(toml.empty()) << name;
    for (const auto& [from, to] : std::initializer_list<std::pair<std::string_view, std::string>>{
             {"@PORT@", "8080"},
             {"@DIR@", folder.path()},
             {"@MODEL_PORT@", "9999"},
             {"@OPENAI_BASE_URL@", "https://api.openai.com/v1"}}) {
      for (auto at = toml.find(from); at != std::string::npos; at = toml.find(from))
        toml.replace(at, from.size(), to);
    }
    const auto c = parse_configuration(toml, name, "", {{"OPENAI_API_KEY", "sk-1"}});
    ASSERT_TRUE(c) << c.error().message;
    EXPECT_THAT((*c)->warnings, IsEmpty());
    EXPECT_NE((*c)->default_model, "");
  }
}

TEST(Configuration, is_documented_as_it_is) {
  EXPECT_EQ(read_file(PARLEY_SOURCE_DIR "/docs/configuration.md"), configuration_reference())
      << "docs/configuration.md is out of date: parley config-reference > docs/configuration.md";
}

TEST(Configuration, the_example_of_its_documentation_is_sound) {
  const auto page = configuration_reference();
  const auto begin = page.find("```toml\n") + 8;
  const Folder folder;
  folder.file("jwt.secret", kSecret);
  const auto c = parse_configuration(page.substr(begin, page.find("```\n", begin) - begin), "parley.toml",
                                     folder.path(), {{"OPENAI_API_KEY", "sk-1"}});
  ASSERT_TRUE(c) << c.error().message;
  EXPECT_EQ((*c)->catalog->find("gpt-4o-mini")->price.cached_input.count(), 75'000);
}

}  // namespace
}  // namespace parley::app
