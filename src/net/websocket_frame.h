// The frames of a WebSocket on the server's side (RFC 6455, section 5), without I/O: bytes in, events out;
// messages in, bytes out.
//
// Owned by one connection. The reader joins fragments, takes the mask off, and checks what the RFC lets it
// check: reserved bits, opcodes, lengths, UTF-8 as soon as a byte is wrong, close codes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace parley::net {

// Tells, byte by byte, whether text is UTF-8 (RFC 3629: no surrogates, nothing overlong, at most U+10FFFF).
class Utf8Check {
 public:
  // False once the text cannot be UTF-8 any more, whatever follows.
  bool feed(std::string_view bytes);
  // True where the text so far is whole.
  bool complete() const { return left_ == 0; }

 private:
  std::uint8_t left_ = 0;
  // What the next byte may be.
  std::uint8_t low_ = 0x80;
  std::uint8_t high_ = 0xBF;
};

struct FrameEvent {
  enum class Kind : std::uint8_t { kNeedMore, kMessage, kPing, kPong, kClose, kError };
  Kind kind = Kind::kNeedMore;
  // The message (still compressed where `compressed`), the ping's payload, the reason of a close or of an
  // error.
  std::string payload{};
  bool text = false;
  bool compressed = false;
  // kClose: the peer's code, 1005 for none. kError: the code to close with.
  std::uint16_t code = 0;
};

class FrameReader {
 public:
  // `deflate`: permessage-deflate was agreed on, so RSV1 may be set. `max_message`: of the joined payloads.
  FrameReader(bool deflate, std::size_t max_message) : max_message_(max_message), deflate_(deflate) {}

  // Reads on from the front of `data`; `consumed` is done with. Nothing may be asked after kError.
  FrameEvent next(std::string_view data, std::size_t& consumed);
  // True within a frame, and between the fragments of a message.
  bool unfinished() const { return in_frame_ || in_message_; }

 private:
  enum class Opcode : std::uint8_t {
    kContinuation = 0,
    kText = 1,
    kBinary = 2,
    kClose = 8,
    kPing = 9,
    kPong = 10
  };
  struct Frame {
    Opcode opcode = Opcode::kContinuation;
    bool fin = false;
    std::uint64_t left = 0;
    std::uint8_t key[4] = {};
    std::size_t key_at = 0;
  };

  static FrameEvent error(std::uint16_t code, const char* why);
  static FrameEvent close_event(std::string payload);
  // The header's size once it is whole and read into frame_, 0 while it is not; `why` on a breach.
  std::size_t read_header(std::string_view data, const char*& why, std::uint16_t& code);
  void unmask(std::string& into, std::string_view masked);
  FrameEvent frame_done();

  std::string message_;
  std::string control_;
  Frame frame_;
  Utf8Check utf8_;
  const std::size_t max_message_;
  const bool deflate_;
  bool in_frame_ = false;
  bool in_message_ = false;
  bool text_ = false;
  bool compressed_ = false;
};

// A server's frame header (no mask) for a whole message or a control frame.
enum class FrameKind : std::uint8_t { kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };
std::string frame_header(FrameKind kind, std::size_t payload_bytes, bool compressed);

// The payload of a close frame; empty for 1005. A reason beyond 123 bytes is cut after a whole character.
std::string close_payload(std::uint16_t code, std::string_view reason);

}  // namespace parley::net
