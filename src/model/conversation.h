// A conversation: its settings, its counts and its version for optimistic locking. A value; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "model/id.h"
#include "model/usage.h"

namespace parley::model {

struct Conversation {
  ConversationId id;
  std::optional<std::string> title{};
  // 1 when made; rises by one with each update and each turn begun, not when a turn ends.
  std::int64_t version = 1;
  std::string model;
  std::optional<std::string> briefing{};
  std::optional<std::string> system_prompt{};
  bool archived = false;
  base::WallTime created_at{};
  // The last update, or the last turn begun or ended; what lists are ordered by.
  base::WallTime updated_at{};
  std::int64_t message_count = 0;
  std::optional<std::string> summary{};
  // The summary tells what was said up to and including this position; 0 without one.
  std::int64_t summary_position = 0;
  Usage usage{};
  std::optional<std::string> client_conversation_id{};

  friend bool operator==(const Conversation&, const Conversation&) = default;
};

}  // namespace parley::model
