// What the API's handlers of one worker work with, and the bounds that they keep. All of it outlives them.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "auth/authenticator.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "chat/conversations.h"
#include "chat/engine.h"
#include "limits/limiter.h"
#include "model/id.h"
#include "net/forwarded.h"
#include "streams/streams.h"

namespace parley::api {

struct ApiOptions {
  // A request that waits for no answer of a model.
  std::chrono::milliseconds request_timeout{30'000};
  // A request that waits for one; the turn goes on when its time is up.
  std::chrono::milliseconds answer_timeout{600'000};
  // A stream that has nothing to say says so this often, so that nothing between here and the client closes
  // it.
  std::chrono::milliseconds heartbeat{15'000};
  // Of callers whose token names no tier.
  std::string default_tier = "default";
  // Whose word is taken for who sent a request, and by which header. A request of their own, sent for nobody,
  // comes from within: it is not counted by its address.
  net::NetworkSet trusted_proxies{};
  net::ForwardedBy forwarded_by = net::ForwardedBy::kEither;
};

struct Services {
  chat::ChatEngine& engine;
  chat::Conversations& conversations;
  const streams::Streams& streams;
  auth::Authenticator& authenticator;
  limits::Limiter& limiter;
  const base::Clock& clock;
  base::Metrics& metrics;
  const base::Log& log;
  model::IdGenerator& ids;
  ApiOptions options{};
};

}  // namespace parley::api
