#include "net/sse_reader.h"

#include <utility>

namespace parley::net {

base::Result<void> SseReader::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (std::exchange(after_cr_, false) && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    const std::size_t end = bytes.find_first_of("\r\n");
    const std::string_view part = bytes.substr(0, end);
    if (held() + part.size() > max_event_bytes_) {
      return base::fail(base::ErrorCode::kPayloadTooLarge, "an event of the upstream server is too long");
    }
    if (end == std::string_view::npos) {
      line_.append(part);
      break;
    }
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    if (line_.empty()) {
      take_line(part);
    } else {
      line_.append(part);
      take_line(line_);
      line_.clear();
    }
  }
  return {};
}

void SseReader::take_line(std::string_view line) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (std::exchange(first_line_, false) && line.starts_with(kByteOrderMark)) {
    line.remove_prefix(kByteOrderMark.size());
  }
  if (line.empty()) return dispatch();
  const std::size_t colon = line.find(':');
  if (colon == 0) return;
  std::string_view value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  take_field(line.substr(0, colon), value);
}

void SseReader::take_field(std::string_view field, std::string_view value) {
  if (field == "data") {
    if (has_data_) data_.push_back('\n');
    data_.append(value);
    has_data_ = true;
  } else if (field == "event") {
    event_.assign(value);
  } else if (field == "id" && !value.contains('\0')) {
    id_ = std::make_shared<const std::string>(value);
  }
  // `retry` is for readers that connect again by themselves.
}

void SseReader::dispatch() {
  if (has_data_) {
    ready_.push_back({.data = std::move(data_), .event = std::move(event_), .id = id_});
    has_data_ = false;
  }
  data_.clear();
  event_.clear();
}

std::optional<SseMessage> SseReader::next() {
  if (ready_.empty()) return std::nullopt;
  Ready& first = ready_.front();
  SseMessage message{.data = std::move(first.data),
                     .event = first.event.empty() ? "message" : std::move(first.event),
                     .id = first.id ? *first.id : std::string()};
  ready_.pop_front();
  return message;
}

bool SseReader::unfinished() const {
  return !line_.empty() || has_data_ || !event_.empty();
}

}  // namespace parley::net
