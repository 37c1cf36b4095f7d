// What a client asks of a turn, and the bounds that it is held to. Values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "base/error.h"
#include "model/id.h"
#include "providers/provider.h"

namespace parley::chat {

struct InputLimits {
  std::size_t max_content_bytes = std::size_t{256} << 10;
  // Of a stateless turn's messages together, and their number; and of what is passed on beside them.
  std::size_t max_messages_bytes = std::size_t{4} << 20;
  std::size_t max_messages = 2000;
  std::size_t max_title_bytes = 500;
  std::size_t max_prompt_bytes = std::size_t{64} << 10;
  std::size_t max_client_id_bytes = 200;
  std::size_t max_model_bytes = 200;
};

struct TurnInput {
  // The caller's: what may be spent and the place in line.
  std::string tier{};
  // Left out: a new conversation is made with the turn, unless the turn is stateless.
  std::optional<model::ConversationId> conversation{};
  // What the user says. A stateless turn leaves it empty.
  std::string content{};
  // The client's id of the user's message: the same id again is the same turn.
  std::optional<std::string> client_message_id{};
  // The Idempotency-Key of a request; looked at where there is no client_message_id.
  std::optional<std::string> idempotency_key{};
  std::optional<std::int64_t> expected_version{};
  // Left out: the conversation's, or the catalog's default.
  std::optional<std::string> model{};
  std::optional<std::int64_t> max_output_tokens{};
  std::optional<double> temperature{};
  // Passed on to the provider as they are.
  boost::json::object extra{};
  // A stateless turn sends exactly `messages` and belongs to no conversation.
  bool stateless = false;
  std::vector<providers::ChatMessage> messages{};
  // Whether the provider is asked to stream.
  bool stream = true;
};

struct RegenerateInput {
  std::string tier{};
  // The answer to give anew, or the user's message to answer anew.
  model::MessageId message;
  std::optional<std::string> client_message_id{};
  std::optional<std::string> idempotency_key{};
  std::optional<std::string> model{};
};

// BAD_USER_INPUT or PAYLOAD_TOO_LARGE, naming the member of the input that is at fault as `what`. Texts are
// UTF-8 without NUL.
[[nodiscard]] base::Result<void> check_text(std::string_view what, std::string_view text,
                                            std::size_t max_bytes);
[[nodiscard]] base::Result<void> check(const TurnInput& input, const InputLimits& limits);
[[nodiscard]] base::Result<void> check(const RegenerateInput& input, const InputLimits& limits);

// The same for the same question, and for no other: what an idempotency key is bound to. Hexadecimal SHA-256.
std::string fingerprint(const TurnInput& input);
std::string fingerprint(const RegenerateInput& input);

// What a stateless turn keeps as the user's message: the text of its last message, or its JSON where that is
// not a string.
std::string last_content(const std::vector<providers::ChatMessage>& messages);

}  // namespace parley::chat
