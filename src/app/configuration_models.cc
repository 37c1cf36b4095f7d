#include "app/configuration_models.h"

#include <chrono>

#include "app/configuration_types.h"

namespace parley::app {

using namespace std::chrono_literals;

using base::boolean;
using base::duration;
using base::number;
using base::Presence;
using base::Reload;
using base::SettingRows;
using base::text;

SettingRows<ProviderConfiguration> provider_rows() {
  using Provider = ProviderConfiguration;
  SettingRows<Provider> rows;
  rows.add(
          "kind",
          base::choice<ProviderKind>(
              {{"openai", ProviderKind::kOpenAi}, {"openai_compatible", ProviderKind::kOpenAiCompatible}}),
          [](Provider& p) -> auto& { return p.kind; }, "OpenAI itself, or a server that speaks its API.",
          Reload::kLive)
      .add(
          "base_url", url(), [](Provider& p) -> auto& { return p.base_url; },
          "Up to and without `/chat/completions`; left out for OpenAI: `https://api.openai.com/v1`.",
          Reload::kLive)
      .add(
          "api_key", base::secret(), [](Provider& p) -> auto& { return p.api_key; },
          "Sent as a bearer token.", Reload::kLive)
      .add(
          "headers", base::secret_table(16), [](Provider& p) -> auto& { return p.headers; },
          "Sent with each request, such as `{ OpenAI-Organization = \"org-1\" }`.", Reload::kLive)
      .add(
          "include_usage", boolean(), [](Provider& p) -> auto& { return p.include_usage; },
          "Whether a stream's usage is asked for; off for servers that refuse `stream_options`.",
          Reload::kLive)
      .add(
          "connect_timeout", duration(10ms, 5min), [](Provider& p) -> auto& { return p.timeouts.connect; },
          "A place in the pool, the name, the connection and TLS.", Reload::kLive)
      .add(
          "first_byte_timeout", duration(100ms, 1h),
          [](Provider& p) -> auto& { return p.timeouts.first_byte; },
          "From the request to the head of its answer.", Reload::kLive)
      .add(
          "idle_timeout", duration(100ms, 1h), [](Provider& p) -> auto& { return p.timeouts.idle; },
          "Between two pieces of an answer.", Reload::kLive)
      .add(
          "max_connections", number<std::size_t>(1, 100'000),
          [](Provider& p) -> auto& { return p.client.max_connections; },
          "Connections of one worker; a request beyond waits.", Reload::kLive)
      .add(
          "max_idle_connections", number<std::size_t>(0, 100'000),
          [](Provider& p) -> auto& { return p.client.max_idle; }, "Those of them that are kept open unused.",
          Reload::kLive)
      .add(
          "keep_alive", duration(1s, 1h), [](Provider& p) -> auto& { return p.client.idle_timeout; },
          "How long they are.", Reload::kLive)
      .add(
          "max_concurrency", number<std::size_t>(1, 1'000'000),
          [](Provider& p) -> auto& { return p.gate.max_concurrency; },
          "Requests of this process at once, at the most; others wait in line.", Reload::kLive)
      .add(
          "initial_concurrency", number<std::size_t>(1, 1'000'000),
          [](Provider& p) -> auto& { return p.gate.initial_concurrency; },
          "The same at the start: from there it follows what the provider bears.", Reload::kLive)
      .add(
          "min_concurrency", number<std::size_t>(1, 1'000'000),
          [](Provider& p) -> auto& { return p.gate.min_concurrency; },
          "The least that it falls to when the provider pushes back.", Reload::kLive)
      .add(
          "first_token_target", duration(0s, 10min),
          [](Provider& p) -> auto& { return p.gate.first_token_target; },
          "Fewer are sent at once when half of the answers begin later than that. For a model server that "
          "queues on its own and never answers 429; 0s: not looked at.",
          Reload::kLive);
  return rows;
}

SettingRows<ModelConfiguration> model_rows() {
  using Model = ModelConfiguration;
  SettingRows<Model> rows;
  rows.add(
          "kind",
          base::choice<chat::ModelKind>(
              {{"chat", chat::ModelKind::kChat}, {"embedding", chat::ModelKind::kEmbedding}}),
          [](Model& m) -> auto& { return m.kind; }, "What it is asked for.", Reload::kLive)
      .add(
          "provider", text(128, 1), [](Model& m) -> auto& { return m.provider; }, "The `NAME` of a provider.",
          Reload::kLive, Presence::kRequired)
      .add(
          "upstream", text(200), [](Model& m) -> auto& { return m.upstream; },
          "The provider's name for it; left out: the same.", Reload::kLive)
      .add(
          "context_window", number<std::int64_t>(1, 1'000'000'000),
          [](Model& m) -> auto& { return m.context_window; }, "In tokens, input and output together.",
          Reload::kLive, Presence::kRequired)
      .add(
          "input_usd_per_million", us_dollars(), [](Model& m) -> auto& { return m.input; },
          "Price of a million input tokens.", Reload::kLive)
      .add(
          "cached_input_usd_per_million", base::optional(us_dollars()),
          [](Model& m) -> auto& { return m.cached_input; },
          "Of those that the provider had cached; left out: as the others.", Reload::kLive)
      .add(
          "output_usd_per_million", us_dollars(), [](Model& m) -> auto& { return m.output; },
          "Price of a million output tokens.", Reload::kLive)
      .add(
          "tokenizer",
          base::optional(base::choice<tokens::Encoding>({{"o200k_base", tokens::Encoding::kO200k},
                                                         {"cl100k_base", tokens::Encoding::kCl100k},
                                                         {"unknown", tokens::Encoding::kUnknown}})),
          [](Model& m) -> auto& { return m.tokenizer; },
          "How it counts tokens, for what is held back of budgets; left out: by its upstream name.",
          Reload::kLive)
      .add(
          "image_tokens", number<std::int64_t>(0, 1'000'000),
          [](Model& m) -> auto& { return m.image_tokens; },
          "What an image or another part that is no text is taken for, at the most.", Reload::kLive);
  return rows;
}

}  // namespace parley::app
