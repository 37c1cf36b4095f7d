#include "net/response_parser.h"

#include <algorithm>
#include <charconv>

#include "net/grammar.h"
#include "net/response_head.h"

namespace parley::net {
namespace {

// No honest server needs more for one chunk's line, or for the extensions of all chunks together.
constexpr std::size_t kMaxChunkLine = 1024;
constexpr std::size_t kMaxChunkExtensions = 16UL * 1024;
constexpr std::size_t kMaxFields = 256;
// 2^60 - 1: no sum of what was read can overflow.
constexpr std::size_t kMaxSizeDigits = 15;
constexpr std::string_view kProtocol = "HTTP/1.";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

void ResponseParser::refuse(const char* why) {
  state_ = State::kRefused;
  refusal_ = why;
}

std::optional<std::string_view> ResponseParser::line(std::string_view data, std::size_t& consumed) {
  const bool in_chunks = state_ == State::kChunkSize;
  const std::string_view rest = data.substr(consumed);
  const std::size_t lf = rest.find('\n');
  const std::size_t here = std::min(lf, rest.size() - 1) + 1;
  if (in_chunks) {
    if (line_.size() + here > kMaxChunkLine) return refuse("a chunk's line is too long"), std::nullopt;
  } else {
    header_bytes_ += here;
    if (header_bytes_ > max_header_bytes_) return refuse("the header is too large"), std::nullopt;
  }
  consumed += here;
  if (lf == std::string_view::npos) {
    line_.append(rest);
    // What speaks another protocol is not waited for until it has said a line's worth.
    if (state_ == State::kStatusLine &&
        line_.compare(0, kProtocol.size(), kProtocol, 0, std::min(line_.size(), kProtocol.size())) != 0) {
      refuse("this is not HTTP/1");
    }
    return std::nullopt;
  }
  std::string_view whole = rest.substr(0, here);
  if (!line_.empty()) {
    line_.append(whole);
    whole = line_;
  }
  if (!whole.ends_with("\r\n")) return refuse("a line does not end with CRLF"), std::nullopt;
  return whole.substr(0, whole.size() - 2);
}

ResponseParser::Step ResponseParser::feed(std::string_view data, std::size_t& consumed, std::string& body) {
  consumed = 0;
  started_ = started_ || !data.empty();
  while (true) {
    if (state_ == State::kDone) return Step::kDone;
    if (state_ == State::kRefused) return Step::kRefused;
    if (consumed == data.size()) return Step::kNeedMore;
    switch (state_) {
      case State::kLength:
      case State::kUntilEnd:
      case State::kChunk:
      case State::kChunkEnd:
        take_body(data, consumed, body);
        break;
      default:
        if (const auto whole = line(data, consumed)) {
          take_line(*whole);
          line_.clear();
        }
    }
  }
}

ResponseParser::Step ResponseParser::end() {
  if (state_ == State::kUntilEnd) state_ = State::kDone;
  if (state_ == State::kDone) return Step::kDone;
  if (state_ != State::kRefused) {
    refuse(has_head_  ? "the connection ended within the body"
           : started_ ? "the connection ended within the header"
                      : "the connection ended before the answer");
  }
  return Step::kRefused;
}

void ResponseParser::take_line(std::string_view line) {
  switch (state_) {
    case State::kStatusLine:
      return take_status_line(line);
    case State::kField:
      if (line.empty()) return head_done();
      return take_field(line);
    case State::kChunkSize:
      return take_chunk_size(line);
    default:  // kTrailer
      if (line.empty()) {
        state_ = State::kDone;
      } else {
        // Checked and forgotten: nothing here has a use for trailers.
        take_field(line);
      }
  }
}

// RFC 9112, 4: HTTP-version SP status-code SP [ reason-phrase ].
void ResponseParser::take_status_line(std::string_view line) {
  constexpr std::size_t kVersion = kProtocol.size();
  constexpr std::size_t kStatus = kVersion + 2;
  constexpr std::size_t kReason = kStatus + 4;
  if (!line.starts_with(kProtocol)) return refuse("this is not HTTP/1");
  if (line.size() < kReason || line[kVersion + 1] != ' ' || line[kReason - 1] != ' ' ||
      !std::ranges::all_of(line.substr(kStatus, 3), is_digit) || !is_field_value(line.substr(kReason))) {
    return refuse("the status line is malformed");
  }
  if (line[kVersion] != '0' && line[kVersion] != '1') return refuse("this is not HTTP/1.0 or HTTP/1.1");
  http_1_0_ = line[kVersion] == '0';
  std::from_chars(line.data() + kStatus, line.data() + kStatus + 3, status_);
  if (status_ < 100) return refuse("the status line is malformed");
  if (status_ == 101) return refuse("the protocol was switched, which nobody asked for");
  state_ = State::kField;
}

void ResponseParser::take_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, std::min(colon, line.size()));
  // A line that begins with a blank carries on the one before it (obs-fold); its name is no token.
  if (colon == std::string_view::npos || !is_token(name)) return refuse("a header field is malformed");
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (!is_field_value(value)) return refuse("a header field holds a control character");
  if (state_ == State::kTrailer) return;
  if (headers_.size() >= kMaxFields) return refuse("there are too many header fields");
  if (name.size() == 14 && iequals(name, "Content-Length")) {
    note_content_length(value);
  } else if (name.size() == 17 && iequals(name, "Transfer-Encoding")) {
    if (chunked_ || !iequals(value, "chunked")) return refuse("the Transfer-Encoding is not known");
    chunked_ = true;
  }
  headers_.add(name, value);
}

void ResponseParser::note_content_length(std::string_view value) {
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
  if (value.empty() || error != std::errc{} || end != value.data() + value.size() ||
      (length >> (4 * kMaxSizeDigits)) != 0) {
    return refuse("the Content-Length is malformed");
  }
  // RFC 9112, 6.3: a repeated equal one is a clumsy proxy's, two that differ are a trick.
  if (content_length_ && *content_length_ != length) return refuse("two Content-Lengths differ");
  content_length_ = length;
}

// RFC 9112, 6.3.
void ResponseParser::head_done() {
  if (chunked_ && content_length_) return refuse("both Content-Length and Transfer-Encoding");
  if (chunked_ && http_1_0_) return refuse("HTTP/1.0 has no Transfer-Encoding");
  if (chunked_ && (status_ < 200 || status_ == 204)) return refuse("a Transfer-Encoding without a body");
  if (status_ < 200) {
    headers_.clear();
    content_length_.reset();
    state_ = State::kStatusLine;
    return;
  }
  has_head_ = true;
  keeps_alive_ =
      http_1_0_ ? headers_.has_token("Connection", "keep-alive") : !headers_.has_token("Connection", "close");
  if (to_head_ || has_no_body(status_)) {
    state_ = State::kDone;
  } else if (chunked_) {
    state_ = State::kChunkSize;
  } else if (content_length_) {
    left_ = *content_length_;
    state_ = left_ > 0 ? State::kLength : State::kDone;
  } else {
    keeps_alive_ = false;
    state_ = State::kUntilEnd;
  }
}

// RFC 9112, 7.1: 1*HEXDIG [ chunk-ext ]. Extensions mean nothing here and are passed over.
void ResponseParser::take_chunk_size(std::string_view line) {
  std::size_t digits = 0;
  std::uint64_t size = 0;
  for (; digits < line.size() && hex_value(line[digits]) >= 0; ++digits) {
    if (digits >= kMaxSizeDigits) return refuse("a chunk's size is malformed");
    size = size * 16 + static_cast<std::uint64_t>(hex_value(line[digits]));
  }
  const std::string_view extensions = trimmed(line.substr(digits));
  if (digits == 0 || (digits < line.size() && !extensions.starts_with(';')) || !is_field_value(extensions)) {
    return refuse("a chunk's size is malformed");
  }
  extension_bytes_ += extensions.size();
  if (extension_bytes_ > kMaxChunkExtensions) return refuse("the chunks' extensions are too long");
  left_ = size;
  state_ = size > 0 ? State::kChunk : State::kTrailer;
}

void ResponseParser::take_body(std::string_view data, std::size_t& consumed, std::string& body) {
  if (state_ == State::kChunkEnd) {
    // `left_` counts what is left of the CRLF.
    if (data[consumed] != (left_ == 2 ? '\r' : '\n')) return refuse("a chunk is longer than it said");
    ++consumed;
    if (--left_ == 0) state_ = State::kChunkSize;
    return;
  }
  const std::string_view rest = data.substr(consumed);
  if (state_ == State::kUntilEnd) {
    body.append(rest);
    consumed = data.size();
    return;
  }
  const std::size_t taken = std::min<std::uint64_t>(left_, rest.size());
  body.append(rest.substr(0, taken));
  consumed += taken;
  left_ -= taken;
  if (left_ > 0) return;
  if (state_ == State::kLength) {
    state_ = State::kDone;
  } else {
    left_ = 2;
    state_ = State::kChunkEnd;
  }
}

}  // namespace parley::net
