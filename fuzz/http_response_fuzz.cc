// links: parley_net
// Answers as strangers send them. The input is fed whole and in pieces, whose size its first byte gives: both
// must come to the same end. Where Beast, which is more lenient, takes the same bytes for an answer, it must
// be the same answer: two readers that differ are how answers get smuggled.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "net/response_parser.h"

namespace {

namespace http = boost::beast::http;
using parley::net::ResponseParser;
using Step = ResponseParser::Step;

constexpr std::size_t kHeaderBytes = 4096;

void require(bool sound) {
  if (!sound) std::abort();
}

struct Answer {
  int status;
  std::string headers;
  std::string body;
  // What follows it.
  std::size_t rest;
  bool keeps_alive;
  bool operator==(const Answer&) const = default;
};

void check(const ResponseParser& parser) {
  require(parser.status() >= 200 && parser.status() <= 999);
  require(!(parser.headers().contains("Content-Length") && parser.headers().contains("Transfer-Encoding")));
  for (const auto field : parser.headers()) {
    require(!field.name.empty());
    require(
        (std::string(field.name) + std::string(field.value)).find_first_of(std::string_view("\r\n\0", 3)) ==
        std::string::npos);
  }
}

// Nothing where the bytes are no whole answer.
std::optional<Answer> read(std::string_view data, std::size_t piece, bool to_head) {
  ResponseParser parser(kHeaderBytes, to_head);
  std::string body;
  Step step = Step::kNeedMore;
  while (step == Step::kNeedMore && !data.empty()) {
    const std::string_view given = data.substr(0, piece);
    std::size_t consumed = 0;
    step = parser.feed(given, consumed, body);
    require(consumed <= given.size() && (step != Step::kNeedMore || consumed == given.size()));
    data.remove_prefix(consumed);
    require(parser.has_head() || body.empty());
  }
  if (step == Step::kNeedMore) step = parser.end();
  if (parser.has_head()) check(parser);
  if (step == Step::kRefused) {
    require(*parser.refusal() != '\0');
    return std::nullopt;
  }
  require(parser.has_head());
  std::string headers;
  for (const auto field : parser.headers()) {
    headers.append(field.name).append(":").append(field.value).append("\n");
  }
  return Answer{parser.status(), headers, body, data.size(), parser.keeps_alive()};
}

std::optional<Answer> read_with_beast(std::string_view data, bool to_head) {
  // It hands out informational answers; ours passes them over.
  while (true) {
    http::response_parser<http::string_body> parser;
    parser.header_limit(kHeaderBytes);
    parser.body_limit(boost::none);
    parser.eager(true);
    parser.skip(to_head);
    boost::beast::error_code error;
    while (!parser.is_done()) {
      const std::size_t taken = parser.put(boost::asio::buffer(data.data(), data.size()), error);
      data.remove_prefix(taken);
      if (error == http::error::need_more) break;
      if (error) return std::nullopt;
      if (data.empty()) break;
    }
    if (!parser.is_done()) parser.put_eof(error);
    if (!parser.is_done() || (error && error != http::error::need_more)) return std::nullopt;
    const auto& message = parser.get();
    if (message.result_int() / 100 == 1) continue;
    return Answer{
        static_cast<int>(message.result_int()), {}, message.body(), data.size(), parser.keep_alive()};
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2 || size > 16384) return 0;
  const std::string_view data(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const bool to_head = (bytes[0] & 0x80) != 0;
  const auto whole = read(data, data.size(), to_head);
  require(whole == read(data, 1U + (bytes[0] & 0x7F), to_head));
  if (!whole) return 0;
  const auto theirs = read_with_beast(data, to_head);
  if (!theirs) return 0;
  require(theirs->status == whole->status && theirs->body == whole->body && theirs->rest == whole->rest);
  // Keeping a connection that the other side closes is harmless, closing one too.
  return 0;
}
