#include "app/configuration_table.h"

#include <chrono>

#include "app/configuration_limits.h"
#include "app/configuration_models.h"
#include "app/configuration_types.h"

namespace parley::app {
namespace {

using namespace std::chrono_literals;

using base::boolean;
using base::byte_size;
using base::duration;
using base::number;
using base::Reload;
using base::SettingRows;
using base::text;

using Config = Configuration;

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kMiB = 1024 * kKiB;
constexpr std::size_t kGiB = 1024 * kMiB;

SettingRows<Config> server_rows() {
  SettingRows<Config> rows;
  rows.add(
          "listen", listen_address(), [](Config& c) -> auto& { return c.server.listen; },
          "Where clients connect. Port 0 takes a free one.")
      .add(
          "ops_listen", base::optional(listen_address()),
          [](Config& c) -> auto& { return c.server.ops_listen; },
          "Where `/healthz`, `/readyz` and `/metrics` are served, and only there; left out: beside the rest.")
      .add(
          "node", node_name(), [](Config& c) -> auto& { return c.engine.node; },
          "This node's name, unique among those that share a store.")
      .add(
          "workers", number<int>(0, 256), [](Config& c) -> auto& { return c.server.workers; },
          "Threads that serve, each with its own connections; 0: one for each core.")
      .add(
          "drain_seconds", base::whole_seconds(0, 3600), [](Config& c) -> auto& { return c.server.drain; },
          "How long a shutdown lets turns and streams go on.")
      .add(
          "tls_certificate", base::path(), [](Config& c) -> auto& { return c.server.tls_certificate; },
          "The certificate's chain in PEM, the server's own first; left out: no TLS.", Reload::kLive)
      .add(
          "tls_key", base::path(), [](Config& c) -> auto& { return c.server.tls_key; },
          "Its private key in PEM.", Reload::kLive)
      .add(
          "max_connections", number<std::size_t>(1, 1'000'000),
          [](Config& c) -> auto& { return c.server.options.max_connections; },
          "Connections of one worker; more get `OVERLOADED`.")
      .add(
          "connections_per_address", number<std::size_t>(0, 1'000'000),
          [](Config& c) -> auto& { return c.server.connections_per_address; },
          "Connections from one IPv4 address or one /64 of IPv6; more get `RATE_LIMITED`. Trusted proxies "
          "are not counted. 0: no limit.",
          Reload::kLive)
      .add(
          "trusted_proxies", networks(), [](Config& c) -> auto& { return c.server.trusted_proxies; },
          "Proxies whose `Forwarded` or `X-Forwarded-For` says who the client is.", Reload::kLive)
      .add(
          "forwarded_by",
          base::choice<net::ForwardedBy>({{"either", net::ForwardedBy::kEither},
                                          {"forwarded", net::ForwardedBy::kForwarded},
                                          {"x-forwarded-for", net::ForwardedBy::kXForwardedFor}}),
          [](Config& c) -> auto& { return c.server.forwarded_by; },
          "Which of the two they write. `either`: a request that has both counts as the proxy's own, unless "
          "they name the same client.",
          Reload::kLive)
      .add(
          "max_header", byte_size(kKiB, kMiB),
          [](Config& c) -> auto& { return c.server.options.max_header_bytes; },
          "A request's line and header.")
      .add(
          "max_header_count", number<std::size_t>(8, 1000),
          [](Config& c) -> auto& { return c.server.options.max_header_count; }, "Header fields of a request.")
      .add(
          "max_body", byte_size(kKiB, 64 * kMiB),
          [](Config& c) -> auto& { return c.server.options.max_body_bytes; }, "A request's body.")
      .add(
          "header_timeout", duration(100ms, 10min),
          [](Config& c) -> auto& { return c.server.options.header_timeout; },
          "From a request's first byte to the end of its header; TLS's handshake too.")
      .add(
          "body_timeout", duration(100ms, 1h),
          [](Config& c) -> auto& { return c.server.options.body_timeout; },
          "From there to the end of the body.")
      .add(
          "idle_timeout", duration(100ms, 1h),
          [](Config& c) -> auto& { return c.server.options.idle_timeout; }, "Between requests.")
      .add(
          "write_timeout", duration(100ms, 10min),
          [](Config& c) -> auto& { return c.server.options.write_timeout; },
          "While an answer waits for its client, how long it may take less than `min_write_rate`.")
      .add(
          "min_write_rate", byte_size(0, kMiB),
          [](Config& c) -> auto& { return c.server.options.min_write_rate; },
          "What a client takes in a second at least, on the average of a `write_timeout`, while an answer "
          "waits for it.")
      .add(
          "max_buffered", byte_size(kMiB, 64 * kGiB),
          [](Config& c) -> auto& { return c.server.options.max_buffered_bytes; },
          "What one worker holds of bodies that are not whole yet, and as much again of answers that wait "
          "for "
          "their clients. A body beyond gets `OVERLOADED`; of the answers the largest is given up.")
      .add(
          "request_timeout", duration(100ms, 10min), [](Config& c) -> auto& { return c.api.request_timeout; },
          "A request that waits for no answer of a model.")
      .add(
          "answer_timeout", duration(1s, 24h), [](Config& c) -> auto& { return c.api.answer_timeout; },
          "A request that waits for one; the turn goes on when its time is up.");
  return rows;
}

SettingRows<Config> websocket_rows() {
  SettingRows<Config> rows;
  rows.add(
          "max_message", byte_size(kKiB, 64 * kMiB),
          [](Config& c) -> auto& { return c.api_settings.websocket.socket.max_message_bytes; },
          "A client's message, decompressed.")
      .add(
          "max_queued", byte_size(16 * kKiB, kGiB),
          [](Config& c) -> auto& { return c.api_settings.websocket.socket.max_queued_bytes; },
          "What may wait for a client that reads slowly; more closes the connection.")
      .add(
          "idle_timeout", duration(1s, 1h),
          [](Config& c) -> auto& { return c.api_settings.websocket.socket.idle_timeout; },
          "A silent client is pinged after half of this and closed after all of it.")
      .add(
          "message_timeout", duration(100ms, 1h),
          [](Config& c) -> auto& { return c.api_settings.websocket.socket.message_timeout; },
          "From a message's first byte to its end.")
      .add(
          "init_timeout", duration(100ms, 10min),
          [](Config& c) -> auto& { return c.api_settings.websocket.init_timeout; },
          "From the upgrade to `connection_init`.")
      .add(
          "max_subscriptions", number<std::size_t>(1, 10'000),
          [](Config& c) -> auto& { return c.api_settings.websocket.max_operations; },
          "Operations that are open at once on one connection.")
      .add(
          "compression", boolean(),
          [](Config& c) -> auto& { return c.api_settings.websocket.socket.allow_deflate; },
          "Whether permessage-deflate is agreed to.");
  return rows;
}

SettingRows<Config> graphql_rows() {
  SettingRows<Config> rows;
  rows.add(
          "max_depth", number<int>(1, 100),
          [](Config& c) -> auto& { return c.api_settings.graphql.limits.max_depth; }, "Fields within fields.")
      .add(
          "max_cost", number<std::int64_t>(1, 1'000'000'000),
          [](Config& c) -> auto& { return c.api_settings.graphql.limits.max_cost; },
          "An operation's cost: about the number of fields that it can return.")
      .add(
          "max_aliases", number<int>(0, 10'000),
          [](Config& c) -> auto& { return c.api_settings.graphql.limits.max_aliases; },
          "Fields with an alias.")
      .add(
          "max_root_fields", number<int>(1, 1000),
          [](Config& c) -> auto& { return c.api_settings.graphql.limits.max_root_fields; },
          "Root fields of an operation.")
      .add(
          "max_tokens", number<std::size_t>(100, 1'000'000),
          [](Config& c) -> auto& { return c.api_settings.graphql.documents.parse.max_tokens; },
          "Tokens of a document.")
      .add(
          "introspection", boolean(),
          [](Config& c) -> auto& { return c.api_settings.graphql.documents.validate.introspection; },
          "Whether `__schema` and `__type` may be asked for.")
      .add(
          "document_cache", byte_size(0, kGiB),
          [](Config& c) -> auto& { return c.api_settings.graphql.documents.max_bytes; },
          "Parsed documents that one worker keeps.");
  return rows;
}

SettingRows<Config> auth_rows() {
  SettingRows<Config> rows;
  rows.add(
          "issuer", text(256), [](Config& c) -> auto& { return c.auth.options.verify.issuer; },
          "What a token's `iss` must be; left out: it is not looked at.", Reload::kLive)
      .add(
          "audience", text(256), [](Config& c) -> auto& { return c.auth.options.verify.audience; },
          "What a token's `aud` must be or hold; left out: it is not looked at.", Reload::kLive)
      .add(
          "leeway", duration(0ms, 5min), [](Config& c) -> auto& { return c.auth.options.verify.leeway; },
          "How far the issuer's clock may be off.", Reload::kLive)
      .add(
          "hs256_secret", base::secret(), [](Config& c) -> auto& { return c.auth.hs256_secret; },
          "The key of HS256 tokens, 32 bytes and more; `parley token` signs with it.", Reload::kLive)
      .add(
          "keys_file", base::path(), [](Config& c) -> auto& { return c.auth.keys_file; },
          "Public keys in PEM, or a JWK Set.", Reload::kLive)
      .add(
          "jwks_url", url(), [](Config& c) -> auto& { return c.auth.options.jwks_url; },
          "Where a JWK Set is fetched, and fetched anew.")
      .add(
          "jwks_refresh", duration(10s, 24h), [](Config& c) -> auto& { return c.auth.options.refresh_after; },
          "How old it may be before a request has it fetched anew.")
      .add(
          "jwks_min_gap", duration(1s, 1h), [](Config& c) -> auto& { return c.auth.options.min_fetch_gap; },
          "No fetch begins sooner after the last, whatever tokens come.")
      .add(
          "jwks_timeout", duration(100ms, 1min),
          [](Config& c) -> auto& { return c.auth.options.fetch_timeout; }, "One fetch.")
      .add(
          "jwks_max_age", duration(1min, 720h), [](Config& c) -> auto& { return c.auth.options.max_stale; },
          "How long its keys are used where it cannot be fetched.")
      .add(
          "token_cache", number<std::size_t>(0, 1'000'000),
          [](Config& c) -> auto& { return c.auth.options.max_cached_tokens; },
          "Checked tokens that one worker remembers.")
      .add(
          "default_tier", text(64, 1), [](Config& c) -> auto& { return c.api.default_tier; },
          "The tier of tokens that name none.")
      .add(
          "token_lifetime", duration(1s, 24h * 366), [](Config& c) -> auto& { return c.auth.token_lifetime; },
          "Of the tokens that `parley token` makes.", Reload::kLive);
  return rows;
}

SettingRows<Config> store_rows() {
  SettingRows<Config> rows;
  rows.add(
          "kind", base::choice<StoreKind>({{"sqlite", StoreKind::kSqlite}}),
          [](Config& c) -> auto& { return c.store_kind; }, "SQLite in one file, for one node.")
      .add(
          "path", base::path(), [](Config& c) -> auto& { return c.sqlite.path; },
          "The database; made where it is not there.")
      .add(
          "readers", number<std::size_t>(1, 64), [](Config& c) -> auto& { return c.sqlite.readers; },
          "Threads that read.")
      .add(
          "queue", number<std::size_t>(16, 1'000'000), [](Config& c) -> auto& { return c.sqlite.queue; },
          "Reads, and writes, that may wait; more are `OVERLOADED`.")
      .add(
          "max_group", number<std::size_t>(1, 10'000), [](Config& c) -> auto& { return c.sqlite.max_group; },
          "Writes that are committed at once.")
      .add(
          "busy_timeout", duration(0ms, 1min), [](Config& c) -> auto& { return c.sqlite.busy_timeout; },
          "How long another process's lock is waited for.")
      .add(
          "max_size", sqlite_pages(), [](Config& c) -> auto& { return c.sqlite.max_pages; },
          "How large the database may grow, 1MiB and more; 0B: as the disk allows.")
      .add(
          "timeout", duration(100ms, 5min), [](Config& c) -> auto& { return c.engine.store_timeout; },
          "One operation of a turn.")
      .add(
          "settle_timeout", duration(1s, 1h), [](Config& c) -> auto& { return c.engine.settle_timeout; },
          "How long a turn's end is tried before it is left to be found as lost.")
      .add(
          "checkpoint_interval", duration(10ms, 1min),
          [](Config& c) -> auto& { return c.engine.checkpoint_every; },
          "How often a growing answer is stored: what a crash can lose.")
      .add(
          "lease", duration(1s, 1h), [](Config& c) -> auto& { return c.engine.lease; },
          "A turn whose node was silent for so long is lost, and marked `INTERRUPTED`.");
  return rows;
}

SettingRows<Config> context_rows() {
  SettingRows<Config> rows;
  rows.add(
          "messages", number<int>(0, 199), [](Config& c) -> auto& { return c.engine.context_messages; },
          "How many of a conversation's last messages go with a new one.")
      .add(
          "max_pinned", number<int>(0, 200), [](Config& c) -> auto& { return c.engine.max_pinned; },
          "How many pinned messages go with it.")
      .add(
          "briefing", base::path(), [](Config& c) -> auto& { return c.briefing_file; },
          "A text that every new conversation begins with.");
  return rows;
}

SettingRows<Config> chat_rows() {
  SettingRows<Config> rows;
  rows.add(
          "default_model", text(200), [](Config& c) -> auto& { return c.default_model; },
          "The model of conversations that name none; left out: the only one that chats, or none.",
          Reload::kLive)
      .add(
          "max_open_turns", number<std::size_t>(1, 1'000'000),
          [](Config& c) -> auto& { return c.engine.max_open_turns; },
          "Turns of one worker that run at once; more are `OVERLOADED`.")
      .add(
          "overload_retry", duration(100ms, 1h), [](Config& c) -> auto& { return c.engine.overload_retry; },
          "When those are told to come again.")
      .add(
          "turn_timeout", duration(1s, 24h), [](Config& c) -> auto& { return c.engine.turn_timeout; },
          "From a turn's beginning to the provider's last word.")
      .add(
          "max_answer", byte_size(kKiB, 256 * kMiB),
          [](Config& c) -> auto& { return c.engine.max_answer_bytes; },
          "An answer that grows larger ends there, with the finish reason `length`.")
      .add(
          "max_answer_events", number<std::size_t>(100, 10'000'000),
          [](Config& c) -> auto& { return c.engine.max_answer_events; }, "The same for its pieces.")
      .add(
          "max_content", byte_size(kKiB, 64 * kMiB),
          [](Config& c) -> auto& { return c.engine.limits.max_content_bytes; }, "A user's message.")
      .add(
          "max_messages_size", byte_size(kKiB, 64 * kMiB),
          [](Config& c) -> auto& { return c.engine.limits.max_messages_bytes; },
          "The messages of a request without a conversation.")
      .add(
          "max_messages", number<std::size_t>(1, 100'000),
          [](Config& c) -> auto& { return c.engine.limits.max_messages; }, "Their number.")
      .add(
          "max_title", byte_size(1, 64 * kKiB),
          [](Config& c) -> auto& { return c.engine.limits.max_title_bytes; }, "A conversation's title.")
      .add(
          "max_prompt", byte_size(kKiB, 16 * kMiB),
          [](Config& c) -> auto& { return c.engine.limits.max_prompt_bytes; }, "A system prompt or briefing.")
      .add(
          "max_client_id", byte_size(16, 4 * kKiB),
          [](Config& c) -> auto& { return c.engine.limits.max_client_id_bytes; },
          "A client's own id of a message or conversation, and an `Idempotency-Key`.");
  return rows;
}

SettingRows<Config> streams_rows() {
  SettingRows<Config> rows;
  rows.add(
          "max_turn", byte_size(16 * kKiB, kGiB), [](Config& c) -> auto& { return c.hub.max_turn_bytes; },
          "What memory holds of one turn's events; older ones are read from the store.")
      .add(
          "max_memory", byte_size(kMiB, 64 * kGiB), [](Config& c) -> auto& { return c.hub.max_bytes; },
          "The same of all turns of one worker.")
      .add(
          "keep_after_end", duration(0ms, 24h), [](Config& c) -> auto& { return c.hub.keep_after_end; },
          "How long memory holds a turn that has ended.")
      .add(
          "poll", duration(10ms, 1min), [](Config& c) -> auto& { return c.streams.poll; },
          "How often the store is asked about a turn that runs elsewhere.")
      .add(
          "watch_limit", number<std::size_t>(16, 1'000'000),
          [](Config& c) -> auto& { return c.streams.watch_limit; },
          "Events that a watcher of a conversation may lag behind.")
      .add(
          "heartbeat", duration(1s, 10min), [](Config& c) -> auto& { return c.api.heartbeat; },
          "How often a stream with nothing to say says so.");
  return rows;
}

SettingRows<Config> log_rows() {
  using base::LogLevel;
  SettingRows<Config> rows;
  rows.add(
      "level",
      base::choice<LogLevel>({{"debug", LogLevel::kDebug},
                              {"info", LogLevel::kInfo},
                              {"warn", LogLevel::kWarn},
                              {"error", LogLevel::kError},
                              {"off", LogLevel::kOff}}),
      [](Config& c) -> auto& { return c.log_level; }, "The least that is written.");
  return rows;
}

}  // namespace

base::Settings<Configuration> configuration_settings() {
  base::Settings<Configuration> settings("PARLEY");
  settings.section("server", "The HTTP server.", server_rows())
      .section("websocket", "GraphQL over WebSocket.", websocket_rows())
      .section("graphql", "What an operation may cost; more is `QUERY_TOO_COMPLEX`.", graphql_rows())
      .section(
          "auth",
          "Whose tokens are believed. At least one of `hs256_secret`, `keys_file` and `jwks_url` is needed.",
          auth_rows())
      .section("store", "The durable truth.", store_rows())
      .section("context", "What a model gets to read.", context_rows())
      .section("chat", "Turns, and what clients may send.", chat_rows())
      .section("streams", "The events of turns.", streams_rows())
      .named(
          "providers", "Servers that answer. `NAME` is what models call it.",
          [](Configuration& c) -> auto& { return c.providers; }, provider_rows())
      .named(
          "models",
          "Models that clients may ask for. `NAME` is what they call it; one with a dot is quoted: "
          "`[models.\"gpt-4.1\"]`.",
          [](Configuration& c) -> auto& { return c.models; }, model_rows())
      .section("limits", "Rates, bans and the line before the providers.", limits_rows())
      .named(
          "tiers",
          "What users of a tier may do. `NAME` is what a token's `tier` says; a tier without an entry is "
          "held "
          "to `[tiers.default]`, or to the defaults below.",
          [](Configuration& c) -> auto& { return c.tiers; }, tier_rows())
      .named(
          "organisations",
          "What all users of an organisation may do together. `NAME` is what a token's `org` says; `\"*\"` "
          "holds for every one without an entry of its own.",
          [](Configuration& c) -> auto& { return c.organisations; }, organisation_rows())
      .named(
          "users",
          "The budget of one user: what is set here takes the place of the tier's. `NAME` is "
          "`\"organisation/user\"`.",
          [](Configuration& c) -> auto& { return c.users; }, user_rows())
      .section("log", "One JSON object a line, on standard error.", log_rows());
  return settings;
}

}  // namespace parley::app
