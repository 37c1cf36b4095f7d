// Makes an answer of the bytes that a server sends. Does no I/O: bytes go in, the body's bytes come out.
//
// Strict where two readers could differ on where an answer ends (RFC 9112, 6.3 and 11.1): CRLF only, no
// folded fields, one meaning of Content-Length, `Transfer-Encoding: chunked` alone and never beside a
// Content-Length. Informational answers (1xx) are passed over. Holds no more than the line it is in and the
// header. Owned by one exchange; used on its worker's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"

namespace parley::net {

class ResponseParser {
 public:
  enum class Step : std::uint8_t { kNeedMore, kDone, kRefused };

  // `max_header_bytes`: of the header, those of informational answers and the trailers together.
  // `to_head`: the request was a HEAD, so no body follows.
  ResponseParser(std::size_t max_header_bytes, bool to_head)
      : max_header_bytes_(max_header_bytes), to_head_(to_head) {}

  // Reads on from the front of `data` and appends what belongs to the body to `body`. `consumed` is done
  // with: all of it after kNeedMore; what is left after kDone does not belong to this answer. Nothing may be
  // fed after kDone and kRefused.
  Step feed(std::string_view data, std::size_t& consumed, std::string& body);
  // The connection has ended: kDone where the body lasts until then, kRefused everywhere else.
  Step end();

  // True once a byte was fed.
  bool started() const { return started_; }
  // True once the header is whole; status() and headers() are the answer's own from then on.
  bool has_head() const { return has_head_; }
  int status() const { return status_; }
  const Headers& headers() const { return headers_; }
  // After has_head(): the connection may serve another request once the body has ended.
  bool keeps_alive() const { return keeps_alive_; }
  // After kRefused: what was wrong, for the log.
  const char* refusal() const { return refusal_; }

 private:
  enum class State : std::uint8_t {
    kStatusLine,
    kField,
    kLength,
    kUntilEnd,
    kChunkSize,
    kChunk,
    kChunkEnd,
    kTrailer,
    kDone,
    kRefused,
  };

  void refuse(const char* why);
  // The next line without its CRLF, or nothing where it is not whole yet (its front is kept) or was refused.
  std::optional<std::string_view> line(std::string_view data, std::size_t& consumed);
  void take_line(std::string_view line);
  void take_status_line(std::string_view line);
  void take_field(std::string_view line);
  void note_content_length(std::string_view value);
  void head_done();
  void take_chunk_size(std::string_view line);
  void take_body(std::string_view data, std::size_t& consumed, std::string& body);

  Headers headers_;
  // The front of a line that came in pieces.
  std::string line_;
  const std::size_t max_header_bytes_;
  std::size_t header_bytes_ = 0;
  std::size_t extension_bytes_ = 0;
  std::optional<std::uint64_t> content_length_;
  // Of the body (kLength) or of the chunk (kChunk).
  std::uint64_t left_ = 0;
  const char* refusal_ = "";
  int status_ = 0;
  State state_ = State::kStatusLine;
  const bool to_head_;
  bool started_ = false;
  bool has_head_ = false;
  bool keeps_alive_ = false;
  bool http_1_0_ = false;
  bool chunked_ = false;
};

}  // namespace parley::net
