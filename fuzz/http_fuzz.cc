// links: parley_net
// Requests as strangers send them. The input is fed whole and in pieces, whose size its first byte gives:
// both must come to the same end, and what is taken for a request must be sound.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/request_parser.h"

namespace {

using parley::net::Request;
using parley::net::RequestParser;

constexpr RequestParser::Limits kLimits{.header_bytes = 2048, .header_count = 30, .body_bytes = 4096};

void require(bool sound) {
  if (!sound) std::abort();
}

void check(const Request& request) {
  require(!request.method.empty() && (request.path.starts_with('/') || request.path == "*"));
  require(request.target.find_first_of(std::string_view(" \r\n\t\0#\\", 7)) == std::string::npos);
  require(request.body.size() <= kLimits.body_bytes && request.headers.size() <= kLimits.header_count);
  require(request.headers.count("Content-Length") + request.headers.count("Transfer-Encoding") <= 1);
  require(request.headers.count("Host") == 1 || request.minor_version == 0);
  for (const auto field : request.headers) {
    require(!field.name.empty());
    require(
        (std::string(field.name) + std::string(field.value)).find_first_of(std::string_view("\r\n\0", 3)) ==
        std::string::npos);
  }
}

// Every request's target and body, and the status of the refusal that ended it.
std::string read_all(std::string_view data, std::size_t piece) {
  std::string seen;
  std::string held;
  RequestParser parser;
  Request request;
  parser.begin(request, kLimits);
  while (true) {
    std::size_t consumed = 0;
    const auto step = parser.feed(held, consumed);
    require(consumed <= held.size());
    held.erase(0, consumed);
    if (step == RequestParser::Step::kRefused) return seen + std::to_string(parser.refusal().status);
    if (step == RequestParser::Step::kDone) {
      check(request);
      seen += request.method + ' ' + request.target + ' ' + request.body + '\n';
      if (!parser.keep_alive()) return seen;
      parser.begin(request, kLimits);
      continue;
    }
    if (step == RequestParser::Step::kHeader) continue;
    require(held.size() <= kLimits.header_bytes);
    if (data.empty()) return seen;
    held += data.substr(0, piece);
    data.remove_prefix(std::min(piece, data.size()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2 || size > 16384) return 0;
  const std::string_view data(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const std::string whole = read_all(data, data.size());
  const std::string pieces = read_all(data, 1U + bytes[0]);
  // A refusal's status may differ with how much of a long line is there; what was served may not.
  require(whole.substr(0, whole.rfind('\n') + 1) == pieces.substr(0, pieces.rfind('\n') + 1));
  return 0;
}
