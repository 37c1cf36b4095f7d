// Reads Server-Sent Events (HTML Living Standard, 9.2.6) from bytes as they come, cut anywhere.
//
// A state machine without I/O; whoever holds it owns it. Any thread may hold its own.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
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
  struct Ready {
    std::string data;
    std::string event;
    // Shared by the events that it stands for, so that a long id is not multiplied by them.
    std::shared_ptr<const std::string> id;
  };

  void take_line(std::string_view line);
  void take_field(std::string_view field, std::string_view value);
  void dispatch();
  // Bytes that the unfinished event holds.
  std::size_t held() const { return line_.size() + data_.size() + event_.size(); }

  std::size_t max_event_bytes_;
  // The front of a line that came in pieces.
  std::string line_{};
  std::string data_{};
  std::string event_{};
  std::shared_ptr<const std::string> id_{};
  bool has_data_ = false;
  // The last byte was a CR: an LF that follows ends no line of its own.
  bool after_cr_ = false;
  // No whole line has been seen: a byte order mark may stand in front.
  bool first_line_ = true;
  std::deque<Ready> ready_{};
};

}  // namespace parley::net
