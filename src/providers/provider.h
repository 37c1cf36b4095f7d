// What the turn engine asks of an AI provider: a chat answer as a stream of events, and embeddings.
//
// A Provider belongs to one worker and outlives every ChatStream that it made; all calls are made on that
// worker. It knows one server and one way of speaking to it: routing, keys' rotation, retries and the breaker
// stand above this interface.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/async.h"
#include "base/call.h"
#include "model/usage.h"

namespace parley::providers {

struct ChatMessage {
  // As on the wire: "system", "developer", "user", "assistant" or "tool".
  std::string role;
  // A string, an array of content parts, or null (an assistant's message that only calls tools). Sent as is.
  boost::json::value content;
  // The message's other members (`name`, `tool_calls`, `tool_call_id`), sent after `content` in their order.
  boost::json::object extra{};
};

struct ChatRequest {
  // As the provider names it.
  std::string model;
  std::vector<ChatMessage> messages;
  // Whether the provider is asked to stream. The caller reads a ChatStream either way.
  bool stream = true;
  std::optional<std::int64_t> max_output_tokens{};
  std::optional<double> temperature{};
  // Passed on as they are (`tools`, `top_p`, `response_format`, ...), in their order, after the members
  // above. Members that this struct or the provider sets itself (`model`, `messages`, `stream`,
  // `stream_options`, `n`, and those of the two optionals where set) are left out, whatever a server calls
  // them: one answer is asked for, of this model, and its usage always.
  boost::json::object extra{};
};

// A piece of the answer's text. Never empty.
struct TextDelta {
  std::string text;
};

// The other members of one delta (`tool_calls`, `refusal`, `reasoning_content`, ...) as a JSON object, or of
// the one message where the request did not stream.
struct ExtraDelta {
  std::string json;
};

// What the provider counted for this request.
struct UsageReport {
  model::Usage usage;
};

// The answer is complete. `reason` as the provider says it: "stop", "length", "tool_calls", ...
struct Finish {
  std::string reason;
};

using ProviderEvent = std::variant<TextDelta, ExtraDelta, UsageReport, Finish>;

// One answer under way. Destroying it before its end closes the connection, so that the provider stops.
class ChatStream {
 public:
  virtual ~ChatStream() = default;

  // The next event, or nothing after Finish. Deltas come first, then at most one UsageReport (a provider may
  // report none: the caller counts for itself then), then Finish, which is always there when all went well.
  // Errors, after which next() is not called again: kProviderUnavailable (the stream broke off, was
  // malformed, ended unfinished or carried an error), kDeadlineExceeded, kCancelled.
  virtual base::Awaitable<base::Result<std::optional<ProviderEvent>>> next() = 0;
};

class Provider {
 public:
  virtual ~Provider() = default;

  // Asks for one answer and returns when the provider has accepted (its head has come). `call` bounds the
  // stream's life too. Errors: kContextTooLong, kProviderRejected (the request is at fault: another provider
  // may take it, a retry is in vain), kProviderUnavailable (`retry_after` where the provider named it
  // or is overloaded, and only then),
  // kDeadlineExceeded, kCancelled. Messages are fit for users; what the provider said is in `cause`.
  virtual base::Awaitable<base::Result<std::unique_ptr<ChatStream>>> chat(base::Call call,
                                                                          ChatRequest request) = 0;

  // POST /embeddings with `request` as it is; the reply's body. Errors as chat().
  virtual base::Awaitable<base::Result<boost::json::value>> embeddings(base::Call call,
                                                                       boost::json::object request) = 0;
};

}  // namespace parley::providers
