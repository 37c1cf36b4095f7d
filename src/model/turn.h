// A turn: one question, its answer, and the numbered events by which the answer is followed. Values; any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "model/id.h"
#include "model/message.h"

namespace parley::model {

struct Turn {
  TurnId id;
  // None for a stateless turn.
  std::optional<ConversationId> conversation{};
  MessageId user_message;
  MessageId answer;
  MessageStatus status = MessageStatus::kStreaming;
  // The number of the last event the store knows of; of the final event once the turn has ended.
  std::int64_t last_event = 0;
  // No event of the running turn has a number above this one: who takes over after a crash goes on above it.
  std::int64_t reserved_event = 0;
  // The node that runs it, and until when it may be silent before the turn counts as lost.
  std::string node;
  base::WallTime lease_until{};
  base::WallTime begun_at{};
  std::optional<base::WallTime> ended_at{};

  friend bool operator==(const Turn&, const Turn&) = default;
};

// The numbers are stored in event logs: add at the end, at most 8 in all.
enum class TurnEventKind : std::uint8_t {
  kStarted = 0,
  kDelta = 1,
  // What was written so far is void; the answer begins anew.
  kRestarted = 2,
  kComplete = 3,
  kCancelled = 4,
  kInterrupted = 5,
  kFailed = 6,
  // It waits in line for its provider.
  kQueued = 7
};

std::string_view name(TurnEventKind kind);

// COMPLETE, CANCELLED, INTERRUPTED and FAILED end a turn.
constexpr bool ends_turn(TurnEventKind kind) {
  return kind >= TurnEventKind::kComplete && kind <= TurnEventKind::kFailed;
}
// The final event that goes with an ended status.
TurnEventKind final_event(MessageStatus status);

struct TurnEvent {
  // From 1, rising; gaps only where a node crashed.
  std::int64_t number = 0;
  TurnEventKind kind = TurnEventKind::kStarted;
  // A DELTA's piece of the answer; empty for every other kind.
  std::string text{};
  // The other members of a provider's delta (tool calls, reasoning) as a JSON object. Only on a DELTA, which
  // has no text then.
  std::string extra{};

  friend bool operator==(const TurnEvent&, const TurnEvent&) = default;
};

}  // namespace parley::model
