#include "net/websocket_deflate.h"

#include <array>
#include <cassert>
#include <cstdint>

#include <zlib.h>

namespace parley::net {
namespace {

// The fastest: what is sent here are small JSON messages, and a worker does nothing else meanwhile.
constexpr int kLevel = 1;
constexpr int kMemory = 8;
constexpr int kMinBits = 9;
constexpr std::size_t kStep = 16UL * 1024;
constexpr std::string_view kFlushMark("\x00\x00\xff\xff", 4);

Bytef* bytes(std::string_view text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

}  // namespace

struct MessageDeflate::Streams {
  // By window bits; made when first needed.
  std::array<std::unique_ptr<z_stream>, 7> out{};
  std::unique_ptr<z_stream> in{};

  ~Streams() {
    for (const auto& stream : out) {
      if (stream) ::deflateEnd(stream.get());
    }
    if (in) ::inflateEnd(in.get());
  }
};

MessageDeflate::MessageDeflate() : streams_(std::make_unique<Streams>()) {}
MessageDeflate::~MessageDeflate() = default;

std::string MessageDeflate::compress(std::string_view message, int window_bits) {
  auto& made = streams_->out.at(static_cast<std::size_t>(window_bits - kMinBits));
  if (!made) {
    made = std::make_unique<z_stream>();
    const int done =
        ::deflateInit2(made.get(), kLevel, Z_DEFLATED, -window_bits, kMemory, Z_DEFAULT_STRATEGY);
    assert(done == Z_OK);
    static_cast<void>(done);
  } else {
    ::deflateReset(made.get());
  }
  z_stream& stream = *made;
  std::string out;
  // The bound is for a finished stream; a flush adds a few bytes.
  out.resize(::deflateBound(&stream, message.size()) + 16);
  stream.next_in = bytes(message);
  stream.avail_in = static_cast<uInt>(message.size());
  stream.next_out = bytes(out);
  stream.avail_out = static_cast<uInt>(out.size());
  ::deflate(&stream, Z_SYNC_FLUSH);
  assert(stream.avail_in == 0 && stream.avail_out > 0);
  out.resize(out.size() - stream.avail_out);
  if (out.ends_with(kFlushMark)) out.resize(out.size() - kFlushMark.size());
  // RFC 7692, 7.2.3.6: an empty message is an empty stored block.
  if (out.empty()) out.push_back('\0');
  return out;
}

MessageDeflate::Expanded MessageDeflate::expand(std::string_view payload, std::size_t max_bytes,
                                                std::string& out) {
  if (!streams_->in) {
    streams_->in = std::make_unique<z_stream>();
    const int done = ::inflateInit2(streams_->in.get(), -15);
    assert(done == Z_OK);
    static_cast<void>(done);
  } else {
    ::inflateReset(streams_->in.get());
  }
  z_stream& stream = *streams_->in;
  for (const std::string_view part : {payload, kFlushMark}) {
    stream.next_in = bytes(part);
    stream.avail_in = static_cast<uInt>(part.size());
    while (true) {
      const std::size_t had = out.size();
      // One byte more than allowed, to see that there is more.
      const std::size_t room = std::min(kStep, max_bytes + 1 - had);
      out.resize(had + room);
      stream.next_out = bytes(out) + had;
      stream.avail_out = static_cast<uInt>(room);
      const int result = ::inflate(&stream, Z_SYNC_FLUSH);
      out.resize(had + room - stream.avail_out);
      if (out.size() > max_bytes) return Expanded::kTooLarge;
      if (result == Z_STREAM_END) {
        // A final block inside a message is allowed (7.2.3.4); what follows begins anew.
        ::inflateReset(&stream);
        if (stream.avail_in == 0) break;
        continue;
      }
      if (result != Z_OK && result != Z_BUF_ERROR) return Expanded::kMalformed;
      if (stream.avail_in == 0 && stream.avail_out > 0) break;
      if (result == Z_BUF_ERROR) break;
    }
  }
  return Expanded::kDone;
}

}  // namespace parley::net
