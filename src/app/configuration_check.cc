#include "app/configuration_check.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include "base/file.h"
#include "base/quote.h"
#include "net/client.h"
#include "net/http.h"

namespace parley::app {
namespace {

using base::quote;
using Path = std::initializer_list<std::string_view>;

constexpr std::size_t kMaxPemBytes = std::size_t{256} << 10;
constexpr std::string_view kOpenAiUrl = "https://api.openai.com/v1";
// They are the client's and the provider's to set.
constexpr std::array<std::string_view, 8> kReservedHeaders{
    "Host",         "Content-Length", "Connection", "Transfer-Encoding",
    "Content-Type", "Accept",         "Expect",     "traceparent"};

class Completion {
 public:
  Completion(Configuration& configuration, const base::SettingNode& file, const std::string& name)
      : c_(configuration), file_(file), name_(name) {}

  base::Result<void> run() {
    server();
    auth();
    briefing();
    store();
    for (auto& [name, provider] : c_.providers) check_provider(name, provider);
    catalog();
    policy();
    if (problems_.empty()) return {};
    return base::fail(base::ErrorCode::kBadUserInput, fmt::format("{}", fmt::join(problems_, "\n")));
  }

 private:
  void problem(Path path, std::string_view what) {
    problems_.push_back(fmt::format("{}{}: {}: {}", name_, line_of(path), fmt::join(path, "."), what));
  }
  void warn(Path path, std::string_view what) {
    c_.warnings.push_back(fmt::format("{}: {}", fmt::join(path, "."), what));
  }

  // ":12" of the setting, or of the nearest table around it; nothing where the file does not name it.
  std::string line_of(Path path) const {
    const base::SettingNode* node = &file_;
    std::uint32_t line = 0;
    for (const auto part : path) {
      node = node->find(part);
      if (node == nullptr) break;
      line = node->line;
    }
    return line == 0 ? std::string() : fmt::format(":{}", line);
  }

  // Nothing where it cannot be read, which is said then.
  std::optional<base::SmallFile> read(Path path, const std::string& file, std::size_t max_bytes) {
    auto content = base::read_small_file(file, max_bytes);
    if (content) return std::move(*content);
    problem(path, content.error().message);
    return std::nullopt;
  }

  void server() {
    auto& server = c_.server;
    server.options.address = server.listen.address;
    server.options.port = server.listen.port;
    if (server.ops_listen && *server.ops_listen == server.listen && server.listen.port != 0) {
      problem({"server", "ops_listen"}, "must differ from server.listen");
    }
    if (server.tls_certificate.empty() && server.tls_key.empty()) return;
    if (server.tls_certificate.empty())
      return problem({"server", "tls_key"}, "server.tls_certificate is missing");
    if (server.tls_key.empty()) return problem({"server", "tls_certificate"}, "server.tls_key is missing");
    const auto certificate = read({"server", "tls_certificate"}, server.tls_certificate, kMaxPemBytes);
    const auto key = read({"server", "tls_key"}, server.tls_key, kMaxPemBytes);
    if (!certificate || !key) return;
    if (key->world_readable) {
      warn({"server", "tls_key"},
           fmt::format("every user of this machine can read the file {}", quote(server.tls_key, 256)));
    }
    auto identity = net::make_tls_identity(certificate->content, key->content);
    if (!identity) return problem({"server", "tls_certificate"}, identity.error().message);
    server.options.tls = std::move(*identity);
  }

  void auth() {
    auto& auth = c_.auth;
    auth::KeySet keys;
    if (!auth.hs256_secret.empty()) {
      auto secret = auth::KeySet::from_secret(auth.hs256_secret.reveal());
      if (!secret) return problem({"auth", "hs256_secret"}, secret.error().message);
      keys = keys.with(*secret);
    }
    if (!auth.keys_file.empty()) {
      const auto file = read({"auth", "keys_file"}, auth.keys_file, auth::KeySet::kMaxDocumentBytes);
      if (!file) return;
      const auto start = file->content.find_first_not_of(" \t\r\n");
      const bool json = start != std::string::npos && file->content[start] == '{';
      auto public_keys = json ? auth::KeySet::from_jwks(file->content, auth::JwksOrigin::kPrivateFile)
                              : auth::KeySet::from_pem(file->content);
      if (!public_keys) {
        const auto& error = public_keys.error();
        return problem({"auth", "keys_file"},
                       error.cause.empty() ? error.message : error.message + ": " + error.cause);
      }
      keys = keys.with(*public_keys);
    }
    if (keys.empty() && auth.options.jwks_url.empty()) {
      problem({"auth"}, "one of hs256_secret, keys_file and jwks_url is needed");
    }
    auth.keys = std::make_shared<const auth::KeySet>(std::move(keys));
    check_jwks_url();
    const auto& verify = auth.options.verify;
    if (verify.issuer.empty()) warn({"auth", "issuer"}, "is not set: tokens of any issuer are taken");
    if (verify.audience.empty()) warn({"auth", "audience"}, "is not set: tokens made for others are taken");
  }

  void check_jwks_url() {
    const auto& options = c_.auth.options;
    if (options.jwks_url.empty()) return;
    if (options.max_stale < options.refresh_after) {
      problem({"auth", "jwks_max_age"}, "must not be shorter than auth.jwks_refresh");
    }
    const auto url = net::parse_url(options.jwks_url);
    if (!url || url->tls) return;
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(url->host, error);
    if (url->host == "localhost" || (!error && address.is_loopback())) return;
    warn({"auth", "jwks_url"}, "is not https: whoever sits between can make tokens");
  }

  void briefing() {
    if (c_.briefing_file.empty()) return;
    auto file = read({"context", "briefing"}, c_.briefing_file, c_.engine.limits.max_prompt_bytes);
    if (!file) return;
    const auto checked = chat::check_text("the briefing", file->content, c_.engine.limits.max_prompt_bytes);
    if (!checked) return problem({"context", "briefing"}, checked.error().message);
    c_.engine.briefing = std::move(file->content);
  }

  void store() {
    // The lease is renewed with a checkpoint, at a third of its time, and that write may take its time too.
    const auto& engine = c_.engine;
    if (engine.lease < engine.lease / 3 + engine.checkpoint_every + engine.store_timeout) {
      problem({"store", "lease"},
              "two thirds of it must be longer than store.checkpoint_interval and store.timeout together");
    }
    if (c_.sqlite.path.empty()) problem({"store", "path"}, "must not be empty");
  }

  void check_provider(const std::string& name, ProviderConfiguration& provider) {
    auto& gate = provider.gate;
    gate.max_waiting = c_.max_waiting;
    gate.max_waiting_per_user = c_.max_waiting_per_user;
    if (gate.min_concurrency > gate.max_concurrency) {
      problem({"providers", name, "min_concurrency"}, "must not be more than max_concurrency");
    }
    gate.initial_concurrency = std::clamp(
        gate.initial_concurrency, std::min(gate.min_concurrency, gate.max_concurrency), gate.max_concurrency);
    if (provider.base_url.empty()) {
      if (provider.kind != ProviderKind::kOpenAi) problem({"providers", name, "base_url"}, "is missing");
      provider.base_url = kOpenAiUrl;
    }
    const bool visible =
        std::ranges::all_of(provider.api_key.reveal(), [](char c) { return c > ' ' && c < 0x7f; });
    if (!visible) {
      problem({"providers", name, "api_key"},
              "holds a space, a line's end or another character that a key cannot have");
    }
    for (const auto& [header, value] : provider.headers) check_header(name, header, value, provider);
  }

  void check_header(const std::string& provider_name, const std::string& header, const base::Secret& value,
                    const ProviderConfiguration& provider) {
    const Path path{"providers", provider_name, "headers"};
    constexpr std::string_view kTokenMarks = "!#$%&'*+-.^_`|~";
    const bool is_name = !header.empty() && header.size() <= 256 && std::ranges::all_of(header, [&](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             kTokenMarks.contains(c);
    });
    if (!is_name) return problem(path, fmt::format("{} is not a header's name", quote(header)));
    const bool reserved =
        std::ranges::any_of(kReservedHeaders,
                            [&](std::string_view other) { return net::iequals(header, other); }) ||
        (net::iequals(header, "Authorization") && !provider.api_key.empty());
    if (reserved) return problem(path, fmt::format("{} is set by the server itself", quote(header)));
    const auto& text = value.reveal();
    const bool is_value = text.size() <= 8192 && !text.starts_with(' ') && !text.ends_with(' ') &&
                          std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
    if (!is_value) problem(path, fmt::format("the value of {} is not visible ASCII", quote(header)));
  }

  void catalog() {
    std::vector<chat::ChatModel> models;
    std::vector<std::string> chatting;
    for (const auto& [id, model] : c_.models) {
      if (!c_.providers.contains(model.provider)) {
        problem({"models", id, "provider"}, fmt::format("there is no provider {}", quote(model.provider)));
      }
      if (model.kind == chat::ModelKind::kChat) chatting.push_back(id);
      models.push_back({.id = id,
                        .provider = model.provider,
                        .upstream = model.upstream.empty() ? id : model.upstream,
                        .context_window = model.context_window,
                        .price = {.input = model.input,
                                  .cached_input = model.cached_input.value_or(model.input),
                                  .output = model.output},
                        .kind = model.kind,
                        .encoding = model.tokenizer.value_or(
                            tokens::encoding_of(model.upstream.empty() ? id : model.upstream)),
                        .image_tokens = model.image_tokens});
    }
    if (models.empty()) warn({"models"}, "there is none: nothing can be asked");
    if (c_.default_model.empty() && chatting.size() == 1) c_.default_model = chatting.front();
    if (!c_.default_model.empty() && std::ranges::find(chatting, c_.default_model) == chatting.end()) {
      problem({"chat", "default_model"},
              fmt::format("there is no model {} that chats", quote(c_.default_model)));
    }
    c_.catalog = std::make_shared<const chat::Catalog>(std::move(models), c_.default_model);
  }

  void policy() {
    limits::Policy policy = c_.limits;
    policy.default_tier = c_.api.default_tier;
    auto& rule = policy.bans;
    rule.rates.first = rule.logins.first;
    rule.rates.longest = rule.logins.longest;
    rule.rates.forget = rule.logins.forget;
    if (rule.logins.longest < rule.logins.first) {
      problem({"limits", "longest_ban"}, "must not be shorter than limits.ban");
    }
    if (policy.answer_least > policy.answer_wanted) {
      problem({"limits", "least_answer_tokens"}, "must not be more than limits.answer_tokens");
    }
    policy.tiers.try_emplace(policy.default_tier);
    for (const auto& [name, tier] : c_.tiers) policy.tiers[name] = tier;
    for (const auto& [name, organisation] : c_.organisations) {
      if (name == "*") {
        policy.any_organisation = organisation;
      } else {
        policy.organisations[name] = organisation;
      }
    }
    for (const auto& [name, budget] : c_.users) {
      if (!name.contains('/')) problem({"users", name}, "is not named as \"organisation/user\"");
      policy.users[name] = budget;
    }
    c_.policy = std::make_shared<const limits::Policy>(std::move(policy));
  }

  Configuration& c_;
  const base::SettingNode& file_;
  const std::string& name_;
  std::vector<std::string> problems_{};
};

}  // namespace

base::Result<void> complete_configuration(Configuration& configuration, const base::SettingNode& file,
                                          const std::string& name) {
  return Completion(configuration, file, name).run();
}

}  // namespace parley::app
