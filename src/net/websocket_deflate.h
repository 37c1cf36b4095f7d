// Compresses and expands the messages of permessage-deflate (RFC 7692), each on its own: no context is kept
// between messages, so that one pair of zlib streams serves all connections of a worker and an idle
// connection costs nothing.
//
// One per worker, used on its thread; a call runs to its end.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace parley::net {

class MessageDeflate {
 public:
  MessageDeflate();
  ~MessageDeflate();
  MessageDeflate(const MessageDeflate&) = delete;
  MessageDeflate& operator=(const MessageDeflate&) = delete;

  // The payload of a compressed message; `window_bits` is 9 to 15.
  std::string compress(std::string_view message, int window_bits);

  enum class Expanded : std::uint8_t { kDone, kTooLarge, kMalformed };
  // Appends the message to `out`, which gets no longer than `max_bytes`.
  Expanded expand(std::string_view payload, std::size_t max_bytes, std::string& out);

 private:
  struct Streams;
  std::unique_ptr<Streams> streams_;
};

}  // namespace parley::net
