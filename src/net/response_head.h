// Writes the head of a response as bytes: status line, the server's own fields, the handler's fields.
//
// Each worker has one; used on its thread.
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>

#include "net/http.h"

namespace parley::net {

class ResponseHead {
 public:
  struct Form {
    // The Content-Length; none for a chunked or an endless body, and where the status has no body.
    std::optional<std::size_t> length{};
    bool chunked = false;
    bool keep_alive = true;
    int minor_version = 1;
  };

  // Appends the head and the empty line after it. Fields that are the server's (Content-Length, Date,
  // Connection, Transfer-Encoding) are left out of `headers`.
  void append(std::string& out, int status, const Headers& headers, const Form& form);

 private:
  std::string_view date_line();

  std::time_t date_of_ = -1;
  std::string date_;
};

// True for a status whose response never has a body (RFC 9110, 6.4.1).
bool has_no_body(int status);

// {"error":{"code":...,"message":...,"type":...}}, with the code that goes with the status. `message` needs
// no escaping.
std::string error_body(int status, std::string_view message);

}  // namespace parley::net
