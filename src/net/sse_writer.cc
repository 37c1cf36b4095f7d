#include "net/sse_writer.h"

#include <algorithm>

namespace parley::net {
namespace {

// Every line of `text` as a line of its own behind `prefix`.
void append_lines(std::string& out, std::string_view prefix, std::string_view text) {
  while (true) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    out.append(prefix).append(text.substr(0, end)).push_back('\n');
    if (end == text.size()) return;
    text.remove_prefix(end + (text.substr(end).starts_with("\r\n") ? 2 : 1));
  }
}

void append_one_line(std::string& out, std::string_view prefix, std::string_view text) {
  out.append(prefix);
  for (const char c : text) {
    if (c != '\r' && c != '\n' && c != '\0') out.push_back(c);
  }
  out.push_back('\n');
}

}  // namespace

void append_sse(std::string& out, const SseEvent& event) {
  if (event.id) append_one_line(out, "id: ", *event.id);
  if (!event.event.empty()) append_one_line(out, "event: ", event.event);
  if (event.retry) out.append("retry: ").append(std::to_string(event.retry->count())).push_back('\n');
  if (event.data) append_lines(out, "data: ", *event.data);
  out.push_back('\n');
}

std::string sse(const SseEvent& event) {
  std::string out;
  out.reserve(event.data.value_or("").size() + 48);
  append_sse(out, event);
  return out;
}

std::string sse_comment(std::string_view text) {
  std::string out;
  append_lines(out, ": ", text);
  out.push_back('\n');
  return out;
}

Headers sse_headers() {
  return {{"Content-Type", "text/event-stream; charset=utf-8"},
          {"Cache-Control", "no-cache, no-transform"},
          {"X-Accel-Buffering", "no"}};
}

}  // namespace parley::net
