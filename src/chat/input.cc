#include "chat/input.h"

#include <array>
#include <cmath>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <openssl/evp.h>

namespace parley::chat {

using base::ErrorCode;
using base::fail;
using base::Result;

namespace {

constexpr double kMaxTemperature = 2.0;

// Well-formed as Unicode 15, table 3-7 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text) {
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  const auto* const end = at + text.size();
  while (at != end) {
    const unsigned char lead = *at++;
    if (lead < 0x80) continue;
    int more = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
      more = 1;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      more = 2;
      if (lead == 0xE0) low = 0xA0;
      if (lead == 0xED) high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      more = 3;
      if (lead == 0xF0) low = 0x90;
      if (lead == 0xF4) high = 0x8F;
    } else {
      return false;
    }
    for (; more > 0; --more, low = 0x80, high = 0xBF) {
      if (at == end || *at < low || *at > high) return false;
      ++at;
    }
  }
  return true;
}

std::unexpected<base::Error> bad(std::string_view what, std::string_view why) {
  return fail(ErrorCode::kBadUserInput, fmt::format("{} {}", what, why));
}

Result<void> check_client_id(std::string_view what, const std::optional<std::string>& id,
                             const InputLimits& limits) {
  if (!id) return {};
  if (id->empty()) return bad(what, "must not be empty");
  return check_text(what, *id, limits.max_client_id_bytes);
}

// The bytes that the members take.
Result<std::size_t> check_extra(std::string_view what, const boost::json::object& extra) {
  if (extra.empty()) return 0;
  const std::string text = boost::json::serialize(extra);
  if (!is_utf8(text)) return bad(what, "must be UTF-8");
  return text.size();
}

Result<void> check_messages(const std::vector<providers::ChatMessage>& messages, const InputLimits& limits) {
  if (messages.empty()) return bad("messages", "must not be empty");
  if (messages.size() > limits.max_messages) {
    return fail(ErrorCode::kPayloadTooLarge,
                fmt::format("messages: at most {} may be sent", limits.max_messages));
  }
  std::size_t bytes = 0;
  for (const providers::ChatMessage& message : messages) {
    if (message.role.empty()) return bad("messages", "have a role each");
    const std::string content = boost::json::serialize(message.content);
    if (!is_utf8(content) || !is_utf8(message.role)) return bad("messages", "must be UTF-8");
    bytes += content.size();
    auto extra = check_extra("messages", message.extra);
    if (!extra) return fail(std::move(extra));
    bytes += *extra;
  }
  if (bytes > limits.max_messages_bytes) {
    return fail(ErrorCode::kPayloadTooLarge,
                fmt::format("messages: at most {} bytes may be sent", limits.max_messages_bytes));
  }
  return {};
}

boost::json::value or_null(const std::optional<std::string>& text) {
  return text ? boost::json::value(*text) : boost::json::value(nullptr);
}

std::string sha256(const boost::json::value& asked) {
  const std::string bytes = boost::json::serialize(asked);
  std::array<unsigned char, 32> digest{};
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  std::string hex;
  for (const unsigned char byte : digest) hex += fmt::format("{:02x}", byte);
  return hex;
}

}  // namespace

Result<void> check_text(std::string_view what, std::string_view text, std::size_t max_bytes) {
  if (text.size() > max_bytes) {
    return fail(ErrorCode::kPayloadTooLarge, fmt::format("{} has more than {} bytes", what, max_bytes));
  }
  if (text.contains('\0') || !is_utf8(text)) return bad(what, "must be UTF-8 without NUL");
  return {};
}

Result<void> check(const TurnInput& input, const InputLimits& limits) {
  if (input.stateless) {
    if (input.conversation) return bad("conversation", "does not go with a stateless turn");
    if (auto ok = check_messages(input.messages, limits); !ok) return ok;
  } else {
    if (input.content.empty()) return bad("content", "must not be empty");
    if (auto ok = check_text("content", input.content, limits.max_content_bytes); !ok) return ok;
  }
  if (auto ok = check_client_id("clientMessageId", input.client_message_id, limits); !ok) return ok;
  if (auto ok = check_client_id("Idempotency-Key", input.idempotency_key, limits); !ok) return ok;
  if (input.model) {
    if (auto ok = check_text("model", *input.model, limits.max_model_bytes); !ok) return ok;
  }
  auto extra = check_extra("the request's other members", input.extra);
  if (!extra) return fail(std::move(extra));
  if (*extra > limits.max_messages_bytes) {
    return fail(
        ErrorCode::kPayloadTooLarge,
        fmt::format("the request's other members have more than {} bytes", limits.max_messages_bytes));
  }
  if (input.max_output_tokens && *input.max_output_tokens < 1) return bad("maxOutputTokens", "is at least 1");
  if (input.temperature && !(*input.temperature >= 0 && *input.temperature <= kMaxTemperature)) {
    return bad("temperature", "is from 0 to 2");
  }
  return {};
}

Result<void> check(const RegenerateInput& input, const InputLimits& limits) {
  if (input.model) {
    if (auto ok = check_text("model", *input.model, limits.max_model_bytes); !ok) return ok;
  }
  if (auto ok = check_client_id("clientMessageId", input.client_message_id, limits); !ok) return ok;
  return check_client_id("Idempotency-Key", input.idempotency_key, limits);
}

std::string fingerprint(const TurnInput& input) {
  boost::json::array messages;
  for (const providers::ChatMessage& message : input.messages) {
    messages.push_back({message.role, message.content, message.extra});
  }
  return sha256({"turn", input.conversation ? boost::json::value(input.conversation->str()) : nullptr,
                 input.content, or_null(input.model),
                 input.max_output_tokens ? boost::json::value(*input.max_output_tokens) : nullptr,
                 input.temperature ? boost::json::value(*input.temperature) : nullptr, input.extra,
                 input.stateless, std::move(messages)});
}

std::string fingerprint(const RegenerateInput& input) {
  return sha256({"regenerate", input.message.str(), or_null(input.model)});
}

std::string last_content(const std::vector<providers::ChatMessage>& messages) {
  if (messages.empty()) return {};
  const boost::json::value& content = messages.back().content;
  if (const auto* text = content.if_string()) return std::string(*text);
  return boost::json::serialize(content);
}

}  // namespace parley::chat
