// What a reader of a turn gets to see: the numbered event, and with its first and its last one the answer as
// it stood then. Immutable once appended; shared between workers.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "model/id.h"
#include "model/message.h"
#include "model/owner.h"
#include "model/turn.h"

namespace parley::streams {

struct Event {
  model::TurnId turn;
  std::optional<model::ConversationId> conversation{};
  // Number, kind and, for a DELTA, the piece of text or the extra members.
  model::TurnEvent event;
  // The answer, with STARTED and with the event that ends the turn; nullptr otherwise. Not in place: most
  // events have none, and many are held.
  std::shared_ptr<const model::Message> message{};
  // With FAILED: why.
  std::optional<model::TurnError> error{};
  // With QUEUED, while it is in memory: the place in line, 1 for the next, and how long that is likely to
  // take. 0: not known any more.
  std::uint32_t place = 0;
  std::chrono::duration<std::uint32_t, std::milli> estimate{};

  bool last() const { return model::ends_turn(event.kind); }
};

using EventPtr = std::shared_ptr<const Event>;

}  // namespace parley::streams
