// Reads Server-Sent Events (HTML Living Standard, 9.2.6) from bytes as they come, cut anywhere.
//
// A state machine without I/O; whoever holds it owns it. Any thread may hold its own.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace parley::net {

struct SseMessage {
  // The lines of data, joined by LF.
  std::string data;
  // "message" where the stream named none.
  std::string event;
  // The last id that the stream named so far.
  std::string id;
};

class SseReader {
 public:
  // `max_event_bytes`: how long one event, its unfinished lines included, may be.
  explicit SseReader(std::size_t max_event_bytes = std::size_t{1} << 20)
      : max_event_bytes_(max_event_bytes) {}

  // PAYLOAD_TOO_LARGE for an event that is too long; nothing is to be fed after that.
  [[nodiscard]] base::Result<void> feed(std::string_view bytes);
  // The next whole event with data, in order; nothing where more bytes are needed. What stands unfinished at
  // the end of a stream is no event.
  std::optional<SseMessage> next();
  // True where bytes of an unfinished event are held.
  bool unfinished() const;

 private:
  std::size_t max_event_bytes_;
  // The implementation's own state follows.
  std::string line_{};
  SseMessage current_{};
  bool has_data_ = false;
  bool after_cr_ = false;
  bool first_ = true;
  std::size_t held_ = 0;
  std::deque<SseMessage> ready_{};
};

}  // namespace parley::net
