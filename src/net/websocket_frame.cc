#include "net/websocket_frame.h"

#include <cstring>

namespace parley::net {
namespace {

constexpr std::uint16_t kNoCode = 1005;

// RFC 6455, 7.4, and IANA's registry: what a peer may send in a close frame.
bool may_be_sent(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

// RFC 6455, 5.5: a control frame's payload has at most 125 bytes, and the code takes two.
constexpr std::size_t kMaxReason = 123;

// The most bytes up to `limit` of a UTF-8 text that end with one of its characters.
std::size_t whole_characters(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text.size();
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80U) --limit;
  return limit;
}

}  // namespace

bool Utf8Check::feed(std::string_view bytes) {
  std::size_t i = 0;
  while (i < bytes.size()) {
    if (left_ == 0) {
      // Eight ASCII characters at a stroke.
      while (i + 8 <= bytes.size()) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + i, 8);
        if ((word & 0x8080808080808080U) != 0) break;
        i += 8;
      }
      if (i == bytes.size()) return true;
    }
    const auto byte = static_cast<std::uint8_t>(bytes[i++]);
    if (left_ > 0) {
      if (byte < low_ || byte > high_) return false;
      low_ = 0x80;
      high_ = 0xBF;
      --left_;
      continue;
    }
    if (byte < 0x80) continue;
    if (byte >= 0xC2 && byte <= 0xDF) {
      left_ = 1;
    } else if (byte >= 0xE0 && byte <= 0xEF) {
      left_ = 2;
      if (byte == 0xE0) low_ = 0xA0;
      if (byte == 0xED) high_ = 0x9F;
    } else if (byte >= 0xF0 && byte <= 0xF4) {
      left_ = 3;
      if (byte == 0xF0) low_ = 0x90;
      if (byte == 0xF4) high_ = 0x8F;
    } else {
      return false;
    }
  }
  return true;
}

FrameEvent FrameReader::error(std::uint16_t code, const char* why) {
  return {.kind = FrameEvent::Kind::kError, .payload = why, .code = code};
}

std::size_t FrameReader::read_header(std::string_view data, const char*& why, std::uint16_t& code) {
  if (data.size() < 2) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(data[i]); };
  const std::uint8_t opcode = byte(0) & 0x0F;
  const bool fin = (byte(0) & 0x80) != 0;
  const bool rsv1 = (byte(0) & 0x40) != 0;
  const bool control = (opcode & 0x08) != 0;
  code = 1002;
  if ((byte(0) & 0x30) != 0) why = "a reserved bit is set";
  if (opcode > 10 || (opcode > 2 && opcode < 8)) why = "the opcode is reserved";
  if (rsv1 && (!deflate_ || control || opcode == 0)) why = "a reserved bit is set";
  if ((byte(1) & 0x80) == 0) why = "a frame is not masked";
  std::uint64_t length = byte(1) & 0x7F;
  if (control && !fin) why = "a control frame is fragmented";
  if (control && length > 125) why = "a control frame is too long";
  if (!control && opcode == 0 && !in_message_) why = "there is nothing to continue";
  if (!control && opcode != 0 && in_message_) why = "a message begins inside another";
  if (why != nullptr) return 0;

  const std::size_t length_bytes = length == 126 ? 2 : length == 127 ? 8 : 0;
  const std::size_t size = 2 + length_bytes + 4;
  if (data.size() < size) return 0;
  if (length_bytes > 0) {
    length = 0;
    for (std::size_t i = 0; i < length_bytes; ++i) length = length << 8 | byte(2 + i);
    if (length < 126 || (length_bytes == 8 && length <= 0xFFFF) || length >> 63 != 0) {
      why = "the length is not in its shortest form";
      return 0;
    }
  }
  if (!control && (length > max_message_ || message_.size() > max_message_ - length)) {
    why = "the message is too large";
    code = 1009;
    return 0;
  }
  frame_ = {.opcode = static_cast<Opcode>(opcode), .fin = fin, .left = length};
  std::memcpy(frame_.key, data.data() + size - 4, 4);
  if (!control && opcode != 0) {
    in_message_ = true;
    text_ = opcode == 1;
    compressed_ = rsv1;
    utf8_ = {};
  }
  return size;
}

void FrameReader::unmask(std::string& into, std::string_view masked) {
  const std::size_t at = into.size();
  into.append(masked);
  char* out = into.data() + at;
  std::size_t i = 0;
  std::uint8_t key[8];
  for (std::size_t k = 0; k < 8; ++k) key[k] = frame_.key[(frame_.key_at + k) & 3];
  std::uint64_t wide = 0;
  std::memcpy(&wide, key, 8);
  for (; i + 8 <= masked.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, out + i, 8);
    word ^= wide;
    std::memcpy(out + i, &word, 8);
  }
  for (; i < masked.size(); ++i) out[i] = static_cast<char>(static_cast<std::uint8_t>(out[i]) ^ key[i & 7]);
  frame_.key_at = (frame_.key_at + masked.size()) & 3;
}

FrameEvent FrameReader::close_event(std::string payload) {
  if (payload.empty()) return {.kind = FrameEvent::Kind::kClose, .code = kNoCode};
  if (payload.size() == 1) return error(1002, "the close code is cut off");
  const auto code = static_cast<std::uint16_t>(static_cast<std::uint8_t>(payload[0]) << 8 |
                                               static_cast<std::uint8_t>(payload[1]));
  if (!may_be_sent(code)) return error(1002, "the close code may not be sent");
  Utf8Check reason;
  if (!reason.feed(std::string_view(payload).substr(2)) || !reason.complete()) {
    return error(1007, "the reason is not UTF-8");
  }
  return {.kind = FrameEvent::Kind::kClose, .payload = payload.substr(2), .code = code};
}

FrameEvent FrameReader::frame_done() {
  in_frame_ = false;
  std::string control = std::move(control_);
  control_ = {};
  switch (frame_.opcode) {
    case Opcode::kClose:
      return close_event(std::move(control));
    case Opcode::kPing:
      return {.kind = FrameEvent::Kind::kPing, .payload = std::move(control)};
    case Opcode::kPong:
      return {.kind = FrameEvent::Kind::kPong, .payload = std::move(control)};
    default:
      break;
  }
  if (!frame_.fin) return {};
  in_message_ = false;
  if (text_ && !compressed_ && !utf8_.complete()) return error(1007, "the text is not UTF-8");
  FrameEvent event{.kind = FrameEvent::Kind::kMessage,
                   .payload = std::move(message_),
                   .text = text_,
                   .compressed = compressed_};
  message_ = {};
  return event;
}

FrameEvent FrameReader::next(std::string_view data, std::size_t& consumed) {
  consumed = 0;
  while (true) {
    if (!in_frame_) {
      const char* why = nullptr;
      std::uint16_t code = 0;
      const std::size_t size = read_header(data.substr(consumed), why, code);
      if (why != nullptr) return error(code, why);
      if (size == 0) return {};
      consumed += size;
      in_frame_ = true;
    }
    const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(frame_.left, data.size() - consumed));
    const bool control = frame_.opcode >= Opcode::kClose;
    std::string& into = control ? control_ : message_;
    const std::size_t before = into.size();
    unmask(into, data.substr(consumed, take));
    consumed += take;
    frame_.left -= take;
    if (!control && text_ && !compressed_ && !utf8_.feed(std::string_view(into).substr(before))) {
      return error(1007, "the text is not UTF-8");
    }
    if (frame_.left > 0) return {};
    FrameEvent event = frame_done();
    if (event.kind != FrameEvent::Kind::kNeedMore) return event;
  }
}

std::string frame_header(FrameKind kind, std::size_t payload_bytes, bool compressed) {
  std::string out;
  out.push_back(static_cast<char>(0x80 | (compressed ? 0x40 : 0) | static_cast<int>(kind)));
  int length_bytes = 0;
  if (payload_bytes < 126) {
    out.push_back(static_cast<char>(payload_bytes));
  } else if (payload_bytes <= 0xFFFF) {
    out.push_back(126);
    length_bytes = 2;
  } else {
    out.push_back(127);
    length_bytes = 8;
  }
  for (int i = length_bytes - 1; i >= 0; --i) {
    out.push_back(static_cast<char>(static_cast<std::uint64_t>(payload_bytes) >> (8 * i) & 0xFF));
  }
  return out;
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
  if (code == kNoCode) return {};
  std::string out;
  out.push_back(static_cast<char>(code >> 8));
  out.push_back(static_cast<char>(code & 0xFF));
  out.append(reason.substr(0, whole_characters(reason, kMaxReason)));
  return out;
}

}  // namespace parley::net
