// The answer under way: the bytes of an HTTP response, read through an OpenAiReply.
//
// Used by one coroutine at a time, on the worker of its provider.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "net/client.h"
#include "providers/openai_reply.h"
#include "providers/provider.h"

namespace parley::providers {

class OpenAiStream final : public ChatStream {
 public:
  // `response` has a status of success and its body is unread.
  OpenAiStream(std::unique_ptr<net::ClientResponse> response, OpenAiReply reply)
      : response_(std::move(response)), reply_(std::move(reply)) {}

  base::Awaitable<base::Result<std::optional<ProviderEvent>>> next() override;

 private:
  base::Awaitable<base::Result<void>> read_more();
  base::Awaitable<void> read_to_end();
  base::Awaitable<void> discard(base::Event& ended);

  std::unique_ptr<net::ClientResponse> response_;
  OpenAiReply reply_;
  std::optional<base::Error> failed_;
  // The body's end has come, so that the connection is the pool's again.
  bool ended_ = false;
};

}  // namespace parley::providers
