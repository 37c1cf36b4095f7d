// Writes Server-Sent Events (HTML Living Standard, 9.2.6) as bytes to be sent.
//
// Functions without state; any thread. Nothing that is passed in can begin a field or an event of its own.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"

namespace parley::net {

struct SseEvent {
  // May have several lines, ended by LF, CRLF or CR; the reader gets them joined by LF. No data: the reader
  // takes id and retry and hands on no event.
  std::optional<std::string_view> data{};
  // The event's type; none is "message". CR and LF are left out.
  std::string_view event{};
  // What the reader sends as Last-Event-ID. CR, LF and NUL are left out.
  std::optional<std::string_view> id{};
  // How long the reader waits before it connects again.
  std::optional<std::chrono::milliseconds> retry{};
};

// Appends one event and the empty line that ends it.
void append_sse(std::string& out, const SseEvent& event);
std::string sse(const SseEvent& event);

// A comment, which readers overlook: a heartbeat that keeps proxies from closing the stream.
std::string sse_comment(std::string_view text);

// Content-Type, and what keeps caches and buffering proxies out of the way.
Headers sse_headers();

}  // namespace parley::net
