// One thing that was said, by the user or in answer, and where an answer came from. Values; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "model/id.h"
#include "model/usage.h"

namespace parley::model {

// The numbers are stored: add at the end, never renumber.
enum class Role : std::uint8_t { kSystem = 0, kUser = 1, kAssistant = 2 };
enum class MessageStatus : std::uint8_t {
  kComplete = 0,
  kStreaming = 1,
  kCancelled = 2,
  kInterrupted = 3,
  kFailed = 4
};
enum class AnswerSource : std::uint8_t { kProvider = 0, kCacheExact = 1, kCacheSemantic = 2, kFallback = 3 };

// As the API writes them: "USER", "COMPLETE", "CACHE_EXACT".
std::string_view name(Role role);
std::string_view name(MessageStatus status);
std::string_view name(AnswerSource source);

// Every status but STREAMING is the last one.
constexpr bool ended(MessageStatus status) {
  return status != MessageStatus::kStreaming;
}

// Why a turn failed, as the client is told.
struct TurnError {
  base::ErrorCode code = base::ErrorCode::kInternal;
  std::string message;
  std::optional<std::chrono::milliseconds> retry_after{};

  friend bool operator==(const TurnError&, const TurnError&) = default;
};

struct AnswerInfo {
  std::string model;
  // None where no provider was asked: a cached or a fallback answer.
  std::optional<std::string> provider{};
  // Why this model was chosen, in words.
  std::string route;
  AnswerSource source = AnswerSource::kProvider;
  Usage usage{};
  // Tokens that a cache, a summary or a cheaper route kept from being sent.
  Tokens saved{};
  std::optional<std::chrono::milliseconds> first_token{};
  std::optional<std::chrono::milliseconds> total{};
  std::optional<std::string> finish_reason{};
  std::optional<TurnError> error{};

  friend bool operator==(const AnswerInfo&, const AnswerInfo&) = default;
};

struct Message {
  MessageId id;
  // None for a stateless turn.
  std::optional<ConversationId> conversation{};
  TurnId turn;
  // 1 for a conversation's first message, rising, never given twice; there may be gaps.
  std::int64_t position = 0;
  Role role = Role::kUser;
  std::string content;
  MessageStatus status = MessageStatus::kComplete;
  bool pinned = false;
  // An answer that was given anew: still in the history, no longer in the context.
  bool superseded = false;
  // On an answer: the user's message that it answers.
  std::optional<MessageId> reply_to{};
  std::optional<std::string> client_message_id{};
  base::WallTime created_at{};
  // Set on an answer.
  std::optional<AnswerInfo> answer{};

  friend bool operator==(const Message&, const Message&) = default;
};

}  // namespace parley::model
