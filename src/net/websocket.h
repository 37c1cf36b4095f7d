// One accepted WebSocket (RFC 6455), seen by the handler that accepted it.
//
// Belongs to its connection's worker. One coroutine reads at a time; any number of coroutines of that worker
// may write, and their messages go out whole and in the order of the calls. Pings and pongs, the closing
// handshake, UTF-8 and size checks happen inside. A reader is always waiting in read() unless it has a
// message in hand: that is also how a peer that went away is noticed.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/async.h"
#include "base/error.h"

namespace parley::net {

struct WebSocketOptions {
  // In the order of preference; the first that the client offers is chosen. None chosen is not an error: look
  // at WebSocket::subprotocol().
  std::vector<std::string> subprotocols{};
  // The largest message after decompression; a larger one closes with 1009.
  std::size_t max_message_bytes = 1 << 20;
  // Writes that wait behind a slow reader hold at most this many bytes; past it the connection is closed.
  std::size_t max_queued_bytes = 4 << 20;
  // A silent peer is pinged after half of this and closed after all of it.
  std::chrono::milliseconds idle_timeout{60'000};
  // From the first byte of a message that is being read to its end.
  std::chrono::milliseconds message_timeout{30'000};
  // permessage-deflate (RFC 7692) where the client offers it, each message on its own: an idle connection
  // costs no memory for it.
  bool allow_deflate = true;
};

class WebSocket {
 public:
  struct Message {
    std::string data;
    // Text is valid UTF-8; otherwise the message is binary.
    bool text = true;
  };

  virtual ~WebSocket() = default;

  // The next message; nothing when the peer (or close()) ended the connection in the orderly way. Fails with
  // kCancelled when the connection was lost or the task cancelled, kDeadlineExceeded when the peer fell
  // silent or was too slow with a message, kPayloadTooLarge or kBadUserInput when it broke the protocol (the
  // close frame has been sent). After anything but a message the socket is done.
  virtual base::Awaitable<base::Result<std::optional<Message>>> read() = 0;

  // Sends one message. Fails with kCancelled when the connection is over, kDeadlineExceeded when the peer
  // reads too slowly, kOverloaded when too much waits already; after the last two the connection is closed.
  virtual base::Awaitable<base::Result<void>> write_text(std::string text) = 0;
  virtual base::Awaitable<base::Result<void>> write_binary(std::string bytes) = 0;

  // Starts the closing handshake (RFC 6455, 7.4: 1000 done, 1001 going away, 4000 to 4999 the application's
  // own) and returns when the close frame is sent and answered, or when the peer took too long. A read() that
  // waits then ends with nothing. `reason` is UTF-8, of which 123 bytes at most are sent. A second
  // call does nothing.
  virtual base::Awaitable<void> close(std::uint16_t code, std::string reason) = 0;

  // The one chosen in the handshake, or empty.
  virtual std::string_view subprotocol() const = 0;
  // The peer's close code once read() has returned nothing; 1005 where it gave none.
  virtual std::uint16_t close_code() const = 0;
  virtual bool open() const = 0;
};

}  // namespace parley::net
