// What the program was told: parley.toml and the PARLEY_* variables as one immutable value.
//
// Read whole, checked whole: certificates, keys, secrets and the briefing that it names are read with it, so
// that a Configuration that exists can be run with. A reload makes a new one beside the old. Any thread.
//
// The options of the rooms are used as they are; what a room needs beside them is said at each member.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/api.h"
#include "api/services.h"
#include "auth/authenticator.h"
#include "base/error.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/settings_source.h"
#include "chat/catalog.h"
#include "chat/engine.h"
#include "limits/gate.h"
#include "limits/policy.h"
#include "net/address.h"
#include "net/client.h"
#include "net/forwarded.h"
#include "net/server.h"
#include "providers/openai.h"
#include "state/memory/memory_state.h"
#include "store/sqlite/sqlite_store.h"
#include "streams/hub.h"
#include "streams/streams.h"
#include "tokens/tokenizer.h"

namespace parley::app {

struct ListenAddress {
  // An IPv4 or IPv6 address, without brackets.
  std::string address;
  std::uint16_t port = 0;

  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

enum class ProviderKind : std::uint8_t { kOpenAi, kOpenAiCompatible };
enum class StoreKind : std::uint8_t { kSqlite };

struct ServerConfiguration {
  ListenAddress listen{.address = "127.0.0.1", .port = 8080};
  // Where /healthz, /readyz and /metrics are served alone; nothing: beside the rest.
  std::optional<ListenAddress> ops_listen{};
  // 0: one for each core. See worker_count().
  int workers = 0;
  // What a shutdown gives to streams and turns.
  std::chrono::milliseconds drain{30'000};
  std::string tls_certificate{};
  std::string tls_key{};
  // Whose word about a client's address is taken.
  net::NetworkSet trusted_proxies{};
  net::ForwardedBy forwarded_by = net::ForwardedBy::kEither;
  // Of one address, in this process; 0: no limit.
  std::size_t connections_per_address = 2000;
  // Whole: address, port and TLS identity are set.
  net::ServerOptions options{};
};

struct AuthConfiguration {
  auth::AuthenticatorOptions options{};
  // Signs tokens of `parley token`; empty where there is none.
  base::Secret hs256_secret{};
  std::string keys_file{};
  // The secret's and the file's; empty where only a URL has keys.
  std::shared_ptr<const auth::KeySet> keys{};
  // Of tokens of `parley token`.
  std::chrono::milliseconds token_lifetime{86'400'000};
};

struct ProviderConfiguration {
  ProviderKind kind = ProviderKind::kOpenAiCompatible;
  std::string base_url{};
  base::Secret api_key{};
  // Sent with each request.
  std::map<std::string, base::Secret> headers{};
  bool include_usage = true;
  net::ClientTimeouts timeouts{};
  // Of the provider's own client in each worker; `trust` is not set.
  net::ClientOptions client{};
  // Whole: how many may wait is `limits`'s.
  limits::GateOptions gate{};
};

struct ModelConfiguration {
  chat::ModelKind kind = chat::ModelKind::kChat;
  // A name of `providers`.
  std::string provider{};
  // As the provider names it; empty: the same.
  std::string upstream{};
  std::int64_t context_window = 0;
  // For a million tokens. Cached input costs what other input does where it is left out.
  model::MicroUsd input{};
  std::optional<model::MicroUsd> cached_input{};
  model::MicroUsd output{};
  // Nothing: by the model's name.
  std::optional<tokens::Encoding> tokenizer{};
  std::int64_t image_tokens = 2000;
};

struct Configuration {
  ServerConfiguration server{};
  // The API's of every worker: bounds, GraphQL and its WebSockets.
  api::ApiOptions api{};
  api::ApiSettings api_settings{};
  AuthConfiguration auth{};
  StoreKind store_kind = StoreKind::kSqlite;
  store::sqlite::SqliteOptions sqlite{.path = "parley.db"};
  // Whole: node, limits, briefing, context and deadlines are set.
  chat::EngineOptions engine{};
  std::string briefing_file{};
  streams::HubOptions hub{};
  streams::StreamsOptions streams{};
  std::map<std::string, ProviderConfiguration> providers{};
  std::map<std::string, ModelConfiguration> models{};
  std::map<std::string, limits::TierPolicy> tiers{};
  // "*": any that has no entry of its own.
  std::map<std::string, limits::OrganisationPolicy> organisations{};
  // By "tenant/user".
  std::map<std::string, model::BudgetLimits> users{};
  // All but the three above.
  limits::Policy limits{};
  // Of every provider's line.
  std::size_t max_waiting = 2000;
  std::size_t max_waiting_per_user = 100;
  state::memory::MemoryOptions state{};
  // The id of a chat model; empty where there is none.
  std::string default_model{};
  base::LogLevel log_level = base::LogLevel::kInfo;

  // Made of `models`.
  chat::CatalogPtr catalog{};
  // Made of `limits`, `tiers`, `organisations` and `users`.
  limits::PolicyPtr policy{};
  // What is odd and yet no error, for the log.
  std::vector<std::string> warnings{};
};

using ConfigurationPtr = std::shared_ptr<const Configuration>;

// Reads the file at `path` and the variables. Relative paths in it are taken from the file's folder.
// BAD_USER_INPUT, one line for each thing that is wrong, up to 20: "parley.toml:12: server.listen: ...".
[[nodiscard]] base::Result<ConfigurationPtr> load_configuration(const std::string& path,
                                                                const base::Environment& environment);

// The same with the file's content at hand; `name` is its name in messages, `folder` where relative paths
// begin.
[[nodiscard]] base::Result<ConfigurationPtr> parse_configuration(std::string_view toml,
                                                                 const std::string& name,
                                                                 const std::string& folder,
                                                                 const base::Environment& environment);

// The settings, such as "server.listen", that differ and that a running program does not take: they wait for
// its next start.
std::vector<std::string> differences_for_restart(const Configuration& running, const Configuration& wanted);

// docs/configuration.md.
std::string configuration_reference();

// How many workers to run: `server.workers`, or the cores that this process may use.
std::size_t worker_count(const Configuration& configuration);

// Key and headers included.
providers::OpenAiOptions openai_options(const ProviderConfiguration& provider);

}  // namespace parley::app
