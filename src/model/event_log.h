// The events of a turn in a few bytes, so that they can be told again after the stream hub forgot them.
//
// A log says where the answer's text was cut into deltas: about one byte a delta. Text that is not in the
// answer any more (written before a RESTARTED) stands in the log itself. Pure functions; any thread.
//
// The bytes: a version (1), then for each event a varint `n << 4 | tag`. Tags 0 to 7 are a TurnEventKind,
// with n = a DELTA's length in the text (0 for other kinds); tag 8 is a DELTA whose n bytes follow; tag 9
// says that n numbers are skipped before the next event; tag 10 is a DELTA without text whose n bytes of
// extra members follow. The first event is number 1.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/turn.h"

namespace parley::model {

// `events` in order, numbers rising from 1 at the least; `text` is the answer's content that will be stored
// with the log. Any `text` will do: deltas that do not add up to it are written out in the log.
std::string encode_event_log(std::span<const TurnEvent> events, std::string_view text);

// The events of `log`, given the same `text` it was encoded with. An empty log has no events. kInternal when
// log and text do not fit together.
[[nodiscard]] base::Result<std::vector<TurnEvent>> decode_event_log(std::string_view log,
                                                                    std::string_view text);

// `log` with one more event that has no text. `last_event` is the number of its last event (0: none),
// `number` is above that.
std::string append_event(std::string log, std::int64_t last_event, std::int64_t number, TurnEventKind kind);

}  // namespace parley::model
