// `GET /v1/models`, `GET /v1/models/{id}` and `POST /v1/embeddings`, as OpenAI's
// (platform.openai.com/docs/api-reference/models, /embeddings).
#pragma once

#include <string_view>

#include "api/caller.h"
#include "api/services.h"
#include "net/server.h"

namespace parley::api {

base::Awaitable<void> serve_models(const Services& services, const Caller& caller, net::Exchange& exchange);
// NOT_FOUND for an id that is not in the catalog.
base::Awaitable<void> serve_model(const Services& services, const Caller& caller, std::string_view id,
                                  net::Exchange& exchange);
// The provider's reply as it is, with the model's name as clients know it.
base::Awaitable<void> serve_embeddings(const Services& services, const Caller& caller,
                                       net::Exchange& exchange);

}  // namespace parley::api
