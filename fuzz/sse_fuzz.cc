// links: parley_net
// Server-Sent Events as strangers send them. The input is fed whole and in pieces, whose size its first byte
// gives: both must give the same events, and each event must be sound.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/sse_reader.h"

namespace {

constexpr std::size_t kMaxEvent = 512;

void require(bool sound) {
  if (!sound) std::abort();
}

struct Read {
  std::string events;
  bool refused = false;
};

Read read_all(std::string_view data, std::size_t piece) {
  Read read;
  parley::net::SseReader reader(kMaxEvent);
  while (!data.empty() && !read.refused) {
    read.refused = !reader.feed(data.substr(0, piece));
    data.remove_prefix(std::min(piece, data.size()));
    while (const auto event = reader.next()) {
      require(event->data.size() + event->event.size() <= kMaxEvent + std::string_view("message").size());
      require(event->id.size() <= kMaxEvent && !event->id.contains('\0') && !event->event.empty());
      require(!(event->data + event->event + event->id).contains('\r'));
      require(!(event->event + event->id).contains('\n'));
      read.events += event->event + '\0' + event->data + '\0' + event->id + '\0';
    }
  }
  return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view data(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const Read whole = read_all(data, data.size());
  const Read pieces = read_all(data, 1U + bytes[0]);
  require(whole.refused == pieces.refused && whole.events == pieces.events);
  return 0;
}
