// Reads the answer to POST /chat/completions, streamed or whole, as events
// (platform.openai.com/docs/api-reference/chat-streaming, and what vLLM, llama.cpp, Ollama, DeepSeek and
// Moonshot do differently).
//
// A state machine without I/O: bytes are fed as they come, cut anywhere, end() says that the body has ended
// where its framing said, next() hands out what has been understood. Whoever holds it owns it; any thread may
// hold its own.
//
// Of several choices only index 0 is read. Members of a delta that are null, "" or [] say nothing and are
// left out. Usage may come in any chunk, also in several, of which the last counts; one that makes no sense
// counts as none. A stream is complete with a finish_reason and either [DONE] or a clean end; everything else
// is a failure, even if all text should have come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/error.h"
#include "net/sse_reader.h"
#include "providers/provider.h"

namespace parley::providers {

struct OpenAiReplyLimits {
  // Of one event of a stream.
  std::size_t event_bytes = std::size_t{1} << 20;
  // Of the body, streamed or whole.
  std::size_t body_bytes = std::size_t{32} << 20;
};

class OpenAiReply {
 public:
  enum class Form : std::uint8_t { kStream, kWhole };

  // `api_key` is kept out of errors; what it views must outlive the reply.
  OpenAiReply(Form form, OpenAiReplyLimits limits, std::string_view api_key);

  // kProviderUnavailable: the answer is malformed, too large or carries an error. Nothing is to be fed after
  // that, nor after complete(); what was understood before it can still be had from next().
  [[nodiscard]] base::Result<void> feed(std::string_view bytes);
  // The body has ended. kProviderUnavailable: the answer is not whole.
  [[nodiscard]] base::Result<void> end();
  // Deltas in order; once complete(), at most one UsageReport and then Finish. Nothing: feed more, or all was
  // handed out.
  std::optional<ProviderEvent> next();
  // The answer is whole: [DONE] or a clean end was seen.
  bool complete() const { return complete_; }

 private:
  base::Result<void> read_event(std::string_view data);
  base::Result<void> read_reply(const boost::json::value& reply);
  base::Result<void> read_choice(const boost::json::object& choice);
  base::Result<void> read_delta(const boost::json::object& delta);
  void read_usage(const boost::json::value* usage);
  base::Result<void> conclude();

  const Form form_;
  const OpenAiReplyLimits limits_;
  const std::string_view api_key_;
  std::size_t bytes_ = 0;
  net::SseReader events_;
  // A whole answer, until it has ended.
  std::string body_;
  std::deque<ProviderEvent> ready_;
  std::optional<model::Usage> usage_;
  std::string finish_reason_;
  bool complete_ = false;
};

}  // namespace parley::providers
