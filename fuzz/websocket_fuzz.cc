// links: parley_net
// WebSocket frames as strangers send them: whole and in pieces must give the same events, and text must be
// UTF-8. Compressed messages are expanded.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/websocket_deflate.h"
#include "net/websocket_frame.h"

namespace {

using namespace parley::net;

constexpr std::size_t kMaxMessage = 4096;

std::string read_all(std::string_view data, std::size_t piece, bool deflate, MessageDeflate& expander) {
  std::string seen;
  std::string held;
  FrameReader reader(deflate, kMaxMessage);
  while (true) {
    std::size_t consumed = 0;
    FrameEvent event = reader.next(held, consumed);
    if (consumed > held.size()) std::abort();
    held.erase(0, consumed);
    if (event.kind == FrameEvent::Kind::kError) return seen + "error";
    if (event.kind != FrameEvent::Kind::kNeedMore) {
      if (event.kind == FrameEvent::Kind::kMessage) {
        Utf8Check utf8;
        if (event.payload.size() > kMaxMessage || (event.compressed && !deflate)) std::abort();
        if (event.text && !event.compressed && (!utf8.feed(event.payload) || !utf8.complete())) std::abort();
        std::string expanded;
        if (event.compressed) static_cast<void>(expander.expand(event.payload, kMaxMessage, expanded));
        if (expanded.size() > kMaxMessage + 1) std::abort();
      }
      seen += std::to_string(static_cast<int>(event.kind)) + ':' + event.payload + '\n';
      if (event.kind == FrameEvent::Kind::kClose) return seen;
      continue;
    }
    // Only a header may be waited for whole.
    if (held.size() > 14) std::abort();
    if (data.empty()) return seen;
    held += data.substr(0, piece);
    data.remove_prefix(std::min(piece, data.size()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2) return 0;
  static MessageDeflate expander;
  const bool deflate = (bytes[0] & 1) != 0;
  const std::string_view data(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  if (read_all(data, data.size(), deflate, expander) !=
      read_all(data, 1U + bytes[0] / 2, deflate, expander)) {
    std::abort();
  }
  return 0;
}
