// Any server that speaks OpenAI's API: OpenAI itself, llama.cpp, vLLM, Ollama and many more.
//
// One worker's, like every provider; the client it is given is that worker's and outlives it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/clock.h"
#include "net/client.h"
#include "providers/openai_reply.h"
#include "providers/openai_request.h"
#include "providers/provider.h"

namespace parley::providers {

struct OpenAiOptions {
  // Up to and without "/chat/completions", such as "https://api.openai.com/v1"; a query (Azure's
  // `?api-version=`) is kept.
  std::string base_url;
  // Sent as a bearer token; empty: none is sent. Stays out of errors.
  std::string api_key{};
  // Sent with every request, such as OpenAI-Organization.
  net::Headers headers{};
  OpenAiDialect dialect{};
  net::ClientTimeouts timeouts{};
  OpenAiReplyLimits limits{};
  std::size_t max_embeddings_bytes = std::size_t{32} << 20;
};

class OpenAiProvider final : public Provider {
 public:
  // `client` and `clock` outlive the provider. BAD_USER_INPUT, naming what is wrong with the URL or the key
  // (which must be visible ASCII, as a header holds it) and not its value.
  [[nodiscard]] static base::Result<std::unique_ptr<OpenAiProvider>> make(OpenAiOptions options,
                                                                          net::Client& client,
                                                                          const base::Clock& clock);

  base::Awaitable<base::Result<std::unique_ptr<ChatStream>>> chat(base::Call call,
                                                                  ChatRequest request) override;
  base::Awaitable<base::Result<boost::json::value>> embeddings(base::Call call,
                                                               boost::json::object request) override;

 private:
  OpenAiProvider(OpenAiOptions options, net::Url base, net::Client& client, const base::Clock& clock);
  net::ClientRequest post(std::string_view path, std::string body, std::string_view accept) const;
  base::Awaitable<base::Result<std::unique_ptr<net::ClientResponse>>> ask(base::Call call,
                                                                          net::ClientRequest request);

  const OpenAiOptions options_;
  const net::Url base_;
  net::Client& client_;
  const base::Clock& clock_;
};

}  // namespace parley::providers
