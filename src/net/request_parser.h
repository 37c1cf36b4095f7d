// Makes requests of the bytes that a client sends. Does no I/O: bytes go in, a step comes out.
//
// Strict where leniency is how requests get smuggled past a proxy (RFC 9112, 11.2): one Content-Length or one
// `Transfer-Encoding: chunked`, never both; CRLF only; no folded fields. Owned by a connection, or by the
// worker's store of spare ones; used on the worker's thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "net/http.h"

namespace parley::net {

// What a request that cannot be served is answered with. `message` is for people and outlives everything.
struct Refusal {
  int status = 400;
  const char* message = "";
};

class RequestParser {
 public:
  struct Limits {
    std::size_t header_bytes;
    std::size_t header_count;
    std::size_t body_bytes;
  };
  enum class Step {
    kNeedMore,
    // The header is whole, the body is not: said once, and only where there is a body.
    kHeader,
    kDone,
    kRefused,
  };

  RequestParser();
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // Begins the next message, which is written into `request` (method to body); it outlives the message.
  void begin(Request& request, Limits limits);

  // Reads on from the front of `data`. `consumed` is how much of it is done with; the rest must be the front
  // of the next call's. After kDone and kRefused the next call is begin(). What is left over stays below
  // `header_bytes` after kNeedMore.
  Step feed(std::string_view data, std::size_t& consumed);

  // True once a byte of the message was seen.
  bool started() const;
  // After kHeader or kDone.
  bool keep_alive() const;
  bool expects_continue() const;
  // After kRefused.
  const Refusal& refusal() const;

 private:
  class Message;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace parley::net
